import { type AnyRow, DataFrame } from "./dataframe.ts";
import type { Options } from "./expression/expression.ts";
import {
  type AggregateOptions,
  type CustomSteps,
  type GroupByOptions,
  Grouping,
  isCustom,
  treeOptions,
} from "./grouping.ts";
import { combineViews } from "./plan/align.ts";
import type { View, ViewColumn } from "./plan/view.ts";
import { Series } from "./series.ts";

/** A column's groups. @see https://docs.dask.org/en/stable/dataframe-groupby.html */
export class SeriesGroupBy<T = unknown> {
  readonly grouping: Grouping;

  constructor(grouping: Grouping) {
    this.grouping = grouping;
  }

  sum(options: AggregateOptions = {}): Series<number> {
    return this.one("sum", options);
  }
  prod(options: AggregateOptions = {}): Series<number> {
    return this.one("prod", options);
  }
  mean(options: AggregateOptions = {}): Series<number> {
    return this.one("mean", options);
  }
  min(options: AggregateOptions = {}): Series<T> {
    return this.one("min", options);
  }
  max(options: AggregateOptions = {}): Series<T> {
    return this.one("max", options);
  }
  count(options: AggregateOptions = {}): Series<number> {
    return this.one("count", options);
  }
  size(options: AggregateOptions = {}): Series<number> {
    return this.one("size", options);
  }
  first(options: AggregateOptions = {}): Series<T> {
    return this.one("first", options);
  }
  last(options: AggregateOptions = {}): Series<T> {
    return this.one("last", options);
  }
  std(options: AggregateOptions & { ddof?: number } = {}): Series<number> {
    return this.one("std", options);
  }
  var(options: AggregateOptions & { ddof?: number } = {}): Series<number> {
    return this.one("var", options);
  }
  median(options: AggregateOptions = {}): Series<number> {
    return this.one("median", options);
  }
  nunique(options: AggregateOptions = {}): Series<number> {
    return this.one("nunique", options);
  }
  unique(options: AggregateOptions = {}): Series<T[]> {
    return this.one("unique", options);
  }
  list(options: AggregateOptions = {}): Series<T[]> {
    return this.one("list", options);
  }
  any(options: AggregateOptions = {}): Series<boolean> {
    return this.one("any", options);
  }
  all(options: AggregateOptions = {}): Series<boolean> {
    return this.one("all", options);
  }
  /** Any aggregate by name. */
  one<R>(fn: string, options: AggregateOptions = {}): Series<R> {
    const [value] = this.grouping.view.columns as readonly [ViewColumn];
    const { splitEvery: _every, splitOut: _out, ...own } = options;
    const indexed = fn === "idxmin" || fn === "idxmax";
    const exprs = indexed ? [value.expr, (this.grouping.view.index[0] as View["index"][number]).expr] : [value.expr];
    const view = this.grouping.aggregate(
      [{ name: value.name, fn, exprs, options: own as Options }],
      treeOptions(options),
    );
    return new Series<R>(view);
  }
  idxmin(): Series<unknown> {
    return this.one("idxmin");
  }
  idxmax(): Series<unknown> {
    return this.one("idxmax");
  }
  /** One aggregate gives a Series, several a DataFrame. */
  agg(fn: string | CustomSteps): Series<unknown>;
  agg(fns: readonly (string | CustomSteps)[]): DataFrame<AnyRow>;
  agg(fn: string | CustomSteps | readonly (string | CustomSteps)[]): Series<unknown> | DataFrame<AnyRow> {
    if (typeof fn === "string") return this.one(fn);
    const own = this as unknown as { custom(by: CustomSteps, name?: string): Series<unknown> };
    if (isCustom(fn)) return own.custom(fn);
    const names = fn as readonly (string | CustomSteps)[];
    const [value] = this.grouping.view.columns as readonly [ViewColumn];
    if (names.every((one) => typeof one === "string"))
      return new DataFrame(
        this.grouping.aggregate(names.map((one) => ({ name: one, fn: one, exprs: [value.expr], options: {} }))),
      );
    const columns = names.map((one) => (isCustom(one) ? own.custom(one, one.name) : this.one(one).rename(one)));
    let view = (columns[0] as Series<unknown>).view;
    for (const one of columns.slice(1)) {
      const [a, b] = combineViews(view, one.view);
      view = { ...a, columns: [...a.columns, ...b.columns] };
    }
    return new DataFrame(view);
  }
}

declare module "./series.ts" {
  interface Series<T> {
    groupby(by: Series<unknown> | readonly Series<unknown>[], options?: GroupByOptions): SeriesGroupBy<T>;
  }
}

Series.prototype.groupby = function groupby<T>(
  this: Series<T>,
  by: Series<unknown> | readonly Series<unknown>[],
  options: GroupByOptions = {},
): SeriesGroupBy<T> {
  let { view } = this;
  const keys = ([by].flat() as Series<unknown>[]).map((one) => {
    const [a, b] = combineViews(view, one.view);
    view = a;
    return { label: typeof one.name === "string" ? one.name : null, expr: (b.columns[0] as ViewColumn).expr };
  });
  return new SeriesGroupBy<T>(new Grouping(view, keys, options));
};
