import { type Arg, type Call, input, literal, own } from "../../runtime/graph/call.ts";
import type { BlockwiseLayer, Layer, TaskLayer, Values } from "../../runtime/graph/layer.ts";
import { SELF } from "../../runtime/graph/layer.ts";
import { tokenize } from "../../runtime/graph/tokenize.ts";
import { type AnyFunction, kernel } from "../../runtime/wire/function-spec.ts";
import { takeItems } from "./kernels/elements.ts";
import {
  accumulatedItems,
  accumulateOn,
  accumulatePartition,
  bernoulliItems,
  concatItems,
  drawItems,
  drawnItems,
  integers,
  leastRanked,
  mergeDrawn,
  partitionBytes,
  partOf,
  productItems,
  rankedSample,
  samePartition,
  sampledItems,
  zipPartitions,
} from "./kernels/partitions.ts";
import { type Edge, gathering, partitionwise } from "./layers.ts";
import { sameCount } from "./map.ts";
import { ELEMENTS, PARTITIONS, userFunction, WRITTEN_OUT } from "./partitioned.ts";

/** By name, since a bundler may rename the functions themselves. */
const KERNELS = {
  concatItems,
  samePartition,
  partOf,
  integers,
  productItems,
  zipPartitions,
  accumulatePartition,
  accumulatedItems,
  accumulateOn,
  bernoulliItems,
  rankedSample,
  leastRanked,
  sampledItems,
  drawItems,
  mergeDrawn,
  drawnItems,
  partitionBytes,
};

const call = (name: keyof typeof KERNELS, ...args: readonly Arg[]): Call => ({
  fn: kernel(PARTITIONS, name, KERNELS[name] as AnyFunction),
  args,
  finish: WRITTEN_OUT,
});
/** A call whose result is no partition. */
const plain = (name: keyof typeof KERNELS, ...args: readonly Arg[]): Call => ({
  fn: kernel(PARTITIONS, name, KERNELS[name] as AnyFunction),
  args,
});

/** As many partitions as wanted: neighbours together, or each cut into parts. Order stays. */
export function repartitionLayer(source: Layer, count: number): Layer {
  if (!Number.isInteger(count) || count < 1)
    throw new RangeError(`repartition() needs a whole number of partitions from 1 up, got ${count}`);
  const have = source.grid[0] as number;
  if (count === have) return source;
  if (count < have) {
    const ratio = have / count;
    return boundaryLayer(
      source,
      Array.from({ length: count + 1 }, (_, i) => (i === count ? have : Math.floor(i * ratio))),
    );
  }
  const each = Math.floor(count / have);
  return splitLayer(
    source,
    Array.from({ length: have }, (_, i) => (i === have - 1 ? each + (count % have) : each)),
  );
}

/** Partition i holds the source's from boundaries[i] up to, not with, boundaries[i + 1]. */
export function boundaryLayer(source: Layer, boundaries: readonly number[]): Layer {
  const edges = boundaries.slice(1).map((to, i) => {
    const from = boundaries[i] as number;
    return Array.from({ length: to - from }, (_, at): Edge => [0, from + at]);
  });
  return gathering("repartition", [source], edges, (list) => call("concatItems", list));
}

/** Each partition cut into so many parts. */
export function splitLayer(source: Layer, parts: readonly number[]): Layer {
  const edges = parts.flatMap((count, at) => Array.from({ length: count }, (): Edge[] => [[0, at]]));
  const owns = parts.flatMap((count) => Array.from({ length: count }, (_, at) => [at, count]));
  return gathering("split", [source], edges, () => plain("partOf", input(0), own(0), own(1)), owns);
}

/** A number of bytes for each partition. */
export const bytesLayer = (source: Layer): Layer => partitionwise("bytes", [source], plain("partitionBytes", input(0)));

/** Boundaries that put neighbours together up to a size, for {@link boundaryLayer}. */
export function boundariesBySize(bytes: readonly number[], bytesMax: number): number[] {
  const boundaries = [0];
  let held = 0;
  bytes.forEach((size, at) => {
    if (held > 0 && held + size > bytesMax) {
      boundaries.push(at);
      held = 0;
    }
    held += size;
  });
  boundaries.push(bytes.length);
  return boundaries;
}

/** Bags one after the other. */
export function concatLayer(sources: readonly Layer[]): Layer {
  const edges = sources.flatMap((source, at) =>
    Array.from({ length: source.grid[0] as number }, (_, i): Edge[] => [[at, i]]),
  );
  return gathering("concat", sources, edges, () => call("samePartition", input(0)));
}

/** Rows of the items at the same place of several bags. */
export function zipLayer(sources: readonly Layer[]): Layer {
  sameCount("zip", sources);
  return partitionwise(
    "zip",
    sources,
    call("zipPartitions", { kind: "list", items: sources.map((_, at) => input(at)) }),
  );
}

