import { type AxisRuns, axisRuns, functionArg, input, literal } from "../../runtime/graph/call.ts";
import type { BlockwiseLayer } from "../../runtime/graph/layer.ts";
import { type AnyFunction, kernel, liveFunction } from "../../runtime/wire/function-spec.ts";
import { arrayOf, asArray, type ShoalArray } from "./array.ts";
import type { ArrayLike } from "./array-like.ts";
import { arrowProgram } from "./arrow-program.ts";
import { axisOf, gridOf, layerName, samePlace } from "./blocks.ts";
import { type DType, parseDType } from "./dtype.ts";
import { alignBlocks, broadcastPicks, programBlocks } from "./elementwise.ts";
import { applyElements } from "./kernels/elements.ts";
import { windowBlock } from "./kernels/views.ts";
import { known } from "./known.ts";
import { listGiven } from "./list-given.ts";
import { type BlockFunction, type MapBlocksOptions, mapBlocksOf } from "./map-blocks.ts";
import { mapOverlapOf, type OverlapOptions, overlapBlocks, trimBlocks } from "./overlap.ts";
import { promote } from "./promote.ts";

const ELEMENTS = kernel("shoal:collections/array/kernels/elements", "applyElements", applyElements);
const WINDOW = kernel("shoal:collections/array/kernels/views", "windowBlock", windowBlock);

/** Calls a function on blocks that lie at one place in several arrays, which broadcast. */
export function mapBlocks(
  fn: BlockFunction,
  arrays: readonly [ArrayLike, ...unknown[]],
  options: MapBlocksOptions = {},
): ShoalArray {
  const [first, ...others] = listGiven("mapBlocks", "mapBlocks((a, b) => a.add(b), [x, y])", arrays);
  return asArray(mapBlocksOf(fn, arrayOf(first), { ...options, args: [...others, ...(options.args ?? [])] }));
}

/** Calls a function on blocks with elements of their neighbours around them, and trims the result. */
export const mapOverlap = (
  fn: BlockFunction,
  x: ArrayLike,
  options: OverlapOptions & MapBlocksOptions & { readonly trim?: boolean },
): ShoalArray => asArray(mapOverlapOf(fn, arrayOf(x), options));

/** Every block with elements of its neighbours around it. */
export const overlap = (x: ArrayLike, options: OverlapOptions): ShoalArray =>
  asArray(overlapBlocks(arrayOf(x), known(options, "overlap", "depth", "boundary")));

/** Blocks without what {@link overlap} put around them. */
export const trimOverlap = (x: ArrayLike, options: OverlapOptions): ShoalArray =>
  asArray(trimBlocks(arrayOf(x), known(options, "trimOverlap", "depth", "boundary")));

/**
 * Windows of neighbouring elements: an axis more for each axis that the window moves along.
 * @throws RangeError if a window is longer than its axis
 * @see https://docs.dask.org/en/stable/generated/dask.array.lib.stride_tricks.sliding_window_view.html
 */
export function slidingWindowView(
  x: ArrayLike,
  window: number | readonly number[],
  options: { readonly axis?: number | readonly number[] } = {},
): ShoalArray {
  known(options, "slidingWindowView", "axis");
  const array = arrayOf(x);
  const sizes = [window].flat() as number[];
  const axes =
    options.axis === undefined
      ? array.shape.map((_, at) => at)
      : [options.axis].flat().map((one) => axisOf(one, array.ndim));
  if (sizes.length !== axes.length)
    throw new RangeError(`${sizes.length} window lengths were given for ${axes.length} axes`);
  axes.forEach((axis, at) => {
    const size = sizes[at] as number;
    if (!Number.isInteger(size) || size < 1)
      throw new RangeError(`A window length must be a whole number above 0, got ${size}`);
    if (size > (array.shape[axis] as number))
      throw new RangeError(`A window of ${size} is longer than axis ${axis} of ${array.shape[axis]}`);
  });
  return windows(array, axes, sizes);
}

