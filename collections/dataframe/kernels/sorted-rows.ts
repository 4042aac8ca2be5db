import { type PolarsLazy, polars } from "../engine/polars.ts";
import type { Step } from "../plan/step.ts";

type Order = Pick<Extract<Step, { op: "sort" }>, "by" | "descending" | "nullsLast">;

/** The engine sorts all keys in one direction; where they differ, stable sorts by one key each, the last first. */
export function sortedRows(table: PolarsLazy, { by, descending, nullsLast }: Order): PolarsLazy {
  if (descending.every((one) => one === descending[0]))
    return table.sort([...by], descending[0] ?? false, nullsLast, true) as PolarsLazy;
  let sorted = table;
  for (let at = by.length - 1; at >= 0; at--)
    sorted = sorted.sort([by[at] as string], descending[at] ?? false, nullsLast, true) as PolarsLazy;
  return sorted;
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
