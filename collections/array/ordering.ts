import { type AxisRuns, input, literal, location } from "../../runtime/graph/call.ts";
import type { BlockwiseLayer } from "../../runtime/graph/layer.ts";
import { kernel, type NamedFunction } from "../../runtime/wire/function-spec.ts";
import { axesOf, axisOf, type Blocks, gridOf, layerName, samePlace, shapeOf } from "./blocks.ts";
import { axisBlocks, axisSize, regularRuns } from "./chunk-spec.ts";
import { type DType, dtypeInfo } from "./dtype.ts";
import { argsortBlock, type QuantileMethod, type Quantiles, quantileBlock, sortBlock } from "./kernels/sorting.ts";
import { topkChunk, topkCombine, topkPlaces, topkValues } from "./kernels/topk.ts";
import { known } from "./known.ts";
import { oneOf } from "./one-of.ts";
import { rechunkBlocks, rechunkTo } from "./rechunk.ts";
import { fanInOf, type ReduceOptions, treeBlocks } from "./reduction.ts";
import { reshapeBlocks, transposeBlocks } from "./reshape.ts";
import { reaxisBlocks, sliceBlocks } from "./slicing.ts";

const SORTING = "shoal:collections/array/kernels/sorting";
const TOPK = "shoal:collections/array/kernels/topk";
const SORT = kernel(SORTING, "sortBlock", sortBlock);
const ARGSORT = kernel(SORTING, "argsortBlock", argsortBlock);
const QUANTILE = kernel(SORTING, "quantileBlock", quantileBlock);
const TOPK_CHUNK = kernel(TOPK, "topkChunk", topkChunk);
const TOPK_COMBINE = kernel(TOPK, "topkCombine", topkCombine);
const TOPK_VALUES = kernel(TOPK, "topkValues", topkValues);
const TOPK_PLACES = kernel(TOPK, "topkPlaces", topkPlaces);

/** The array with an axis in one chunk. */
export const wholeAxis = (blocks: Blocks, axis: number): Blocks =>
  rechunkTo(
    blocks,
    blocks.axes.map((runs, k): AxisRuns => (k === axis ? regularRuns(axisSize(runs), axisSize(runs)) : runs)),
  );

/** A kernel on every block of an array, which gives a block of other lengths along some axes. */
export function eachBlock(
  prefix: string,
  fn: NamedFunction,
  plan: unknown,
  blocks: Blocks,
  made: { readonly axes?: readonly AxisRuns[]; readonly dtype?: DType } = {},
): Blocks {
  const axes = made.axes ?? blocks.axes;
  const layer: BlockwiseLayer = {
    kind: "blockwise",
    name: layerName(prefix, blocks.layer, plan),
    grid: gridOf(axes),
    inputs: [samePlace(blocks.layer)],
    call: { fn, args: [literal(plan), input(0)] },
  };
  return { layer, axes, dtype: made.dtype ?? blocks.dtype };
}

/** Elements in rising order along an axis, which becomes one chunk. */
export function sortBlocks(blocks: Blocks, axis = -1): Blocks {
  const at = axisOf(axis, blocks.axes.length);
  return eachBlock("sort", SORT, at, wholeAxis(blocks, at));
}

/** Places in rising order along an axis, which becomes one chunk. */
export function argsortBlocks(blocks: Blocks, axis = -1): Blocks {
  const at = axisOf(axis, blocks.axes.length);
  return eachBlock("argsort", ARGSORT, at, wholeAxis(blocks, at), { dtype: "int64" });
}

/** Options of medians and quantiles. */
export interface QuantileOptions {
  /** The axis or axes; the flattened array if left out. */
  readonly axis?: number | readonly number[] | null;
  readonly keepdims?: boolean;
  readonly method?: QuantileMethod;
}

/** Quantiles along axes; a list of them becomes the first axis of the result. Exact: the axes become one chunk. */
export function quantileBlocks(
  blocks: Blocks,
  q: number | readonly number[],
  options: QuantileOptions & { readonly skipNan?: boolean; readonly prefix?: string } = {},
): Blocks {
  known(options, options.prefix ?? "quantile", "axis", "keepdims", "method", "skipNan", "prefix");
  const list = [q].flat() as number[];
  const bad = list.find((one) => !(one >= 0 && one <= 1));
  if (bad !== undefined) throw new RangeError(`A quantile lies in [0, 1], got ${bad}`);
  const { kind } = dtypeInfo(blocks.dtype);
  if (kind === "M" || kind === "m") throw new TypeError(`Quantiles are not defined for ${blocks.dtype}`);
  const method = oneOf("method", options.method ?? "linear", ["linear", "lower", "higher", "midpoint", "nearest"]);
  const { source, axis } = oneAxis(blocks, options.axis);
  const keeps = ["lower", "higher", "nearest"].includes(method);
  const dtype: DType = kind === "f" || kind === "c" || keeps ? blocks.dtype : "float64";
  const plan: Quantiles = { q: list, axis, method, skipNan: options.skipNan ?? false, dtype };
  const axes = source.axes.map((runs, k): AxisRuns => (k === axis ? [[list.length, 1]] : runs));
  const made = eachBlock(options.prefix ?? "quantile", QUANTILE, plan, source, { axes, dtype });
  return shapedQuantiles(made, axis, typeof q === "number", options, blocks);
}

