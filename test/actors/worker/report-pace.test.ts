import assert from "node:assert/strict";
import { test } from "node:test";
import { ReportPace } from "../../../actors/worker/report-pace.ts";
import { WorkerOutbox } from "../../../actors/worker/worker-outbox.ts";

const outbox = (): WorkerOutbox => new WorkerOutbox((items) => ({ kind: "live", items }));

function worker(holdMs = 10) {
  const pace = new ReportPace(holdMs);
  const out = outbox();
  const wakes: number[] = [];
  return {
    out,
    wakes,
    finish: () => out.finish(1, 1, 8, 1000, undefined, false),
    /** Ends a turn; gives how many completions went out. */
    turn: (now: number, queued: number): number => {
      if (pace.holds(out, queued, now, (delayMs) => wakes.push(now + delayMs))) return 0;
      const [report] = out.takeReports();
      return report?.type === "finished" ? report.rows.length : 0;
    },
  };
}

test("a first completion goes at once, those right behind it together once half of what waited is used up", () => {
  const one = worker();
  one.finish();
  assert.equal(one.turn(100, 4), 1);
  one.finish();
  assert.equal(one.turn(102, 3), 0);
  one.finish();
  assert.equal(one.turn(104, 2), 2);
});

test("a completion is never held longer than so long, and its turn is asked for once", () => {
  const one = worker();
  one.finish();
  one.turn(100, 8);
  one.finish();
  assert.equal(one.turn(103, 8), 0);
  one.finish();
  assert.equal(one.turn(104, 8), 0);
  assert.deepEqual(one.wakes, [110]);
  assert.equal(one.turn(110, 8), 2);
});

test("nothing is held where nothing else is to be run, where something else is to be told, or where it is not asked for", () => {
  const idle = worker();
  for (const now of [1, 2, 3]) {
    idle.finish();
    assert.equal(idle.turn(now, 0), 1);
  }
  const missing = worker();
  missing.finish();
  missing.turn(1, 8);
  missing.finish();
  missing.out.fail(2, 1, new Error("no"));
  assert.equal(missing.turn(2, 8), 1);
  const never = worker(0);
  for (const now of [1, 2, 3]) {
    never.finish();
    assert.equal(never.turn(now, 8), 1);
  }
});
