import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { SchedulerBrain } from "../../../actors/scheduler/scheduler-brain.ts";
import { Client } from "../../../collections/futures/client.ts";
import { openOnNetwork } from "../../../infra/testing/network-cluster.ts";
import { TestNetwork } from "../../../infra/testing/test-network.ts";
import { uniqueToken } from "../../../runtime/base/random.ts";
import { VERSION } from "../../../runtime/base/version.ts";
import { clusterSubjects } from "../../../runtime/bus/subject.ts";

class Counter {
  n = 0;
  add(by: number): number {
    this.n += by;
    return this.n;
  }
}

/** A cluster on a network that the test holds, its scheduler's brain, and what its coordination actor says. */
async function onNetwork(t: TestContext) {
  const network = new TestNetwork();
  const cluster = await openOnNetwork(network, { workers: 1 });
  const client = await Client.on(cluster, { workers: 1 });
  t.after(() => client.close());
  const ask = (op: "actorWhere" | "actorCounts", id = ""): Promise<unknown> => {
    const request = { op, id, ticket: uniqueToken(), holder: "test" };
    return cluster.system.ask(clusterSubjects(cluster.name).coordination, request, {
      timeoutMs: 10_000,
      form: "frame",
    });
  };
  return { network, client, brain: cluster.brain as SchedulerBrain, ask };
}

test("an actor whose worker has begun another life between its making and its registration is known to be lost", async (t) => {
  const { network, client, brain, ask } = await onNetwork(t);
  const held = network.hold("shoal.*.coordination");
  const making = client.actor(Counter);
  await held.holds(1);
  // How many actors there are is asked before, the registration comes after it was made.
  held.release();
  await held.holds(1);
  const [worker] = [...brain.state.workerByName.values()];
  assert.ok(worker);
  const { id, slots, resources, pid, host } = worker;
  const incarnation = worker.incarnation + 1;
  const message = {
    type: "join",
    join: 1,
    version: VERSION,
    worker: id,
    incarnation,
    slots,
    resources,
    pid,
    host,
  } as const;
  brain.step({ kind: "worker", worker: id, incarnation, message }, brain.state.nowMs);
  held.end();
  await making;
  await ask("actorWhere");
  assert.deepEqual(await ask("actorCounts"), {});
});
