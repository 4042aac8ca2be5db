import { Chunk } from "../chunk.ts";
import { type AnyData, type DType, dtypeInfo } from "../dtype.ts";
import { alongAxis } from "./along.ts";
import { castTo } from "./elementwise.ts";
import type { Source } from "./pending.ts";

/** Elements in rising order along an axis; NaN last. */
export function sortBlock(axis: number, source: Source): Chunk {
  return alongAxis(source, axis, source.shape[axis] as number, source.dtype, (input, output) => {
    (output as Float64Array).set(input as Float64Array);
    output.sort();
  });
}

/** Places that bring a row into rising order; equal elements keep theirs, NaN comes last. */
export function sortedPlaces(row: AnyData): Uint32Array {
  const cells = row as Float64Array;
  const places = Uint32Array.from({ length: cells.length }, (_, i) => i);
  return places.sort((i, j) => compare(cells[i] as number, cells[j] as number) || i - j);
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
    const places = sortedPlaces(input);
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
export function quantileBlock({ q, axis, method, skipNan, dtype }: Quantiles, source: Source): Chunk {
  const x = castTo(source, "float64");
  const made = alongAxis(x, axis, q.length, "float64", (input, output) => {
    const row = (
      skipNan ? (input as Float64Array).filter((v) => !Number.isNaN(v)) : (input as Float64Array).slice()
    ).sort();
    const hasNan = row.length > 0 && Number.isNaN(row[row.length - 1]);
    q.forEach((one, i) => {
      (output as Float64Array)[i] = hasNan || row.length === 0 ? Number.NaN : quantileOf(row, one, method);
    });
  });
  return castNow(made, dtype);
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

function castNow(chunk: Chunk, dtype: DType): Chunk {
  if (chunk.dtype === dtype) return chunk;
  const to = new (dtypeInfo(dtype).array)(chunk.data.length);
  const isBig = dtypeInfo(dtype).register === "bigint";
  chunk.data.forEach((value: number | bigint, i: number) => {
    (to as unknown as unknown[])[i] = isBig ? BigInt(Math.trunc(Number(value))) : value;
  });
  return new Chunk(to, dtype, chunk.shape, chunk.strides, chunk.offset);
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

/** Orders a row's places as top-k wants them: best first. */
export function bestPlaces(row: AnyData, k: number): Uint32Array {
  const places = sortedPlaces(row);
  if (k < 0) return places.slice(0, -k);
  return places.reverse().slice(0, k);
}
