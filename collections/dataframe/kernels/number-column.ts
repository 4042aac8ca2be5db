import type { Dtype } from "../dtype.ts";
import { plainColumn } from "../engine/plain-column.ts";
import { type PolarsFrame, polars } from "../engine/polars.ts";
import { lit } from "../engine/typed.ts";

/** Whole numbers below it are told apart by 64-bit fractions, and so are sums of theirs that stay below it. */
export const EXACT_BELOW = 2 ** 53;

const PAIRED: ReadonlySet<Dtype> = new Set(["int64", "datetime", "duration"]);

/** A column's numbers, times or booleans for loops over them: 64-bit fractions, NaN for what is missing. */
export interface NumberColumn {
  readonly values: Float64Array;
  readonly hasGaps: boolean;
  /** The lowest and the highest value, where they are known. */
  readonly range?: readonly [number, number];
}

/** Undefined where fractions cannot stand for the values: NaN beside missing ones, unsigned numbers of 64 bits, texts. */
export async function numberColumn(table: PolarsFrame, name: string, dtype: Dtype): Promise<NumberColumn | undefined> {
  const pl = polars();
  const column = plainColumn(table, name);
  const gaps = column.nullCount();
  if (dtype === "uint64" || dtype === "string") return undefined;
  if (gaps === 0 && dtype === "float64") return { values: column.toTypedArray() as Float64Array, hasGaps: false };
  if (gaps === 0 && PAIRED.has(dtype)) {
    const whole = dtype === "int64" ? column : column.cast(pl.Int64, true);
    return fromHalves(whole.toTypedArray() as BigInt64Array);
  }
  const whole = dtype === "date" ? pl.Int32 : PAIRED.has(dtype) ? pl.Int64 : pl.Float64;
  const made = await table
    .lazy()
    .select(pl.col(name).cast(whole).cast(pl.Float64).fillNull(lit(Number.NaN)))
    .collect();
  const values = plainColumn(made as PolarsFrame, name).toTypedArray() as Float64Array;
  if (dtype.startsWith("float") && gaps > 0 && countNaN(values) > gaps) return undefined;
  return { values, hasGaps: gaps > 0 };
}

const WORD = 2 ** 32;

/**
 * 64-bit integers by their halves, the lower one first: a bigint for each would take ten times as long. The list is a copy, in whose place
 * the fractions are written.
 */
function fromHalves({ buffer, byteOffset, length }: BigInt64Array): NumberColumn {
  const halves = new Int32Array(buffer, byteOffset, length * 2);
  const values = new Float64Array(buffer, byteOffset, length);
  for (let row = 0; row < length; row++)
    values[row] = (halves[2 * row + 1] as number) * WORD + ((halves[2 * row] as number) >>> 0);
  return { values, hasGaps: false, range: rangeOf(values) };
}

export function countNaN(values: Float64Array): number {
  let count = 0;
  for (let row = 0; row < values.length; row++) if (Number.isNaN(values[row])) count++;
  return count;
}

/**
 * The lowest and the highest value, missing ones aside; infinities the wrong way round where there is none. Each comparison waits for the one
 * before it, so four lanes take about a third of the time of one.
 */
export function rangeOf(values: Float64Array): readonly [number, number] {
  // Each by itself: taken out of lists, they are no plain fractions to the engine, and the loop takes three times as long.
  let a = Number.POSITIVE_INFINITY;
  let b = Number.POSITIVE_INFINITY;
  let c = Number.POSITIVE_INFINITY;
  let d = Number.POSITIVE_INFINITY;
  let e = Number.NEGATIVE_INFINITY;
  let f = Number.NEGATIVE_INFINITY;
  let g = Number.NEGATIVE_INFINITY;
  let h = Number.NEGATIVE_INFINITY;
  const whole = values.length - (values.length % 4);
  for (let row = 0; row < whole; row += 4) {
    const w = values[row] as number;
    const x = values[row + 1] as number;
    const y = values[row + 2] as number;
    const z = values[row + 3] as number;
    if (w < a) a = w;
    if (w > e) e = w;
    if (x < b) b = x;
    if (x > f) f = x;
    if (y < c) c = y;
    if (y > g) g = y;
    if (z < d) d = z;
    if (z > h) h = z;
  }
  for (let row = whole; row < values.length; row++) {
    const value = values[row] as number;
    if (value < a) a = value;
    if (value > e) e = value;
  }
  return [Math.min(a, b, c, d), Math.max(e, f, g, h)];
}
