import { Chunk, emptyChunk, sizeOf } from "../chunk.ts";
import { type AnyData, allocate, type DType, isTime, lanesOf } from "../dtype.ts";
import { NOT_A_TIME } from "../scalar.ts";
import { castTo } from "./elementwise.ts";
import { contiguous, materialize, type Source } from "./pending.ts";
import { orderOf, sortedPlaces } from "./sorting.ts";
import { orderKeys } from "./time-keys.ts";

/** The elements of a source in row-major order, as a typed array; complex ones as pairs. */
export function elementsOf(source: Source): AnyData {
  const chunk = contiguous(source);
  const lanes = lanesOf(chunk.dtype);
  return chunk.data.subarray(chunk.offset * lanes, (chunk.offset + sizeOf(chunk.shape)) * lanes) as AnyData;
}

/** Distinct elements in rising order, where each first stood, and how often. */
export interface Distinct {
  readonly values: Chunk;
  /** First position in the whole. */
  readonly first: Float64Array;
  readonly counts: Float64Array;
}

/** Distinct elements of one block. */
export function distinctChunk(
  _plan: unknown,
  { start }: { readonly start: readonly number[] },
  source: Source,
): Distinct {
  const data = elementsOf(source);
  const from = start[0] ?? 0;
  const size = sizeOf(source.shape);
  const first = Float64Array.from({ length: size }, (_, at) => at + from);
  return distinct(data, source.dtype, first, new Float64Array(size).fill(1));
}

function distinct(data: AnyData, dtype: DType, first: Float64Array, counts: Float64Array): Distinct {
  const cells = data as Float64Array;
  const lanes = lanesOf(dtype);
  const part = (at: number, lane: number): number => cells[at * lanes + lane] as number;
  const by = orderOf(lanes);
  const isNan = (at: number): boolean => Number.isNaN(part(at, 0)) || Number.isNaN(part(at, lanes - 1));
  // What is not a number counts as one element, whichever part of it is not.
  const isSame = (a: number, b: number): boolean => by(cells, a, cells, b) === 0 || (isNan(a) && isNan(b));
  const order = sortedPlaces(orderKeys(data, dtype), lanes);
  const keep: number[] = [];
  const sums: number[] = [];
  for (const at of order) {
    const last = keep[keep.length - 1];
    if (last !== undefined && isSame(last, at))
      sums[sums.length - 1] = (sums[sums.length - 1] as number) + (counts[at] as number);
    else {
      keep.push(at);
      sums.push(counts[at] as number);
    }
  }
  const values = allocate(dtype, keep.length) as Float64Array;
  keep.forEach((at, i) => {
    for (let lane = 0; lane < lanes; lane++) values[i * lanes + lane] = part(at, lane);
  });
  return {
    values: new Chunk(values, dtype, [keep.length]),
    first: Float64Array.from(keep, (at) => first[at] as number),
    counts: Float64Array.from(sums),
  };
}

/** Distinct elements of several blocks; parts come in order, so the first of equals is the earliest. */
export function distinctCombine(_plan: unknown, parts: readonly Distinct[]): Distinct {
  if (parts.length === 1) return parts[0] as Distinct;
  const { dtype } = (parts[0] as Distinct).values;
  const total = parts.reduce((sum, part) => sum + part.first.length, 0);
  const data = allocate(dtype, total) as Float64Array;
  const first = new Float64Array(total);
  const counts = new Float64Array(total);
  let at = 0;
  for (const part of parts) {
    data.set(part.values.data as Float64Array, at * lanesOf(dtype));
    first.set(part.first, at);
    counts.set(part.counts, at);
    at += part.first.length;
  }
  return distinct(data, dtype, first, counts);
}

/** One part of what distinct elements are asked for. */
export function distinctPart(
  plan: { readonly part: "values" | "first" | "counts" },
  parts: readonly Distinct[],
): Chunk {
  const whole = distinctCombine(plan, parts);
  if (plan.part === "values") return whole.values;
  const numbers = whole[plan.part];
  return new Chunk(BigInt64Array.from(numbers, BigInt), "int64", [numbers.length]);
}

/** Places of a sorted list that elements would be put in before, on the left or the right of equals. */
export function searchBlock({ side }: { readonly side: "left" | "right" }, list: Source, source: Source): Chunk {
  const cells = orderKeys(elementsOf(list), list.dtype) as Float64Array;
  const given = contiguous(source);
  const data = orderKeys(elementsOf(source), source.dtype) as Float64Array;
  const out = emptyChunk("int64", given.shape);
  const lanes = lanesOf(list.dtype);
  const compared = orderOf(lanes);
  const goesBefore = (listed: number, at: number): boolean => {
    const by = compared(cells, listed, data, at);
    return side === "left" ? by < 0 : by <= 0;
  };
  for (let i = 0; i < data.length / lanes; i++) {
    let low = 0;
    let high = cells.length / lanes;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (goesBefore(middle, i)) low = middle + 1;
      else high = middle;
    }
    out.data[i] = BigInt(low);
  }
  return out;
}

