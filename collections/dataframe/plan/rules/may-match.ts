import type { RowGroup } from "../../../io/parquet-footer.ts";
import { type Dtype, isNumber } from "../../dtype.ts";
import type { Expr, Plain } from "../../expression/expression.ts";

/** What is known of the rows of a group: their number, and for columns the range of their values and how many are missing. */
export type KnownRows = Pick<RowGroup, "rows" | "ranges" | "nulls">;

const COMPARISONS: Readonly<Record<string, (min: number, max: number) => boolean>> = {
  // The bounds compared with the literal: below 0, 0 or above 0.
  eq: (min, max) => min <= 0 && max >= 0,
  lt: (min) => min < 0,
  le: (min) => min <= 0,
  gt: (_, max) => max > 0,
  ge: (_, max) => max >= 0,
};
const FLIPPED: Readonly<Record<string, string>> = { eq: "eq", lt: "gt", le: "ge", gt: "lt", ge: "le" };

/** Whether some row may meet the condition; false only where what is known rules it out for all of them. */
export function mayMatch(condition: Expr, rows: KnownRows, dtypes: ReadonlyMap<string, Dtype>): boolean {
  if (condition.kind === "literal") return condition.value !== false && condition.value !== null;
  if (condition.kind === "column") return true;
  const { op, args } = condition;
  if (op === "and") return args.every((arg) => mayMatch(arg, rows, dtypes));
  if (op === "or") return args.some((arg) => mayMatch(arg, rows, dtypes));
  const [a, b] = args as [Expr, Expr | undefined];
  if (a.kind === "column" && (op === "isNull" || op === "notNull")) {
    const missing = rows.nulls[a.name];
    return missing === undefined || (op === "isNull" ? missing > 0 : missing < rows.rows);
  }
  if (b === undefined || COMPARISONS[op] === undefined) return true;
  if (a.kind === "column" && b.kind === "literal") return inRange(op, a.name, b, rows, dtypes);
  if (a.kind === "literal" && b.kind === "column") return inRange(FLIPPED[op] as string, b.name, a, rows, dtypes);
  return true;
}

function inRange(
  op: string,
  name: string,
  literal: Extract<Expr, { kind: "literal" }>,
  rows: KnownRows,
  dtypes: ReadonlyMap<string, Dtype>,
): boolean {
  // A comparison with a missing value is missing.
  if (rows.nulls[name] === rows.rows) return false;
  const range = rows.ranges[name];
  const dtype = dtypes.get(name);
  if (range === undefined || dtype === undefined || !comparable(dtype, literal.dtype)) return true;
  const [low, high] = [order(range.min, literal.value), order(range.max, literal.value)];
  return low === undefined || high === undefined || (COMPARISONS[op] as (typeof COMPARISONS)[string])(low, high);
}

/** Unsigned numbers are left out: not all writers order them as such. */
const comparable = (a: Dtype, b: Dtype): boolean =>
  (isNumber(a) && !a.startsWith("uint") && isNumber(b)) || (a === b && (a === "string" || a === "datetime"));

function order(bound: number | string, value: Plain): number | undefined {
  if (typeof bound === "number")
    return typeof value === "number" || typeof value === "bigint" ? bound - Number(value) : undefined;
  return typeof value === "string" ? Buffer.compare(Buffer.from(bound), Buffer.from(value)) : undefined;
}