function oneAxis(blocks: Blocks, axis: QuantileOptions["axis"]): { source: Blocks; axis: number } {
  if (axis === null || axis === undefined) return { source: wholeAxis(reshapeBlocks(blocks, [-1]), 0), axis: 0 };
  const list = [axis].flat().map((one) => axisOf(one, blocks.axes.length));
  if (list.length > 1) return joinedAxes(blocks, list);
  const at = list[0] as number;
  if (axisBlocks(blocks.axes[at] as AxisRuns) === 1) return { source: blocks, axis: at };
  const spec = Object.fromEntries(blocks.axes.map((_, k) => [k, k === at ? -1 : "auto"]));
  return { source: rechunkBlocks(blocks, spec), axis: at };
}

/** Several axes as one, behind the others. */
function joinedAxes(blocks: Blocks, list: readonly number[]): { source: Blocks; axis: number } {
  const rest = blocks.axes.map((_, k) => k).filter((k) => !list.includes(k));
  const moved = transposeBlocks(blocks, [...rest, ...list]);
  const shape = shapeOf(moved).slice(0, rest.length);
  const flat = reshapeBlocks(
    rechunkBlocks(
      moved,
      moved.axes.map((_, k) => (k < rest.length ? null : -1)),
    ),
    [...shape, -1],
  );
  return { source: wholeAxis(flat, rest.length), axis: rest.length };
}

function shapedQuantiles(
  made: Blocks,
  axis: number,
  isSingle: boolean,
  options: QuantileOptions,
  from: Blocks,
): Blocks {
  if (isSingle) {
    const reduced = axesOf(options.axis, from.axes.length);
    if (options.keepdims === true && reduced.length === 1 && made.axes.length === from.axes.length) return made;
    const one = sliceBlocks(
      made,
      made.axes.map((_, k) => (k === axis ? { kind: "at", at: 0 } : { kind: "whole" })),
    );
    let kept = 0;
    const places = from.axes.map((_, k) => (reduced.includes(k) ? null : kept++));
    return options.keepdims === true ? reaxisBlocks(one, places) : one;
  }
  return axis === 0 ? made : movedFirst(made, axis);
}

function movedFirst(made: Blocks, axis: number): Blocks {
  const order = [axis, ...made.axes.map((_, k) => k).filter((k) => k !== axis)];
  return transposeBlocks(made, order);
}

/**
 * The k greatest (falling) or, for k < 0, least (rising) elements along an axis.
 * @see https://docs.dask.org/en/stable/generated/dask.array.topk.html
 */
export function topkBlocks(
  blocks: Blocks,
  k: number,
  options: {
    readonly axis?: number;
    readonly splitEvery?: ReduceOptions["splitEvery"];
    readonly places?: boolean;
  } = {},
): Blocks {
  const axis = axisOf(options.axis ?? -1, blocks.axes.length);
  if (!Number.isInteger(k) || k === 0) throw new RangeError(`topk needs a whole number other than 0, got ${k}`);
  const plan = { k, axis };
  const count = Math.min(Math.abs(k), axisSize(blocks.axes[axis] as AxisRuns));
  return treeBlocks(blocks, {
    prefix: options.places === true ? "argtopk" : "topk",
    of: plan,
    axes: [axis],
    keepdims: true,
    keptRuns: [[count, 1]],
    dtype: options.places === true ? "int64" : blocks.dtype,
    // Dask's own width: which of equal elements are kept follows from who is compared with whom.
    fanIn: fanInOf(options.splitEvery ?? 4),
    chunk: { fn: TOPK_CHUNK, args: [literal(plan), location(blocks.axes), input(0)] },
    combine: (list) => ({ fn: TOPK_COMBINE, args: [literal(plan), list] }),
    finish: (list) => ({ fn: options.places === true ? TOPK_PLACES : TOPK_VALUES, args: [literal(plan), list] }),
  });
}
