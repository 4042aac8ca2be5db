import { type PolarsExpr, type PolarsFrame, type PolarsLazy, polars } from "../engine/polars.ts";
import { translate } from "../engine/translate.ts";
import { lit, native } from "../engine/typed.ts";
import type { Expr, Plain } from "../expression/expression.ts";
import { TableChunk } from "../frame/table-chunk.ts";
import type { Field } from "../schema.ts";

const BUCKET = "__bucket";

/** A table's rows by the hash of their keys: a list of `count` tables. */
export function splitByHash(
  fields: readonly Field[],
  hash: Expr,
  count: number,
  chunk: TableChunk,
): Promise<TableChunk[]> {
  const bucket = native(translate(hash, fields), "rem", lit(count).cast(polars().UInt64)).cast(polars().UInt32);
  return splitBuckets(chunk.native.lazy().withColumns(bucket.alias(BUCKET)), count);
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
  const sorted = (await (chunk.native.lazy().sort([by], false, true, true) as PolarsLazy).collect()) as PolarsFrame;
  const keys = orderable(sorted.getColumn(by), dtype);
  const known = sorted.height - keys.nullCount();
  const inner =
    bounds instanceof TableChunk ? boundValues(bounds.native.getColumn("bound"), dtype) : bounds.slice(1, -1);
  const cuts = [0, ...inner.slice(0, options.count - 1).map((bound) => firstNotBelow(keys, known, bound))];
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

/** Sorts the rows by bucket (order within a bucket stays) and cuts the table where one begins. */
async function splitBuckets(marked: PolarsLazy, count: number): Promise<TableChunk[]> {
  const pl = polars();
  const sorted = await (marked.sort([BUCKET], false, false, true) as PolarsLazy).collect();
  const sizes = await sorted
    .lazy()
    .groupBy(pl.col(BUCKET) as never, true)
    .agg((pl.len() as PolarsExpr).cast(pl.Float64).alias("n"))
    .collect();
  const rowsOf = new Map<number, number>();
  const [buckets, counts] = [sizes.getColumn(BUCKET).toArray() as number[], sizes.getColumn("n").toArray() as number[]];
  buckets.forEach((bucket, at) => {
    rowsOf.set(bucket, counts[at] as number);
  });
  const plain = sorted.drop(BUCKET) as unknown as PolarsFrame;
  let from = 0;
  return Array.from({ length: count }, (_, bucket) => {
    const rows = rowsOf.get(bucket) ?? 0;
    const part = new TableChunk(plain.slice(from, rows) as PolarsFrame);
    from += rows;
    return part;
  });
}

/** The i-th of n about equal pieces of a table. */
export function splitRows(chunk: TableChunk, [i, n]: readonly [number, number]): TableChunk {
  const [from, to] = [Math.floor((i * chunk.rows) / n), Math.floor(((i + 1) * chunk.rows) / n)];
  return new TableChunk(chunk.native.slice(from, to - from) as PolarsFrame);
}
