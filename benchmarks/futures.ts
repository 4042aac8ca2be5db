import { asCompleted, Client } from "../index.ts";
import {
  type BenchCase,
  type BenchMode,
  median,
  nodePeer,
  type Peer,
  pythonPeer,
  type Run,
  secondsOf,
} from "./bench-case.ts";
import { cases as lag } from "./lag.ts";

/** Latency and throughput of futures. */

const inc = (x: number): number => x + 1;

async function roundtrip(client: Client, trips: number): Promise<Run> {
  const seconds: number[] = [];
  for (let i = 0; i < trips; i++)
    seconds.push(
      await secondsOf(async () => {
        if ((await client.submit(inc, i).result()) !== i + 1) throw new Error("wrong value");
      }),
    );
  const sorted = seconds.sort((a, b) => a - b);
  const at = (share: number): number => (sorted[Math.floor(trips * share)] as number) * 1e6;
  return { seconds: median(seconds), more: { p90Us: at(0.9), p99Us: at(0.99) } };
}

async function mapGather(client: Client, n: number): Promise<Run> {
  let values: readonly number[] = [];
  const seconds = await secondsOf(async () => {
    values = await client.gather(
      client.map(
        inc,
        Array.from({ length: n }, (_, i) => i),
      ),
    );
  });
  if (values.length !== n || values.some((value, i) => value !== i + 1)) throw new Error("wrong values");
  return { seconds };
}

async function chain(client: Client, n: number): Promise<Run> {
  let value = 0;
  const seconds = await secondsOf(async () => {
    let future = client.submit(inc, 0);
    for (let i = 1; i < n; i++) future = client.submit(inc, future);
    value = await future.result();
  });
  if (value !== n) throw new Error("wrong value");
  return { seconds };
}

async function completed(client: Client, n: number): Promise<Run> {
  let count = 0;
  const seconds = await secondsOf(async () => {
    for await (const _ of asCompleted(
      client.map(
        inc,
        Array.from({ length: n }, (_, i) => i),
      ),
    ))
      count += 1;
  });
  if (count !== n) throw new Error(`${count} of ${n} futures completed`);
  return { seconds };
}

/** Megabytes of float64 to a worker and back. */
async function moved(client: Client, megabytes: number, which: "scatter" | "gather"): Promise<Run> {
  const data = new Float64Array(megabytes * 125_000);
  for (let i = 0; i < data.length; i++) data[i] = i * 0.5;
  const start = performance.now();
  const future = await client.scatter(data);
  const middle = performance.now();
  const back = await future.result();
  const end = performance.now();
  if (back.length !== data.length || back[data.length - 1] !== data[data.length - 1]) throw new Error("wrong data");
  future.release();
  const seconds = (which === "scatter" ? middle - start : end - middle) / 1000;
  return { seconds, more: { mbPerS: megabytes / seconds } };
}

class Counter {
  private total = 0;

  add(amount: number): number {
    this.total += amount;
    return this.total;
  }
}

/** Calls of one actor, one after another. */
async function actorCalls(client: Client, n: number): Promise<Run> {
  await using counter = await client.actor(Counter);
  const seconds: number[] = [];
  for (let i = 0; i < n; i++)
    seconds.push(
      await secondsOf(async () => {
        if ((await counter.add(1)) !== i + 1) throw new Error("wrong value");
      }),
    );
  const sorted = seconds.sort((a, b) => a - b);
  const at = (share: number): number => (sorted[Math.floor(n * share)] as number) * 1e6;
  return { seconds: median(seconds), more: { minUs: at(0), p90Us: at(0.9), p99Us: at(0.99) } };
}

/** Calls of one actor, all under way at once. */
async function actorPipeline(client: Client, n: number): Promise<Run> {
  await using counter = await client.actor(Counter);
  let totals: readonly number[] = [];
  const seconds = await secondsOf(async () => {
    totals = await Promise.all(Array.from({ length: n }, () => counter.add(1)));
  });
  if (totals.some((total, i) => total !== i + 1)) throw new Error("wrong values");
  return { seconds };
}

function futureCase(
  name: string,
  n: number,
  mode: BenchMode,
  units: number,
  run: (client: Client) => Promise<Run>,
  peers: readonly Peer[] = [],
): BenchCase {
  let client: Client | undefined;
  return {
    name: `futures/${name}`,
    params: { n, mode, ...(mode === "inline" ? {} : { workers: 2 }) },
    units,
    peers,
    open: async () => {
      client = await Client.local(mode === "inline" ? { mode } : { mode, workers: 2 });
    },
    run: () => run(client as Client),
    close: async () => client?.close(),
  };
}

const dask = (name: string, n: number, runs = 3): Peer => pythonPeer("dask-cluster", "futures.py", [name, n, runs]);
const raw = nodePeer("nats-raw", "nats-raw.ts", [2000, 200]);
const rawTogether = nodePeer("nats-raw", "nats-raw.ts", [5000, 200, "together"]);

const moving: readonly BenchCase[] = (["inline", "threads", "processes", "nats"] as const).flatMap((mode) => {
  const peers = (...all: readonly Peer[]): readonly Peer[] => (mode === "nats" || mode === "inline" ? all : []);
  const dear = (...all: readonly Peer[]): readonly Peer[] => (mode === "nats" ? all : []);
  // Where a trip takes microseconds, a thousand of them would measure how the engine compiles.
  const trips = mode === "inline" ? 5000 : 1000;
  return [
    futureCase("roundtrip", trips, mode, 1, (client) => roundtrip(client, trips), [
      ...peers(dask("roundtrip", 500)),
      ...dear(raw),
    ]),
    futureCase("map_gather", 5000, mode, 5000, (client) => mapGather(client, 5000), dear(dask("map_gather", 5000))),
    futureCase("dependent", 1000, mode, 1000, (client) => chain(client, 1000), dear(dask("dependent", 1000))),
    futureCase("as_completed", 5000, mode, 5000, (client) => completed(client, 5000), dear(dask("as_completed", 5000))),
    futureCase("actor_call", 1000, mode, 1, (client) => actorCalls(client, 1000), [
      ...dear(dask("actor_call", 1000)),
      ...dear(raw),
    ]),
    futureCase("actor_pipeline", 5000, mode, 5000, (client) => actorPipeline(client, 5000), [
      ...dear(dask("actor_pipeline", 1000)),
      ...dear(rawTogether),
    ]),
    ...(["scatter", "gather"] as const).map((which) =>
      futureCase(which, 100, mode, 100, (client) => moved(client, 100, which), dear(dask(which, 100, 5))),
    ),
  ];
});

export const cases: readonly BenchCase[] = [...moving, ...lag];
