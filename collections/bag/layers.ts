import { type Arg, type Call, input, inputsFrom } from "../../runtime/graph/call.ts";
import { blockIndex } from "../../runtime/graph/key.ts";
import type { AxisPick, BlockInput, BlockwiseLayer, Layer, TaskLayer, Values } from "../../runtime/graph/layer.ts";
import { tokenize } from "../../runtime/graph/tokenize.ts";
import type { Collection } from "../core/collection.ts";
import { treeReduce } from "../core/tree-reduce.ts";
import { unpack } from "../core/unpack.ts";

/** Partition i from partition i of every source, by one call; its arguments are `input(0)`, `input(1)`, … */
export function partitionwise(prefix: string, sources: readonly Layer[], call: Call, own?: Values): BlockwiseLayer {
  return {
    kind: "blockwise",
    name: `${prefix}-${tokenize(sources, callToken(call), own)}`,
    grid: [(sources[0] as Layer).grid[0] as number],
    inputs: sources.map(samePartition),
    call,
    ...(own === undefined ? {} : { own }),
  };
}

/** What a call's name in a graph depends on: everything but the way its result is written out. */
const callToken = ({ fn, args }: Call): unknown => [fn, args];

const samePartition = (source: Layer): BlockInput => ({ source, axes: [{ kind: "axis", axis: 0 }] });

/** Inputs of a blockwise layer as they are collected: bags by partition, other lazy values whole. */
export class BlockInputs {
  readonly list: BlockInput[] = [];

  /** The partition at the task's own position. */
  partition(source: Layer): Arg {
    return input(this.list.push(samePartition(source)) - 1);
  }

  /** Any value, with lazy values inside it finished on the worker. */
  value(value: unknown): Arg {
    return unpack(value, { place: (collection) => this.place(collection) });
  }

  private place(collection: Collection<unknown>): number {
    const first = this.list.length;
    const { layer, indices } = collection.wants();
    const count = layer.grid.reduce((all, size) => all * size, 1);
    for (const at of indices ?? Array.from({ length: count }, (_, i) => i)) {
      const axes = blockIndex(layer.grid, at).map((index): AxisPick => ({ kind: "at", index }));
      this.list.push({ source: layer, axes });
    }
    return first;
  }
}

/** A layer over collected inputs. */
export function blockwiseOver(prefix: string, partitions: number, inputs: BlockInputs, call: Call): BlockwiseLayer {
  const name = `${prefix}-${tokenize(inputs.list, callToken(call))}`;
  return { kind: "blockwise", name, grid: [partitions], inputs: inputs.list, call };
}

/** A reduction: one call per partition, then rounds. */
export interface Rounds {
  readonly prefix: string;
  readonly part: Call;
  readonly combine: (parts: Arg) => Call;
  readonly last: (parts: Arg) => Call;
  /** How many parts meet in a task; false is all at once. Default 8. */
  readonly splitEvery?: number | false | undefined;
  /** A bag of one partition, or a single value. */
  readonly gives: "bag" | "item";
}

/** The layers of a reduction. @throws RangeError if splitEvery is below 2 */
export function reduceInRounds(source: Layer, rounds: Rounds): BlockwiseLayer {
  const { splitEvery = 8 } = rounds;
  const parts = partitionwise(`${rounds.prefix}-part`, [source], rounds.part);
  const calls = [rounds.combine(input(0)), rounds.last(input(0))].map(callToken);
  return treeReduce(parts, {
    name: `${rounds.prefix}-${tokenize(parts, calls, splitEvery, rounds.gives)}`,
    axes: [0],
    fanIn: splitEvery === false ? Number.MAX_SAFE_INTEGER : splitEvery,
    combine: rounds.combine,
    aggregate: rounds.last,
    keepAxes: rounds.gives === "bag",
  });
}

/** One value from the whole of a layer of one block. */
export function single(prefix: string, sources: readonly Layer[], call: Call): BlockwiseLayer {
  return {
    kind: "blockwise",
    name: `${prefix}-${tokenize(sources, callToken(call))}`,
    grid: [],
    inputs: sources.map((source) => ({ source, axes: source.grid.map((): AxisPick => ({ kind: "at", index: 0 })) })),
    call,
  };
}

/** An edge of a gathering layer: which source, and which of its partitions. */
export type Edge = readonly [source: number, partition: number];

/** Partitions that read any partitions of any sources, all by the same call over the list of them. */
export function gathering(
  prefix: string,
  sources: readonly Layer[],
  edges: readonly (readonly Edge[])[],
  call: (list: Arg) => Call,
  own?: readonly (readonly number[])[],
): TaskLayer {
  const flat = edges.flat();
  const offsets = (lists: readonly (readonly unknown[])[]): Uint32Array => {
    let end = 0;
    return Uint32Array.from([0, ...lists.map((list) => (end += list.length))]);
  };
  const one = call(inputsFrom(0));
  return {
    kind: "tasks",
    name: `${prefix}-${tokenize(sources, edges, callToken(one), own)}`,
    grid: [edges.length],
    calls: [one],
    sources,
    inputOffsets: offsets(edges),
    inputSource: Uint16Array.from(flat, ([source]) => source),
    inputIndex: Uint32Array.from(flat, ([, partition]) => partition),
    ...(own === undefined
      ? {}
      : { ownOffsets: offsets(own), own: { kind: "numbers", data: Float64Array.from(own.flat()) } }),
  };
}
