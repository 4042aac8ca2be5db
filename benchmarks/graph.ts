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

/** One timed piece of work; `run` prepares what it needs outside of what it times. */
export interface BenchCase {
  readonly name: string;
  readonly params: Readonly<Record<string, number | string>>;
  run(): Promise<{ seconds: number }>;
}

const timed = (name: string, n: number, prepare: () => () => unknown): BenchCase => ({
  name,
  params: { n },
  run: async () => {
    const work = prepare();
    const start = performance.now();
    work();
    return { seconds: (performance.now() - start) / 1000 };
  },
});

const inc = (x: number): number => x + 1;
const total = (xs: readonly number[]): number => xs.length;

/** n lazy calls under one sum, placed in a layer. */
function buildDelayed(n: number): unknown {
  const lazyInc = delayed(inc);
  const calls = Array.from({ length: n }, (_, i) => lazyInc(i));
  return delayed(total)(calls).layer;
}

/** n blocks through a chain of five block operations and a tree reduction: what array work makes. */
function blockwiseGraph(n: number): Layer {
  const spec = liveFunction(inc);
  let layer: Layer = {
    kind: "data",
    name: `data-${n}`,
    grid: [n],
    values: { kind: "numbers", data: new Float64Array(n) },
  } satisfies DataLayer;
  for (let step = 0; step < 5; step++) {
    const source: Layer = layer;
    layer = {
      kind: "blockwise",
      name: `step-${tokenize(source, step)}`,
      grid: [n],
      inputs: [{ source, axes: [{ kind: "axis", axis: 0 }] }],
      call: { fn: spec, args: [input(0)] },
    } satisfies BlockwiseLayer;
  }
  const sum = liveFunction(total);
  const call = (blocks: ReturnType<typeof input>) => ({ fn: sum, args: [blocks] });
  return treeReduce(layer, { name: `sum-${tokenize(layer)}`, axes: [0], fanIn: 8, combine: call, aggregate: call });
}

const tableOf = (n: number): TaskTable => expandGraph(graphOf([wantAll(blockwiseGraph(Math.ceil(n / 7.2)))]));

export const cases: readonly BenchCase[] = [1e4, 1e5, 1e6].flatMap((n) => [
  ...(n <= 1e5 ? [timed("graph/build_delayed", n, () => () => buildDelayed(n))] : []),
  timed("graph/build_blockwise", n, () => () => blockwiseGraph(n)),
  timed("graph/optimize", n, () => {
    const graph = graphOf([wantAll(blockwiseGraph(n))]);
    return () => optimizeGraph(graph);
  }),
  timed("graph/expand", n, () => {
    const graph = optimizeGraph(graphOf([wantAll(blockwiseGraph(n))]));
    return () => expandGraph(graph);
  }),
  timed("graph/cull", n, () => {
    const table = tableOf(n);
    return () => cullTable(table);
  }),
  timed("graph/fuse", n, () => {
    const table = tableOf(n);
    return () => fuseChains(table, () => true);
  }),
  timed("graph/order", n, () => {
    const table = tableOf(n);
    return () => orderTasks(table);
  }),
]);
