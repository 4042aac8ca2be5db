import { arrayOf, asArray, type ShoalArray } from "./array.ts";
import { type ArrayLike, chunkOf } from "./array-like.ts";
import { axisOf, shapeText } from "./blocks.ts";
import { isBlocks } from "./elementwise.ts";
import { broadcastTo, concatenate, expandDims, where } from "./functions.ts";
import { axisIndex, type Indexer } from "./get.ts";
import { boundedBlocks } from "./index-arithmetic.ts";
import { type AxisIndex, positionOf, type Slice } from "./indexer.ts";
import { known } from "./known.ts";
import { listGiven } from "./list-given.ts";
import type { NDArray } from "./ndarray.ts";
import { float, type ScalarLike } from "./scalar.ts";
import { takeBlocks } from "./slicing.ts";

const whole = (ndim: number): Indexer[] => new Array<Indexer>(ndim).fill(":");

/** One indexer on an axis, the others whole. */
export function along(x: ShoalArray, axis: number, index: Indexer): ShoalArray {
  const indexers = whole(x.ndim);
  indexers[axis] = index;
  return x.get(...indexers);
}

/** Elements reversed along axes; all if none is named. */
export const flip = (x: ArrayLike, axis?: number | readonly number[] | null): ShoalArray => arrayOf(x).flip(axis);

/** Rows reversed. */
export const flipud = (x: ArrayLike): ShoalArray => flip(x, 0);
/** Columns reversed. */
export const fliplr = (x: ArrayLike): ShoalArray => flip(x, 1);

/** Elements moved along axes, those pushed over the end coming in at the start; flattened without an axis. */
export const roll = (
  x: ArrayLike,
  shift: number | readonly number[],
  options: { readonly axis?: number | readonly number[] } = {},
): ShoalArray => arrayOf(x).roll(shift, options);

/** Rotated by quarter turns in the plane of two axes. */
export function rot90(
  x: ArrayLike,
  options: { readonly k?: number; readonly axes?: readonly [number, number] } = {},
): ShoalArray {
  known(options, "rot90", "k", "axes");
  const array = arrayOf(x);
  const [a, b] = (options.axes ?? [0, 1]).map((one) => axisOf(one, array.ndim)) as [number, number];
  if (a === b) throw new RangeError(`A plane needs two axes, got ${a} twice`);
  const turns = (((options.k ?? 1) % 4) + 4) % 4;
  if (turns === 0) return array;
  if (turns === 2) return flip(array, [a, b]);
  return turns === 1 ? flip(array, b).swapaxes(a, b) : flip(array.swapaxes(a, b), b);
}

/** Each element several times along an axis. */
export function repeat(x: ArrayLike, repeats: number, options: { readonly axis?: number | null } = {}): ShoalArray {
  known(options, "repeat", "axis");
  if (!Number.isInteger(repeats) || repeats < 0)
    throw new RangeError(`repeats must be a whole number from 0, got ${repeats}`);
  const array = options.axis === undefined || options.axis === null ? arrayOf(x).ravel() : arrayOf(x);
  const axis = axisOf(options.axis ?? 0, array.ndim);
  const n = array.shape[axis] as number;
  return asArray(
    takeBlocks(
      array.rechunk({ [axis]: repeatedCut(array.chunks[axis] as readonly number[], repeats) }),
      axis,
      Float64Array.from({ length: n * repeats }, (_, at) => Math.floor(at / repeats)),
    ),
  );
}

/** Chunks cut so that they are about as large as before when each element is there several times. */
function repeatedCut(sizes: readonly number[], repeats: number): number[] {
  const even = (x: number): number => (x % 1 === 0.5 ? 2 * Math.round(x / 2) : Math.round(x));
  return sizes.flatMap((size) => {
    if (repeats < 3 || size === 0) return [size];
    const ends = Array.from({ length: repeats }, (_, at) => even((size * at) / (repeats - 1)));
    return ends.slice(1).flatMap((end, at) => (end > (ends[at] as number) ? [end - (ends[at] as number)] : []));
  });
}

