import { type Dtype, familyOf, isFloat, isInteger, isNumber } from "../dtype.ts";
import type { Plain } from "../expression/expression.ts";
import { type PolarsExpr, polars, polarsType } from "./polars.ts";
import { choose, first, lit, native, second, type Translation, type Typed } from "./typed.ts";

type Comparison = "eq" | "neq" | "lt" | "ltEq" | "gt" | "gtEq";

const compare =
  (method: Comparison): Translation =>
  (args) => {
    const [a, b] = [first(args), second(args)];
    return comparable(a, b)[method](comparable(b, a));
  };

/** Dates compare as times, booleans as numbers where they meet a number. */
function comparable(arg: Typed, other: Typed): PolarsExpr {
  if (arg.dtype === "date" && other.dtype === "datetime") return arg.e.cast(polarsType("datetime"));
  if (arg.dtype === "bool" && isNumber(other.dtype)) return arg.e.cast(polars().Int64);
  return arg.e;
}

const cast: Translation = (args, options, result) => {
  const arg = first(args);
  const strict = options["strict"] !== false;
  if (arg.dtype === result) return arg.e;
  if (result === "string") return toText(arg);
  if (arg.dtype === "string" && result === "bool") return arg.e.neq(lit(""));
  if (arg.dtype === "string" && isFloat(result))
    return arg.e.str.strip().cast(polarsType(result), strict).fillNan(lit(null));
  if (arg.dtype === "string" && isInteger(result)) return arg.e.str.strip().cast(polarsType(result), strict);
  if (isNumber(arg.dtype) && result === "bool") return arg.e.neq(lit(0));
  if (arg.dtype === "date" && isInteger(result))
    return arg.e.cast(polarsType("datetime")).cast(polars().Int64).cast(polarsType(result));
  return arg.e.cast(polarsType(result), strict);
};

/** Text as Python's str() writes it, but that missing stays missing. */
function toText(arg: Typed): PolarsExpr {
  if (arg.dtype === "bool")
    return choose(arg.e.isNull(), lit(null).cast(polars().Utf8), choose(arg.e, lit("True"), lit("False")));
  if (arg.dtype === "datetime") return native(arg.e, "strftime", "%Y-%m-%d %H:%M:%S%.f");
  if (familyOf(arg.dtype) === "list")
    return native(arg.e.cast(polars().List(polars().Utf8)), "listJoin", lit(","), true);
  return arg.e.cast(polars().Utf8);
}

const isIn: Translation = (args, options) => {
  const arg = first(args);
  const all = options["values"] as readonly Plain[];
  const values = all.filter((value) => value !== null);
  // What is missing is among values one of which is missing.
  const ofMissing = lit(values.length < all.length);
  if (values.length === 0) return choose(arg.e.isNull(), ofMissing, lit(false));
  const fractions = isInteger(arg.dtype) && values.some((value) => !Number.isInteger(Number(value)));
  const [e, dtype] = fractions ? [arg.e.cast(polars().Float64), "float64" as const] : [arg.e, arg.dtype];
  // A literal of a column is one list, which every value is looked up in.
  return e.isIn(polars().lit(seriesOf(values, dtype)) as never).fillNull(ofMissing);
};

/** Values as a column of the engine's; it reads numbers as floats, whatever type is asked for. */
function seriesOf(values: readonly Plain[], dtype: Dtype) {
  const pl = polars();
  if (values.some((value) => typeof value === "bigint"))
    return pl.Series("", BigInt64Array.from(values as bigint[], BigInt) as never).cast(polarsType(dtype));
  if (dtype === "datetime" || dtype === "duration")
    return pl
      .Series("", values as never[], pl.Float64)
      .cast(pl.Int64)
      .cast(polarsType(dtype));
  return pl.Series("", values as never[], isNumber(dtype) ? pl.Float64 : polarsType(dtype)).cast(polarsType(dtype));
}

const lookup: Translation = (args, options, result) => {
  const arg = first(args);
  const pl = polars();
  const [from, to] = [options["from"] as readonly Plain[], options["to"] as readonly Plain[]];
  const otherwise = options["strict"] === true ? lit(null).cast(polarsType(result)) : arg.e.cast(polarsType(result));
  if (from.length === 0) return otherwise;
  return native(
    arg.e,
    "replaceStrict",
    pl.lit(seriesOf(from, arg.dtype)),
    pl.lit(seriesOf(to, result)),
    otherwise,
    polarsType(result),
  );
};

const as = (arg: Typed, result: Dtype): PolarsExpr => (arg.dtype === result ? arg.e : arg.e.cast(polarsType(result)));

export const VALUE_TRANSLATIONS: Readonly<Record<string, Translation>> = {
  eq: compare("eq"),
  ne: compare("neq"),
  lt: compare("lt"),
  le: compare("ltEq"),
  gt: compare("gt"),
  ge: compare("gtEq"),
  isIn,
  and: (args, _options, result) => as(first(args), result).and(as(second(args), result)),
  or: (args, _options, result) => as(first(args), result).or(as(second(args), result)),
  xor: (args, _options, result) => native(as(first(args), result), "xor", as(second(args), result)),
  not: (args) => native(first(args).e, "not"),
  isNull: (args) => first(args).e.isNull(),
  notNull: (args) => first(args).e.isNotNull(),
  coalesce: (args, _options, result) => {
    let e = first(args).e.cast(polarsType(result));
    for (const arg of args.slice(1)) e = e.fillNull(arg.e.cast(polarsType(result)));
    return e;
  },
  ifElse: (args, options, result) => {
    const [test, then, otherwise] = [first(args), second(args), args[2] as Typed];
    const chosen = choose(test.e, then.e.cast(polarsType(result)), otherwise.e.cast(polarsType(result)));
    // The engine takes a missing test for one that does not hold.
    return options["propagate"] === true ? choose(test.e.isNull(), lit(null).cast(polarsType(result)), chosen) : chosen;
  },
  cast,
  lookup,
  hash: (args) => {
    let e = hashOf(first(args));
    for (const arg of args.slice(1)) e = native(e.mul(lit(31).cast(polars().UInt64)), "add", hashOf(arg));
    return e;
  },
};

/** Equal values of different integer widths hash alike. */
const hashOf = (arg: Typed): PolarsExpr =>
  // The cast tells the engine's planner the type, which it gets wrong for the hash of text.
  native(isInteger(arg.dtype) ? arg.e.cast(polars().Int64) : arg.e, "hash", 0n, 0n, 0n, 0n).cast(polars().UInt64);
