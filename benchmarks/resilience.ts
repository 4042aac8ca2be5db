import { Client } from "../index.ts";
import { type BenchCase, type BenchMode, pythonPeer, type Run, secondsOf } from "./bench-case.ts";
import { failoverCase } from "./failover.ts";
import { cases as manyWorkers } from "./many-workers.ts";
import { slowAndFastCase } from "./slow-and-fast.ts";

/** A worker process is killed in the middle of a job; the answer must be right, and the loss small. */

const slow = (x: number, ms: number): Promise<number> => new Promise((resolve) => setTimeout(() => resolve(x * x), ms));
const add = (a: number, b: number): number => a + b;

const SHARE_BEFORE_KILL = 0.4;

async function job(client: Client, tasks: number, ms: number, kill: boolean): Promise<Run> {
  const want = Array.from({ length: tasks }, (_, i) => i * i).reduce((sum, x) => sum + x, 0);
  let got = 0;
  let lost = 0;
  const seconds = await secondsOf(async () => {
    const leaves = client.map(
      (x: number) => slow(x, ms),
      Array.from({ length: tasks }, (_, i) => i),
    );
    let level = leaves;
    while (level.length > 1) {
      const odd = level.length % 2 === 1 ? [level.at(-1) as (typeof level)[number]] : [];
      const pairs = Array.from({ length: level.length >> 1 }, (_, i) =>
        client.submit(add, level[2 * i] as (typeof level)[number], level[2 * i + 1] as (typeof level)[number]),
      );
      level = [...pairs, ...odd];
    }
    const answer = (level[0] as (typeof level)[number]).result();
    if (kill) lost = await killHalfWay(client, leaves, tasks);
    got = await answer;
  });
  if (got !== want) throw new Error(`the answer is ${got}, it should be ${want}`);
  return { seconds, more: { lostTasks: lost } };
}

/** Kills the first worker when enough is done; gives how many finished leaves lay on it. */
async function killHalfWay(
  client: Client,
  leaves: readonly { readonly done: boolean }[],
  tasks: number,
): Promise<number> {
  while (leaves.filter((one) => one.done).length < tasks * SHARE_BEFORE_KILL)
    await new Promise((resolve) => setTimeout(resolve, 5));
  const [pid] = client.workerPids.values();
  const done = leaves.filter((one) => one.done).length;
  process.kill(pid as number, "SIGKILL");
  return done / 2;
}

function killCase(name: string, kill: boolean, tasks: number, ms: number, mode: BenchMode): BenchCase {
  return {
    name: `resilience/${name}`,
    params: { n: tasks, ms, mode, workers: 2 },
    peers: mode === "nats" ? [pythonPeer("dask-cluster", "resilience.py", [kill ? "yes" : "no", tasks, ms, 3])] : [],
    run: async () => {
      const client = await Client.local({ mode, workers: 2 });
      await client.waitForWorkers(2);
      try {
        return await job(client, tasks, ms, kill);
      } finally {
        await client.close();
      }
    },
  };
}

const killCases = (["processes", "nats"] as const).flatMap((mode) => [
  killCase("undisturbed", false, 2000, 5, mode),
  killCase("kill-worker", true, 2000, 5, mode),
]);

export const cases: readonly BenchCase[] = [
  ...killCases,
  failoverCase(20_000),
  slowAndFastCase(1000, 5),
  slowAndFastCase(200, 50),
  ...manyWorkers,
];