/** The whole array several times along each axis. */
export function tile(x: ArrayLike, reps: number | readonly number[]): ShoalArray {
  const list = [reps].flat() as number[];
  const bad = list.find((one) => !Number.isInteger(one) || one < 0);
  if (bad !== undefined) throw new RangeError(`reps must be whole numbers from 0, got ${bad}`);
  let array = arrayOf(x);
  while (array.ndim < list.length) array = array.get(null, "…");
  const wide = [...new Array<number>(array.ndim - list.length).fill(1), ...list];
  return wide.reduceRight((so, times, axis) => {
    if (times === 0) return along(so, axis, ":0");
    return times === 1 ? so : concatenate(new Array<ShoalArray>(times).fill(so), { axis });
  }, array);
}

/** Elements at positions along an axis; flattened without one. */
export function take(x: ArrayLike, indices: Indexer, options: { readonly axis?: number | null } = {}): ShoalArray {
  known(options, "take", "axis");
  const array = options.axis === undefined || options.axis === null ? arrayOf(x).ravel() : arrayOf(x);
  return along(array, axisOf(options.axis ?? 0, array.ndim), indices);
}

/** Slices along an axis where a condition, which may be shorter, is true. */
export function compress(
  condition: ArrayLike,
  x: ArrayLike,
  options: { readonly axis?: number | null } = {},
): ShoalArray {
  known(options, "compress", "axis");
  const array = options.axis === undefined || options.axis === null ? arrayOf(x).ravel() : arrayOf(x);
  const axis = axisOf(options.axis ?? 0, array.ndim);
  if (isBlocks(condition)) return along(array, axis, arrayOf(condition).astype("bool"));
  const mask = chunkOf(condition, undefined);
  if (mask.shape.length !== 1) throw new RangeError(`A condition has one axis, got shape ${shapeText(mask.shape)}`);
  const positions = Array.from({ length: mask.shape[0] as number }, (_, at) => at).filter(
    (at) => Number((mask.data as Float64Array)[at]) !== 0,
  );
  return along(array, axis, positions);
}

/** Elements of a flattened array where a condition is true. */
export const extract = (condition: ArrayLike, x: ArrayLike): ShoalArray =>
  arrayOf(x).ravel().get(arrayOf(condition).ravel().astype("bool"));

/**
 * For each place the element of the choice that the first array names there.
 * @throws RangeError when it is computed, where it names none
 */
export function choose(x: ArrayLike, choices: readonly ArrayLike[]): ShoalArray {
  listGiven("choose", "choose(which, [x, y])", choices);
  if (choices.length === 0) throw new RangeError("choose needs at least one choice");
  const index = asArray(boundedBlocks(arrayOf(x).astype("int64"), { n: choices.length, of: "the choices of choose" }));
  return choices
    .slice(0, -1)
    .reduceRight<ShoalArray>(
      (rest, one, at) => where(index.eq(at), one, rest),
      arrayOf(choices[choices.length - 1] as ArrayLike),
    );
}

/** For each place the choice of the first condition that holds, else the default. */
export function select(
  conditions: readonly ArrayLike[],
  choices: readonly ArrayLike[],
  options: { readonly default?: ScalarLike } = {},
): ShoalArray {
  listGiven("select", "select([a, b], [x, y])", conditions);
  listGiven("select", "select([a, b], [x, y])", choices);
  if (conditions.length !== choices.length || choices.length === 0)
    throw new RangeError(`select was given ${conditions.length} conditions and ${choices.length} choices`);
  return conditions.reduceRight<ArrayLike>(
    (rest, one, at) => where(one, choices[at] as ArrayLike, rest),
    known(options, "select", "default").default ?? 0,
  ) as ShoalArray;
}

