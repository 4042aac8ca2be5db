import assert from "node:assert/strict";
import { test } from "node:test";
import { AdaptBrain, type AdaptStep } from "../../../infra/cluster/adapt-brain.ts";

const limits = { minimum: 1, maximum: 8, waitCount: 3 };
const spare = ["a", "b", "c", "d", "e", "f"];

/** What is done as work wants so many workers, one look after the other, from `start` workers on. */
function follow(start: number, wanted: readonly number[]): string {
  const brain = new AdaptBrain(limits);
  let workers = start;
  const done = (step: AdaptStep): string => {
    if (step.kind === "grow") workers += step.by;
    if (step.kind === "shrink") workers -= step.workers.length;
    return step.kind === "grow" ? `+${step.by}` : step.kind === "shrink" ? `-${step.workers.join("")}` : ".";
  };
  return wanted.map((one) => done(brain.step({ workers, wanted: one, spare }, workers))).join(" ");
}

test("it grows at once, up to the maximum, and never below the minimum", () => {
  assert.equal(follow(1, [3, 100, 8]), "+2 +5 .");
  assert.equal(follow(4, [0, 0, 0, 0, 0, 0]), ". . -abc . . .");
});

test("it shrinks only after fewer were enough several times in a row, and to the most of them", () => {
  assert.equal(follow(6, [2, 2, 6, 2, 2, 2]), ". . . . . -abcd");
  assert.equal(follow(6, [1, 4, 2]), ". . -ab");
});

test("work that comes and goes between looks does not make it go up and down", () => {
  assert.equal(follow(4, [4, 1, 4, 1, 1, 4, 1, 4]), ". . . . . . . .");
});

test("workers that have yet to join are not asked to leave", () => {
  const brain = new AdaptBrain({ ...limits, waitCount: 1 });
  assert.deepEqual(
    brain.step({ workers: 1, wanted: 1, spare: ["a"] }, 4),
    { kind: "stay" },
    "it is the one that works",
  );
  assert.deepEqual(brain.step({ workers: 2, wanted: 1, spare: ["a", "b"] }, 4), { kind: "shrink", workers: ["a"] });
  assert.deepEqual(brain.step({ workers: 0, wanted: 1, spare: [] }, 4), { kind: "stay" });
});
