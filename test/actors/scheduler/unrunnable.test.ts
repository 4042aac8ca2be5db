import assert from "node:assert/strict";
import { test } from "node:test";
import { stateFigures } from "../../../actors/scheduler/figures.ts";
import { snapshot } from "../../../actors/scheduler/snapshot.ts";
import { taskReport } from "../../../actors/scheduler/task-report.ts";
import { SchedulerScript } from "../../support/scheduler-script.ts";

/** So much later. */
function tick(s: SchedulerScript, now: number): void {
  s.brain.step({ kind: "tick" }, now);
  s.more(now);
}

const warnings = (s: SchedulerScript): string[] =>
  s.brain.state.log
    .since(0)
    .filter(({ level }) => level === "warn")
    .map(({ name, text }) => `${name} ${text}`);

test("a task bound to a worker that died is told of once, by the log, the status and the task itself", () => {
  const s = new SchedulerScript({ A: 1, B: 1 });
  s.submit("x", [[], [], []], [0, 1, 2], 1, { workers: ["B"] });
  assert.equal(s.state(1), "ready");
  assert.equal(taskReport(s.brain.state, 1).lacks, null, "it waits for its turn");
  s.gone("B");
  tick(s, 1000);
  assert.deepEqual(warnings(s), [], "its nanny may start it again in a moment");
  for (const now of [3000, 6000, 9000, 12_000]) tick(s, now);
  assert.equal(warnings(s).length, 1);
  assert.match(warnings(s)[0] as string, /^\S+ waits for one of the workers B, as do 2 other tasks, .* start one/);
  const [lack, ...more] = snapshot(s.brain.state).lacks;
  assert.deepEqual(more, []);
  assert.deepEqual(lack, { asks: "one of the workers B", tasks: 3, waitedMs: 11_000, example: "x/0" });
  assert.equal(taskReport(s.brain.state, 1).lacks, "one of the workers B");
  s.join("B", 2);
  tick(s, 13_000);
  assert.deepEqual(snapshot(s.brain.state).lacks, []);
  s.gone("B");
  for (const now of [14_000, 20_000]) tick(s, now);
  assert.equal(warnings(s).length, 2, "it is said again when it comes to be so again");
});

test("what asks for the same is told of together, however many submissions it is of", () => {
  const s = new SchedulerScript({ A: 1 }, { gpu: 1 });
  for (let i = 0; i < 5; i++) s.submit(`x${i}`, [[]], [0], i + 1, { resources: { gpu: 2 } });
  s.submit("other", [[]], [0], 9, { workers: ["C"] });
  for (const now of [0, 8000, 9000]) tick(s, now);
  assert.deepEqual(
    warnings(s).map((text) => /waits for (.*?),/.exec(text)?.[1]),
    ["2 of gpu", "one of the workers C"],
  );
});

test("who watches is told of twenty things that are asked for, the longest first, and of the rest together", () => {
  const s = new SchedulerScript({ A: 1 });
  for (let i = 0; i < 25; i++) {
    s.submit(`x${i}`, [[], []], [0, 1], 10 * i + 1, { workers: [`B${i}`] });
    tick(s, 1000 * i);
  }
  const { lacks } = stateFigures(s.brain.state, "0");
  assert.equal(lacks.length, 20);
  assert.deepEqual(lacks[0], { asks: "one of the workers B0", tasks: 2, waitedMs: 24_000, example: "x0/0" });
  assert.deepEqual(lacks[19], { asks: "6 other things", tasks: 12, waitedMs: 5000, example: "x19/0" });
  assert.equal(snapshot(s.brain.state).lacks.length, 25);
});

test("a bound task that was running as its worker died fails after noWorkersTimeout as any other, though it is to run alone", () => {
  const s = new SchedulerScript({ A: 1, B: 1 }, {}, undefined, { noWorkersTimeoutMs: 20_000 });
  s.submit("x", [[]], [0], 1, { workers: ["B"] });
  assert.deepEqual(s.orders(), ["B compute 0@1"]);
  s.gone("B");
  assert.equal(s.state(0), "ready");
  tick(s, 0);
  tick(s, 10_000);
  assert.equal(s.state(0), "ready");
  tick(s, 21_000);
  assert.equal(s.state(0), "erred");
  assert.deepEqual(s.news(), ["erred 1"]);
});
