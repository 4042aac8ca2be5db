import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { onAbort } from "../../../runtime/base/on-abort.ts";

test("all that wait for a signal are told in order, once, behind one listener", () => {
  const controller = new AbortController();
  const told: number[] = [];
  for (let i = 0; i < 100; i++) onAbort(controller.signal, () => told.push(i));
  assert.equal(getEventListeners(controller.signal, "abort").length, 1);
  controller.abort();
  controller.abort();
  assert.deepEqual(
    told,
    Array.from({ length: 100 }, (_, i) => i),
  );
});

test("who calls it off is not told; with the last one the listener goes", () => {
  const controller = new AbortController();
  const told: string[] = [];
  const stays = ["a", "b", "c"].map((name) => onAbort(controller.signal, () => told.push(name)));
  stays[1]?.();
  stays[1]?.();
  assert.equal(getEventListeners(controller.signal, "abort").length, 1);
  stays[0]?.();
  stays[2]?.();
  assert.equal(getEventListeners(controller.signal, "abort").length, 0);
  onAbort(controller.signal, () => told.push("d"));
  controller.abort();
  assert.deepEqual(told, ["d"]);
});

test("one that is told may call another off", () => {
  const controller = new AbortController();
  const told: string[] = [];
  onAbort(controller.signal, () => {
    told.push("a");
    other();
  });
  const other = onAbort(controller.signal, () => told.push("b"));
  controller.abort();
  assert.deepEqual(told, ["a"]);
});
