import type { Aggregation } from "../plan/step.ts";
import { type PolarsExpr, polars, polarsType } from "./polars.ts";
import { choose, lit } from "./typed.ts";

type Passed = (columns: readonly PolarsExpr[], dtype: Aggregation["dtype"]) => PolarsExpr;

const one = (columns: readonly PolarsExpr[]): PolarsExpr => columns[0] as PolarsExpr;
const itself: Passed = (columns, dtype) => one(columns).cast(polarsType(dtype));
const counted = (condition: PolarsExpr): PolarsExpr => condition.cast(polars().Int64);
const paired: Passed = ([value, at]) => choose((value as PolarsExpr).isNotNull(), at as PolarsExpr, lit(null));

/** What an aggregation is of a group of one row, where that can be said without making the groups. */
const PASSED: Readonly<Record<string, Passed>> = {
  sum: itself,
  product: itself,
  min: itself,
  max: itself,
  first: itself,
  last: itself,
  firstRow: itself,
  lastRow: itself,
  mean: itself,
  count: (columns) => counted(one(columns).isNotNull()),
  nulls: (columns) => counted(one(columns).isNull()),
  size: () => lit(1).cast(polars().Int64),
  deviations: (columns) => choose(one(columns).isNotNull(), lit(0).cast(polars().Float64), lit(null)),
  atMin: paired,
  atMax: paired,
};

/** Whether rows can stand for their groups in all of these. */
export const canPass = (aggregations: readonly Aggregation[]): boolean =>
  aggregations.every(({ primitive }) => PASSED[primitive] !== undefined);

/** An aggregation of each row as a group of its own. */
export function passedRow({ name, primitive, columns, dtype }: Aggregation): PolarsExpr {
  const passed = PASSED[primitive] as Passed;
  return passed(
    columns.map((column) => polars().col(column)),
    dtype,
  ).alias(name);
}
