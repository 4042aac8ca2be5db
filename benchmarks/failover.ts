import { Client } from "../index.ts";
import { NatsServer, SERVER_CONFIG } from "../infra/nats/server.ts";
import { type BenchCase, median, type Run, secondsOf } from "./bench-case.ts";
import { ShoalCommand } from "./shoal-command.ts";

/** The scheduler is killed at five points of a job; how long it takes until another one serves. The answer must be right. */

const KILLS_AT = [0.1, 0.3, 0.5, 0.7, 0.9];

/** Takes a fifth of a millisecond of the processor. */
function squared(x: number): number {
  const until = process.hrtime.bigint() + 200_000n;
  while (process.hrtime.bigint() < until);
  return x * x;
}

interface Cluster {
  readonly client: Client;
  readonly standbys: Set<ShoalCommand>;
  leader: ShoalCommand;
}

/** Kills whoever leads; gives the time until a standby answers a new task, before the rest of the job. */
async function takeover(cluster: Cluster): Promise<number> {
  const killedMs = performance.now();
  await cluster.leader.stop("SIGKILL");
  const next = await Promise.any([...cluster.standbys].map((one) => one.says(/goes on where[\s\S]*is ready/)));
  cluster.standbys.delete(next);
  cluster.leader = next;
  await cluster.client.submit((x: number) => x, killedMs, { priority: 10 }).result();
  return performance.now() - killedMs;
}

async function job(cluster: Cluster, n: number): Promise<Run> {
  const inputs = Array.from({ length: n }, (_, x) => x);
  const takeovers: number[] = [];
  const seconds = await secondsOf(async () => {
    const futures = cluster.client.map(squared, inputs);
    let settled = 0;
    let told = (): void => {};
    for (const future of futures)
      void future.wait().then(() => {
        settled += 1;
        told();
      });
    for (const share of KILLS_AT) {
      while (settled < n * share)
        await new Promise<void>((resolve) => {
          told = resolve;
        });
      takeovers.push(await takeover(cluster));
    }
    const values = await cluster.client.gather(futures);
    if (values.some((value, x) => value !== x * x)) throw new Error("a task gave a wrong value");
  });
  return { seconds, more: { takeoverMedianMs: median(takeovers), takeoverMaxMs: Math.max(...takeovers) } };
}

/** `n` tasks on two workers over NATS with JetStream, five standbys waiting. */
export function failoverCase(n: number): BenchCase {
  return {
    name: "resilience/kill-scheduler",
    params: { n, workers: 2, kills: KILLS_AT.length },
    isLong: true,
    run: async () => {
      const server = await NatsServer.start({ config: SERVER_CONFIG, jetStream: true });
      const env = { SHOAL_NATS: server.url, SHOAL_CLUSTER: `bench-${process.pid}` };
      const commands: ShoalCommand[] = [];
      const start = (...args: string[]): ShoalCommand => {
        const command = new ShoalCommand(args, env);
        commands.push(command);
        return command;
      };
      try {
        const leader = await start("scheduler").says(/is ready/);
        await start("worker", "--workers", "2").says(/2 workers for/);
        const standbys = KILLS_AT.map(() => start("scheduler", "--standby"));
        await Promise.all(standbys.map((one) => one.says(/waits at/)));
        const client = await Client.connect(server.url, { cluster: env.SHOAL_CLUSTER });
        try {
          await client.waitForWorkers(2);
          return await job({ client, leader, standbys: new Set(standbys) }, n);
        } finally {
          await client.close();
        }
      } finally {
        await Promise.all(commands.map((one) => one.stop("SIGTERM")));
        await server.stop();
      }
    },
  };
}
