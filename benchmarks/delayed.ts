import { Client, delayed } from "../index.ts";
import { type BenchCase, type BenchMode, pythonPeer, type Run } from "./bench-case.ts";

/** Lazy calls: n of them under one sum, built and run. */
const inc = (x: number): number => x + 1;
const total = (xs: readonly number[]): number => xs.reduce((sum, x) => sum + x, 0);

async function buildAndRun(n: number): Promise<Run> {
  const start = performance.now();
  const lazyInc = delayed(inc);
  const sum = delayed(total)(Array.from({ length: n }, (_, i) => lazyInc(i)));
  const built = performance.now();
  const value = await sum.compute();
  const end = performance.now();
  if (value !== (n * (n + 1)) / 2) throw new Error(`wrong value ${value}`);
  return { seconds: (end - start) / 1000, more: { buildS: (built - start) / 1000 } };
}

function delayedCase(n: number, mode: BenchMode): BenchCase {
  let client: Client | undefined;
  return {
    name: "sched/delayed",
    params: { n, mode, ...(mode === "inline" ? {} : { workers: 2 }) },
    peers: [
      pythonPeer("dask-threads", "delayed.py", ["threads", n, 3]),
      // Ten thousand take it as long a call as a hundred thousand, and half a minute.
      ...(mode === "inline" ? [] : [pythonPeer("dask-cluster", "delayed.py", ["cluster", Math.min(n, 1e4), 1])]),
    ],
    open: async () => {
      client = await Client.local(mode === "inline" ? { mode } : { mode, workers: 2 });
    },
    run: () => buildAndRun(n),
    close: async () => client?.close(),
  };
}

export const cases: readonly BenchCase[] = (["inline", "threads", "processes", "nats"] as const).flatMap((mode) =>
  [1e4, 1e5].map((n) => delayedCase(n, mode)),
);
