import { type AnyRow, DataFrame } from "./dataframe.ts";
import { column, type Expr, type Options } from "./expression/expression.ts";
import {
  type AggregateName,
  type AggregateOptions,
  type AggregateRequest,
  type CustomSteps,
  type GroupByOptions,
  Grouping,
  type GroupKey,
  groupingOf,
  isCustom,
  treeOptions,
  type Wanted,
} from "./grouping.ts";
import { combineViews } from "./plan/align.ts";
import { type View, type ViewColumn, viewColumn } from "./plan/view.ts";
import { type RowExpression, rowExpression } from "./rows-expression.ts";
import { labelName } from "./schema.ts";
import { Series } from "./series.ts";
import { SeriesGroupBy } from "./series-groupby.ts";

/** A table's groups. @see https://docs.dask.org/en/stable/dataframe-groupby.html */
export class GroupBy<S = AnyRow> {
  readonly grouping: Grouping;

  constructor(grouping: Grouping) {
    this.grouping = grouping;
  }

  /** The groups of one column. */
  get<K extends keyof S & string>(label: K): SeriesGroupBy<S[K]> {
    const { view, keys, options } = this.grouping;
    return new SeriesGroupBy<S[K]>(new Grouping({ ...view, columns: [viewColumn(view, label)] }, keys, options));
  }

  /** The groups of some columns. */
  select<K extends keyof S & string>(...labels: readonly K[]): GroupBy<Pick<S, K>> {
    const { view, keys, options } = this.grouping;
    return new GroupBy<Pick<S, K>>(
      new Grouping({ ...view, columns: labels.map((label) => viewColumn(view, label)) }, keys, options),
    );
  }

  sum(options: AggregateOptions = {}): DataFrame<AnyRow> {
    return this.all("sum", options);
  }
  prod(options: AggregateOptions = {}): DataFrame<AnyRow> {
    return this.all("prod", options);
  }
  mean(options: AggregateOptions = {}): DataFrame<AnyRow> {
    return this.all("mean", options);
  }
  min(options: AggregateOptions = {}): DataFrame<AnyRow> {
    return this.all("min", options);
  }
  max(options: AggregateOptions = {}): DataFrame<AnyRow> {
    return this.all("max", options);
  }
  count(options: AggregateOptions = {}): DataFrame<AnyRow> {
    return this.all("count", options);
  }
  first(options: AggregateOptions = {}): DataFrame<AnyRow> {
    return this.all("first", options);
  }
  last(options: AggregateOptions = {}): DataFrame<AnyRow> {
    return this.all("last", options);
  }
  std(options: AggregateOptions & { ddof?: number } = {}): DataFrame<AnyRow> {
    return this.all("std", options);
  }
  var(options: AggregateOptions & { ddof?: number } = {}): DataFrame<AnyRow> {
    return this.all("var", options);
  }
  median(options: AggregateOptions = {}): DataFrame<AnyRow> {
    return this.all("median", options);
  }
  nunique(options: AggregateOptions = {}): DataFrame<AnyRow> {
    return this.all("nunique", options);
  }
  /** Rows of each group. */
  size(): Series<number> {
    const [key] = this.grouping.keys as readonly [GroupKey];
    const view = this.grouping.aggregate([{ name: "__none", fn: "size", exprs: [key.expr], options: {} }]);
    return new Series<number>(view);
  }

  /**
   * Several aggregates in one pass: by column (`{ delay: ["mean", "std"] }`), by name of the outcome
   * (`{ total: ["delay", "sum"] }` with `named`), or as expressions (`{ meanDelay: (f) => mean(f.delay) }`).
   * @throws ShoalError UNKNOWN_KEY for a column that is not there
   */
  agg(
    request: AggregateRequest<S> | AggregateName | readonly (AggregateName | CustomSteps)[],
    options: AggregateOptions & { named?: boolean } = {},
  ): DataFrame<AnyRow> {
    const { view } = this.grouping;
    if (typeof request === "string") return this.all(request, options);
    const { named: byName, splitEvery: _every, splitOut: _out, ...own } = options;
    const table: AggregateRequest<S> = Array.isArray(request)
      ? Object.fromEntries(this.grouping.values.map(({ name }) => [name, request]))
      : (request as AggregateRequest<S>);
    const wanted: Wanted[] = [];
    const finish: Finish[] = [];
    // pandas' rule: one list among the requests gives every label two levels.
    for (const [name, said] of Object.entries(table)) checkRequest(view, name, said, byName === true);
    const deep = byName !== true && Object.values(table).some((one) => Array.isArray(one));
    for (const [name, said] of Object.entries(table)) {
      if (typeof said === "function") finish.push(this.fromArrow(name, said as (row: never) => unknown, wanted));
      else if (byName === true) {
        const [from, fn] = said as readonly [string, string | CustomSteps];
        finish.push(this.named(name, fn, from, own as Options, wanted));
      } else
        for (const fn of [said].flat() as (string | CustomSteps)[]) {
          const label = deep ? labelName([name, typeof fn === "string" ? fn : fn.name]) : name;
          finish.push(this.named(label, fn, name, own as Options, wanted));
        }
    }
    const made = wanted.length === 0 ? undefined : this.grouping.aggregate(wanted, treeOptions(options));
    return this.shaped(joined(made, finish));
  }