/** Blocks get what follows them as far as the window reaches, so that each makes its own windows. */
function windows(array: ShoalArray, axes: readonly number[], sizes: readonly number[]): ShoalArray {
  const reach = array.shape.map((_, axis) =>
    axes.reduce((sum, one, at) => (one === axis ? sum + (sizes[at] as number) - 1 : sum), 0),
  );
  const settled = array.rechunk(
    Object.fromEntries(array.chunks.map((chunks, axis) => [axis, mergedTail(chunks, reach[axis] as number)])),
  );
  const depth = Object.fromEntries(reach.map((n, axis) => [axis, [0, n] as const]));
  const wide = overlapBlocks(settled, { depth, boundary: "none" });
  const chunks = settled.chunks.map((own, axis) =>
    own.map((n, at) => (at === own.length - 1 ? n - (reach[axis] as number) : n)),
  );
  const axesOut = [...chunks.map(axisRuns), ...sizes.map((n): AxisRuns => [[n, 1]])];
  const layer: BlockwiseLayer = {
    kind: "blockwise",
    name: layerName("sliding-window", wide.layer, axes, sizes),
    grid: gridOf(axesOut),
    inputs: [samePlace(wide.layer)],
    call: { fn: WINDOW, args: [literal({ axes, sizes }), input(0)] },
  };
  return asArray({ layer, axes: axesOut, dtype: array.dtype });
}

/** Chunks joined until each is longer than the windows reach, as Dask joins them. */
function mergedTail(chunks: readonly number[], reach: number): number[] {
  const size = reach + 1;
  if (chunks.every((one) => one >= size)) return [...chunks];
  const merged: number[] = [];
  let open = 0;
  for (const one of chunks) {
    if (one < size && open > 2 * size - one) {
      merged.push(open - (size - one));
      open = size;
    } else if (one < size) open += one;
    if (open >= size) {
      merged.push(open);
      open = 0;
    }
    if (one >= size) open += one;
  }
  if (open >= size || merged.length === 0) merged.push(open);
  else merged.push((merged.pop() as number) + open);
  return merged;
}

/**
 * An arrow function of numbers, applied to every place of arrays that broadcast. It is read, not called: one fused loop
 * for each block. Numbers that it captures are bound as they are now.
 * @throws SyntaxError naming what cannot be turned into a loop
 * @example
 * da.map((a, b) => Math.exp(-a * a) + b, x, x.T);
 */
export function map(fn: (...elements: number[]) => number | boolean, ...arrays: readonly ArrayLike[]): ShoalArray {
  if (arrays.length === 0) throw new TypeError("da.map needs at least one array");
  const blocks = arrays.map((one) => arrayOf(one));
  const program = arrowProgram(
    fn,
    blocks.map((one) => one.dtype),
  );
  return asArray(programBlocks(program, blocks, "map"));
}

/**
 * A function of single elements, as one of arrays: called for every element, where {@link map} cannot read it.
 * @see https://docs.dask.org/en/stable/generated/dask.array.frompyfunc.html
 */
export function vectorize(
  fn: (...elements: never[]) => unknown,
  options: { readonly dtype?: DType | (string & {}) } = {},
): (...arrays: ArrayLike[]) => ShoalArray {
  return (...arrays) => {
    if (arrays.length === 0) throw new TypeError("A vectorized function needs at least one array");
    const { aligned, axes } = alignBlocks(arrays.map((one) => arrayOf(one)));
    const dtype =
      options.dtype === undefined ? aligned.map((one) => one.dtype).reduce(promote) : parseDType(options.dtype);
    const layer: BlockwiseLayer = {
      kind: "blockwise",
      name: layerName(
        "vectorize",
        fn,
        dtype,
        aligned.map((one) => one.layer),
      ),
      grid: gridOf(axes),
      inputs: aligned.map((one) => ({ source: one.layer, axes: broadcastPicks(one, axes, axes.length) })),
      call: {
        fn: ELEMENTS,
        args: [functionArg(liveFunction(fn as AnyFunction)), literal(dtype), ...aligned.map((_, at) => input(at))],
      },
    };
    return asArray({ layer, axes, dtype });
  };
}
