import { spawn } from "node:child_process";
import { once } from "node:events";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { createInterface } from "node:readline";
import { Client } from "shoal";
import { webService } from "../test/service/web-service.ts";
import type { BenchCase, Run } from "./bench-case.ts";

/**
 * The example service answers requests at a fixed rate while a large computation runs on the same client. Requests come from a process of
 * its own; `seconds` is the median answer, `lagP99Ms` and `lagMaxMs` how late the service's event loop was beyond the sampler's own step.
 */
const RATE = 500;
const SECONDS = 4;
const STEP_MS = 1;
const LOAD = new URL("./peers/service-load.mjs", import.meta.url).pathname;

interface Load {
  readonly sent: number;
  readonly good: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

async function answer(client: Client, isBusy: boolean): Promise<Run> {
  const service = webService(client, { mostAtOnce: 500, timeout: "30s" });
  const address = await service.listen({ host: "127.0.0.1", port: 0 });
  const done = new AbortController();
  const large = isBusy ? compute(client, done.signal) : Promise.resolve(0);
  const lag = monitorEventLoopDelay({ resolution: STEP_MS });
  const load = spawn(process.execPath, [LOAD, address, String(RATE), String(SECONDS)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface({ input: load.stdout })[Symbol.asyncIterator]();
  await lines.next();
  lag.enable();
  const { sent, good, p50Ms, p99Ms, maxMs } = JSON.parse((await lines.next()).value as string) as Load;
  lag.disable();
  done.abort();
  const largeTasks = await large;
  if (load.exitCode === null) await once(load, "exit");
  await service.close();
  if (good !== sent || sent < RATE * SECONDS) throw new Error(`${good} of ${sent} requests were answered well`);
  const late = (nanoseconds: number): number => nanoseconds / 1e6 - STEP_MS;
  return {
    seconds: p50Ms / 1000,
    more: { p99Ms, maxMs, lagP99Ms: late(lag.percentile(99)), lagMaxMs: late(lag.max), largeTasks },
  };
}

/** Work of 2 ms a task, more of it than fits the time. Gives how many tasks were done. */
async function compute(client: Client, signal: AbortSignal): Promise<number> {
  let count = 0;
  while (!signal.aborted) {
    const futures = client.map(
      (n: number) => {
        const end = performance.now() + 2;
        let sum = 0;
        while (performance.now() < end) sum += Math.sqrt(n + sum);
        return sum;
      },
      Array.from({ length: 500 }, (_, i) => i),
    );
    count += (await client.gather(futures)).length;
    for (const future of futures) future.release();
  }
  return count;
}

const serviceCase = (mode: "inline" | "threads", isBusy: boolean): BenchCase => {
  let client: Client | undefined;
  return {
    name: "service/requests",
    params: { mode, perSecond: RATE, beside: isBusy ? "a large computation" : "nothing" },
    runs: 2,
    open: async () => {
      client = await Client.local(mode === "inline" ? { mode } : { mode, workers: 1 });
    },
    run: () => answer(client as Client, isBusy),
    close: async () => client?.close(),
  };
};

export const cases: readonly BenchCase[] = (["inline", "threads"] as const).flatMap((mode) =>
  [true, false].map((isBusy) => serviceCase(mode, isBusy)),
);