/** Pairs of every item of one bag with every item of another. */
export function productLayer(left: Layer, right: Layer): Layer {
  const edges = Array.from({ length: left.grid[0] as number }, (_, i) =>
    Array.from({ length: right.grid[0] as number }, (_, j): Edge[] => [
      [0, i],
      [1, j],
    ]),
  ).flat();
  return gathering("product", [left, right], edges, () => call("productItems", input(0), input(1)));
}

/** Integers below `n`. */
export function rangeLayer(n: number, count: number): Layer {
  const size = Math.floor(n / count);
  const bounds = Array.from({ length: count }, (_, i) => [i * size, i === count - 1 ? n : (i + 1) * size]);
  return {
    kind: "blockwise",
    name: `range-${tokenize(n, count)}`,
    grid: [count],
    inputs: [],
    call: call("integers", own(0)),
    own: { kind: "live", items: bounds },
  };
}

/** The first items of every partition. */
export const takeLayer = (source: Layer, count: number): Layer =>
  partitionwise("take", [source], {
    fn: kernel(ELEMENTS, "takeItems", takeItems),
    args: [input(0), literal(count)],
    finish: WRITTEN_OUT,
  });

/** The first items of the first partitions, as one partition. */
export function headLayer(source: Layer, count: number, partitions: number): Layer {
  const each = takeLayer(source, count);
  const edges = [Array.from({ length: partitions }, (_, i): Edge => [0, i])];
  const all = gathering("head", [each], edges, (list) => call("concatItems", list));
  return takeLayer(all, count);
}

/** Every step of a running fold, over the whole bag in order. */
export function accumulateLayer(source: Layer, fn: AnyFunction, initial: readonly unknown[]): Layer {
  const count = source.grid[0] as number;
  const user = userFunction(fn, "accumulate");
  const first = plain("accumulatePartition", user, input(0), literal(initial), literal(true));
  const next = plain("accumulateOn", user, input(0), input(1));
  const running: TaskLayer = {
    kind: "tasks",
    name: `accumulate-${tokenize(source, user, initial)}`,
    grid: [count],
    calls: [first, next],
    callOf: Uint32Array.from({ length: count }, (_, i) => Math.min(i, 1)),
    sources: [source],
    inputOffsets: Uint32Array.from({ length: count + 1 }, (_, i) => Math.max(0, 2 * i - 1)),
    inputSource: Uint16Array.from({ length: 2 * count - 1 }, (_, e) => (e % 2 === 1 || e === 0 ? 0 : SELF)),
    inputIndex: Uint32Array.from({ length: 2 * count - 1 }, (_, e) =>
      e % 2 === 1 ? (e + 1) / 2 : Math.max(0, e / 2 - 1),
    ),
  };
  return partitionwise("accumulated", [running], plain("accumulatedItems", input(0)));
}

const seeds = (seed: number, count: number): Values => ({ kind: "numbers", data: seedColumn(seed, count) });

function seedColumn(seed: number, count: number): Float64Array {
  let state = seed >>> 0;
  return Float64Array.from({ length: count }, () => {
    state = (Math.imul(state ^ (state >>> 16), 0x21f0aaad) + 0x9e3779b9) >>> 0;
    return state;
  });
}

/** Each item with a probability. */
export function randomSampleLayer(source: Layer, probability: number, seed: number): Layer {
  if (!(probability >= 0 && probability <= 1))
    throw new RangeError(`randomSample() needs a probability from 0 to 1, got ${probability}`);
  const sample = call("bernoulliItems", input(0), literal(probability), own(0));
  return partitionwise("random_sample", [source], sample, seeds(seed, source.grid[0] as number));
}

/** So many different items, in one partition. */
export function sampleLayer(source: Layer, count: number, seed: number): Layer {
  const ranked = plain("rankedSample", input(0), literal(count), own(0));
  const parts = partitionwise("sample-part", [source], ranked, seeds(seed, source.grid[0] as number));
  const least = plain("leastRanked", input(0), literal(count));
  return gathered("sample", parts, plain("sampledItems", { kind: "call", call: least }, literal(count)));
}

/** So many items drawn with replacement, in one partition. */
export function choicesLayer(source: Layer, count: number, seed: number): Layer {
  const drawn = plain("drawItems", input(0), literal(count), own(0));
  const parts = partitionwise("choices-part", [source], drawn, seeds(seed, source.grid[0] as number));
  const merged = plain("mergeDrawn", input(0), literal(count), literal(seed));
  return gathered("choices", parts, plain("drawnItems", { kind: "call", call: merged }));
}

function gathered(prefix: string, parts: Layer, one: Call): BlockwiseLayer {
  const inputs = [{ source: parts, axes: [{ kind: "all" } as const] }];
  return { kind: "blockwise", name: `${prefix}-${tokenize(parts, one.fn, one.args)}`, grid: [1], inputs, call: one };
}
