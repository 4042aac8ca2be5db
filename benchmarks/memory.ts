import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Client } from "../index.ts";
import { own } from "../runtime/graph/call.ts";
import type { TaskLayer } from "../runtime/graph/layer.ts";
import { liveFunction } from "../runtime/wire/function-spec.ts";
import type { BenchCase, Run } from "./bench-case.ts";
import { exchangeMemory } from "./exchange-memory.ts";
import { largerThanMemory } from "./larger-than-memory.ts";
import { loneScheduler, submissionBytes, takeSubmission } from "./lone-scheduler.ts";

/** What a task costs the scheduler while it lives. */

const inc = (x: number): number => x + 1;

function leaves(n: number, keys: "layer" | "user"): TaskLayer {
  return {
    kind: "tasks",
    name: "inc-0123456789abcdef",
    grid: [n],
    ...(keys === "user"
      ? { keys: Array.from({ length: n }, (_, i) => `user-key-${i.toString().padStart(8, "0")}`) }
      : {}),
    calls: [{ fn: liveFunction(inc), args: [own(0)] }],
    sources: [],
    inputOffsets: new Uint32Array(n + 1),
    inputIndex: new Uint32Array(0),
    own: { kind: "numbers", data: Float64Array.from({ length: n }, (_, i) => i) },
  };
}

const submissionOf = (n: number, keys: "layer" | "user"): Uint8Array => submissionBytes(leaves(n, keys));

function memoryUsed(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const liveTask = (n: number, keys: "layer" | "user"): BenchCase => ({
  name: "memory/live-task",
  params: { n, keys },
  runs: 5,
  run: async (): Promise<Run> => {
    if (globalThis.gc === undefined) throw new Error("the process needs --expose-gc");
    const bytes = submissionOf(n, keys);
    // What the submission was made of is gone before it is counted.
    await new Promise((resolve) => setImmediate(resolve));
    const before = memoryUsed();
    const brain = loneScheduler();
    const start = performance.now();
    takeSubmission(brain, bytes);
    const seconds = (performance.now() - start) / 1000;
    const used = memoryUsed() - before;
    if (brain.state.queues.size !== n) throw new Error(`${brain.state.queues.size} tasks are ready, not ${n}`);
    // The columns of a submission are views on its bytes, which live on with it.
    return { seconds, more: { bytesPerTask: (used + bytes.byteLength) / n, sentPerTask: bytes.byteLength / n } };
  },
});

/** Bytes of a process's heap and buffers, after a collection. */
function collectedBytes(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/**
 * What is left at client and scheduler (one process) and at the worker when futures were made, awaited and let go: beyond what there was after
 * the warm-up, so that growth from run to run adds up.
 */
const futuresLeft = (n: number): BenchCase => {
  let client: Client | undefined;
  let start: { readonly here: number; readonly there: number } | undefined;
  let runs = 0;
  return {
    name: "memory/futures-left",
    params: { n, mode: "processes", workers: 1 },
    runs: 9,
    open: async () => {
      client = await Client.local({ mode: "processes", workers: 1 });
    },
    run: async () => {
      const session = client as Client;
      const atWorker = async (): Promise<number> => [...(await session.run(collectedBytes)).values()][0] as number;
      start ??= { here: memoryUsed(), there: await atWorker() };
      const startMs = performance.now();
      const futures = session.map(
        inc,
        Array.from({ length: n }, (_, i) => i),
      );
      await session.gather(futures);
      for (const future of futures.splice(0)) future.release();
      while ((await session.status()).slabs > 0);
      const seconds = (performance.now() - startMs) / 1000;
      const left = { here: memoryUsed() - start.here, there: (await atWorker()) - start.there };
      // The first run makes what every later one uses.
      if (runs++ === 0) start = undefined;
      return { seconds, more: { leftHereKb: left.here / 1024, leftAtWorkerKb: left.there / 1024 } };
    },
    close: async () => client?.close(),
  };
};

export const cases: readonly BenchCase[] = [
  futuresLeft(1e5),
  liveTask(1e6, "layer"),
  liveTask(1e6, "user"),
  ...largerThanMemory,
  exchangeMemory(2, 10),
];
