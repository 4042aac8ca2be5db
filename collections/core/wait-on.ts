import { input } from "../../runtime/graph/call.ts";
import type { Want } from "../../runtime/graph/graph.ts";
import { blockIndex } from "../../runtime/graph/key.ts";
import type { AxisPick, BlockInput, BlockwiseLayer, Layer } from "../../runtime/graph/layer.ts";
import { tokenize } from "../../runtime/graph/tokenize.ts";
import { kernel } from "../../runtime/wire/function-spec.ts";
import { type Collection, isCollection } from "./collection.ts";
import { wantsOf } from "./compute.ts";
import { firstOf, nothing } from "./kernels/barrier.ts";

const BARRIER = "shoal:collections/core/kernels/barrier";

/**
 * A layer of one task that gives null when everything that the collections are is done.
 * @see https://docs.dask.org/en/stable/graph_manipulation.html#dask.graph_manipulation.checkpoint
 */
export function checkpointLayer(...collections: readonly Collection<unknown>[]): BlockwiseLayer {
  const wants = wantsOf(collections);
  return {
    kind: "blockwise",
    name: `checkpoint-${tokenize(wants)}`,
    grid: [],
    inputs: wants.flatMap(allOf),
    call: { fn: kernel(BARRIER, "nothing", nothing), args: [] },
  };
}

/**
 * Equivalent collections whose blocks become available only when all blocks of all of them are there.
 * @throws TypeError if an argument is no collection
 * @see https://docs.dask.org/en/stable/graph_manipulation.html#dask.graph_manipulation.wait_on
 */
export function waitOn<A extends readonly Collection<unknown>[]>(...collections: A): A {
  collections.forEach((one, at) => {
    if (!isCollection(one)) throw new TypeError(`Argument ${at} of waitOn is no collection`);
  });
  const barrier = checkpointLayer(...collections);
  return collections.map((one) => one.rebuild(waitingLayer(one.layer, barrier))) as unknown as A;
}

function waitingLayer(source: Layer, barrier: Layer): BlockwiseLayer {
  const axes = source.grid.map((_, axis): AxisPick => ({ kind: "axis", axis }));
  return {
    kind: "blockwise",
    name: `wait-on-${tokenize(source, barrier)}`,
    grid: source.grid,
    inputs: [
      { source, axes },
      { source: barrier, axes: [] },
    ],
    call: { fn: kernel(BARRIER, "firstOf", firstOf), args: [input(0), input(1)] },
  };
}

function allOf(want: Want): BlockInput[] {
  const { layer: source, indices } = want;
  if (indices === null) return [{ source, axes: source.grid.map((): AxisPick => ({ kind: "all" })) }];
  return Array.from(indices, (at) => ({
    source,
    axes: blockIndex(source.grid, at).map((index): AxisPick => ({ kind: "at", index })),
  }));
}