/** Whether each element is one of a list. */
export function isinBlock({ invert }: { readonly invert: boolean }, list: Source, source: Source): Chunk {
  const lanes = lanesOf(source.dtype);
  const given = contiguous(source);
  const data = elementsOf(source) as Float64Array;
  const listed = elementsOf(castTo(list, source.dtype)) as Float64Array;
  const ofTime = isTime(source.dtype);
  // A pair of numbers is known by its text; NaN is never found.
  const keyOf = (cells: Float64Array, at: number): number | string =>
    lanes === 1 ? (cells[at] as number) : `${(cells[2 * at] as number) + 0},${(cells[2 * at + 1] as number) + 0}`;
  const isNan = (at: number): boolean => {
    for (let lane = 0; lane < lanes; lane++) if (Number.isNaN(data[at * lanes + lane])) return true;
    return ofTime && (data as unknown as BigInt64Array)[at] === NOT_A_TIME;
  };
  const known = new Set<number | string>();
  for (let i = 0; i < listed.length / lanes; i++) known.add(keyOf(listed, i));
  const out = emptyChunk("bool", given.shape);
  for (let i = 0; i < data.length / lanes; i++)
    out.data[i] = Number((known.has(keyOf(data, i)) && !isNan(i)) !== invert);
  return out;
}

/** How many times each whole number from 0 occurs, or the sum of its weights; at least `minlength` of them. */
export function bincountChunk({ minlength }: { readonly minlength: number }, source: Source, weights?: Source): Chunk {
  const data = elementsOf(source) as Float64Array;
  let most = minlength - 1;
  for (const x of data) {
    if (x < 0) throw new RangeError(`bincount needs numbers from 0, got ${x}`);
    if (x > most) most = Number(x);
  }
  const sums = new Float64Array(most + 1);
  const by = weights === undefined ? undefined : (elementsOf(castTo(weights, "float64")) as Float64Array);
  for (let i = 0; i < data.length; i++) {
    const at = Number(data[i]);
    sums[at] = (sums[at] as number) + (by === undefined ? 1 : (by[i] as number));
  }
  return new Chunk(sums, "float64", [sums.length]);
}

/** Counts of different lengths added up, or complex sums of weights. */
export function addCounts(_plan: unknown, parts: readonly Chunk[]): Chunk {
  const sums = new Float64Array(Math.max(0, ...parts.map((part) => part.data.length)));
  for (const part of parts)
    (part.data as Float64Array).forEach((n, i) => {
      sums[i] = (sums[i] as number) + n;
    });
  const dtype = parts[0]?.dtype ?? "float64";
  return new Chunk(sums, dtype, [sums.length / lanesOf(dtype)]);
}

/** Counts in their dtype. */
export function finishCounts(plan: { readonly dtype: DType }, parts: readonly Chunk[]): Chunk {
  return materialize(castTo(addCounts(plan, parts), plan.dtype));
}

/** Counts (or sums of weights) of points in a grid of bins; the last bin of each axis includes its right edge. */
export function histogramChunk(
  { edges, weighted }: { readonly edges: readonly Float64Array[]; readonly weighted: boolean },
  ...sources: Source[]
): Chunk {
  const by = weighted ? sources.pop() : undefined;
  const dtype = by !== undefined && lanesOf(by.dtype) === 2 ? "complex128" : "float64";
  const lanes = lanesOf(dtype);
  const weights = by === undefined ? undefined : (elementsOf(castTo(by, dtype)) as Float64Array);
  const columns = sources.map((source) => elementsOf(castTo(source, "float64")) as Float64Array);
  const bins = edges.reduce((product, one) => product * (one.length - 1), 1);
  const sums = new Float64Array(bins * lanes);
  const points = (columns[0] as Float64Array).length;
  for (let i = 0; i < points; i++) {
    let at = 0;
    for (let axis = 0; axis < edges.length && at >= 0; axis++) {
      const along = edges[axis] as Float64Array;
      const bin = binOf(along, (columns[axis] as Float64Array)[i] as number);
      at = bin < 0 ? -1 : at * (along.length - 1) + bin;
    }
    for (let lane = 0; lane < lanes && at >= 0; lane++) {
      const place = at * lanes + lane;
      sums[place] = (sums[place] as number) + (weights === undefined ? 1 : (weights[i * lanes + lane] as number));
    }
  }
  return new Chunk(sums, dtype, [bins]);
}

function binOf(edges: Float64Array, x: number): number {
  const last = edges.length - 1;
  if (!(x >= (edges[0] as number) && x <= (edges[last] as number))) return -1;
  let low = 0;
  let high = last;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((edges[middle] as number) <= x) low = middle;
    else high = middle - 1;
  }
  return Math.min(low, last - 1);
}

/** The axis that positions are counted along: elements from one of its positions to the next in the flattened array, and its length. */
export interface PlacesPlan {
  readonly inner: number;
  readonly n: number;
}

/** Positions along one axis of the elements of a block of a flattened array that are not zero. */
export function placesBlock(
  { inner, n }: PlacesPlan,
  { start }: { readonly start: readonly number[] },
  source: Source,
): Chunk {
  const chunk = contiguous(source);
  const data = chunk.data as Float64Array;
  const lanes = chunk.dtype.startsWith("complex") ? 2 : 1;
  const found: number[] = [];
  const size = sizeOf(chunk.shape);
  for (let i = 0; i < size; i++) {
    const at = (chunk.offset + i) * lanes;
    const isZero = Number(data[at]) === 0 && (lanes === 1 || data[at + 1] === 0);
    if (!isZero) found.push(Math.floor(((start[0] as number) + i) / inner) % n);
  }
  return new Chunk(BigInt64Array.from(found, BigInt), "int64", [found.length]);
}