  /** What becomes of one request: an aggregate that is wanted, or one of the user's own that stands beside them. */
  private named(name: string, fn: string | CustomSteps, from: string, options: Options, wanted: Wanted[]): Finish {
    if (isCustom(fn)) return { name, expr: null, custom: this.custom(from as never, fn, name).view };
    wanted.push(this.wanted(name, fn, viewColumn(this.grouping.view, from).expr, options));
    return { name, expr: null };
  }

  private wanted(name: string, fn: string, expr: Expr, options: Options): Wanted {
    const second =
      fn === "idxmin" || fn === "idxmax" ? [(this.grouping.view.index[0] as View["index"][number]).expr] : [];
    return { name, fn, exprs: [expr, ...second], options };
  }

  /** `(f) => mean(f.delay) / count()`: its aggregates become columns, the rest is done over them. */
  private fromArrow(name: string, said: (row: never) => unknown, wanted: Wanted[]): { name: string; expr: Expr } {
    const expr = rowAggregate(this.grouping.view, said);
    const taken = (one: Expr): Expr => {
      if (one.kind === "column")
        throw new TypeError(`In agg, "${one.name}" must stand inside an aggregate such as mean(f.${one.name})`);
      if (one.kind === "literal") return one;
      if (!one.op.startsWith("agg.")) return { ...one, args: one.args.map(taken) };
      const [arg] = one.args;
      const fn = one.op === "agg.count" && arg === undefined ? "size" : one.op.slice(4);
      const made = `__r${wanted.length}_${name}`;
      wanted.push({ name: made, fn, exprs: [arg ?? (this.grouping.keys[0] as GroupKey).expr], options: {} });
      return column(made);
    };
    return { name, expr: taken(expr) };
  }

  private all(fn: string, options: AggregateOptions): DataFrame<AnyRow> {
    const { splitEvery: _every, splitOut: _out, ...own } = options;
    const values = this.grouping.values;
    const made = this.grouping.aggregate(
      values.map(({ name, expr }) => this.wanted(name, fn, expr, own as Options)),
      treeOptions(options),
    );
    return this.shaped(made);
  }

  private shaped(view: View): DataFrame<AnyRow> {
    const table = new DataFrame(view);
    return this.grouping.options.asIndex === false ? table.resetIndex() : table;
  }
}

interface Finish {
  readonly name: string;
  readonly expr: Expr | null;
  /** The outcome of an aggregation of the user's own, with the same keys in its index. */
  readonly custom?: View;
}

/** Outcomes of one pass and of aggregations of the user's, beside each other by their keys. */
function joined(made: View | undefined, finish: readonly Finish[]): View {
  let whole = made;
  const places: ViewColumn[] = finish.map(({ name, expr }) => ({ name, expr: expr ?? column(name) }));
  finish.forEach(({ custom }, at) => {
    if (custom === undefined) return;
    if (whole === undefined) {
      whole = custom;
      places[at] = custom.columns[0] as ViewColumn;
      return;
    }
    const done = finish.map((one, i) => (one.custom === undefined ? made !== undefined : i < at));
    const [a, b] = combineViews({ ...whole, columns: places.filter((_, i) => done[i] === true) }, custom);
    let next = 0;
    places.forEach((_, i) => {
      if (done[i] === true) places[i] = a.columns[next++] as ViewColumn;
    });
    places[at] = b.columns[0] as ViewColumn;
    whole = a;
  });
  return { ...(whole as View), columns: places };
}

/** A request names columns; one that is not there is a bad value of the request. */
function checkRequest(view: View, name: string, said: unknown, byName: boolean): void {
  if (typeof said === "function") return;
  const wanted = byName ? String((said as readonly string[])[0]) : name;
  try {
    viewColumn(view, wanted);
  } catch (cause) {
    throw new RangeError(`agg() names column "${wanted}": ${(cause as Error).message}`, { cause });
  }
}

function rowAggregate(view: View, said: (row: never) => unknown): Expr {
  const [, expr] = rowExpression(view, said as RowExpression<unknown>, { aggregates: true });
  return expr;
}

declare module "./dataframe.ts" {
  interface DataFrame<S> {
    /**
     * Groups rows by columns, by series, or by arrow functions over a row.
     * @see https://docs.dask.org/en/stable/generated/dask.dataframe.DataFrame.groupby.html
     */
    groupby(
      ...by: readonly (
        | (keyof S & string)
        | readonly (keyof S & string)[]
        | ((row: S) => unknown)
        | Series<never>
        | Series<unknown>
        | GroupByOptions
      )[]
    ): GroupBy<S>;
  }
}
DataFrame.prototype.groupby = function groupby<S>(this: DataFrame<S>, ...by: readonly unknown[]): GroupBy<S> {
  const last = by.at(-1);
  const options =
    typeof last === "object" && last !== null && !Array.isArray(last) && !(last instanceof Series)
      ? (last as GroupByOptions)
      : undefined;
  const keys = (options === undefined ? by : by.slice(0, -1)).flat();
  return new GroupBy<S>(groupingOf(this, keys, options ?? {}));
};
