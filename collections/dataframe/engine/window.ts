import type { Options } from "../expression/expression.ts";
import type { WindowItem } from "../plan/step.ts";
import { type PolarsExpr, polars, polarsType } from "./polars.ts";
import { choose, lit, native } from "./typed.ts";

type Window = (columns: readonly PolarsExpr[], options: Options, item: WindowItem) => PolarsExpr;

const one = (columns: readonly PolarsExpr[]): PolarsExpr => columns[0] as PolarsExpr;
const widened = (columns: readonly PolarsExpr[], item: WindowItem): PolarsExpr =>
  one(columns).cast(polarsType(item.dtype));
const rows = (options: Options): number => Number(options["periods"] ?? 1);

interface RollingOptions {
  windowSize: number;
  minPeriods: number;
  center: boolean;
  ddof?: number;
}

function rollingOptions(options: Options): RollingOptions {
  const windowSize = Number(options["window"]);
  return { windowSize, minPeriods: Number(options["minPeriods"] ?? windowSize), center: options["center"] === true };
}

const float = (e: PolarsExpr): PolarsExpr => e.cast(polars().Float64);

/** Sum, mean, extremes of the last `window` rows; missing until `minPeriods` values are seen. */
const rolling =
  (method: "rollingSum" | "rollingMean" | "rollingMin" | "rollingMax" | "rollingMedian"): Window =>
  (columns, options) =>
    float(one(columns))[method](rollingOptions(options) as never);

const rollingCount: Window = (columns, options) => {
  const settings = { ...rollingOptions(options), minPeriods: 0 };
  return float(one(columns).isNotNull()).rollingSum({
    ...settings,
    minPeriods: Number(options["minPeriods"] ?? 0) || 1,
  } as never);
};

/** The engine divides by n - 1; other divisors are had from the number of values in the window. */
const rollingVar: Window = (columns, options) => {
  const e = float(one(columns)).rollingVar(rollingOptions(options) as never);
  const ddof = Number(options["ddof"] ?? 1);
  if (ddof === 1) return e;
  const n = float(one(columns).isNotNull()).rollingSum({ ...rollingOptions(options), minPeriods: 1 } as never);
  return e.mul(n.sub(lit(1))).div(n.sub(lit(ddof)));
};

const cumulative =
  (method: "cumSum" | "cumProd" | "cumMax" | "cumMin"): Window =>
  (columns, options, item) => {
    const e = widened(columns, item);
    if (options["skipna"] === false) return choose(seenNull(one(columns)), lit(null), e[method](false));
    return choose(e.isNull(), lit(null), e[method](false));
  };

/** Whether a missing value has come up by this row. */
const seenNull = (e: PolarsExpr): PolarsExpr => e.isNull().cast(polars().Int64).cumSum(false).gt(lit(0));

const diff: Window = (columns, options, item) => {
  const e = one(columns);
  if (item.dtype === "duration") {
    const micros = e.cast(polarsType("datetime")).cast(polars().Int64);
    return micros.sub(micros.shift(rows(options))).cast(polarsType("duration"));
  }
  const wide = e.cast(polarsType(item.dtype));
  return wide.sub(wide.shift(rows(options)));
};

/** Fills along the rows, at most `limit` in a row where one is given. */
const fill =
  (strategy: "forward" | "backward"): Window =>
  (columns, options) =>
    native(
      one(columns),
      "fillNullWithStrategy",
      strategy,
      typeof options["limit"] === "number" ? options["limit"] : null,
    );

/** 1 for the first row (or the last), 2 for the next… */
const placeFrom = (e: PolarsExpr, end: boolean): PolarsExpr =>
  e.isNull().or(e.isNotNull()).cast(polars().Int64).cumSum(end);

export const WINDOWS: Readonly<Record<string, Window>> = {
  shift: (columns, options, item) =>
    options["fill"] === undefined
      ? one(columns).shift(rows(options))
      : choose(
          placeFrom(one(columns), rows(options) < 0).gt(lit(Math.abs(rows(options)))),
          one(columns).shift(rows(options)),
          lit(options["fill"] as never).cast(polarsType(item.dtype)),
        ),
  diff,
  pctChange: (columns, options) => {
    const e = float(one(columns));
    return e.div(e.shift(rows(options))).sub(lit(1));
  },
  ffill: fill("forward"),
  bfill: fill("backward"),
  cumsum: cumulative("cumSum"),
  cumprod: cumulative("cumProd"),
  cummax: cumulative("cumMax"),
  cummin: cumulative("cumMin"),
  cumcount: (columns) =>
    one(columns).isNull().or(lit(true)).cast(polars().Int64).cumSum(false).sub(lit(1).cast(polars().Int64)),
  rollingSum: rolling("rollingSum"),
  rollingMean: rolling("rollingMean"),
  rollingMin: rolling("rollingMin"),
  rollingMax: rolling("rollingMax"),
  rollingMedian: rolling("rollingMedian"),
  rollingCount,
  rollingVar,
  rollingStd: (columns, options, item) =>
    rollingVar(columns, options, item)
      .clip(0, 1e308)
      .pow(0.5 as never),
  rollingQuantile: (columns, options) => {
    const { windowSize, minPeriods, center } = rollingOptions(options);
    return native(
      float(one(columns)),
      "rollingQuantile",
      Number(options["q"]),
      "linear",
      windowSize,
      null,
      minPeriods,
      center,
    );
  },
  groupSum: (columns, _options, item) => widened(columns, item).sum(),
  groupProd: (columns, _options, item) => native(widened(columns, item), "product"),
  groupMean: (columns) => float(one(columns)).mean(),
  groupMin: (columns) => one(columns).min(),
  groupMax: (columns) => one(columns).max(),
  groupCount: (columns) => one(columns).count(),
  groupSize: (columns) => one(columns).isNull().or(lit(true)).cast(polars().Int64).sum(),
  groupFirst: (columns) => native(one(columns), "dropNulls").first(),
  groupLast: (columns) => native(one(columns), "dropNulls").last(),
  groupStd: (columns) => native(float(one(columns)), "std", 1),
  groupVar: (columns) => native(float(one(columns)), "var", 1),
  groupMedian: (columns) => float(one(columns)).median(),
  groupNunique: (columns) => native(one(columns), "dropNulls").nUnique(),
  interpolate: (columns) => native(float(one(columns)), "interpolate"),
};

/** A window in the engine's terms; with `over` it starts anew in every group. NaN is left to be cleared, see {@link clearNaN}. */
export function translateWindow(item: WindowItem, over: readonly string[]): PolarsExpr {
  const window = WINDOWS[item.window];
  if (window === undefined) throw new TypeError(`There is no window function "${item.window}"`);
  const pl = polars();
  const e = window(
    item.columns.map((name) => pl.col(name)),
    item.options,
    item,
  );
  const grouped = over.length === 0 ? e : e.over(over.map((name) => pl.col(name)) as never);
  return (item.dtype === "object" ? grouped : grouped.cast(polarsType(item.dtype))).alias(item.name);
}
