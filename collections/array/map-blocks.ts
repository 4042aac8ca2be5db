import { type Arg, type AxisRuns, axisRuns, functionArg, input, literal, location } from "../../runtime/graph/call.ts";
import type { AxisPick, BlockInput, BlockwiseLayer } from "../../runtime/graph/layer.ts";
import { kernel, liveFunction } from "../../runtime/wire/function-spec.ts";
import { type ArrayLike, blocksOf, chunkOf } from "./array-like.ts";
import { axisOf, type Blocks, gridOf, layerName, ndimOf } from "./blocks.ts";
import { emptyChunk } from "./chunk.ts";
import { axisBlocks, axisSize } from "./chunk-spec.ts";
import { type DType, parseDType } from "./dtype.ts";
import { alignBlocks, isBlocks, SETTLE } from "./elementwise.ts";
import { isForeign } from "./foreign-array.ts";
import { applyNow, isSource } from "./kernels/elementwise.ts";
import { type BlockInfo, type MapArg, type MapPlan, mapBlock } from "./kernels/user-blocks.ts";
import { known } from "./known.ts";
import { asNDArray, type NDArray } from "./ndarray.ts";

const MAP = kernel("shoal:collections/array/kernels/user-blocks", "mapBlock", mapBlock);

/** A function that gets eager blocks (and further arguments, then a {@link BlockInfo}) and gives a block. */
// biome-ignore lint/suspicious/noExplicitAny: its arguments follow from the arrays and values it is given.
export type BlockFunction = (...args: any[]) => unknown;

/** Options of `mapBlocks`. */
export interface MapBlocksOptions {
  /** The dtype of the result; found by calling the function on a block of ones if left out. */
  readonly dtype?: DType | (string & {});
  /** Instead of a dtype: an array like what the function gives, such as another array's `meta`; its elements are not looked at. */
  readonly meta?: { readonly dtype: DType };
  /** Sizes of the resulting blocks: one for all blocks of each axis, or every size. */
  readonly chunks?: readonly (number | readonly number[])[];
  /** Axes that the function removes. */
  readonly dropAxis?: number | readonly number[];
  /** Axes that the function adds, counted in the result. */
  readonly newAxis?: number | readonly number[];
  /** Further arguments: arrays are cut like the first, other values are passed as they are. */
  readonly args?: readonly unknown[];
  /** The prefix of keys. */
  readonly name?: string;
}

/**
 * Calls a function on every block.
 * @throws TypeError if the dtype cannot be found out, naming the option
 * @see https://docs.dask.org/en/stable/generated/dask.array.map_blocks.html
 */
export function mapBlocksOf(fn: BlockFunction, first: Blocks, options: MapBlocksOptions = {}): Blocks {
  known(options, "mapBlocks", "dtype", "meta", "chunks", "dropAxis", "newAxis", "args", "name");
  if (typeof fn !== "function") throw new TypeError(`A function of blocks was expected, got ${String(fn)}`);
  const given = [first, ...(options.args ?? [])];
  const arrays = given.flatMap((one) => (isArrayArgument(one) ? [blocksOf(one)] : []));
  const { aligned, axes } = alignBlocks(arrays);
  const dropped = [options.dropAxis ?? []].flat().map((axis) => axisOf(axis, axes.length, "dropAxis"));
  const added = [options.newAxis ?? []].flat();
  const out = outputAxes(axes, dropped, added);
  const runs = options.chunks === undefined ? out.runs : chunksOption(options.chunks, out.runs);
  const grid = gridOf(runs);
  let at = 0;
  const parts = given.map((one) => {
    if (!isArrayArgument(one)) return { arg: { kind: "value", value: one } satisfies MapArg };
    return mapInput(aligned[at++] as Blocks, axes, out.place, dropped);
  });
  const told = options.dtype ?? options.meta?.dtype;
  const dtype = told === undefined ? inferDType(fn, given) : parseDType(told);
  const plan: MapPlan = { dtype, grid, args: parts.map((part) => part.arg) };
  const inputs = parts.flatMap((part) => ("input" in part ? [part.input] : []));
  return { layer: userLayer(options.name ?? fn.name, fn, plan, runs, inputs), axes: runs, dtype };
}

/** The layer that calls a user's function as a plan says. */
export function userLayer(
  prefix: string,
  fn: BlockFunction,
  plan: MapPlan,
  runs: readonly AxisRuns[],
  inputs: readonly BlockInput[],
): BlockwiseLayer {
  const args: Arg[] = [
    functionArg(liveFunction(fn)),
    literal(plan),
    location(runs),
    ...inputs.map((_, at) => input(at)),
  ];
  const name = layerName(prefix === "" ? "map-blocks" : prefix.replace(/[^\w]/g, ""), fn, plan, inputs);
  return { kind: "blockwise", name, grid: gridOf(runs), inputs, call: { fn: MAP, args, finish: SETTLE } };
}

