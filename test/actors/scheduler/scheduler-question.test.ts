import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { actorAddresses } from "../../../actors/scheduler/actor-addresses.ts";
import { schedulerActor } from "../../../actors/scheduler/scheduler.ts";
import { parseSchedulerQuestion } from "../../../actors/scheduler/scheduler-question.ts";
import { workerChartFacts } from "../../../actors/worker/worker-states.ts";
import { ActorSystem } from "../../../runtime/actor/system.ts";
import { systemClock } from "../../../runtime/base/clock.ts";
import { LocalBus } from "../../../runtime/bus/local-bus.ts";
import { clusterSubjects } from "../../../runtime/bus/subject.ts";
import { SchedulerScript } from "../../support/scheduler-script.ts";

test("a question for the scheduler is read field by field, and what was left out has its default", () => {
  assert.deepEqual(parseSchedulerQuestion({ type: "status", more: 1 }), { type: "status" });
  assert.deepEqual(parseSchedulerQuestion({ type: "log" }), { type: "log", after: 0 });
  assert.deepEqual(parseSchedulerQuestion({ type: "holds" }), { type: "holds", mostEach: 1000 });
  const keys = ["a"];
  const all = Number.MAX_SAFE_INTEGER;
  assert.deepEqual(parseSchedulerQuestion({ type: "replicate", keys }), { type: "replicate", keys, copies: all });
  assert.deepEqual(parseSchedulerQuestion({ type: "replicate", keys, copies: 2, workers: ["w"] }), {
    type: "replicate",
    keys,
    copies: 2,
    workers: ["w"],
  });
  assert.deepEqual(parseSchedulerQuestion({ type: "rebalance" }), { type: "rebalance" });
  assert.deepEqual(parseSchedulerQuestion({ type: "restart", workers: ["w"] }), { type: "restart", workers: ["w"] });
});

test("a question with a wrong field is refused by the field's name", () => {
  const refused: readonly (readonly [unknown, RegExp])[] = [
    [{ type: "restart" }, /"restart" has a wrong field "workers": a list of workers' names, not nothing/],
    [{ type: "retire", workers: "w" }, /"retire" has a wrong field "workers"/],
    [{ type: "retire", workers: [1] }, /"workers"/],
    [{ type: "replicate", workers: ["w"] }, /"keys"/],
    [{ type: "replicate", keys: ["a"], copies: 0 }, /"copies": a number from 1 up, not 0/],
    [{ type: "replicate", keys: ["a"], copies: "two" }, /"copies"/],
    [{ type: "rebalance", keys: "a" }, /"keys"/],
    [{ type: "worker" }, /"worker": the name of a worker/],
    [{ type: "log", after: "x" }, /"after"/],
    [{ type: "holds", mostEach: -1 }, /"mostEach"/],
    [{ type: "demand" }, /"targetUs"/],
    [{ type: "recipe" }, /"key"/],
    [{ type: "keyOf", row: 1 }, /"attempt"/],
    [{ type: "x" }, /does not answer "x"; ask whoAreYou, .*keyOf/],
    [null, /does not answer "undefined"/],
    [5, /does not answer "undefined"/],
  ];
  for (const [question, message] of refused)
    assert.throws(() => parseSchedulerQuestion(question), { code: "NOT_SUPPORTED", message }, JSON.stringify(question));
});

function emptyCluster(t: TestContext): ActorSystem {
  const system = new ActorSystem({ bus: new LocalBus(), clock: systemClock });
  t.after(() => system.close());
  const limits = { allowedFailures: 3, prefillUs: 0, clientLeaseMs: 1e9, workerLeaseMs: 1e9, heartbeatMs: 60_000 };
  system.spawn(schedulerActor({ ...limits, cluster: "test", epoch: 1, version: "1", ...workerChartFacts }));
  return system;
}

test("a scheduler refuses what is no question, and goes on", async (t) => {
  const system = emptyCluster(t);
  const { scheduler } = clusterSubjects("test");
  const ask = (question: unknown) => system.ask(scheduler, question, { timeoutMs: 5000 });
  for (const question of [
    null,
    5,
    "status",
    { type: "restart" },
    { type: "replicate", keys: ["a"], workers: ["w"], copies: "x" },
  ])
    await assert.rejects(ask(question), { code: "NOT_SUPPORTED" });
  assert.equal(((await ask({ type: "status" })) as { cluster: string }).cluster, "test");
});

test("the list of actors says how many tasks it leaves out", () => {
  const script = new SchedulerScript({ A: 1 }, {}, 5000);
  const rows = Array.from({ length: 1200 }, (_, row) => row);
  script.submit(
    "x",
    rows.map(() => []),
    rows,
    1,
  );
  const { tasks, more, workers } = actorAddresses(script.brain.state, "test");
  assert.deepEqual([tasks.length, more, workers], [1000, 200, ["shoal.test.worker.A"]]);
});
