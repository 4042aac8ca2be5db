import { Client } from "../index.ts";
import { type BenchCase, type BenchMode, nodePeer, type Peer, pythonPeer, secondsOf } from "./bench-case.ts";
import { cases as placement } from "./placement.ts";
import { chain, independent, keyed, layered, merge, type TaskGraph, tree } from "./task-graphs.ts";

/** What a scheduler costs for each trivial task: every task has a key, arguments and a result of its own. */

const GRAPHS = { independent, chain, tree, merge, layered, keyed };

function taskCase(
  shape: keyof typeof GRAPHS,
  n: number,
  mode: BenchMode,
  peers: readonly Peer[],
  runs?: number,
): BenchCase {
  let client: Client | undefined;
  const make = GRAPHS[shape];
  return {
    name: `tasks/${shape}`,
    params: { n, mode, ...(mode === "inline" ? {} : { workers: 2 }) },
    units: make === tree ? 2 * n - 1 : n,
    peers,
    ...(runs === undefined ? {} : { runs }),
    open: async () => {
      client = await Client.local(mode === "inline" ? { mode } : { mode, workers: 2 });
    },
    run: async () => {
      const open = client as Client;
      const before = await finishedTasks(open);
      let graph: TaskGraph | undefined;
      let values: readonly unknown[] = [];
      const seconds = await secondsOf(async () => {
        graph = make(n);
        values = (await open.executor.compute([graph.want], { optimize: false }))[0] as unknown[];
      });
      const { tasks, check } = graph as TaskGraph;
      const finished = (await finishedTasks(open)) - before;
      if (finished !== tasks) throw new Error(`${finished} tasks came to an end, ${tasks} were asked for`);
      if (!check(values)) throw new Error(`tasks/${shape} gave wrong values`);
      return { seconds, more: { finished } };
    },
    close: async () => client?.close(),
  };
}

/** Transitions to `memory` so far, as the scheduler counts them. */
async function finishedTasks(client: Client): Promise<number> {
  const { entered } = (await client.status()) as { entered: Record<string, number> };
  return entered["memory"] as number;
}

const dask = (shape: string, n: number, ...schedulers: ("threads" | "cluster" | "cluster-inf")[]): Peer[] =>
  schedulers.map((scheduler) =>
    pythonPeer(`dask-${scheduler}`, "tasks.py", [shape, scheduler, n, scheduler === "threads" ? 5 : 3]),
  );

export const cases: readonly BenchCase[] = [
  taskCase("independent", 1e5, "inline", dask("independent", 1e5, "threads")),
  taskCase("independent", 1e6, "inline", []),
  taskCase("keyed", 1e5, "inline", dask("independent", 1e5, "threads")),
  taskCase("chain", 1e4, "inline", dask("chain", 1e4, "threads")),
  taskCase("tree", 2 ** 16, "inline", dask("tree", 2 ** 16, "threads")),
  taskCase("merge", 1e4, "inline", dask("merge", 1e4, "threads")),
  taskCase("layered", 1e5, "inline", dask("layered", 1e5, "threads")),
  taskCase("independent", 1e5, "threads", [
    nodePeer("piscina", "piscina.ts", [1e5, 2]),
    ...dask("independent", 1e5, "threads"),
  ]),
  taskCase("chain", 1e4, "threads", []),
  taskCase("independent", 1e4, "processes", []),
  taskCase("independent", 1e5, "processes", []),
  taskCase("chain", 2000, "processes", []),
  taskCase("independent", 1e4, "nats", dask("independent", 1e4, "cluster", "cluster-inf")),
  taskCase("independent", 1e5, "nats", []),
  taskCase("chain", 2000, "nats", dask("chain", 2000, "cluster")),
  taskCase("tree", 8192, "nats", dask("tree", 8192, "cluster")),
  taskCase("merge", 5000, "nats", dask("merge", 5000, "cluster")),
  taskCase("layered", 1e4, "nats", dask("layered", 1e4, "cluster")),
  ...placement,
];
