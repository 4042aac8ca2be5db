import { tokenize } from "../../runtime/graph/tokenize.ts";
import type { AnyFunction } from "../../runtime/wire/function-spec.ts";
import { type AnyRow, DataFrame } from "./dataframe.ts";
import { type Dtype, isFloat, isNumberLike, parseDtype } from "./dtype.ts";
import { call, column, type Expr, literalOf, type Options } from "./expression/expression.ts";
import { inferDtype } from "./expression/infer.ts";
import type { Column } from "./frame/column.ts";
import { NO_NAME } from "./frame/column.ts";
import type { Frame } from "./frame/frame.ts";
import { GroupBy } from "./groupby.ts";
import { Grouping } from "./grouping.ts";
import { mapNode, type Schema } from "./map.ts";
import { exchangeNode, filterNode, selectNode } from "./plan/build.ts";
import { type Node, named } from "./plan/node.ts";
import type { WindowItem } from "./plan/step.ts";
import { metaOf, type View, type ViewColumn, viewOfNode } from "./plan/view.ts";
import { indexName, shownName, type TableMeta } from "./schema.ts";
import { Series } from "./series.ts";
import { SeriesGroupBy } from "./series-groupby.ts";

const SUMS = new Set(["cumsum", "cumprod"]);
const ARITHMETIC = new Set([...SUMS, "groupSum", "groupProd", "groupMean", "groupStd", "groupVar", "groupMedian"]);
const AGGREGATES = new Set([
  "sum",
  "mean",
  "min",
  "max",
  "count",
  "first",
  "last",
  "std",
  "var",
  "median",
  "nunique",
  "size",
  "prod",
]);

function windowDtype(window: string, dtype: Dtype): Dtype {
  if (window === "cumcount" || window === "groupCount" || window === "groupSize" || window === "groupNunique")
    return "int64";
  if (["groupMean", "groupStd", "groupVar", "groupMedian"].includes(window)) return "float64";
  if (SUMS.has(window) || window === "groupSum" || window === "groupProd") return isFloat(dtype) ? "float64" : "int64";
  return dtype;
}

/** A function over the rows of each group, one value a row; rows keep their labels. */
function alongGroups(grouping: Grouping, columns: readonly ViewColumn[], window: string, options: Options): View {
  const { view, keys } = grouping;
  const names = keys.map((_, at) => `__key_${at}`);
  const inputs = columns.map(({ name, expr }) => {
    const dtype = inferDtype(expr, view.root.fields);
    if (ARITHMETIC.has(window) && !isNumberLike(dtype) && dtype !== "duration")
      throw new TypeError(
        `${window} needs numbers; column "${shownName(name)}" is ${dtype}, choose columns with groupby(…).select(…)`,
      );
    return { name, expr, dtype: windowDtype(window, dtype) };
  });
  const input = selectNode(view.root, [
    ...view.index.map(({ expr }, level) => ({ name: indexName(level), expr })),
    ...keys.map(({ expr }, at) => ({ name: names[at] as string, expr })),
    ...inputs.map(({ name, expr, dtype }) => ({
      name,
      expr: SUMS.has(window) ? call("cast", [expr], { dtype }) : expr,
    })),
  ]);
  const keyed = names.map((name) => call("notNull", [column(name)])).reduce((a, b) => call("and", [a, b]));
  const items = inputs.map(
    ({ name, dtype }): WindowItem => ({
      name: `__g_${tokenize(window, options, name)}`,
      window,
      columns: [name],
      options,
      dtype,
    }),
  );
  const fields = [...input.fields, ...items.map(({ name, dtype }) => ({ name, dtype }))];
  const made = named({
    kind: "groupWindow",
    input,
    items,
    over: names,
    fields,
    npartitions: input.npartitions,
    divisions: null,
  });
  return {
    root: made,
    index: view.index.map(({ label }, level) => ({ label, expr: column(indexName(level)) })),
    // A row with a missing key belongs to no group: it stays, without a value.
    columns: items.map((item, at) => ({
      name: (columns[at] as ViewColumn).name,
      expr:
        grouping.options.dropna === false
          ? column(item.name)
          : call("ifElse", [keyed, column(item.name), literalOf(null)]),
    })),
  };
}

