import { ownName } from "../engine/own-name.ts";
import { type PolarsExpr, type PolarsLazy, polars } from "../engine/polars.ts";
import { lit } from "../engine/typed.ts";
import type { Step } from "../plan/step.ts";

type Order = Pick<Extract<Step, { op: "sort" }>, "by" | "descending" | "nullsLast">;

const ROW = ownName("row");

/** The engine sorts all keys in one direction; where they differ, stable sorts by one key each, the last first. */
export function sortedRows(table: PolarsLazy, { by, descending, nullsLast }: Order): PolarsLazy {
  if (by.length > 1 && descending.every((one) => one === descending[0]))
    return table.sort([...by], descending[0] ?? false, nullsLast, true) as PolarsLazy;
  let sorted = table;
  for (let at = by.length - 1; at >= 0; at--)
    sorted = sortedByOne(sorted, by[at] as string, descending[at] ?? false, nullsLast);
  return sorted;
}

/** Rows of equal keys stay in their order. The engine turns those of missing keys round when it sorts downwards, so there their numbers are a key too. */
function sortedByOne(table: PolarsLazy, key: string, descending: boolean, nullsLast: boolean): PolarsLazy {
  if (!descending) return table.sort([key], false, nullsLast, true) as PolarsLazy;
  const pl = polars();
  const down = pl.intRange({ start: 0, end: pl.len(), step: 1 } as never) as unknown as PolarsExpr;
  return table
    .withColumns(down.cast(pl.Int64).mul(lit(-1).cast(pl.Int64)).alias(ROW))
    .sort([key, ROW], true, nullsLast, true)
    .drop(ROW) as PolarsLazy;
}

/** Every so many rows, one is looked at to tell which rows can be among the first. */
const STRIDE = 16;

/**
 * The first rows in an order. A row that comes after the last of as many sampled rows is not among them, so few rows are sorted;
 * where the sample has too few, its bound is missing and all are.
 */
export function firstRows(table: PolarsLazy, step: Extract<Step, { op: "largest" }>): PolarsLazy {
  const { by, descending, rows } = step;
  const first = polars().col(by[0] as string);
  const bound = first
    .gatherEvery(STRIDE)
    .sort({ descending: descending[0] ?? false, nullsLast: true })
    .slice(rows - 1, 1)
    .first();
  const within = descending[0] === true ? first.gtEq(bound) : first.ltEq(bound);
  return sortedRows(table.filter(within.or(bound.isNull())), { by, descending, nullsLast: true }).slice(0, rows);
}
