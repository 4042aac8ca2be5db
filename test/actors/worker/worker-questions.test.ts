import assert from "node:assert/strict";
import { test } from "node:test";
import { workerActor } from "../../../actors/worker/worker.ts";
import { ActorSystem } from "../../../runtime/actor/system.ts";
import { systemClock } from "../../../runtime/base/clock.ts";
import { LocalBus } from "../../../runtime/bus/local-bus.ts";
import { clusterSubjects } from "../../../runtime/bus/subject.ts";
import { MemoryDisk } from "../../support/memory-disk.ts";

test("a worker says its state, and refuses what it does not answer", async (t) => {
  const bus = new LocalBus();
  const system = new ActorSystem({ bus });
  t.after(() => system.close());
  const who = { cluster: "test", id: "w", incarnation: 1, version: "1", pid: 1, host: "here", resources: {} };
  const how = { slots: 1, heartbeatMs: 60_000, yieldMs: 10, functions: "any", bus, clock: systemClock } as const;
  const none = { rssBytes: () => 0, yieldThen: () => {}, shardDisk: new MemoryDisk(), shardBytesMax: 1024 };
  system.spawn(workerActor({ ...who, ...how, ...none }));
  const ask = (question: object) => system.ask(clusterSubjects("test").worker("w"), question, { timeoutMs: 5000 });
  assert.equal(((await ask({ type: "state" })) as { worker: string }).worker, "w");
  for (const question of [{ type: "x" }, {}])
    await assert.rejects(ask(question), {
      code: "NOT_SUPPORTED",
      message: /^A worker does not answer ".*"; ask state$/,
    });
});