/** Calls a function with each group; the rows of a group meet in one partition first. */
function applied(
  grouping: Grouping,
  fn: AnyFunction,
  out: TableMeta,
  mode: "groups" | "groupColumns",
  keyed: boolean,
): Node {
  const { view, keys } = grouping;
  const names = keys.map((_, at) => `__key_${at}`);
  const all: View = {
    ...view,
    columns: [...view.columns, ...keys.map(({ expr }, at) => ({ name: names[at] as string, expr }))],
  };
  const input = selectNode(all.root, [
    ...all.index.map(({ expr }, level) => ({ name: indexName(level), expr })),
    ...all.columns.map(({ name, expr }) => ({ name, expr })),
  ]);
  const together = input.npartitions === 1 ? input : exchangeNode(input, names, input.npartitions);
  const meta = metaOf(view);
  return mapNode(
    viewOfNode(together, all),
    fn,
    { mode, out, args: [], keys: names, ...(keyed ? { window: 0 } : {}) },
    meta,
  );
}

const keyMeta = (grouping: Grouping): TableMeta["index"] =>
  grouping.keys.map(({ label, expr }) => ({ label, dtype: inferDtype(expr, grouping.view.root.fields) }));

declare module "./series-groupby.ts" {
  interface SeriesGroupBy<T> {
    /** The last rows of each group before this one, by `periods`. */
    shift(periods?: number, options?: { fillValue?: unknown }): Series<T>;
    cumsum(): Series<number>;
    cumprod(): Series<number>;
    cummax(): Series<T>;
    cummin(): Series<T>;
    cumcount(): Series<number>;
    ffill(): Series<T>;
    bfill(): Series<T>;
    fillna(value: unknown): Series<T>;
    /** One value a row: a named aggregate of the row's group, or what a function gives for each group's Column. */
    transform(fn: string): Series<number>;
    transform<R = unknown>(fn: (group: Column<T>) => unknown, dtype: string): Series<R>;
    /** Calls a function with each group's Column; it gives one value a group, or one a row. */
    apply<R = unknown>(fn: (group: Column<T>) => unknown, dtype?: string): Series<R>;
    valueCounts(): Series<number>;
    /** The rows of one group. */
    getGroup(key: unknown): Series<T>;
  }
}
declare module "./groupby.ts" {
  interface GroupBy<S> {
    cumcount(): Series<number>;
    cumsum(): DataFrame<S>;
    cumprod(): DataFrame<S>;
    shift(periods?: number): DataFrame<S>;
    idxmin(): DataFrame<AnyRow>;
    idxmax(): DataFrame<AnyRow>;
    ffill(): DataFrame<S>;
    bfill(): DataFrame<S>;
    fillna(value: unknown): DataFrame<S>;
    transform(fn: string): DataFrame<AnyRow>;
    /** The rows of one group. */
    getGroup(key: unknown): DataFrame<S>;
    /** Calls a function with each group's Frame: one value a group (a type), or rows (a schema). */
    apply(fn: (group: Frame<S>) => unknown, dtype: string, name?: string): Series<unknown>;
    apply(fn: (group: Frame<S>) => unknown, schema: Schema): DataFrame<AnyRow>;
  }
}

const seriesWindow = (group: SeriesGroupBy<never>, window: string, options: Options = {}): Series<never> =>
  new Series<never>(alongGroups(group.grouping, group.grouping.view.columns, window, options));
const frameWindow = (group: GroupBy<never>, window: string, options: Options = {}): DataFrame<never> =>
  new DataFrame<never>(alongGroups(group.grouping, group.grouping.values, window, options));
const ALONG = ["cumsum", "cumprod", "cummax", "cummin", "cumcount", "ffill", "bfill", "shift"];
const windowOf = (fn: string): string => {
  if (ALONG.includes(fn)) return fn;
  if (AGGREGATES.has(fn)) return `group${fn[0]?.toUpperCase()}${fn.slice(1)}`;
  throw new TypeError(
    `There is no transform "${fn}"; there are ${[...AGGREGATES, ...ALONG].join(", ")}, and functions of your own`,
  );
};

for (const window of ["cumsum", "cumprod", "cummax", "cummin", "cumcount", "ffill", "bfill"]) {
  (SeriesGroupBy.prototype as unknown as Record<string, unknown>)[window] = function (this: SeriesGroupBy<never>) {
    return seriesWindow(this, window);
  };
  (GroupBy.prototype as unknown as Record<string, unknown>)[window] = function (this: GroupBy<never>) {
    return frameWindow(this, window);
  };
}
const frameCount = (grouping: Grouping): Series<number> => {
  const [key] = grouping.keys;
  return new Series<number>(
    alongGroups(grouping, [{ name: NO_NAME, expr: key?.expr as ViewColumn["expr"] }], "cumcount", {}),
  );
};
GroupBy.prototype.cumcount = function () {
  return frameCount(this.grouping);
};
for (const fn of ["idxmin", "idxmax"] as const)
  GroupBy.prototype[fn] = function (this: GroupBy<never>) {
    return this.agg(fn);
  };
