import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { Client } from "../index.ts";

import { NatsServer, SERVER_CONFIG } from "../infra/nats/server.ts";
import { type BenchCase, type Run, secondsOf } from "./bench-case.ts";
import { cpuSeconds } from "./cpu-seconds.ts";

/** What the scheduler costs where it has very many workers, and what a program feels that shares its process with a client. */

const node = [process.execPath, "--import", import.meta.resolve("tsx"), "--conditions=shoal-source"] as const;
const path = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

function manyWorkers(n: number, processes: number, each: number, sleepMs: number): BenchCase {
  const children: ChildProcess[] = [];
  let server: NatsServer | undefined;
  let client: Client | undefined;
  const cluster = `bench-${process.pid}`;
  const start = (file: string, ...args: readonly (string | number)[]): ChildProcess => {
    const [program, ...before] = node;
    const child = spawn(program, [...before, path(file), ...args.map(String)], { stdio: ["pipe", "pipe", "inherit"] });
    children.push(child);
    return child;
  };
  let scheduler = 0;
  return {
    name: "resilience/many-workers",
    params: { n, workers: processes * each, processes, sleepMs },
    runs: 2,
    open: async () => {
      server = await NatsServer.start({ config: SERVER_CONFIG });
      const main = start("../infra/cli/main.ts", "scheduler", "--cluster", cluster, "--nats", server.url);
      await once(main.stdout as NonNullable<typeof main.stdout>, "data");
      scheduler = main.pid as number;
      for (let i = 0; i < processes; i++) start("peers/worker-actors.ts", server.url, cluster, `p${i}`, each, SLOTS);
      client = await Client.connect(server.url, { cluster });
      await client.waitForWorkers(processes * each, { timeout: "120s" });
    },
    run: async () => {
      const open = client as Client;
      const before = cpuSeconds(scheduler);
      const turnsBefore = (await open.status()).turns.count;
      const seconds = await secondsOf(async () => {
        const items = Array.from({ length: n }, (_, i) => i);
        const sleep = (x: number): Promise<number> => new Promise((resolve) => setTimeout(() => resolve(x), 20));
        const values = await open.gather(open.map(sleep, items));
        if (values.some((value, i) => value !== i)) throw new Error("a task gave a wrong value");
      });
      const schedulerUsPerTask = ((cpuSeconds(scheduler) - before) / n) * 1e6;
      const tasksPerTurn = n / ((await open.status()).turns.count - turnsBefore);
      return { seconds, more: { schedulerUsPerTask, tasksPerTurn } };
    },
    close: async () => {
      await client?.close();
      for (const child of children) child.kill("SIGTERM");
      await Promise.all(children.map((child) => child.exitCode ?? once(child, "exit")));
      await server?.stop();
    },
  };
}

const SLOTS = 4;

/** Delays of this process's event loop while tasks pass: the scheduler runs in it too. */
function sharedProcess(n: number): BenchCase {
  let client: Client | undefined;
  return {
    name: "resilience/shared-process",
    params: { n, mode: "nats", workers: 2 },
    runs: 3,
    open: async () => {
      client = await Client.local({ mode: "nats", workers: 2 });
      await client.waitForWorkers(2);
    },
    run: async (): Promise<Run> => {
      const open = client as Client;
      const idle = await lagOf(() => new Promise((resolve) => setTimeout(resolve, 1000)));
      let seconds = 0;
      const busy = await lagOf(async () => {
        seconds = await secondsOf(async () => {
          for (let from = 0; from < n; from += BATCH) {
            const items = Array.from({ length: BATCH }, (_, i) => from + i);
            await open.gather(open.map((x: number) => x + 1, items));
          }
        });
      });
      return { seconds, more: { lagP99Ms: busy.p99, lagMaxMs: busy.max, idleP99Ms: idle.p99 } };
    },
    close: async () => client?.close(),
  };
}

/** A service submits what its requests ask for, a thousand tasks at a time. */
const BATCH = 1000;

async function lagOf(work: () => Promise<unknown>): Promise<{ p99: number; max: number }> {
  const delays = monitorEventLoopDelay({ resolution: 1 });
  delays.enable();
  await work();
  delays.disable();
  return { p99: delays.percentile(99) / 1e6, max: delays.max / 1e6 };
}

export const cases: readonly BenchCase[] = [manyWorkers(1e5, 10, 20, 20), sharedProcess(1e5)];
