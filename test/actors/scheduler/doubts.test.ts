import assert from "node:assert/strict";
import { test } from "node:test";
import { schedulerActor } from "../../../actors/scheduler/scheduler.ts";
import type { SchedulerBrain } from "../../../actors/scheduler/scheduler-brain.ts";
import { E } from "../../../actors/scheduler/scheduler-state.ts";
import { workerChartFacts } from "../../../actors/worker/worker-states.ts";
import { Doubts } from "../../../runtime/actor/doubts.ts";
import { ActorSystem } from "../../../runtime/actor/system.ts";
import { LocalBus } from "../../../runtime/bus/local-bus.ts";
import { clusterSubjects } from "../../../runtime/bus/subject.ts";
import { taskLayer } from "../../support/task-layer.ts";

test("a step of a task that can never be is noted in the log, and every worker is asked to begin anew", async (t) => {
  const system = new ActorSystem({ bus: new LocalBus() });
  t.after(() => system.close());
  const subjects = clusterSubjects("test");
  const doubts = new Doubts();
  let brain: SchedulerBrain | undefined;
  const limits = {
    allowedFailures: 3,
    prefillUs: 0,
    clientLeaseMs: 60_000,
    workerLeaseMs: 60_000,
    heartbeatMs: 60_000,
  };
  const who = { cluster: "test", epoch: 1, version: "1" };
  system.spawn(
    schedulerActor({ ...limits, ...who, ...workerChartFacts, doubts, onBrain: (made) => void (brain = made) }),
  );
  const told: string[] = [];
  await new Promise<void>((resolve) => {
    system.spawn({
      address: subjects.worker("w"),
      make: (context) => {
        const join = { type: "join", join: 1, worker: "w", incarnation: 1, slots: 1, resources: {} } as const;
        context.tell(subjects.scheduler, { ...join, version: "1", pid: 1, host: "here" });
        return {
          receive(batch) {
            for (const { message } of batch as readonly { message: { type: string } }[]) told.push(message.type);
            if (told.includes("resync")) resolve();
            else if (told.includes("welcome")) {
              breakARow(brain as SchedulerBrain);
              const figures = { managedBytes: 0, spilledBytes: 0, rssBytes: 0, executing: 0, queued: 0 };
              context.tell(subjects.scheduler, { type: "heartbeat", pressure: "none", ...figures });
            }
          },
        };
      },
    });
  });
  assert.equal(doubts.count, 1);
  const noted = (brain as SchedulerBrain).state.log.since(0).filter(({ name }) => name === "chart");
  assert.deepEqual(
    noted.map(({ level, text }) => [level, text]),
    [["error", 'row 0: chart "scheduler-task" in state "released" never gets "rest"']],
  );
});

/** What a fault of the program would do. */
function breakARow(brain: SchedulerBrain): void {
  const client = { kind: "client", client: "c" } as const;
  brain.step({ ...client, message: { type: "hello", hello: 1, version: "1" } }, 0);
  const layers = [taskLayer("x", [[]], undefined)];
  const submit = { type: "submit", request: 1, layers, wants: [], priority: 0, retries: 0 } as const;
  brain.step({ ...client, message: submit }, 0);
  brain.state.move(0, E.rest);
}