SeriesGroupBy.prototype.shift = function (periods = 1, { fillValue } = {}) {
  const fill =
    fillValue === undefined ? {} : { fill: (literalOf(fillValue) as Extract<Expr, { kind: "literal" }>).value };
  return seriesWindow(this as SeriesGroupBy<never>, "shift", { periods, ...fill } as Options);
};
GroupBy.prototype.shift = function (periods = 1) {
  return frameWindow(this as GroupBy<never>, "shift", { periods });
};
SeriesGroupBy.prototype.fillna = function (value) {
  return new Series<never>(this.grouping.view).fillna(value as never);
};
GroupBy.prototype.fillna = function (value) {
  return new DataFrame<never>({ ...this.grouping.view, columns: this.grouping.values }).fillna(value as never);
};
SeriesGroupBy.prototype.transform = function (this: SeriesGroupBy<never>, fn: string | AnyFunction, dtype?: string) {
  if (typeof fn === "string") return seriesWindow(this, windowOf(fn));
  const [value] = this.grouping.view.columns as readonly [ViewColumn];
  const out: TableMeta = {
    index: metaOf(this.grouping.view).index,
    columns: [{ name: value.name, dtype: parseDtype(dtype ?? "float64") }],
  };
  return new Series<never>(viewOfNode(applied(this.grouping, fn, out, "groupColumns", false), out));
} as never;
GroupBy.prototype.transform = function (fn) {
  return frameWindow(this as GroupBy<never>, windowOf(fn)) as never;
};
SeriesGroupBy.prototype.apply = function (this: SeriesGroupBy<never>, fn: AnyFunction, said?: string) {
  const [value] = this.grouping.view.columns as readonly [ViewColumn];
  const dtype = said ?? inferDtype(value.expr, this.grouping.view.root.fields);
  const out: TableMeta = { index: keyMeta(this.grouping), columns: [{ name: value.name, dtype: parseDtype(dtype) }] };
  return new Series<never>(viewOfNode(applied(this.grouping, fn, out, "groupColumns", true), out));
} as never;
GroupBy.prototype.apply = function (this: GroupBy<never>, fn: AnyFunction, wanted: string | Schema, name?: string) {
  const columns =
    typeof wanted === "string"
      ? [{ name: name ?? NO_NAME, dtype: parseDtype(wanted) }]
      : Object.entries(wanted).map(([one, dtype]) => ({ name: one, dtype: parseDtype(dtype) }));
  const index = typeof wanted === "string" ? keyMeta(this.grouping) : metaOf(this.grouping.view).index;
  const out: TableMeta = { index, columns };
  const view = viewOfNode(applied(this.grouping, fn, out, "groups", true), out);
  return typeof wanted === "string" ? new Series(view) : new DataFrame(view);
} as never;
SeriesGroupBy.prototype.cumcount = function () {
  return frameCount(this.grouping);
};
SeriesGroupBy.prototype.getGroup = function <T>(this: SeriesGroupBy<T>, key: unknown) {
  return new Series<T>(groupRows(this.grouping, key));
};
GroupBy.prototype.getGroup = function (key) {
  return new DataFrame<never>(groupRows(this.grouping, key));
};

function groupRows(grouping: Grouping, key: unknown): View {
  const { keys, view } = grouping;
  const values = keys.length === 1 ? [key] : (key as unknown[]);
  const test = keys
    .map(({ expr }, at) => call("eq", [expr, literalOf(values[at])]))
    .reduce((a, b) => call("and", [a, b]));
  return { ...view, root: filterNode(view.root, test) };
}
SeriesGroupBy.prototype.valueCounts = function () {
  const [value] = this.grouping.view.columns as readonly [ViewColumn];
  const { view, keys, options } = this.grouping;
  const deeper = new Grouping(view, [...keys, { label: value.name, expr: value.expr }], options);
  return new Series<number>(deeper.aggregate([{ name: value.name, fn: "size", exprs: [value.expr], options: {} }]));
};