/** Differences of neighbours along an axis, n times. */
export function diff(x: ArrayLike, options: DiffOptions = {}): ShoalArray {
  known(options, "diff", "n", "axis", "prepend", "append");
  const { n = 1 } = options;
  if (!Number.isInteger(n) || n < 0) throw new RangeError(`diff is taken a whole number of times from 0, got ${n}`);
  const given = arrayOf(x);
  const axis = axisOf(options.axis ?? -1, given.ndim);
  const edge = (value: ArrayLike | undefined): ShoalArray[] => {
    if (value === undefined) return [];
    const one = arrayOf(value);
    return [
      one.ndim > 0
        ? one
        : broadcastTo(
            one,
            given.shape.map((size, at) => (at === axis ? 1 : size)),
          ),
    ];
  };
  const parts = n === 0 ? [given] : [...edge(options.prepend), given, ...edge(options.append)];
  let array = parts.length === 1 ? given : concatenate(parts, { axis });
  for (let times = 0; times < n; times++) {
    const [after, before] = [along(array, axis, "1:"), along(array, axis, ":-1")];
    array = array.dtype === "bool" ? after.ne(before) : after.sub(before);
  }
  return array;
}

/** Options of {@link diff}. */
export interface DiffOptions {
  /** How many times; default 1. */
  readonly n?: number;
  readonly axis?: number;
  /** What stands before and behind the array while differences are taken; a plain value stands for one element. */
  readonly prepend?: ArrayLike;
  readonly append?: ArrayLike;
}

/** Differences of neighbours of the flattened array, with values put before and behind. */
export function ediff1d(
  x: ArrayLike,
  options: { readonly toBegin?: ArrayLike; readonly toEnd?: ArrayLike } = {},
): ShoalArray {
  known(options, "ediff1d", "toBegin", "toEnd");
  const flat = arrayOf(x).ravel();
  const part = (value: ArrayLike | undefined): ShoalArray[] =>
    value === undefined ? [] : [arrayOf(value).ravel().astype(flat.dtype)];
  const parts = [...part(options.toBegin), diff(flat), ...part(options.toEnd)];
  return parts.length === 1 ? (parts[0] as ShoalArray) : concatenate(parts);
}

/** Options of {@link gradient}. */
export interface GradientOptions {
  /** The axis or axes along which slopes are taken; all if left out. */
  readonly axis?: number | readonly number[];
  /** 1: the ends by the slope to their neighbour; 2: by the curve through three elements. Default 1. */
  readonly edgeOrder?: 1 | 2;
}

/** Slopes by central differences, one-sided at the ends; a list of them for several axes. */
export function gradient(
  x: ArrayLike,
  spacing: number | readonly number[] | GradientOptions = 1,
  options: GradientOptions = {},
): ShoalArray | ShoalArray[] {
  if (typeof spacing === "object" && !Array.isArray(spacing)) return gradient(x, 1, spacing as GradientOptions);
  const { edgeOrder = 1 } = known(options, "gradient", "axis", "edgeOrder");
  if (edgeOrder !== 1 && edgeOrder !== 2) throw new RangeError(`edgeOrder is 1 or 2, got ${String(edgeOrder)}`);
  const array = arrayOf(x);
  const axes =
    options.axis === undefined
      ? array.shape.map((_, at) => at)
      : [options.axis].flat().map((one) => axisOf(one, array.ndim));
  const spacings = typeof spacing === "number" ? axes.map(() => spacing) : (spacing as readonly number[]);
  if (spacings.length !== axes.length)
    throw new RangeError(`${spacings.length} spacings were given for ${axes.length} axes`);
  const slopes = axes.map((axis, at) => gradientAlong(array, axis, spacings[at] as number, edgeOrder));
  return axes.length === 1 ? (slopes[0] as ShoalArray) : slopes;
}

function gradientAlong(array: ShoalArray, axis: number, h: number, edgeOrder: 1 | 2): ShoalArray {
  const n = array.shape[axis] as number;
  if (n <= edgeOrder)
    throw new RangeError(`A gradient needs at least ${edgeOrder + 1} elements, axis ${axis} has ${n}`);
  const isFraction = /^(float|complex)/.test(array.dtype);
  const x = isFraction ? array : array.astype("float64");
  const at = (index: string): ShoalArray => along(x, axis, index);
  // The end, its neighbour and the one behind it, by a parabola: (4 b - 3 a - c) / 2h.
  const curved = (a: ShoalArray, b: ShoalArray, c: ShoalArray, step: number): ShoalArray =>
    b
      .mul(4)
      .sub(a.mul(3))
      .sub(c)
      .div(float(2 * step));
  const first = edgeOrder === 1 ? at("1:2").sub(at("0:1")).div(float(h)) : curved(at("0:1"), at("1:2"), at("2:3"), h);
  const last =
    edgeOrder === 1 ? at("-1:").sub(at("-2:-1")).div(float(h)) : curved(at("-1:"), at("-2:-1"), at("-3:-2"), -h);
  const middle = at("2:")
    .sub(at(":-2"))
    .div(float(2 * h));
  const joined = n === 2 ? concatenate([first, last], { axis }) : concatenate([first, middle, last], { axis });
  return joined.rechunk(array.chunks as number[][]);
}

