import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Future, ShoalError } from "shoal";
import { flaky, inc, TaskGate, testCluster, waitForState } from "shoal/testing";

const LIMIT = { timeout: 90_000 };

/** What users ask for with a call, seen to by a whole cluster. */
describe("hints of submit()", LIMIT, () => {
  test("retries: a task that throws is run again so often, and no more", async () => {
    await using cluster = await testCluster();
    const { client } = cluster;
    assert.equal(await client.submit(flaky(2, "done"), { retries: 2 }).result(), "done");
    const failed = (await client.submit(flaky(2, "done"), { retries: 1 }).exception()) as ShoalError;
    assert.equal((failed.cause as Error).message, "flaky: try 2 of 2 fails");
  });

  test("priority: of what waits, the higher runs earlier", async () => {
    await using cluster = await testCluster({ workers: 1 });
    const { client, workers } = cluster;
    const gate = new TaskGate(client);
    const blocker = client.submit(gate.wrap(inc), 0);
    await gate.entered(1);
    const order = client.queue<number>("order");
    const note = async (n: number, to: typeof order): Promise<void> => to.put(n);
    // Strictly one worker's, so that all of them wait in its queue or for it.
    const waiting = [1, 9, 5].map((priority) => client.submit(note, priority, order, { priority, workers }));
    for (const one of waiting) void one.handle;
    await client.status();
    await gate.open();
    await client.gather(waiting);
    assert.deepEqual(await order.getBatch(3), [9, 5, 1]);
    await blocker.result();
  });

  test("workers: a task runs there and nowhere else; with allowOtherWorkers elsewhere when none is there", async () => {
    await using cluster = await testCluster({ workers: 2 });
    const { client, workers } = cluster;
    for (const worker of workers) {
      const futures = client.map(inc, [1, 2, 3, 4], { workers: [worker] });
      await client.gather(futures);
      for (const holders of (await client.whoHas(futures)).values()) assert.ok(holders.includes(worker));
    }
    assert.equal(await client.submit(inc, 1, { workers: ["nobody"], allowOtherWorkers: true }).result(), 2);
    const strict = client.submit(inc, 2, { workers: ["nobody"] });
    await waitForState(client, strict, "ready");
    strict.cancel();
  });

  test("resources: no more runs at a time than the workers have of them", async () => {
    await using cluster = await testCluster({ workers: 2, slots: 4, resources: { gpu: 1 } });
    const { client } = cluster;
    const gate = new TaskGate(client);
    const jobs: Future<number>[] = [1, 2, 3, 4].map((n) => client.submit(gate.wrap(inc), n, { resources: { gpu: 1 } }));
    await gate.entered(2);
    const others = client.map(inc, [10, 20]);
    assert.deepEqual(await client.gather(others), [11, 21]);
    const processing = [...(await client.processing()).values()].reduce((sum, n) => sum + n, 0);
    assert.equal(processing, 2);
    await gate.open();
    assert.deepEqual(await client.gather(jobs), [2, 3, 4, 5]);
  });
});
