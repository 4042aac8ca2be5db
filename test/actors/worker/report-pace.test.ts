import assert from "node:assert/strict";
import { test } from "node:test";
import { ReportPace } from "../../../actors/worker/report-pace.ts";
import { WorkerOutbox } from "../../../actors/worker/worker-outbox.ts";

const outbox = (): WorkerOutbox => new WorkerOutbox((items) => ({ kind: "live", items }));

function worker(holdMs = 10) {
  let now = 0;
  const wakes: number[] = [];
  const due: (() => void)[] = [];
  const pace = new ReportPace(holdMs, {
    now: () => now,
    wakeAfter: (delayMs) => wakes.push(now + delayMs),
    afterDue: (run) => due.push(run),
  });
  const out = outbox();
  return {
    out,
    wakes,
    /** How often the events that are due were waited for; they have their turn. */
    passDue: (): number => due.splice(0).map((run) => run()).length,
    finish: () => out.finish(1, 1, 8, 1000, undefined, false),
    /** Ends a turn; gives how many completions went out. */
    turn: (at: number, queued: number, executing = 0): number => {
      now = at;
      if (pace.holds(out, queued, executing)) return 0;
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

test("while others run, a completion waits for what is due in the thread, and goes with it", () => {
  const one = worker();
  for (const left of [3, 2, 1]) {
    one.finish();
    assert.equal(one.turn(100, 0, left), 0);
  }
  one.finish();
  assert.equal(one.turn(100, 0, 0), 4, "the last of them waits for nobody");
  assert.equal(one.passDue(), 1);
  one.finish();
  assert.equal(one.turn(101, 0, 2), 0, "what was due before is not what is due now");
  assert.equal(one.passDue(), 1);
  assert.equal(one.turn(101, 0, 2), 1);
  assert.deepEqual(one.wakes, []);
});

test("where several run and most of what was sent still waits, a first completion gives the others two milliseconds", () => {
  const one = worker();
  one.finish();
  assert.equal(one.turn(100, 4, 3), 0);
  assert.deepEqual(one.wakes, [102]);
  one.finish();
  assert.equal(one.turn(101, 3, 3), 0);
  assert.equal(one.turn(102, 3, 4), 0);
  assert.equal(one.passDue(), 1);
  assert.equal(one.turn(102, 3, 4), 2);
});
