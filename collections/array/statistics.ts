import type { AxisRuns } from "../../runtime/graph/call.ts";
import { arrayOf, asArray, type ShoalArray } from "./array.ts";
import type { ArrayLike } from "./array-like.ts";
import { axisOf } from "./blocks.ts";
import { axisSizes } from "./chunk-spec.ts";
import type { CumulativeOptions } from "./cumulative.ts";
import { cumulativeBlocks } from "./cumulative.ts";
import type { DType } from "./dtype.ts";
import { known } from "./known.ts";
import { along } from "./manipulate.ts";
import { type BlockFunction, inferDType, mapBlocksOf } from "./map-blocks.ts";
import type { NDArray } from "./ndarray.ts";
import { type QuantileOptions, quantileBlocks, type topkBlocks } from "./ordering.ts";

type MedianOptions = Omit<QuantileOptions, "method">;

/** The middle of the elements along axes, which become one chunk. @throws TypeError without an axis, as in Dask */
export const median = (x: ArrayLike, options: MedianOptions = {}): ShoalArray =>
  asArray(quantileBlocks(arrayOf(x), 0.5, { ...options, prefix: "median" }));

/** The middle of what is not NaN. */
export const nanmedian = (x: ArrayLike, options: MedianOptions = {}): ShoalArray =>
  asArray(quantileBlocks(arrayOf(x), 0.5, { ...options, skipNan: true, prefix: "nanmedian" }));

/** Exact quantiles along an axis, of which the chunks are joined; q lies in [0, 1]. */
export const quantile = (x: ArrayLike, q: number | readonly number[], options: QuantileOptions = {}): ShoalArray =>
  asArray(quantileBlocks(arrayOf(x), q, options));

/** Quantiles of what is not NaN. */
export const nanquantile = (x: ArrayLike, q: number | readonly number[], options: QuantileOptions = {}): ShoalArray =>
  asArray(quantileBlocks(arrayOf(x), q, { ...options, skipNan: true }));

const share = (q: number | readonly number[]): number | number[] =>
  typeof q === "number" ? q / 100 : q.map((one) => one / 100);

/** Exact percentiles; q lies in [0, 100]. One percentile gives an axis of length one, as in Dask. */
export const percentile = (x: ArrayLike, q: number | readonly number[], options: QuantileOptions = {}): ShoalArray =>
  quantile(x, share([q].flat() as number[]), options);

/** Percentiles of what is not NaN. */
export const nanpercentile = (x: ArrayLike, q: number | readonly number[], options: QuantileOptions = {}): ShoalArray =>
  nanquantile(x, share([q].flat() as number[]), options);

/** Running sums; flattened without an axis. */
export const cumsum = (x: ArrayLike, options: CumulativeOptions = {}): ShoalArray => arrayOf(x).cumsum(options);
/** Running products; flattened without an axis. */
export const cumprod = (x: ArrayLike, options: CumulativeOptions = {}): ShoalArray => arrayOf(x).cumprod(options);
/** Running sums, NaN counting as 0. */
export const nancumsum = (x: ArrayLike, options: CumulativeOptions = {}): ShoalArray =>
  asArray(cumulativeBlocks(arrayOf(x), "sum", { ...options, skipNan: true }));
/** Running products, NaN counting as 1. */
export const nancumprod = (x: ArrayLike, options: CumulativeOptions = {}): ShoalArray =>
  asArray(cumulativeBlocks(arrayOf(x), "prod", { ...options, skipNan: true }));

/** The k greatest or, for k < 0, least elements along an axis. */
export const topk = (x: ArrayLike, k: number, options: Parameters<typeof topkBlocks>[2] = {}): ShoalArray =>
  arrayOf(x).topk(k, options);
/** The places of {@link topk}'s elements. */
export const argtopk = (x: ArrayLike, k: number, options: Parameters<typeof topkBlocks>[2] = {}): ShoalArray =>
  arrayOf(x).argtopk(k, options);

