import assert from "node:assert/strict";
import { createServer } from "node:net";
import { describe, test } from "node:test";
import { Client, config, print, type ShoalError, warn } from "shoal";
import {
  assertStory,
  assertValidStory,
  capturedLogs,
  checkLeaks,
  genCluster,
  inc,
  KillWorker,
  newConfig,
  newConfigFile,
  pollFor,
  slowInc,
  TaskGate,
  testCluster,
  throws,
  validateState,
  waitForLog,
  waitForState,
} from "shoal/testing";

/** Of all of them together, on a busy machine. */
const LIMIT = { timeout: 400_000 };

describe("clusters for tests", LIMIT, () => {
  for (const mode of ["inline", "threads", "processes", "nats"] as const)
    test(`testCluster() runs, is checked when it is closed, and leaves nothing (${mode})`, async () => {
      const cluster = await testCluster({ mode });
      assert.equal(cluster.workers.length, mode === "inline" ? 1 : 2);
      const futures = cluster.client.map(inc, [1, 2, 3]);
      assert.deepEqual(await cluster.client.gather(futures), [2, 3, 4]);
      await validateState(cluster.client);
      await cluster.close();
      await cluster.close();
    });

  test("a server that a test forgets is a leak, by its port; allowed, it is none", async () => {
    const server = createServer();
    const open = () => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const error = (await checkLeaks(open, { settleMs: 100 }).catch((thrown: unknown) => thrown)) as ShoalError;
    const { port } = server.address() as { port: number };
    assert.equal(error.code, "LEAK");
    assert.deepEqual(error.details["left"], [`server at port ${port}`]);
    await new Promise((resolve) => server.close(resolve));
    await checkLeaks(open, { settleMs: 100, allow: ["server"] });
    await new Promise((resolve) => server.close(resolve));
  });

  test("a client that is not closed is a leak, with its threads", async () => {
    let client: Client | undefined;
    const error = (await checkLeaks(
      async () => {
        client = await Client.local({ mode: "threads", workers: 2 });
      },
      { settleMs: 100 },
    ).catch((thrown: unknown) => thrown)) as ShoalError;
    await client?.close();
    const left = error.details["left"] as string[];
    assert.ok(left.includes("2 × thread") && left.some((one) => one.startsWith("client of cluster local-")), `${left}`);
  });

  test("genCluster() gives a test a cluster and a configuration of its own, and a time limit", async () => {
    const undo = config.set({ "compute.priority": 3 });
    let seen: unknown[] = [];
    await genCluster({ mode: "inline", config: { "compute.retries": 2 } }, async ({ client, workers }) => {
      const value = await client.submit(inc, 1).result();
      seen = [value, workers.length, config.get("compute.retries"), config.get("compute.priority")];
    })();
    assert.deepEqual(seen, [2, 1, 2, undefined]);
    assert.equal(config.get("compute.retries"), undefined);
    undo();
    const late = genCluster({ mode: "inline", timeout: "50ms" }, ({ client }) => client.event("never").wait());
    await assert.rejects(late, { code: "TIMEOUT" });
    const wrong = genCluster({ mode: "inline" }, async () => assert.equal(1, 2));
    await assert.rejects(wrong, { name: "AssertionError" });
  });

  test("newConfig() sees nothing around it; newConfigFile() reads as a program does", async () => {
    await config.with({ "compute.priority": 9 }, () =>
      newConfig({ local: { workers: 3 } }, async () => {
        assert.deepEqual(config.all(), { "local.workers": 3 });
        assert.equal(await config.with({ "compute.retries": 1 }, async () => config.get("local.workers")), 3);
      }),
    );
    await newConfigFile('{ "compute": { "timeout": "3s" } }', () => {
      assert.deepEqual(config.all(), { "compute.timeout": "3s" });
    });
    await assert.rejects(
      newConfigFile('{ "compute": { "speed": 3 } }', () => {}),
      { code: "CONFIG" },
    );
  });

  test("waitForState() waits for a state of a task, and says where it is instead", async () => {
    await using cluster = await testCluster({ mode: "inline" });
    const { client } = cluster;
    const gate = new TaskGate(client);
    const held = client.submit(gate.wrap(inc), 1);
    const after = client.submit(inc, held);
    await gate.entered(1);
    assert.equal((await waitForState(client, held, "processing")).worker, "inline");
    await assert.rejects(waitForState(client, after, "memory", { timeout: "30ms" }), /is assigned, and did not come/);
    await gate.open();
    await waitForState(client, after, "memory");
    const { key } = after;
    after.release();
    held.release();
    await waitForState(client, key, "forgotten");
    assert.match(await waitForLog(client, /joined/), /joined/);
    await assert.rejects(
      pollFor(() => false, { timeout: "20ms", what: "nothing" }),
      /20 ms for nothing/,
    );
  });

  test("assertStory() finds the steps of a task, in order", async () => {
    await using cluster = await testCluster({ workers: 1, stories: true });
    const { client, workers } = cluster;
    const future = client.submit(slowInc, 1, "1ms");
    await future.result();
    const story = await client.story(future);
    assertValidStory(story);
    assertStory(story, [{ to: "processing" }, { from: "processing", to: "memory" }]);
    assertStory(story, [{ to: "memory", worker: workers[0] as string }]);
    assert.throws(() => assertStory(story, [{ to: "memory" }, { to: "processing" }]), /Step 1 .* is not told after/);
    assert.throws(() => assertStory(story, [{ to: "memory" }], { strict: true }), /and not 1/);
    const torn = { key: "torn", steps: [story.steps[0], story.steps[0]] as typeof story.steps };
    assert.throws(() => assertValidStory(torn), /begins at/);
  });

  for (const mode of ["inline", "processes"] as const)
    test(`capturedLogs() has what tasks print, and what the cluster notes (${mode})`, async () => {
      await using cluster = await testCluster({ mode });
      const { client } = cluster;
      const say = (n: number): number => {
        print("at", n);
        warn("low on", n);
        return n;
      };
      const logs = await capturedLogs(client, async () => {
        const failing = client.submit(throws);
        await failing.exception();
        return client.gather(client.map(say, [1, 2]));
      });
      assert.deepEqual(logs.value, [1, 2]);
      for (const n of [1, 2]) assert.ok(logs.has(`at ${n}`) && logs.has(`low on ${n}`), String(logs));
      assert.ok(logs.lines.some(({ from, text }) => from === "cluster" && /failed on/.test(text)));
    });

  test("KillWorker ends workers of processes, and the work goes on", async () => {
    await using cluster = await testCluster({ mode: "processes", allowedFailures: 20 });
    const { client } = cluster;
    const before = [...client.workerPids.values()];
    const chaos = await client.registerPlugin(new KillWorker({ delay: "300ms", mode: "kill", seed: 4 }));
    const values = client.gather(
      client.map(
        (x: number) => slowIncTwice(x),
        Array.from({ length: 100 }, (_, i) => i),
      ),
    );
    await pollFor(() => [...client.workerPids.values()].some((pid) => !before.includes(pid)), { timeout: "30s" });
    await chaos.unregister();
    assert.deepEqual(
      await values,
      Array.from({ length: 100 }, (_, i) => i + 2),
    );
  });

  test("KillWorker lets a worker leave in order, or end its thread; it refuses what would end the program", async () => {
    await using cluster = await testCluster({ workers: 2 });
    const { client, workers } = cluster;
    const kept = client.map(inc, [1, 2, 3, 4]);
    await client.gather(kept);
    const leaving = await client.registerPlugin(new KillWorker({ delay: "300ms", mode: "graceful" }));
    await pollFor(() => workers.some((worker) => !client.workers.some(({ id }) => id === worker)), { timeout: "30s" });
    await leaving.unregister();
    assert.deepEqual(await client.gather(kept), [2, 3, 4, 5]);
    await assert.rejects(client.registerPlugin(new KillWorker({ mode: "kill" })), (error: ShoalError) => {
      return (error.cause as ShoalError).code === "NOT_SUPPORTED";
    });
  });
});

const slowIncTwice = async (x: number): Promise<number> => {
  await new Promise((resolve) => setTimeout(resolve, 5));
  return x + 2;
};
