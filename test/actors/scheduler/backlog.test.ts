import assert from "node:assert/strict";
import { test } from "node:test";
import { schedulerActor } from "../../../actors/scheduler/scheduler.ts";
import { workerChartFacts } from "../../../actors/worker/worker-states.ts";
import { ActorSystem } from "../../../runtime/actor/system.ts";
import { type Clock, systemClock } from "../../../runtime/base/clock.ts";
import { LocalBus } from "../../../runtime/bus/local-bus.ts";
import { clusterSubjects } from "../../../runtime/bus/subject.ts";

test("what does not fit into a turn has the next ones, though nothing else is said meanwhile", async (t) => {
  let now = 0;
  // So slow that every message takes a whole turn.
  const clock: Clock = { ...systemClock, now: () => (now += 10) };
  const system = new ActorSystem({ bus: new LocalBus(), clock });
  t.after(() => system.close());
  const limits = { allowedFailures: 3, prefillUs: 0, clientLeaseMs: 1e9, workerLeaseMs: 1e9, heartbeatMs: 60_000 };
  system.spawn(schedulerActor({ ...limits, cluster: "test", epoch: 1, version: "1", ...workerChartFacts }));
  const ask = () => system.ask(clusterSubjects("test").scheduler, { type: "status" }, { timeoutMs: 5000 });
  const answers = await Promise.all(Array.from({ length: 20 }, ask));
  assert.equal(answers.length, 20);
});
