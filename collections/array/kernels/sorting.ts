import type { Chunk } from "../chunk.ts";
import { type AnyData, type DType, dtypeInfo, isTime, lanesOf } from "../dtype.ts";
import { alongAxis } from "./along.ts";
import { castTo } from "./elementwise.ts";
import { materialize, type Source } from "./pending.ts";
import { type PlaceOrder, selectPlaces } from "./select.ts";
import { fromOrderKeys, orderKeys } from "./time-keys.ts";

/** Elements in rising order along an axis; NaN and NaT last. */
export function sortBlock(axis: number, source: Source): Chunk {
  const lanes = lanesOf(source.dtype);
  return alongAxis(source, axis, source.shape[axis] as number, source.dtype, (input, output) => {
    if (lanes === 2) gatherLanes(input, sortedPlaces(input, lanes), lanes, output);
    else {
      (output as Float64Array).set(orderKeys(input, source.dtype) as Float64Array);
      output.sort();
      if (isTime(source.dtype)) fromOrderKeys(output);
    }
  });
}

/** Elements of a row by their places. */
export function gatherLanes(row: AnyData, places: Uint32Array, lanes: 1 | 2, into: AnyData): void {
  const [from, to] = [row as Float64Array, into as Float64Array];
  for (let i = 0; i < places.length; i++)
    for (let lane = 0; lane < lanes; lane++)
      to[i * lanes + lane] = from[(places[i] as number) * lanes + lane] as number;
}

/** Places that bring a row into rising order; equal elements keep theirs, NaN comes last. */
export function sortedPlaces(row: AnyData, lanes: 1 | 2): Uint32Array {
  const cells = row as Float64Array;
  const places = Uint32Array.from({ length: cells.length / lanes }, (_, i) => i);
  const by = orderOf(lanes);
  return places.sort((i, j) => by(cells, i, cells, j) || i - j);
}

/** Compares an element of one list with an element of another. */
export type ElementOrder = (a: Float64Array, i: number, b: Float64Array, j: number) => number;

/** The order of elements of one number, or of complex ones. */
export const orderOf = (lanes: 1 | 2): ElementOrder =>
  lanes === 2 ? comparePairs : (a, i, b, j) => compare(a[i] as number, b[j] as number);

/** NumPy's order of complex numbers: by the real part, then by the other; those with a NaN last, one in the real part after all. */
function comparePairs(a: Float64Array, i: number, b: Float64Array, j: number): number {
  const [x, y, u, v] = [a[2 * i], a[2 * i + 1], b[2 * j], b[2 * j + 1]] as [number, number, number, number];
  const nans = (re: number, im: number): number => 2 * Number(Number.isNaN(re)) + Number(Number.isNaN(im));
  return nans(x, y) - nans(u, v) || compare(x, u) || compare(y, v);
}

/** Rising order with NaN last; bigints too. */
export function compare(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  if (a === b) return 0;
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}

/** Places in rising order along an axis. */
export function argsortBlock(axis: number, source: Source): Chunk {
  return alongAxis(source, axis, source.shape[axis] as number, "int64", (input, output) => {
    const places = sortedPlaces(orderKeys(input, source.dtype), lanesOf(source.dtype));
    for (let i = 0; i < places.length; i++) (output as BigInt64Array)[i] = BigInt(places[i] as number);
  });
}

/** How a quantile between two elements is found. */
export type QuantileMethod = "linear" | "lower" | "higher" | "midpoint" | "nearest";

/** Quantiles as data; `q` in [0, 1]. */
export interface Quantiles {
  readonly q: readonly number[];
  readonly axis: number;
  readonly method: QuantileMethod;
  readonly skipNan: boolean;
  readonly dtype: DType;
}

