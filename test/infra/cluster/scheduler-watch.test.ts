import assert from "node:assert/strict";
import { test } from "node:test";
import { SchedulerWatch } from "../../../infra/cluster/scheduler-watch.ts";
import { ActorSystem } from "../../../runtime/actor/system.ts";
import { LocalBus } from "../../../runtime/bus/local-bus.ts";
import { clusterSubjects } from "../../../runtime/bus/subject.ts";
import { ManualClock } from "../../support/manual-clock.ts";

test("SchedulerWatch tells once when nobody has answered for so long, and not before", async (t) => {
  const bus = new LocalBus();
  const clock = new ManualClock();
  const system = new ActorSystem({ bus, clock });
  t.after(async () => {
    system.close();
    await bus.close();
  });
  let silent = 0;
  const stop = system.spawn({
    address: clusterSubjects("c").hello,
    make: () => ({
      receive: (batch) => {
        for (const { question } of batch) question?.answer({ cluster: "c" });
      },
    }),
  });
  new SchedulerWatch(system, "c", 4000, () => silent++);
  await clock.advance(20_000);
  assert.equal(silent, 0);
  stop.stop();
  await clock.advance(3000);
  assert.equal(silent, 0);
  await clock.advance(60_000);
  assert.equal(silent, 1);
  assert.equal(clock.timerCount, 0);
});
