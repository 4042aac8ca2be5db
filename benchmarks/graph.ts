import { treeReduce } from "../collections/core/tree-reduce.ts";
import { delayed } from "../collections/delayed/delayed.ts";
import { input } from "../runtime/graph/call.ts";
import { cullTable } from "../runtime/graph/cull.ts";
import { fuseChains } from "../runtime/graph/fuse.ts";
import { graphOf, wantAll } from "../runtime/graph/graph.ts";
import type { BlockwiseLayer, DataLayer, Layer } from "../runtime/graph/layer.ts";
import { optimizeGraph } from "../runtime/graph/optimize.ts";
import { orderTasks } from "../runtime/graph/order.ts";
import { expandGraph, type TaskTable } from "../runtime/graph/task-table.ts";
import { tokenize } from "../runtime/graph/tokenize.ts";
import { liveFunction } from "../runtime/wire/function-spec.ts";
import { type BenchCase, type Peer, pythonPeer, timed } from "./bench-case.ts";
import { endTurn, loneScheduler, submissionBytes, takeSubmission } from "./lone-scheduler.ts";
import { layered } from "./task-graphs.ts";

const inc = (x: number): number => x + 1;
const total = (xs: readonly number[]): number => xs.length;

/** n lazy calls under one sum, placed in a layer. */
function buildDelayed(n: number): unknown {
  const lazyInc = delayed(inc);
  const calls = Array.from({ length: n }, (_, i) => lazyInc(i));
  return delayed(total)(calls).layer;
}

/** About n tasks: blocks through a chain of five block operations and a tree reduction, what array work makes. */
function blockwiseGraph(n: number, ofBlocks: (blocks: number) => Layer = numbersOf): Layer {
  const blocks = Math.max(1, Math.floor(n / TASKS_PER_BLOCK));
  const spec = liveFunction(inc);
  let layer = ofBlocks(blocks);
  for (let step = 0; step < 5; step++) {
    const source: Layer = layer;
    layer = {
      kind: "blockwise",
      name: `step-${tokenize(source, step)}`,
      grid: [blocks],
      inputs: [{ source, axes: [{ kind: "axis", axis: 0 }] }],
      call: { fn: spec, args: [input(0)] },
    } satisfies BlockwiseLayer;
  }
  const sum = liveFunction(total);
  const call = (parts: ReturnType<typeof input>) => ({ fn: sum, args: [parts] });
  return treeReduce(layer, { name: `sum-${tokenize(layer)}`, axes: [0], fanIn: 8, combine: call, aggregate: call });
}

/** A block of data, five steps, and its share of the sums. */
const TASKS_PER_BLOCK = 6 + 1 / 7;

/** Blocks that the graph brings along. */
const numbersOf = (blocks: number): Layer =>
  ({
    kind: "data",
    name: `data-${blocks}`,
    grid: [blocks],
    values: { kind: "numbers", data: new Float64Array(blocks) },
  }) satisfies DataLayer;

/** Blocks that are made where they are needed: nothing is brought along. */
const onesOf = (blocks: number): Layer =>
  ({
    kind: "blockwise",
    name: `ones-${blocks}`,
    grid: [blocks],
    inputs: [],
    call: { fn: liveFunction(() => 1), args: [] },
  }) satisfies BlockwiseLayer;

const tableOf = (n: number): TaskTable => expandGraph(graphOf([wantAll(blockwiseGraph(n))]));

const dask = (name: string, n: number): Peer[] => [pythonPeer("dask", "graph.py", [name, n, n >= 1e6 ? 1 : 5])];

/**
 * Build, optimise, put into one message, read it at a scheduler, expand, order, and set all of it going. The graph is
 * optimised for its cost and submitted as it was built, so that all n tasks are there.
 */
const submitBlocks = (n: number): BenchCase => ({
  name: "graph/submit-blockwise",
  params: { n },
  peers: dask("all", n),
  run: async () => {
    const brain = loneScheduler();
    const start = performance.now();
    const layer = blockwiseGraph(n, onesOf);
    optimizeGraph(graphOf([wantAll(layer)]));
    const bytes = submissionBytes(layer);
    takeSubmission(brain, bytes);
    endTurn(brain);
    const seconds = (performance.now() - start) / 1000;
    return { seconds, more: { sentBytes: bytes.byteLength, tasks: brain.state.tasks.used } };
  },
});

/** Tasks with random inputs: nothing about their edges follows from a rule, so all of them are sent. */
const submitLayered = (n: number): BenchCase => ({
  name: "graph/submit-layered",
  params: { n },
  run: async () => {
    const brain = loneScheduler();
    const { want } = layered(n);
    const start = performance.now();
    const bytes = submissionBytes(want.layer);
    takeSubmission(brain, bytes);
    const seconds = (performance.now() - start) / 1000;
    return { seconds, more: { sentBytesPerTask: bytes.byteLength / n, tasks: brain.state.tasks.used } };
  },
});

export const cases: readonly BenchCase[] = [1e4, 1e5, 1e6].flatMap((n) => [
  timed("graph/build-delayed", n, () => () => buildDelayed(n), { peers: dask("build-delayed", n) }),
  timed("graph/build-blockwise", n, () => () => blockwiseGraph(n), { peers: dask("build", n) }),
  timed(
    "graph/optimize",
    n,
    () => {
      const graph = graphOf([wantAll(blockwiseGraph(n))]);
      return () => optimizeGraph(graph);
    },
    { peers: dask("optimize", n) },
  ),
  timed("graph/expand", n, () => {
    const graph = graphOf([wantAll(blockwiseGraph(n))]);
    return () => expandGraph(graph);
  }),
  timed(
    "graph/cull",
    n,
    () => {
      const table = tableOf(n);
      return () => cullTable(table);
    },
    { peers: dask("cull", n) },
  ),
  timed(
    "graph/fuse",
    n,
    () => {
      const table = tableOf(n);
      return () => fuseChains(table, () => true);
    },
    { peers: dask("fuse", n) },
  ),
  timed(
    "graph/order",
    n,
    () => {
      const table = tableOf(n);
      return () => orderTasks(table);
    },
    { peers: dask("order", n) },
  ),
  submitBlocks(n),
  submitLayered(n),
]);