/** Values put behind an array; both flattened without an axis. */
export const append = (x: ArrayLike, values: ArrayLike, options: { readonly axis?: number | null } = {}): ShoalArray =>
  concatenate([x, values], { axis: known(options, "append", "axis").axis ?? null });

/** Slices at positions left out along an axis. */
export function deleteAt(
  x: ArrayLike,
  at: number | string | Slice | NDArray | readonly (number | boolean)[],
  options: { readonly axis?: number } = {},
): ShoalArray {
  known(options, "delete", "axis");
  const array = options.axis === undefined ? arrayOf(x).ravel() : arrayOf(x);
  const axis = axisOf(options.axis ?? 0, array.ndim);
  const n = array.shape[axis] as number;
  const gone = [...new Set(positionsOf(at, n, axis))].sort((a, b) => a - b);
  const ends = [-1, ...gone, n];
  const parts = ends.slice(0, -1).flatMap((end, k) => {
    const next = ends[k + 1] as number;
    return end + 1 < next ? [along(array, axis, { start: end + 1, stop: next })] : [];
  });
  return parts.length === 0 ? along(array, axis, ":0") : concatenate(parts, { axis });
}

/** The positions that an index of one axis names. */
function positionsOf(at: Parameters<typeof deleteAt>[1], n: number, axis: number): readonly number[] {
  if (typeof at === "number") return [positionOf(at, n, axis)];
  const index = axisIndex(at as Indexer, n, axis) as AxisIndex;
  if (index.kind === "list") return Array.from(index.positions);
  if (index.kind === "at") return [index.at];
  const { start, step, count } = index.kind === "whole" ? { start: 0, step: 1, count: n } : index;
  return Array.from({ length: count }, (_, k) => start + k * step);
}

/** Values put in before positions along an axis. */
export function insert(
  x: ArrayLike,
  at: number | readonly number[],
  values: ArrayLike,
  options: { readonly axis?: number } = {},
): ShoalArray {
  known(options, "insert", "axis");
  const array = options.axis === undefined ? arrayOf(x).ravel() : arrayOf(x);
  const axis = axisOf(options.axis ?? 0, array.ndim);
  const n = array.shape[axis] as number;
  const places = ([at].flat() as number[]).map((one) => (one < 0 ? one + n : one));
  const out = places.find((one) => one < 0 || one > n);
  if (out !== undefined) throw new RangeError(`Position ${out} is out of bounds for axis ${axis} with size ${n}`);
  const given = arrayOf(values).astype(array.dtype);
  const shape = array.shape.map((size, k) => (k === axis ? places.length : size));
  const spread =
    typeof at === "number" && given.ndim > 0 && given.ndim === array.ndim - 1 ? expandDims(given, axis) : given;
  const wide = broadcastTo(spread, shape, {
    chunks: Object.fromEntries(array.chunks.map((one, k) => [k, k === axis ? 1 : one])),
  });
  const order = places.map((place, k) => ({ place, k })).sort((a, b) => a.place - b.place || a.k - b.k);
  const parts: ShoalArray[] = [];
  let from = 0;
  for (const { place, k } of order) {
    if (place > from) parts.push(along(array, axis, { start: from, stop: place }));
    parts.push(along(wide, axis, { start: k, stop: k + 1 }));
    from = place;
  }
  if (from < n) parts.push(along(array, axis, { start: from, stop: n }));
  return concatenate(parts, { axis });
}