/** Elements in rising order along an axis, which becomes one chunk. */
export const sort = (x: ArrayLike, axis?: number): ShoalArray => arrayOf(x).sort(axis);
/** Places in rising order along an axis, which becomes one chunk. */
export const argsort = (x: ArrayLike, axis?: number): ShoalArray => arrayOf(x).argsort(axis);

/**
 * Neighbouring elements reduced to one: `axes` names how many along each axis.
 * @param reduce a name such as "mean", or a function of an eager array and { axis }
 * @throws RangeError if chunks are no multiples, unless `trimExcess` cuts the rest off
 * @see https://docs.dask.org/en/stable/generated/dask.array.coarsen.html
 */
export function coarsen(
  reduce: "sum" | "mean" | "min" | "max" | "prod" | "any" | "all" | "std" | "var" | BlockFunction,
  x: ArrayLike,
  axes: Readonly<Record<number, number>>,
  options: { readonly trimExcess?: boolean } = {},
): ShoalArray {
  known(options, "coarsen", "trimExcess");
  let array = arrayOf(x);
  const factors = array.shape.map((_, axis) => axes[axis] ?? axes[axis - array.ndim] ?? 1);
  for (const given of Object.keys(axes)) axisOf(Number(given), array.ndim);
  factors.forEach((factor, axis) => {
    const n = array.shape[axis] as number;
    if (factor === 1) return;
    if (n % factor !== 0 && options.trimExcess !== true)
      throw new RangeError(`Axis ${axis} has ${n} elements, no multiple of ${factor}; set trimExcess`);
    const before = array.axes[axis] as AxisRuns;
    array = along(array, axis, `:${n - (n % factor)}`);
    const given = axisSizes(before);
    if (given.some((size) => size % factor !== 0)) array = array.rechunk({ [axis]: multiplesOf(given, factor) });
  });
  const axis = factors.map((_, k) => 2 * k + 1);
  const chunks = array.axes.map((runs, k) => axisSizes(runs).map((size) => size / (factors[k] as number)));
  const call = coarseBlock(reduce, factors, axis);
  return asArray(mapBlocksOf(call, array, { chunks, dtype: coarseDType(reduce, array), name: "coarsen", args: [] }));
}

type Reduce = Parameters<typeof coarsen>[0];

function coarseBlock(reduce: Reduce, factors: readonly number[], axis: readonly number[]): BlockFunction {
  return (block: NDArray): unknown => {
    const shape = block.shape.flatMap((n, k) => [n / (factors[k] as number), factors[k] as number]);
    const wide = block.reshape(shape);
    return typeof reduce === "string" ? wide[reduce]({ axis }) : reduce(wide, { axis });
  };
}

/** The dtype that the reduction gives for a block of one group. */
function coarseDType(reduce: Reduce, array: ShoalArray): DType {
  const one = (block: NDArray): unknown =>
    typeof reduce === "string" ? block[reduce]({ axis: 0 }) : reduce(block.reshape([1, 1]), { axis: [1] });
  return inferDType(one, [array.ravel()]);
}

/** Chunks of multiples of a factor, as Dask cuts them: what is over goes to the smallest of the others; a rest leaves an empty chunk. */
function multiplesOf(sizes: readonly number[], factor: number): number[] {
  const made = sizes.map((size) => size - (size % factor));
  const over = sizes.reduce((sum, size) => sum + (size % factor), 0);
  const order = sizes.map((_, at) => at);
  const isWhole = (at: number): boolean => made[at] === sizes[at];
  order.sort((a, b) => Number(isWhole(a)) - Number(isWhole(b)) || (made[a] as number) - (made[b] as number) || a - b);
  for (let k = 0; k < Math.floor(over / factor); k++) {
    const at = order[k % order.length] as number;
    made[at] = (made[at] as number) + factor;
  }
  const kept = made.filter((size) => size > 0);
  return over % factor === 0 ? kept : [...kept, 0];
}