const isArrayArgument = (one: unknown): one is ArrayLike => isBlocks(one) || isSource(one) || isForeign(one);

/** Axes of the result, and where each axis of the aligned arrays went. */
function outputAxes(
  axes: readonly AxisRuns[],
  dropped: readonly number[],
  added: readonly number[],
): { runs: AxisRuns[]; place: (number | null)[] } {
  const kept = axes.map((_, axis) => axis).filter((axis) => !dropped.includes(axis));
  const ndim = kept.length + added.length;
  const places = added.map((axis) => axisOf(axis, ndim, "newAxis"));
  const place = new Array<number | null>(axes.length).fill(null);
  const runs: AxisRuns[] = [];
  for (let at = 0; at < ndim; at++)
    if (places.includes(at)) runs.push([[1, 1]]);
    else {
      const axis = kept.shift() as number;
      place[axis] = at;
      runs.push(axes[axis] as AxisRuns);
    }
  return { runs, place };
}

function chunksOption(chunks: readonly (number | readonly number[])[], runs: readonly AxisRuns[]): AxisRuns[] {
  if (chunks.length !== runs.length)
    throw new RangeError(`chunks are given for ${chunks.length} axes, but the result has ${runs.length}`);
  return runs.map((own, axis): AxisRuns => {
    const one = chunks[axis] as number | readonly number[];
    if (typeof one === "number") return [[one, axisBlocks(own)]];
    if (one.length !== axisBlocks(own) && axisBlocks(own) !== 1)
      throw new RangeError(`chunks name ${one.length} blocks along axis ${axis}, but there are ${axisBlocks(own)}`);
    return axisRuns(one.length === axisBlocks(own) ? one : [one[0] as number]);
  });
}

function mapInput(
  blocks: Blocks,
  axes: readonly AxisRuns[],
  place: readonly (number | null)[],
  dropped: readonly number[],
): { arg: MapArg; input: BlockInput } {
  const lead = axes.length - ndimOf(blocks);
  let isJoined = false;
  const picks = blocks.axes.map((runs, axis): AxisPick => {
    const at = axis + lead;
    const out = place[at] as number | null;
    if (axisSize(runs) === 1 && axisSize(axes[at] as AxisRuns) !== 1) return { kind: "at", index: 0 };
    if (out !== null && !dropped.includes(at)) return { kind: "axis", axis: out };
    if (axisBlocks(runs) === 1) return { kind: "at", index: 0 };
    isJoined = true;
    return { kind: "all" };
  });
  const grid = picks.map((pick, axis) => (pick.kind === "all" ? (blocks.layer.grid[axis] as number) : 1));
  return {
    arg: isJoined ? { kind: "blocks", grid } : { kind: "block" },
    input: { source: blocks.layer, axes: picks },
  };
}

/** The dtype a function gives for blocks of one element each, all ones. */
export function inferDType(fn: BlockFunction, given: readonly unknown[]): DType {
  const args = given.map((one) => (isArrayArgument(one) ? onesLike(one) : one));
  const ndim = isBlocks(given[0]) ? given[0].axes.length : 0;
  const info: Omit<BlockInfo, "dtype"> & { dtype: DType } = {
    chunkLocation: new Array<number>(ndim).fill(0),
    numChunks: new Array<number>(ndim).fill(1),
    arrayLocation: Array.from({ length: ndim }, () => [0, 1] as const),
    chunkShape: new Array<number>(ndim).fill(1),
    dtype: isBlocks(given[0]) ? given[0].dtype : "float64",
  };
  let result: unknown;
  try {
    result = fn(...args, info);
  } catch (cause) {
    throw new TypeError(
      `The dtype of ${fn.name === "" ? "the function" : fn.name} cannot be found out, as it fails on a block of ones of one element; give it as { dtype }`,
      { cause },
    );
  }
  if (result instanceof Promise) {
    result.catch(() => undefined);
    throw new TypeError("The dtype of an asynchronous function cannot be found out; give it as { dtype }");
  }
  return isSource(result) ? result.dtype : chunkOf(result as never).dtype;
}

function onesLike(one: ArrayLike): NDArray {
  const { axes, dtype } = blocksOf(one);
  const zeros = emptyChunk(
    dtype,
    axes.map(() => 1),
  );
  return asNDArray(/^(date|time)/.test(dtype) ? zeros : applyNow("equal", zeros, zeros)).astype(dtype);
}
