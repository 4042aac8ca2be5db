import { type AnyRow, DataFrame } from "./dataframe.ts";
import { isTime } from "./dtype.ts";
import { call, type Expr, literalOf } from "./expression/expression.ts";
import { inferDtype } from "./expression/infer.ts";
import { NO_NAME } from "./frame/column.ts";
import { type BinRule, parseBinRule } from "./frequency.ts";
import { Grouping, type Wanted } from "./grouping.ts";
import { withScalar } from "./plan/align.ts";
import { named } from "./plan/node.ts";
import { nodeOfView, type View, viewColumn, viewOfNode } from "./plan/view.ts";
import { indexName, labelName } from "./schema.ts";
import { Series } from "./series.ts";

const DAY_MICROS = 86_400_000_000;

/** A Thursday lies at 0: weeks that end on Sunday begin four days later. */
const WEEK_BEGINS_MICROS = 4 * DAY_MICROS;

/** Bins of a time index: rows grouped by stretches of equal length, from midnight of the first day on, or by weeks, months, years. */
class Bins {
  readonly view: View;
  private readonly rule: BinRule;

  constructor(view: View, rule: string) {
    this.view = view;
    this.rule = parseBinRule(rule);
    const [index] = view.index;
    if (index === undefined || !isTime(inferDtype(index.expr, view.root.fields)))
      throw new TypeError("resample needs an index of times; use setIndex first");
  }

  /** Aggregates of every bin between the first and the last, empty ones too. */
  aggregate(wanted: readonly Wanted[]): View {
    const [index] = this.view.index as readonly [View["index"][number]];
    const first = new Series({ ...this.view, columns: [{ name: "first", expr: index.expr }] }).min();
    const [root, start] = withScalar(this.view.root, first.view);
    const bin = this.binOf(index.expr, start);
    const grouping = new Grouping({ ...this.view, root }, [{ label: index.label, expr: bin }], {});
    const made = nodeOfView(grouping.aggregate(wanted));
    const zeros = wanted.filter(({ fn }) => ["sum", "count", "size", "nunique"].includes(fn)).map(({ name }) => name);
    const full = named({
      kind: "bins",
      input: made,
      key: indexName(0),
      rule: this.rule,
      zeros,
      ones: wanted.filter(({ fn }) => fn === "prod").map(({ name }) => name),
      fields: made.fields,
      npartitions: 1,
      divisions: null,
    });
    return viewOfNode(full, { index: [{ label: index.label }], columns: wanted.map(({ name }) => ({ name })) });
  }

  private binOf(time: Expr, first: Expr): Expr {
    const { rule } = this;
    if (rule.kind === "months") return call("floorMonths", [time], { months: rule.months });
    if (rule.kind === "micros" && DAY_MICROS % rule.micros === 0)
      return call("floorTime", [time], { frequency: `${rule.micros}us` });
    const [length, origin] =
      rule.kind === "micros"
        ? [rule.micros, call("cast", [call("floorTime", [first], { frequency: "1D" })], { dtype: "int64" })]
        : [7 * DAY_MICROS, literalOf(WEEK_BEGINS_MICROS + (rule.weekday - 6) * DAY_MICROS)];
    const step = literalOf(length);
    const passed = call("sub", [call("cast", [time], { dtype: "int64" }), origin]);
    const whole = call("mul", [call("floordiv", [passed, step]), step]);
    return call("cast", [call("add", [origin, whole])], { dtype: "datetime" });
  }
}

const FUNCTIONS = [
  "sum",
  "mean",
  "min",
  "max",
  "count",
  "size",
  "std",
  "var",
  "median",
  "first",
  "last",
  "prod",
  "nunique",
  "sem",
] as const;
type ResampleFunction = (typeof FUNCTIONS)[number];

/** @see https://docs.dask.org/en/stable/generated/dask.dataframe.Series.resample.html */
export class SeriesResampler {
  private readonly bins: Bins;

  constructor(view: View, rule: string) {
    this.bins = new Bins(view, rule);
  }

