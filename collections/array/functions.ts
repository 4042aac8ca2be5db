import { arrayOf, asArray, type ShoalArray } from "./array.ts";
import { type ArrayLike, blocksOf, operandOf } from "./array-like.ts";
import { axisOf, shapeOf } from "./blocks.ts";
import { broadcastShapes } from "./chunk.ts";
import { type ChunkSpec, chunkRuns } from "./chunk-spec.ts";
import { contractBlocks, einsumBlocks, tensordotBlocks } from "./contract.ts";
import { itemsizeOf } from "./dtype.ts";
import { alignBlocks, applyBlocks } from "./elementwise.ts";
import { blockBlocks, concatenateBlocks, type NestedArrays, stackBlocks } from "./join.ts";
import { known } from "./known.ts";
import { listGiven } from "./list-given.ts";
import type { ReduceOptions } from "./reduction.ts";
import { broadcastBlocks } from "./reshape.ts";
import { reaxisBlocks } from "./slicing.ts";

type ArgOptions = { readonly axis?: number | null; readonly keepdims?: boolean; readonly splitEvery?: number };

const reduction =
  (
    name:
      | "sum"
      | "prod"
      | "mean"
      | "var"
      | "std"
      | "min"
      | "max"
      | "ptp"
      | "any"
      | "all"
      | "nansum"
      | "nanprod"
      | "nanmean"
      | "nanvar"
      | "nanstd"
      | "nanmin"
      | "nanmax",
  ) =>
  (x: ArrayLike, options?: ReduceOptions): ShoalArray =>
    arrayOf(x)[name](options);
const argReduction =
  (name: "argmin" | "argmax" | "nanargmin" | "nanargmax") =>
  (x: ArrayLike, options?: ArgOptions): ShoalArray =>
    arrayOf(x)[name](options);

/** The reductions of {@link ShoalArray} as functions. */
export const sum = reduction("sum");
export const prod = reduction("prod");
export const mean = reduction("mean");
export const variance = reduction("var");
export const std = reduction("std");
export const min = reduction("min");
export const max = reduction("max");
export const ptp = reduction("ptp");
export const any = reduction("any");
export const all = reduction("all");
export const nansum = reduction("nansum");
export const nanprod = reduction("nanprod");
export const nanmean = reduction("nanmean");
export const nanvar = reduction("nanvar");
export const nanstd = reduction("nanstd");
export const nanmin = reduction("nanmin");
export const nanmax = reduction("nanmax");
export const argmin = argReduction("argmin");
export const argmax = argReduction("argmax");
export const nanargmin = argReduction("nanargmin");
export const nanargmax = argReduction("nanargmax");

/** The central moment of an order. */
export const moment = (x: ArrayLike, order: number, options?: ReduceOptions): ShoalArray =>
  arrayOf(x).moment(order, options);

/**
 * Elements of the second argument where the first is true, else of the third; with one argument, {@link nonzero}'s places.
 * @see https://docs.dask.org/en/stable/generated/dask.array.where.html
 */
export const where = (condition: ArrayLike, yes: ArrayLike, no: ArrayLike): ShoalArray =>
  asArray(applyBlocks("where", [blocksOf(condition), operandOf(yes), operandOf(no)]));

/** Values put within limits; null leaves an end open. */
export const clip = (x: ArrayLike, low: ArrayLike | null, high: ArrayLike | null): ShoalArray =>
  arrayOf(x).clip(low, high);

/** Rounded to decimals, half to even. */
export const round = (x: ArrayLike, decimals = 0): ShoalArray => arrayOf(x).round(decimals);
/** The same as {@link round}. */
export const around = round;

/** NaN and infinities replaced: NaN by 0, infinities by the largest numbers, unless others are given. */
export const nanToNum = (
  x: ArrayLike,
  options: { readonly nan?: number; readonly posinf?: number; readonly neginf?: number } = {},
): ShoalArray => {
  const { nan = 0, posinf = null, neginf = null } = known(options, "nanToNum", "nan", "posinf", "neginf");
  return asArray(applyBlocks("nan_to_num", [blocksOf(x), nan, posinf, neginf]));
};

interface CloseOptions {
  readonly rtol?: number;
  readonly atol?: number;
  readonly equalNan?: boolean;
}

/** Whether elements are equal within rtol * |b| + atol. */
export const isclose = (a: ArrayLike, b: ArrayLike, options: CloseOptions = {}): ShoalArray => {
  const { rtol = 1e-5, atol = 1e-8, equalNan = false } = known(options, "isclose", "rtol", "atol", "equalNan");
  return asArray(applyBlocks("isclose", [blocksOf(a), operandOf(b), rtol, atol, equalNan]));
};

