import { type IntervalHistogram, monitorEventLoopDelay } from "node:perf_hooks";
import { Client } from "../index.ts";
import { type BenchCase, type BenchMode, type Run, secondsOf } from "./bench-case.ts";
import { BusyWatch } from "./busy-watch.ts";
import { independent } from "./task-graphs.ts";

/**
 * How long a service waits for its own process while tasks pass through a client in it, and a scheduler beside: the delay of
 * the event loop, sampled every millisecond; what of it is its own processor time,
 * which a busy machine does not stretch; the scheduler's longest turn.
 */
const RESOLUTION_MS = 1;
/** Tasks of one request to the service, and requests that are open at once. */
const REQUEST_TASKS = 1000;
const REQUESTS_OPEN = 8;

const inc = (x: number): number => x + 1;
const ramp = (from: number, n: number): number[] => Array.from({ length: n }, (_, i) => from + i);

type Shape = "map" | "graph" | "requests";

const WORK: Readonly<Record<Shape, (client: Client, n: number) => Promise<boolean>>> = {
  map: async (client, n) => {
    const values = await client.gather(client.map(inc, ramp(0, n)));
    return values.length === n && values.every((value, i) => value === i + 1);
  },
  graph: async (client, n) => {
    const { want, check } = independent(n);
    const [values] = await client.executor.compute([want], { optimize: false });
    return check(values as unknown[]);
  },
  requests: async (client, n) => {
    const starts = ramp(0, n / REQUEST_TASKS).map((i) => i * REQUEST_TASKS);
    const serve = async (): Promise<boolean> => {
      for (let from = starts.pop(); from !== undefined; from = starts.pop()) {
        const values = await client.gather(client.map(inc, ramp(from, REQUEST_TASKS)));
        if (values.length !== REQUEST_TASKS || values[0] !== from + 1) return false;
      }
      return true;
    };
    return (await Promise.all(Array.from({ length: REQUESTS_OPEN }, serve))).every(Boolean);
  },
};

function lagCase(shape: Shape, n: number, mode: BenchMode): BenchCase {
  let client: Client | undefined;
  return {
    name: `futures/lag-${shape}`,
    params: { n, mode, workers: 2 },
    open: async () => {
      client = await Client.local({ mode, workers: 2 });
      await client.waitForWorkers(2);
    },
    run: async (): Promise<Run> => {
      const open = client as Client;
      const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
      const before = process.cpuUsage();
      delay.enable();
      const busy = new BusyWatch();
      let isRight = false;
      const seconds = await secondsOf(async () => {
        isRight = await WORK[shape](open, n);
      });
      delay.disable();
      busy.end();
      const { user, system } = process.cpuUsage(before);
      if (!isRight) throw new Error(`futures/lag-${shape} gave wrong values`);
      const { maxMs: turnMaxMs } = (await open.status()).turns;
      return { seconds, more: { ...lagMs(delay), ...busy.figures, turnMaxMs, cpuUsPerTask: (user + system) / n } };
    },
    close: async () => client?.close(),
  };
}

const lagMs = (delay: IntervalHistogram): Record<string, number> => ({
  lagP50Ms: delay.percentile(50) / 1e6,
  lagP99Ms: delay.percentile(99) / 1e6,
  lagMaxMs: delay.max / 1e6,
});

export const cases: readonly BenchCase[] = (["map", "graph", "requests"] as const).map((shape) =>
  lagCase(shape, 100_000, "nats"),
);