  agg(fn: ResampleFunction): Series<number>;
  agg(fns: readonly ResampleFunction[]): DataFrame<AnyRow>;
  agg(fns: ResampleFunction | readonly ResampleFunction[]): Series<number> | DataFrame<AnyRow> {
    const [{ name, expr }] = this.bins.view.columns as readonly [View["columns"][number]];
    if (typeof fns === "string")
      return new Series<number>(this.bins.aggregate([{ name, fn: fns, exprs: [expr], options: {} }]));
    return new DataFrame(this.bins.aggregate(fns.map((fn) => ({ name: fn, fn, exprs: [expr], options: {} }))));
  }
  sum(): Series<number> {
    return this.agg("sum");
  }
  mean(): Series<number> {
    return this.agg("mean");
  }
  min(): Series<number> {
    return this.agg("min");
  }
  max(): Series<number> {
    return this.agg("max");
  }
  count(): Series<number> {
    return this.agg("count");
  }
  size(): Series<number> {
    return this.agg("size");
  }
  std(): Series<number> {
    return this.agg("std");
  }
  var(): Series<number> {
    return this.agg("var");
  }
  median(): Series<number> {
    return this.agg("median");
  }
  first(): Series<number> {
    return this.agg("first");
  }
  last(): Series<number> {
    return this.agg("last");
  }
  prod(): Series<number> {
    return this.agg("prod");
  }
  nunique(): Series<number> {
    return this.agg("nunique");
  }
  sem(): Series<number> {
    return this.agg("sem");
  }
  quantile(q = 0.5): Series<number> {
    const [{ name, expr }] = this.bins.view.columns as readonly [View["columns"][number]];
    return new Series<number>(this.bins.aggregate([{ name, fn: "quantile", exprs: [expr], options: { q } }]));
  }
  /** The first, largest, smallest and last value of each bin. */
  ohlc(): DataFrame<AnyRow> {
    const [{ expr }] = this.bins.view.columns as readonly [View["columns"][number]];
    const fns = { open: "first", high: "max", low: "min", close: "last" };
    return new DataFrame(
      this.bins.aggregate(Object.entries(fns).map(([name, fn]) => ({ name, fn, exprs: [expr], options: {} }))),
    );
  }
}

export class FrameResampler {
  private readonly bins: Bins;

  constructor(view: View, rule: string) {
    this.bins = new Bins(view, rule);
  }

  sum(): DataFrame<AnyRow> {
    return this.agg("sum");
  }
  mean(): DataFrame<AnyRow> {
    return this.agg("mean");
  }
  min(): DataFrame<AnyRow> {
    return this.agg("min");
  }
  max(): DataFrame<AnyRow> {
    return this.agg("max");
  }
  count(): DataFrame<AnyRow> {
    return this.agg("count");
  }
  /** The rows of each bin. */
  size(): Series<number> {
    const { index } = this.bins.view;
    const exprs = index.slice(0, 1).map(({ expr }) => expr);
    return new Series<number>(this.bins.aggregate([{ name: NO_NAME, fn: "size", exprs, options: {} }]));
  }
  std(): DataFrame<AnyRow> {
    return this.agg("std");
  }
  var(): DataFrame<AnyRow> {
    return this.agg("var");
  }
  median(): DataFrame<AnyRow> {
    return this.agg("median");
  }
  first(): DataFrame<AnyRow> {
    return this.agg("first");
  }
  last(): DataFrame<AnyRow> {
    return this.agg("last");
  }
  prod(): DataFrame<AnyRow> {
    return this.agg("prod");
  }
  nunique(): DataFrame<AnyRow> {
    return this.agg("nunique");
  }
  sem(): DataFrame<AnyRow> {
    return this.agg("sem");
  }
  /** One function for all columns, or functions by column. */
  agg(request: ResampleFunction | Readonly<Record<string, string | readonly string[]>>): DataFrame<AnyRow> {
    const { view } = this.bins;
    const table =
      typeof request === "string" ? Object.fromEntries(view.columns.map(({ name }) => [name, request])) : request;
    const deep = Object.values(table).some((one) => Array.isArray(one));
    const wanted = Object.entries(table).flatMap(([name, fns]) =>
      ([fns].flat() as string[]).map(
        (fn): Wanted => ({
          name: deep ? labelName([name, fn]) : name,
          fn,
          exprs: [viewColumn(view, name).expr],
          options: {},
        }),
      ),
    );
    return new DataFrame(this.bins.aggregate(wanted));
  }
}

declare module "./series.ts" {
  interface Series<T> {
    /** Groups rows of a time index into bins of equal length, such as "1h" or "2D", or into weeks, months, quarters and years: {@link parseBinRule}. */
    resample(rule: string): SeriesResampler;
  }
}
declare module "./dataframe.ts" {
  interface DataFrame<S> {
    resample(rule: string): FrameResampler;
  }
}
Series.prototype.resample = function (rule) {
  return new SeriesResampler(this.view, rule);
};
DataFrame.prototype.resample = function (rule) {
  return new FrameResampler(this.view, rule);
};
