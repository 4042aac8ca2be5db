import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, ShoalError } from "shoal";
import { startCommand } from "../support/command-line.ts";

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const slow = async (x: number): Promise<number> => {
  await new Promise((resolve) => setTimeout(resolve, 60));
  return x * 2;
};

/** Waits until something is so of the cluster's workers, as the client hears of them. */
async function until(client: Client, holds: (workers: number) => boolean): Promise<void> {
  while (!holds((await client.status()).workers.length)) await new Promise((resolve) => setTimeout(resolve, 20));
}

const xs = Array.from({ length: 200 }, (_, x) => x);

for (const mode of ["threads", "processes"] as const)
  test(`${mode}: the number of workers follows the work, up at once and down when it is done; nothing is lost`, async (t) => {
    const client = await Client.local({ mode, workers: 1 });
    t.after(() => client.close());
    const kept = (await client.scatter(["a", "b", "c"])) as unknown as { result(): Promise<string> }[];
    client.adapt({ minimum: 1, maximum: 3, interval: "50ms", waitCount: 3, target: "300ms" });
    const futures = client.map(slow, xs);
    await until(client, (workers) => workers === 3);
    assert.deepEqual(
      await client.gather(futures),
      xs.map((x) => x * 2),
    );
    await until(client, (workers) => workers === 1);
    assert.deepEqual(
      await client.gather(futures),
      xs.map((x) => x * 2),
      "results of workers that left are there",
    );
    assert.deepEqual(await Promise.all(kept.map((one) => one.result())), ["a", "b", "c"]);
    await client.scale(2);
    await client.waitForWorkers(2);
    await client.scale(1);
    await until(client, (workers) => workers === 1);
  });

test("workers live no longer than they may: others take their place, and what they held", async (t) => {
  const client = await Client.local({ mode: "threads", workers: 2, lifetime: "5s", lifetimeStagger: "1s" });
  t.after(() => client.close());
  const first = client.workers.map(({ id }) => id);
  const futures = client.map((x: number) => [x], xs);
  await client.gather(futures);
  while (client.workers.some(({ id }) => first.includes(id)) || client.workers.length < 2)
    await new Promise((resolve) => setTimeout(resolve, 50));
  assert.deepEqual(await client.gather(client.map(([x]: number[]) => x, futures)), xs);
});

test("a task that no worker may run fails when none has come for so long, and says what it asked for", async (t) => {
  const client = await Client.local({ mode: "threads", workers: 1, noWorkersTimeout: "300ms" });
  t.after(() => client.close());
  const future = client.submit((x: number) => x, 1, { resources: { GPU: 2 } });
  const error = await future.exception();
  assert.ok(error instanceof ShoalError && error.code === "NO_WORKERS", String(error));
  assert.match(error.message, /2 of GPU/);
  assert.equal(await client.submit((x: number) => x, 2).result(), 2, "others run");
});

test("SIGTERM of a worker command: what only its workers hold is handed over first, nothing is computed again", async (t) => {
  const nats = startCommand(t, ["nats", "--port", "0"]);
  const [, url = ""] = await nats.says(/is ready at (nats:\S+)/);
  const env = { SHOAL_NATS: url, SHOAL_CLUSTER: "drain" };
  const scheduler = startCommand(t, ["scheduler", "--no-page", "--idle-timeout", "6s"], { env });
  await scheduler.says(/is ready at/);
  const one = startCommand(t, ["worker", "--workers", "1"], { env });
  await one.says(/for cluster "drain"/);
  const client = await Client.connect(url, { cluster: "drain" });
  t.after(() => client.close());
  await client.waitForWorkers(1);
  const futures = client.map((x: number) => ({ x, by: process.pid }), xs);
  const before = await client.gather(futures);
  const scattered = await client.scatter({ only: "here" });
  const two = startCommand(t, ["worker", "--adapt", "1:2"], { env });
  await client.waitForWorkers(2);
  const pids = (await client.stats()).workerPids;
  assert.deepEqual(await one.stop("SIGTERM"), { code: 0, signal: null });
  assert.match(one.stdout, /Worker \S+ has left/);
  assert.deepEqual(await client.gather(client.map((made: object) => ({ ...made }), futures)), before);
  assert.deepEqual(await client.submit((value: object) => ({ ...value }), scattered).result(), { only: "here" });
  await client.close();
  assert.deepEqual(await scheduler.exit, { code: 0, signal: null }, "nobody wanted anything for so long");
  assert.match(scheduler.stdout, /Nobody has wanted anything for 6000 ms/);
  await two.stop("SIGTERM");
  await nats.stop("SIGTERM");
  assert.deepEqual(pids.filter(isAlive), [], "no worker process is left behind");
});
