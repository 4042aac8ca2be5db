import { InvariantError } from "../../../runtime/base/errors.ts";
import { type Dtype, familyOf, isFloat } from "../dtype.ts";
import type { Expr } from "../expression/expression.ts";
import { inferDtype } from "../expression/infer.ts";
import { OPERATIONS } from "../expression/operations.ts";
import type { Field } from "../schema.ts";
import { type PolarsExpr, polars, polarsType } from "./polars.ts";
import { LIST_TRANSLATIONS } from "./translate-list.ts";
import { NUMBER_TRANSLATIONS } from "./translate-number.ts";
import { TEXT_TRANSLATIONS } from "./translate-text.ts";
import { TIME_TRANSLATIONS } from "./translate-time.ts";
import { VALUE_TRANSLATIONS } from "./translate-value.ts";
import type { Translation, Typed } from "./typed.ts";

export const TRANSLATIONS: Readonly<Record<string, Translation>> = {
  ...NUMBER_TRANSLATIONS,
  ...VALUE_TRANSLATIONS,
  ...TEXT_TRANSLATIONS,
  ...TIME_TRANSLATIONS,
  ...LIST_TRANSLATIONS,
};

/** An expression in the engine's own terms, over a frame with these columns. */
export function translate(expr: Expr, fields: readonly Field[]): PolarsExpr {
  const { e, dtype } = translateTyped(expr, fields);
  return mayMakeNaN(expr) && isFloat(dtype) ? e.fillNan(polars().lit(null) as PolarsExpr) : e;
}

export function translateTyped(expr: Expr, fields: readonly Field[]): Typed {
  if (expr.kind === "column") return { e: polars().col(expr.name), dtype: inferDtype(expr, fields) };
  if (expr.kind === "literal") return { e: literal(expr.value, expr.dtype), dtype: expr.dtype, literal: expr.value };
  const translation = TRANSLATIONS[expr.op];
  if (translation === undefined) throw new InvariantError(`the operation ${expr.op} has a translation`);
  const args = expr.args.map((arg) => translateTyped(arg, fields));
  const options = expr.options ?? {};
  const dtype = (OPERATIONS[expr.op] as (typeof OPERATIONS)[string]).result(
    args.map((arg) => arg.dtype),
    options,
  );
  return { e: translation(args, options, dtype), dtype };
}

/** Sums, differences and products of infinities; the other operations clear their own. */
function mayMakeNaN(expr: Expr): boolean {
  if (expr.kind !== "call") return false;
  return expr.op === "add" || expr.op === "sub" || expr.op === "mul" || expr.args.some(mayMakeNaN);
}

/** A literal of exactly this type: the engine would take every number for a float. */
export function literal(value: unknown, dtype: Dtype): PolarsExpr {
  const pl = polars();
  if (value === null || value === undefined)
    return dtype === "null" ? (pl.lit(null) as PolarsExpr) : (pl.lit(null) as PolarsExpr).cast(polarsType(dtype));
  const family = familyOf(dtype);
  if (family === "string" || family === "bool") return pl.lit(value) as PolarsExpr;
  if (family === "list") return (pl.lit(pl.Series("", value as never[])) as PolarsExpr).cast(polarsType(dtype));
  // Through text, since the engine reads every number as a float.
  if (typeof value === "bigint") return (pl.lit(String(value)) as PolarsExpr).cast(polarsType(dtype));
  const number = pl.lit(value as number) as PolarsExpr;
  if (family === "datetime" || family === "duration") return number.cast(pl.Int64).cast(polarsType(dtype));
  if (family === "date") return number.cast(pl.Int32).cast(pl.Date);
  return number.cast(polarsType(dtype));
}
