import { isNumber, isTime } from "../dtype.ts";
import { plainColumn } from "../engine/plain-column.ts";
import { type PolarsFrame, type PolarsLazy, polars } from "../engine/polars.ts";
import { translate } from "../engine/translate.ts";
import { lit, native } from "../engine/typed.ts";
import type { Expr, Plain } from "../expression/expression.ts";
import { TableChunk } from "../frame/table-chunk.ts";
import type { Field } from "../schema.ts";
import { bucketsOf, cutTable } from "./cut-table.ts";

/** A table's rows by the hash of their keys: a list of `count` tables. */
export async function splitByHash(
  fields: readonly Field[],
  hash: Expr,
  count: number,
  chunk: TableChunk,
): Promise<TableChunk[]> {
  const bucket = native(translate(hash, fields), "rem", lit(count).cast(polars().UInt64)).cast(polars().UInt32);
  const made = await chunk.native.lazy().select(bucket.alias("bucket")).collect();
  return cutTable(chunk.native, plainColumn(made as PolarsFrame, "bucket").toTypedArray() as Uint32Array, count);
}

/** How rows are told apart by ranges of a key. */
export interface RangeOptions {
  readonly count: number;
  readonly descending: boolean;
  /** Missing keys go to the first partition instead of the last. */
  readonly nullsFirst: boolean;
}

/**
 * A table's rows by ranges of a key: part j holds bounds[j] <= key < bounds[j + 1], the last also its upper bound.
 * With `descending` the parts come in falling order. Missing keys are in the last part, or the first.
 * @param bounds count + 1 rising values, of which only the inner ones matter
 */
export async function splitByRange(
  fields: readonly Field[],
  by: string,
  options: RangeOptions,
  chunk: TableChunk,
  bounds: readonly Plain[] | TableChunk,
): Promise<TableChunk[]> {
  const { dtype } = fields.find((field) => field.name === by) as Field;
  const all = bounds instanceof TableChunk ? boundValues(bounds.native.getColumn("bound"), dtype) : bounds.slice(1, -1);
  const inner = all.slice(0, options.count - 1);
  const numbers = isNumber(dtype) || isTime(dtype) || dtype === "duration";
  if (numbers && inner.every((bound) => typeof bound === "number")) {
    const buckets = await numberBuckets(chunk.native.lazy(), by, options, Float64Array.from(inner as number[]));
    if (buckets !== undefined) return cutTable(chunk.native, buckets, options.count);
  }
  return cutSorted(chunk, by, dtype, options, inner);
}

/** Buckets of keys that are numbers or times; falling ones are counted from the end. */
async function numberBuckets(
  table: PolarsLazy,
  by: string,
  { count, descending, nullsFirst }: RangeOptions,
  bounds: Float64Array,
): Promise<Uint32Array | undefined> {
  const pl = polars();
  const first = nullsFirst !== descending;
  const keys = native(pl.col(by), "toPhysical")
    .cast(pl.Float64)
    .fillNull(lit(first ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY));
  const made = await table.select(keys.alias("key")).collect();
  const buckets = bucketsOf(plainColumn(made as PolarsFrame, "key").toTypedArray() as Float64Array, bounds);
  if (descending)
    buckets?.forEach((bucket, row) => {
      buckets[row] = count - 1 - bucket;
    });
  return buckets;
}

/** The same by sorting the rows: for keys that are text, or too large for a fraction to hold. */
async function cutSorted(
  chunk: TableChunk,
  by: string,
  dtype: Field["dtype"],
  options: RangeOptions,
  inner: readonly Plain[],
): Promise<TableChunk[]> {
  const sorted = (await (chunk.native.lazy().sort([by], false, true, true) as PolarsLazy).collect()) as PolarsFrame;
  const keys = orderable(sorted.getColumn(by), dtype);
  const known = sorted.height - keys.nullCount();
  const cuts = [0, ...inner.map((bound) => firstNotBelow(keys, known, bound))];
  while (cuts.length < options.count) cuts.push(known);
  const parts = cuts.map((from, at) => sorted.slice(from, (cuts[at + 1] ?? known) - from) as PolarsFrame);
  if (options.descending) parts.reverse();
  if (known < sorted.height) {
    const at = options.nullsFirst ? 0 : options.count - 1;
    const missing = sorted.slice(known, sorted.height - known) as PolarsFrame;
    parts[at] = polars().concat([parts[at], missing] as never) as unknown as PolarsFrame;
  }
  return parts.map((part) => new TableChunk(part));
}

type NativeSeries = ReturnType<PolarsFrame["getColumn"]>;

/** Times as numbers, so that they compare; numbers and text as they are. */
const orderable = (keys: NativeSeries, dtype: Field["dtype"]): NativeSeries =>
  dtype === "datetime" || dtype === "duration"
    ? keys.cast(polars().Int64)
    : dtype === "date"
      ? keys.cast(polars().Int32)
      : keys;

function boundValues(column: NativeSeries, dtype: Field["dtype"]): Plain[] {
  return (orderable(column, dtype).toArray() as Plain[]).slice(1, -1);
}

/** The first of the sorted keys that is not below a bound. O(log n). */
function firstNotBelow(keys: NativeSeries, known: number, bound: Plain): number {
  let [low, high] = [0, known];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBelow(valueAt(keys, middle), bound)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The engine's `get` cuts integers to 32 bits; a slice of one row does not. */
const valueAt = (keys: NativeSeries, row: number): Plain => (keys.slice(row, 1).toArray() as Plain[])[0] as Plain;

/** The engine orders text by its bytes. */
const isBelow = (key: Plain, bound: Plain): boolean =>
  typeof key === "string"
    ? Buffer.compare(Buffer.from(key), Buffer.from(String(bound))) < 0
    : (key as number) < (bound as number);

/** The i-th of n about equal pieces of a table. */
export function splitRows(chunk: TableChunk, [i, n]: readonly [number, number]): TableChunk {
  const [from, to] = [Math.floor((i * chunk.rows) / n), Math.floor(((i + 1) * chunk.rows) / n)];
  return new TableChunk(chunk.native.slice(from, to - from) as PolarsFrame);
}
