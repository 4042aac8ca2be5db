import { Client } from "../index.ts";
import { type BenchCase, pythonPeer, type Run, secondsOf } from "./bench-case.ts";

/** A task that waits, and five times as long in the process that is said to be slow; gives how long it took. */
function work(ms: number, slowPid: number): Promise<{ readonly pid: number; readonly tookMs: number }> {
  const { pid } = process;
  const beginMs = performance.now();
  return new Promise((resolve) =>
    setTimeout(() => resolve({ pid, tookMs: performance.now() - beginMs }), pid === slowPid ? 5 * ms : ms),
  );
}

/** One worker process is five times slower than the other: the time that all takes, beside what both together could do. */
export function slowAndFastCase(n: number, ms: number): BenchCase {
  let client: Client | undefined;
  return {
    name: "resilience/slow-and-fast",
    params: { n, ms, mode: "nats", workers: 2 },
    peers: [pythonPeer("dask-cluster", "slow_and_fast.py", [n, ms, 3])],
    runs: 3,
    open: async () => {
      client = await Client.local({ mode: "nats", workers: 2, slots: 1 });
      await client.waitForWorkers(2);
    },
    run: () => makespan(client as Client, n, ms),
    close: async () => client?.close(),
  };
}

async function makespan(client: Client, n: number, ms: number): Promise<Run> {
  const [slowPid] = client.workerPids.values();
  let runs: Awaited<ReturnType<typeof work>>[] = [];
  const seconds = await secondsOf(async () => {
    const inputs = Array.from({ length: n }, () => ms);
    runs = await client.gather(client.map((each: number) => work(each, slowPid as number), inputs));
  });
  const slow = runs.filter(({ pid }) => pid === slowPid);
  const fast = runs.filter(({ pid }) => pid !== slowPid);
  // If both worked all the time, at the pace that was seen, and ended at once.
  const idealMs = n / (1 / meanMs(slow) + 1 / meanMs(fast));
  return { seconds, more: { makespanOfIdeal: (seconds * 1000) / idealMs, slowRan: slow.length } };
}

const meanMs = (runs: readonly { readonly tookMs: number }[]): number =>
  runs.reduce((sum, { tookMs }) => sum + tookMs, 0) / runs.length;
