import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Future } from "shoal";
import { inc, pollFor, TestNetwork, testCluster } from "shoal/testing";

const WORKERS = "shoal.*.worker.*";
const PEERS = "shoal.*.worker.*.peer";

describe("a cluster on a network that a test has its hands on", { timeout: 60_000 }, () => {
  test("work is done as anywhere, and nothing is left", async () => {
    await using cluster = await testCluster({ network: new TestNetwork(), workers: 2 });
    assert.deepEqual(await cluster.client.gather(cluster.client.map(inc, [1, 2, 3])), [2, 3, 4]);
    assert.equal(cluster.workers.length, 2);
  });

  test("hold() keeps messages of a type back until they are released", async () => {
    const network = new TestNetwork();
    await using cluster = await testCluster({ network, workers: 1 });
    const held = network.hold(WORKERS, { type: "compute" });
    const future = cluster.client.submit(inc, 1);
    await held.holds(1);
    assert.ok(held.messages[0]?.types.includes("compute"));
    assert.equal(future.status, "pending");
    held.end();
    assert.equal(await future.result(), 2);
  });

  test("a message that is lost is missed, and what it asked for is done all the same", async () => {
    const network = new TestNetwork();
    await using cluster = await testCluster({ network, workers: 1 });
    const held = network.hold(WORKERS, { type: "compute", count: 1 });
    const future = cluster.client.submit(inc, 1);
    await held.holds(1);
    held.drop();
    assert.equal(await future.result(), 2);
  });

  test("messages are delivered in the order in which they are released", async () => {
    const network = new TestNetwork();
    const seen: unknown[] = [];
    network.subscribe("numbers", ({ payload }) => void seen.push((payload as Uint8Array)[0]));
    const held = network.hold("numbers", { count: 3 });
    for (const n of [1, 2, 3, 4]) network.publish("numbers", Uint8Array.of(n));
    await held.holds(3);
    const [first, second, third] = held.messages;
    held.release(third as never, first as never);
    await network.flush();
    assert.deepEqual(seen, [4, 3, 1]);
    assert.throws(() => held.release(first as never), { code: "UNKNOWN_KEY" });
    held.end();
    await network.flush();
    assert.deepEqual(seen, [4, 3, 1, second === undefined ? 0 : 2]);
    await network.close();
  });

  test("a task whose input does not come waits for it", async () => {
    const network = new TestNetwork();
    await using cluster = await testCluster({ network, workers: 2 });
    const { client, workers } = cluster;
    const [a = "", b = ""] = workers;
    const make = (n: number): Float64Array => new Float64Array(1000).fill(n);
    const left: Future<Float64Array> = client.submit(make, 1, { workers: [a] });
    const right: Future<Float64Array> = client.submit(make, 2, { workers: [b] });
    await Promise.all([left.wait(), right.wait()]);
    const held = network.hold(PEERS);
    const sum = client.submit((x: Float64Array, y: Float64Array) => (x[0] as number) + (y[0] as number), left, right);
    await held.holds(1);
    assert.equal(sum.status, "pending");
    held.end();
    assert.equal(await sum.result(), 3);
  });

  test("a worker that is ended is replaced, and its work done again", async () => {
    await using cluster = await testCluster({ network: new TestNetwork(), workers: 1 });
    const { client, workers } = cluster;
    const future = client.submit(inc, 1);
    await future.wait();
    await client.restartWorkers(workers);
    await pollFor(() => !cluster.workers.includes(workers[0] as string));
    assert.equal(await future.result(), 2);
  });
});