/** Whether all elements are equal within rtol * |b| + atol. */
export const allclose = (a: ArrayLike, b: ArrayLike, options: CloseOptions = {}): ShoalArray =>
  isclose(a, b, options).all();

/** Whether not NaN. */
export const notnull = (x: ArrayLike): ShoalArray => asArray(applyBlocks("not_nan", [blocksOf(x)]));

/** Fraction and whole part, both with the sign of x. */
export const modf = (x: ArrayLike): [ShoalArray, ShoalArray] => [
  asArray(applyBlocks("modf_fraction", [blocksOf(x)])),
  asArray(applyBlocks("modf_whole", [blocksOf(x)])),
];

/** Mantissa in [0.5, 1) and binary exponent. */
export const frexp = (x: ArrayLike): [ShoalArray, ShoalArray] => [
  asArray(applyBlocks("frexp_mantissa", [blocksOf(x)])),
  asArray(applyBlocks("frexp_exponent", [blocksOf(x)])),
];

/** Floor quotient and remainder. */
export const divmod = (a: ArrayLike, b: ArrayLike): [ShoalArray, ShoalArray] => [
  asArray(applyBlocks("floor_divide", [blocksOf(a), operandOf(b)])),
  asArray(applyBlocks("remainder", [blocksOf(a), operandOf(b)])),
];

/** Arrays one after another along an axis; null joins them flattened. @throws RangeError with the shapes */
export const concatenate = (
  arrays: readonly ArrayLike[],
  options: { readonly axis?: number | null } = {},
): ShoalArray => {
  const blocks = listGiven("concatenate", "concatenate([x, y])", arrays).map(blocksOf);
  const { axis = 0 } = known(options, "concatenate", "axis");
  return asArray(concatenateBlocks(blocks, axis));
};

/** Arrays of one shape along a new axis. @throws RangeError with the shapes */
export const stack = (arrays: readonly ArrayLike[], options: { readonly axis?: number } = {}): ShoalArray => {
  const blocks = listGiven("stack", "stack([x, y])", arrays).map(blocksOf);
  const { axis = 0 } = known(options, "stack", "axis");
  return asArray(stackBlocks(blocks, axis));
};

/** Arrays put together from nested lists, the innermost along the last axis. */
export const block = (nested: NestedArrays): ShoalArray => asArray(blockBlocks(nested));

/** Arrays one below another. */
export const vstack = (arrays: readonly ArrayLike[]): ShoalArray =>
  concatenate(listGiven("vstack", "vstack([x, y])", arrays).map((one) => atleast2d(one)));

/** Arrays side by side. */
export const hstack = (arrays: readonly ArrayLike[]): ShoalArray => {
  const all = listGiven("hstack", "hstack([x, y])", arrays).map((one) => atleast1d(one));
  return concatenate(all, { axis: all[0]?.ndim === 1 ? 0 : 1 });
};

/** Arrays behind one another, along the third axis. */
export const dstack = (arrays: readonly ArrayLike[]): ShoalArray =>
  concatenate(
    listGiven("dstack", "dstack([x, y])", arrays).map((one) => atleast3d(one)),
    { axis: 2 },
  );

/** With at least one axis. */
export const atleast1d = (x: ArrayLike): ShoalArray => {
  const blocks = blocksOf(x);
  return asArray(blocks.axes.length === 0 ? reaxisBlocks(blocks, [null]) : blocks);
};

/** With at least two axes; new ones in front. */
export const atleast2d = (x: ArrayLike): ShoalArray => {
  const one = atleast1d(x);
  return one.ndim === 1 ? asArray(reaxisBlocks(one, [null, 0])) : one;
};

/** With at least three axes, as NumPy places them. */
export const atleast3d = (x: ArrayLike): ShoalArray => {
  const two = arrayOf(x);
  if (two.ndim >= 3) return two;
  const order = two.ndim === 0 ? [null, null, null] : two.ndim === 1 ? [null, 0, null] : [0, 1, null];
  return asArray(reaxisBlocks(two, order));
};

/** The array seen as a larger shape it broadcasts to. @throws RangeError with both shapes */
export function broadcastTo(
  x: ArrayLike,
  shape: readonly number[],
  options: { readonly chunks?: ChunkSpec } = {},
): ShoalArray {
  known(options, "broadcastTo", "chunks");
  const blocks = blocksOf(x);
  const chunks = options.chunks === undefined ? undefined : chunkRuns(options.chunks, shape, itemsizeOf(blocks.dtype));
  return asArray(broadcastBlocks(blocks, shape, chunks));
}

