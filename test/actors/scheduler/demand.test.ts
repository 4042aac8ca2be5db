import assert from "node:assert/strict";
import { test } from "node:test";
import { demandOf } from "../../../actors/scheduler/demand.ts";
import { SchedulerScript } from "../../support/scheduler-script.ts";

/** A worker tells how much of results it holds. */
function holds(s: SchedulerScript, worker: string, managedBytes: number): void {
  const memory = { managedBytes, spilledBytes: 0, rssBytes: 0, pressure: "none", diskError: undefined } as const;
  s.from(worker, 1, { type: "heartbeat", ...memory, executing: 0, queued: 0, parked: -1 });
}

test("those go first that have nothing to do, and of them those that hold least", () => {
  const s = new SchedulerScript({ A: 1, B: 1, C: 1, D: 1 });
  s.submit("x", [[]], [0], 1, { workers: ["C"] });
  for (const [worker, bytes] of Object.entries({ A: 9000, B: 100, C: 0, D: 500 })) holds(s, worker, bytes);
  assert.deepEqual(demandOf(s.brain.state, 1e6).spare, ["B", "D", "A", "C"]);
});

test("as many are wanted as would be done with what is open in time, never more than there are tasks", () => {
  const s = new SchedulerScript({ A: 1 });
  const wanted = (targetUs: number): number => demandOf(s.brain.state, targetUs).wanted;
  assert.equal(wanted(1e6), 0);
  const rows = Array.from({ length: 41 }, (_, row) => row);
  s.submit(
    "x",
    rows.map(() => []),
    rows,
    1,
  );
  s.finished("A", 0, 1, { durationUs: 1e6 });
  assert.equal(wanted(10e6), 4, "40 tasks of a second in ten");
  assert.equal(wanted(1), 40);
});
