import assert from "node:assert/strict";
import { test } from "node:test";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { Client } from "shoal";
import { systemClock, type TimerHandle } from "../../runtime/base/clock.ts";
import { type RunningCommand, startCommand } from "../support/command-line.ts";
import { startNatsCluster } from "../support/nats-cluster.ts";

/** What takes longer will never end; the story told then says where everybody stood. */
const STEP_MS_MAX = 90_000;
const JOURNAL = "shoal-journal-three";
const LEASE = "KV_shoal-three";

const pause = (ms: number): Promise<void> => new Promise((resolve) => void systemClock.setTimer(ms, resolve));

/** A step, told by name, that fails where one of the commands it needs has ended, or where it never would end. */
async function within<T>(
  what: string,
  step: Promise<T>,
  commands: readonly RunningCommand[],
  story: () => string,
): Promise<T> {
  let timer: TimerHandle;
  const never = new Promise<never>((_, reject) => {
    timer = systemClock.setTimer(STEP_MS_MAX, () => reject(new Error(`never: ${what}\n${story()}`)));
  });
  const ends = commands.map(async ({ exit }): Promise<never> => {
    await exit;
    throw new Error(`A command ended before ${what}\n${story()}`);
  });
  return Promise.race([step, never, ...ends]).finally(() => systemClock.clearTimer(timer));
}

/** Asks until it is answered: servers that have just found each other, or lost one, choose a leader first. */
async function surely<T>(ask: () => Promise<T>): Promise<T> {
  const endMs = systemClock.now() + STEP_MS_MAX;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (systemClock.now() > endMs) throw error;
      await pause(50);
    }
  }
}

const leaderOf = (connection: NatsConnection): Promise<string> =>
  surely(async () => {
    const { cluster } = await (await jetstreamManager(connection)).streams.info(JOURNAL);
    if (cluster?.leader === undefined) throw new Error("no leader yet");
    return cluster.leader;
  });

/** Waits until every server has all of the journal and of the lease: a majority of them is to do without any other. */
const untilCurrent = (connection: NatsConnection): Promise<void> =>
  surely(async () => {
    for (const stream of [JOURNAL, LEASE]) {
      const { cluster } = await (await jetstreamManager(connection)).streams.info(stream);
      const current = cluster?.replicas?.filter((replica) => replica.current).length;
      if (current !== 2) throw new Error(`${current} of 2 copies of ${stream} are complete`);
    }
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
  const story = (): string =>
    [
      `scheduler: ${scheduler.stdout}${scheduler.stderr}`,
      `workers: ${worker.stdout}${worker.stderr}`,
      ...[...servers].map(([name, server]) => `${name} at ${server.url}: ${server.log.slice(-3000)}`),
    ].join("\n");
  const step = <T>(what: string, done: Promise<T>): Promise<T> => within(what, done, [scheduler, worker], story);
  const client = await step("a client joins", Client.connect(urls[2], { cluster: "three" }));
  t.after(() => client.close());
  await step("workers join", client.waitForWorkers(2));
  for (const stream of [JOURNAL, LEASE])
    assert.equal((await (await jetstreamManager(watch)).streams.info(stream)).config.num_replicas, 3);

  const inputs = Array.from({ length: 500 }, (_, x) => x);
  const job = async (who: string, kill: () => Promise<void>): Promise<void> => {
    const futures = client.map((x: number) => {
      const end = process.hrtime.bigint() + 1_000_000n;
      while (process.hrtime.bigint() < end);
      return x + 1;
    }, inputs);
    await step(`a part is done before ${who} is killed`, (async () => futures[50]?.wait())());
    await step(`${who} is killed`, kill());
    const later = client.map((x: number) => x * 2, inputs);
    assert.deepEqual(
      await step(`what ran as ${who} was killed`, client.gather(futures)),
      inputs.map((x) => x + 1),
    );
    assert.deepEqual(
      await step(`what was given after ${who} was killed`, client.gather(later)),
      inputs.map((x) => x * 2),
    );
  };
  const leader = await leaderOf(watch);
  const other = [...servers.keys()].find((name) => name !== leader) as string;
  await job(`${other}, which follows,`, async () => void (await servers.get(other)?.kill()));
  await step(`${other} comes back`, (async () => servers.get(other)?.restart())());
  await step("the servers are level", untilCurrent(watch));
  const next = await leaderOf(watch);
  await job(`${next}, which leads,`, async () => void (await servers.get(next)?.kill()));
  assert.equal(await step("one more task", client.submit(() => "after").result()), "after");
});
