import assert from "node:assert/strict";
import { test } from "node:test";
import { RankSet } from "../../../actors/scheduler/rank-set.ts";
import { SchedulerScript } from "../../support/scheduler-script.ts";
import { taskLayer } from "../../support/task-layer.ts";

const SOURCES = 6;

/** A may make the sources x (rows 0 to 5), B reads each of them in y (rows 6 to 11); A's second source is being made. */
function world(): SchedulerScript {
  const s = new SchedulerScript({ A: 1, B: 1 });
  const rows = Array.from({ length: SOURCES }, (_, row) => row);
  const sources = taskLayer(
    "x",
    rows.map(() => []),
    { workers: ["A"] },
  );
  const reading = taskLayer(
    "y",
    rows.map((row) => [row]),
    { workers: ["B"] },
  );
  const readers = { ...reading, sources: [0], inputSource: new Uint16Array(SOURCES) };
  s.client({
    type: "submit",
    request: 1,
    layers: [sources, readers],
    wants: [{ layer: 1, indices: null, handleBase: 1 }],
    priority: 0,
    retries: 0,
  });
  assert.deepEqual(s.orders(), ["A compute 0@1"]);
  s.finished("A", 0, 1);
  assert.deepEqual(s.orders(), ["B compute 6@2", "A compute 1@3"].sort().reverse());
  return s;
}

/** A tells how much of 100 bytes lies on its disk. */
function tells(s: SchedulerScript, spilledBytes: number, pressure: "none" | "soft" | "high" = "soft"): void {
  const memory = { managedBytes: 100, spilledBytes, rssBytes: 0, pressure, diskError: undefined };
  s.from("A", 1, { type: "heartbeat", ...memory, executing: 0, queued: 0, parked: -1 });
}

/** So much later. */
function tick(s: SchedulerScript, now: number): void {
  s.brain.step({ kind: "tick" }, now);
  s.more(now);
}

test("a worker with more on its disk than in memory makes nothing more that others are to read, while they get on", () => {
  const s = world();
  s.finished("B", 6, 2);
  tells(s, 60);
  s.finished("A", 1, 3);
  assert.deepEqual(
    s.orders().filter((order) => order.includes("compute")),
    ["B compute 7@4"],
  );
  assert.equal(s.state(2), "ready");
  tells(s, 40);
  assert.deepEqual(s.orders(), ["A compute 2@5"], "there is credit again");
});

test("readers that do not get on do not hold sources up: nothing stands still", () => {
  const s = world();
  s.finished("B", 6, 2);
  tells(s, 60);
  s.finished("A", 1, 3);
  s.orders();
  tick(s, 500);
  assert.deepEqual(s.orders(), []);
  tick(s, 1500);
  assert.deepEqual(s.orders(), ["A compute 2@5"]);
});

test("sources go on where no reader has finished yet, none is under way, or memory is not tight", () => {
  const s = world();
  tells(s, 60);
  s.finished("A", 1, 3);
  assert.deepEqual(s.orders(), ["A compute 2@4"], "no reader has finished");
  s.finished("B", 6, 2);
  s.finished("B", 7, s.attempt(7));
  s.orders();
  s.finished("A", 2, 4);
  tells(s, 60, "none");
  assert.ok(s.orders().includes(`A compute 3@${s.attempt(3)}`), "memory is not tight");
});

test("RankSet.above() gives the least member above a rank, over empty words", () => {
  const set = new RankSet(5000);
  for (const rank of [0, 31, 32, 1023, 1024, 4999]) set.add(rank);
  const seen: number[] = [];
  for (let rank = set.above(-1); rank >= 0; rank = set.above(rank)) seen.push(rank);
  assert.deepEqual(seen, [0, 31, 32, 1023, 1024, 4999]);
  assert.equal(set.above(33), 1023);
  set.remove(1023);
  assert.equal(set.above(33), 1024);
  assert.equal(new RankSet(0).above(0), -1);
});
