import type { BlockLocation } from "../../../runtime/graph/call.ts";
import { type PolarsExpr, type PolarsFrame, type PolarsLazy, polars } from "../engine/polars.ts";
import { scalarLiteral } from "../engine/scalar-literal.ts";
import { literal, translate } from "../engine/translate.ts";
import { choose, lit, native } from "../engine/typed.ts";
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
export function splitByRange(
  fields: readonly Field[],
  by: string,
  options: RangeOptions,
  chunk: TableChunk,
  bounds: readonly Plain[] | TableChunk,
): Promise<TableChunk[]> {
  const pl = polars();
  const { dtype } = fields.find((field) => field.name === by) as Field;
  const inner = boundLiterals(bounds, dtype, options.count);
  const key = pl.col(by);
  const zero = lit(0).cast(pl.UInt32);
  let bucket: PolarsExpr = zero;
  for (const bound of inner) bucket = bucket.add(key.gtEq(bound).cast(pl.UInt32));
  if (options.descending)
    bucket = lit(options.count - 1)
      .cast(pl.UInt32)
      .sub(bucket);
  const forNull = options.nullsFirst ? zero : lit(options.count - 1).cast(pl.UInt32);
  return splitBuckets(
    chunk.native.lazy().withColumns(choose(key.isNull(), forNull, bucket).alias(BUCKET)),
    options.count,
  );
}

function boundLiterals(bounds: readonly Plain[] | TableChunk, dtype: Field["dtype"], count: number): PolarsExpr[] {
  if (!(bounds instanceof TableChunk)) return bounds.slice(1, count).map((value) => literal(value, dtype));
  const column = bounds.native.getColumn("bound");
  return Array.from({ length: Math.max(0, Math.min(count - 1, column.length - 1)) }, (_, at) =>
    scalarLiteral(column, at + 1, dtype),
  );
}

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

/** The part at the task's place on the second axis. */
export const pickPart = (parts: readonly TableChunk[], location: BlockLocation): TableChunk =>
  parts[location.index[1] as number] as TableChunk;

/** The i-th of n about equal pieces of a table. */
export function splitRows(chunk: TableChunk, [i, n]: readonly [number, number]): TableChunk {
  const [from, to] = [Math.floor((i * chunk.rows) / n), Math.floor(((i + 1) * chunk.rows) / n)];
  return new TableChunk(chunk.native.slice(from, to - from) as PolarsFrame);
}
