import assert from "node:assert/strict";
import { test } from "node:test";
import { noteRecall, stuckWorkers, vouched } from "../../actors/scheduler/stuck-workers.ts";
import { SchedulerScript } from "../support/scheduler-script.ts";

/** A scheduler that knows worker A, at a time of our choosing. */
function withWorker() {
  const { brain } = new SchedulerScript({ A: 1 });
  const { state } = brain;
  const worker = [...state.workerByName.values()][0] as (typeof state.workers)[number] & object;
  const at = (now: number): string[] => {
    state.nowMs = now;
    return stuckWorkers(state, now).map(({ worker: id, nanny }) => `${nanny} ends ${id}`);
  };
  return { brain, state, worker, at };
}

test("a worker that says nothing after a task was taken back from it is ended by its nanny, once", () => {
  const { state, worker, at } = withWorker();
  vouched(state, "nanny-1", ["A", "unknown"], 0);
  noteRecall(state, worker.number);
  assert.deepEqual(at(4000), []);
  assert.deepEqual(at(6000), ["nanny-1 ends A"]);
  assert.deepEqual(at(20_000), []);
});

test("a worker that is heard of after a task was taken back from it is let be", () => {
  const { state, worker, at } = withWorker();
  vouched(state, "nanny-1", ["A"], 0);
  noteRecall(state, worker.number);
  worker.lastSeenMs = 1000;
  assert.deepEqual(at(3000), []);
  worker.lastSeenMs = 4000;
  assert.deepEqual(at(6000), []);
  assert.deepEqual(at(60_000), []);
});

test("a worker whose nanny vouches for it is not taken for dead, however long it says nothing", () => {
  const { brain, state } = withWorker();
  const { workerLeaseMs } = state.options;
  const step = workerLeaseMs / 4;
  for (let now = 0; now < 5 * workerLeaseMs; now += step) {
    brain.step({ kind: "vouched", nanny: "nanny-1", workers: ["A"] }, now);
    brain.step({ kind: "tick" }, now);
  }
  assert.ok(state.workerByName.has("A"));
  for (let now = 5 * workerLeaseMs; now < 6.5 * workerLeaseMs; now += step) brain.step({ kind: "tick" }, now);
  assert.ok(!state.workerByName.has("A"));
});
