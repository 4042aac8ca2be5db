import assert from "node:assert/strict";
import { test } from "node:test";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { Client } from "shoal";
import { systemClock } from "../../runtime/base/clock.ts";
import { startCommand } from "../support/command-line.ts";
import { startNatsCluster } from "../support/nats-cluster.ts";

const pause = (ms: number): Promise<void> => new Promise((resolve) => void systemClock.setTimer(ms, resolve));

/** Asks until it is answered: servers that have just found each other, or lost one, choose a leader first. */
async function surely<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch {
      await pause(50);
    }
  }
}

const leaderOf = (connection: NatsConnection): Promise<string> =>
  surely(async () => {
    const { cluster } = await (await jetstreamManager(connection)).streams.info("shoal-journal-three");
    if (cluster?.leader === undefined) throw new Error("no leader yet");
    return cluster.leader;
  });

test("three servers, one killed, then the one that leads the journal: jobs go on, and the journal with them", async (t) => {
  const servers = await startNatsCluster(t);
  const urls = [...servers.values()].map((server) => server.url);
  const watch = await connect({ servers: urls, maxReconnectAttempts: -1 });
  t.after(() => watch.close());
  await surely(async () => (await jetstreamManager(watch)).getAccountInfo());
  // Each part knows one address; the servers tell it the others.
  const env = (i: number): NodeJS.ProcessEnv => ({ SHOAL_NATS: urls[i], SHOAL_CLUSTER: "three" });
  const scheduler = startCommand(t, ["scheduler", "--no-page"], { env: env(0) });
  await scheduler.says(/is ready at .*, with a journal/);
  const worker = startCommand(t, ["worker", "--workers", "2"], { env: env(1) });
  await worker.says(/2 workers for/);
  const client = await Client.connect(urls[2], { cluster: "three" });
  t.after(() => client.close());
  await client.waitForWorkers(2);
  const { config } = await (await jetstreamManager(watch)).streams.info("shoal-journal-three");
  assert.equal(config.num_replicas, 3);

  const inputs = Array.from({ length: 500 }, (_, x) => x);
  const job = async (when: () => Promise<void>): Promise<void> => {
    const futures = client.map((x: number) => {
      const end = process.hrtime.bigint() + 1_000_000n;
      while (process.hrtime.bigint() < end);
      return x + 1;
    }, inputs);
    await futures[50]?.wait();
    await when();
    const later = client.map((x: number) => x * 2, inputs);
    assert.deepEqual(
      await client.gather(futures),
      inputs.map((x) => x + 1),
    );
    assert.deepEqual(
      await client.gather(later),
      inputs.map((x) => x * 2),
    );
  };
  const leader = await leaderOf(watch);
  const other = [...servers.keys()].find((name) => name !== leader) as string;
  await job(async () => void (await servers.get(other)?.kill()));
  await servers.get(other)?.restart();
  await job(async () => void (await servers.get(await leaderOf(watch))?.kill()));
  assert.equal(await client.submit(() => "after").result(), "after");
});