/** Quantiles along an axis, which has as many elements as `q`. */
export function quantileBlock(plan: Quantiles, source: Source): Chunk {
  const { q, axis, dtype } = plan;
  const { kind } = dtypeInfo(dtype);
  // What is picked is not computed with: whole numbers stay exact.
  const work = kind === "f" ? "float64" : kind === "c" ? "complex128" : dtype;
  const lanes = lanesOf(work);
  const made = alongAxis(castTo(source, work), axis, q.length, work, (input, output) => {
    for (let lane = 0; lane < lanes; lane++) {
      const found = laneQuantiles(plan, sortedLane(input, lanes, lane, plan.skipNan));
      for (let i = 0; i < q.length; i++) (output as Float64Array)[i * lanes + lane] = found[i] as number;
    }
  });
  return materialize(castTo(made, dtype));
}

/** One part of a row's elements, in the order of the whole elements. */
function sortedLane(row: AnyData, lanes: 1 | 2, lane: number, skipNan: boolean): Float64Array {
  const cells = row as Float64Array;
  if (lanes === 1) return (skipNan ? cells.filter((one) => !Number.isNaN(one)) : cells.slice()).sort();
  const isKept = (at: number): boolean =>
    !skipNan || !(Number.isNaN(cells[2 * at] as number) || Number.isNaN(cells[2 * at + 1] as number));
  return Float64Array.from(sortedPlaces(row, lanes).filter(isKept), (at) => cells[at * lanes + lane] as number);
}

function laneQuantiles({ q, method }: Quantiles, row: Float64Array): number[] {
  const last = row[row.length - 1];
  if (last === undefined || Number.isNaN(last)) return q.map(() => Number.NaN);
  return q.map((one) => quantileOf(row, one, method));
}

function quantileOf(row: Float64Array, q: number, method: QuantileMethod): number {
  const at = q * (row.length - 1);
  const low = Math.floor(at);
  const high = Math.ceil(at);
  const [a, b] = [row[low] as number, row[high] as number];
  switch (method) {
    case "linear":
      return low === high ? a : at - low < 0.5 ? a + (b - a) * (at - low) : b - (b - a) * (high - at);
    case "lower":
      return a;
    case "higher":
      return b;
    case "midpoint":
      return (a + b) / 2;
    case "nearest":
      return at - low < 0.5 || (at - low === 0.5 && low % 2 === 0) ? a : b;
  }
}

/** The k greatest (k > 0, falling) or least (k < 0, rising) elements along an axis. */
export interface TopK {
  readonly k: number;
  readonly axis: number;
}

/** Elements and the places they had in the whole, of a block or several. */
export interface Ranked {
  readonly values: Chunk;
  readonly places: Chunk;
}

/** Places of the best elements of a row, in no order; fewer than it has. */
export function bestPlaces(row: AnyData, k: number, lanes: 1 | 2): Uint32Array {
  const cells = row as Float64Array;
  const n = cells.length / lanes;
  const isFloat = cells instanceof Float64Array || (cells as unknown) instanceof Float32Array;
  if (k === 1 && n > 3 && isFloat) return Uint32Array.of(lastGreatest(cells, lanes));
  const places = new Uint32Array(n);
  for (let i = 0; i < n; i++) places[i] = i;
  selectPlaces(places, k > 0 ? n - k : -k, isBeforeIn(cells, lanes));
  return k > 0 ? places.subarray(n - k) : places.subarray(0, -k);
}

function lastGreatest(cells: Float64Array, lanes: 1 | 2): number {
  const isBefore = isBeforeIn(cells, lanes);
  let found = 0;
  for (let i = 1; i < cells.length / lanes; i++) if (!isBefore(i, found)) found = i;
  return found;
}

/** Whether an element of a row comes before another; NaN comes last. */
function isBeforeIn(cells: Float64Array, lanes: 1 | 2): PlaceOrder {
  if (lanes === 2) return (i, j) => comparePairs(cells, i, cells, j) < 0;
  return (i, j) => {
    const [a, b] = [cells[i] as number, cells[j] as number];
    return a < b || (Number.isNaN(b) && !Number.isNaN(a));
  };
}
