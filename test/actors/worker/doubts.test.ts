import assert from "node:assert/strict";
import { test } from "node:test";
import { workerActor } from "../../../actors/worker/worker.ts";
import { WorkerScript } from "../../../infra/testing/worker-script.ts";
import { Doubts } from "../../../runtime/actor/doubts.ts";
import { ActorSystem } from "../../../runtime/actor/system.ts";
import { systemClock } from "../../../runtime/base/clock.ts";
import { InvariantError } from "../../../runtime/base/errors.ts";
import { LocalBus } from "../../../runtime/bus/local-bus.ts";
import { clusterSubjects } from "../../../runtime/bus/subject.ts";
import type { ToWorker } from "../../../runtime/protocol/scheduler-worker.ts";
import { MemoryDisk } from "../../support/memory-disk.ts";

test("a task that is sent twice without being taken back between is a fault of the program: it throws where nobody notes it", () => {
  const s = new WorkerScript("A");
  s.compute(0, 1);
  assert.throws(() => s.compute(0, 2), InvariantError);
});

test("where it is noted, the task stays as it is and is counted", () => {
  const doubts = new Doubts();
  const s = new WorkerScript("A", { bind: doubts.bind });
  s.compute(0, 1);
  s.compute(0, 2);
  assert.equal(doubts.count, 1);
  assert.deepEqual(doubts.take(), ['row 0: chart "worker-task" in state "queued" never gets "compute"']);
  assert.deepEqual(doubts.take(), []);
});

test("a worker that was told what can never be told begins its session anew with all it has", async (t) => {
  const bus = new LocalBus();
  const system = new ActorSystem({ bus });
  t.after(() => system.close());
  const subjects = clusterSubjects("test");
  const doubts = new Doubts();
  const heard: string[] = [];
  await new Promise<void>((resolve) => {
    system.spawn({
      address: subjects.scheduler,
      make: (context) => ({
        receive(batch) {
          for (const { message } of batch as readonly { message: { type: string; join: number } }[]) {
            heard.push(message.type);
            if (message.type !== "join") continue;
            if (message.join === 2) resolve();
            else for (const word of [welcome(1), ...sent(1), ...sent(2)]) context.tell(subjects.worker("w"), word);
          }
        },
      }),
    });
    const who = { cluster: "test", id: "w", incarnation: 1, version: "1", pid: 1, host: "here", resources: {} };
    const how = { slots: 1, heartbeatMs: 60_000, yieldMs: 10, functions: "any", bus, clock: systemClock } as const;
    const none = { rssBytes: () => 0, yieldThen: () => {}, shardDisk: new MemoryDisk(), shardBytesMax: 1024 };
    system.spawn(workerActor({ ...who, ...how, ...none, doubts }));
  });
  assert.equal(doubts.count, 1);
  assert.equal(heard.filter((type) => type === "join").length, 2);
});

const welcome = (join: number): ToWorker => ({ type: "welcome", epoch: 1, incarnation: 1, join });

/** What a script would be sent as "compute 0 under this attempt". */
function sent(attempt: number): ToWorker[] {
  const said: ToWorker[] = [];
  const script = new WorkerScript("A");
  script.say = (message) => void said.push(message);
  script.define(1);
  script.compute(0, attempt);
  return said;
}