/** All arrays in the shape they broadcast to together. */
export function broadcastArrays(...arrays: readonly ArrayLike[]): ShoalArray[] {
  const { aligned } = alignBlocks(arrays.map(blocksOf));
  const shape = broadcastShapes(...aligned.map(shapeOf));
  const { axes } = alignBlocks(aligned);
  return aligned.map((one) => asArray(broadcastBlocks(one, shape, axes)));
}

/** Arrays rechunked so that blocks of one index meet. */
export const unifyChunks = (...arrays: readonly ArrayLike[]): ShoalArray[] =>
  alignBlocks(arrays.map(blocksOf)).aligned.map(asArray);

/** Matrix product. */
export const matmul = (a: ArrayLike, b: ArrayLike): ShoalArray => arrayOf(a).matmul(b);
/** NumPy's dot product. */
export const dot = (a: ArrayLike, b: ArrayLike): ShoalArray => arrayOf(a).dot(b);
/** The sum of products of all elements, the first conjugated. */
export const vdot = (a: ArrayLike, b: ArrayLike): ShoalArray => arrayOf(a).ravel().conj().dot(arrayOf(b).ravel());
/** All products of the elements of two arrays, flattened. */
export const outer = (a: ArrayLike, b: ArrayLike): ShoalArray =>
  asArray(
    contractBlocks("ab", [
      { blocks: arrayOf(a).ravel(), letters: "a" },
      { blocks: arrayOf(b).ravel(), letters: "b" },
    ]),
  );
/** Sums of products over pairs of axes. */
export const tensordot = (
  a: ArrayLike,
  b: ArrayLike,
  options: { readonly axes?: Parameters<typeof tensordotBlocks>[2] } = {},
): ShoalArray => asArray(tensordotBlocks(blocksOf(a), blocksOf(b), known(options, "tensordot", "axes").axes));
/** Einstein's summation. */
export const einsum = (spec: string, ...arrays: readonly ArrayLike[]): ShoalArray =>
  asArray(einsumBlocks(spec, arrays.map(blocksOf)));

/** Axes in another order. */
export const transpose = (x: ArrayLike, axes?: readonly number[]): ShoalArray => arrayOf(x).transpose(axes);
/** Two axes exchanged. */
export const swapaxes = (x: ArrayLike, a: number, b: number): ShoalArray => arrayOf(x).swapaxes(a, b);
/** Axes of length one left out. */
export const squeeze = (x: ArrayLike, axis?: number | readonly number[]): ShoalArray => arrayOf(x).squeeze(axis);
/** Another shape. */
export const reshape = (x: ArrayLike, shape: number | readonly number[]): ShoalArray => arrayOf(x).reshape(shape);
/** One axis. */
export const ravel = (x: ArrayLike): ShoalArray => arrayOf(x).ravel();
/** Other chunks. */
export const rechunk = (x: ArrayLike, chunks?: ChunkSpec): ShoalArray => arrayOf(x).rechunk(chunks);

/** An axis of length one put in at each position of the result. */
export function expandDims(x: ArrayLike, axis: number | readonly number[]): ShoalArray {
  const blocks = blocksOf(x);
  const wanted = [axis].flat();
  const ndim = blocks.axes.length + wanted.length;
  const places = wanted.map((one) => axisOf(one, ndim));
  let at = 0;
  return asArray(
    reaxisBlocks(
      blocks,
      Array.from({ length: ndim }, (_, k) => (places.includes(k) ? null : at++)),
    ),
  );
}

/** Axes moved to other places, the rest in order. */
export function moveaxis(x: ArrayLike, from: number | readonly number[], to: number | readonly number[]): ShoalArray {
  const array = arrayOf(x);
  const sources = [from].flat().map((one) => axisOf(one, array.ndim));
  const targets = [to].flat().map((one) => axisOf(one, array.ndim));
  if (sources.length !== targets.length)
    throw new RangeError(`${sources.length} axes cannot move to ${targets.length} places`);
  const rest = array.shape.map((_, axis) => axis).filter((axis) => !sources.includes(axis));
  const order = array.shape.map((_, place) => {
    const at = targets.indexOf(place);
    return at >= 0 ? (sources[at] as number) : (rest.shift() as number);
  });
  return array.transpose(order);
}

/** An axis rolled backwards until it stands before `start`. */
export function rollaxis(x: ArrayLike, axis: number, start = 0): ShoalArray {
  const array = arrayOf(x);
  const from = axisOf(axis, array.ndim);
  const to = start < 0 ? start + array.ndim : start;
  if (to < 0 || to > array.ndim) throw new RangeError(`start ${start} is out of range for ${array.ndim} dimensions`);
  const order = array.shape.map((_, at) => at).filter((at) => at !== from);
  order.splice(to > from ? to - 1 : to, 0, from);
  return array.transpose(order);
}
