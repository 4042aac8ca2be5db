import { ShoalError } from "../../runtime/base/errors.ts";
import { type AggregateSpec, aggregateTree } from "./aggregates.ts";
import { type AnyRow, DataFrame } from "./dataframe.ts";
import { type Dtype, isNumberLike } from "./dtype.ts";
import { call, column, type Expr, literalOf, type Options, type Plain } from "./expression/expression.ts";
import { inferDtype } from "./expression/infer.ts";
import { NO_NAME } from "./frame/column.ts";
import { combineViews, inOne } from "./plan/align.ts";
import { selectNode, sharedDtype, stackNode } from "./plan/build.ts";
import { type Node, named } from "./plan/node.ts";
import { metaOf, nodeOfView, type View, viewOfNode } from "./plan/view.ts";
import { indexName, shownName } from "./schema.ts";
import { type ReduceOptions, rowsOfReduction, Series } from "./series.ts";

export interface FrameReduceOptions extends ReduceOptions {
  /** 0: down the rows, one value a column (the default); 1: along each row. */
  readonly axis?: 0 | 1;
  readonly ddof?: number;
  readonly minCount?: number;
  /** True: columns that are no numbers are left out. */
  readonly numericOnly?: boolean;
}

const REDUCTIONS = [
  "sum",
  "prod",
  "mean",
  "min",
  "max",
  "count",
  "std",
  "var",
  "sem",
  "any",
  "all",
  "nunique",
  "median",
  "skew",
  "kurtosis",
  "idxmin",
  "idxmax",
] as const;
type Reduction = (typeof REDUCTIONS)[number];

/** One value a column, as a Series indexed by column names. */
function reduceColumns(table: DataFrame<unknown>, fn: Reduction, options: FrameReduceOptions): Series<number> {
  const { view } = table;
  const { splitEvery, axis: _axis, ...own } = options;
  const meta = metaOf(view);
  const input = nodeOfView(view);
  const position = fn === "idxmin" || fn === "idxmax";
  const specs = meta.columns.map(
    ({ name, dtype }): AggregateSpec => ({
      name,
      fn,
      columns: position ? [name, indexName(0)] : [name],
      dtypes: position ? [dtype, meta.index[0]?.dtype ?? "int64"] : [dtype],
      options: own as Options,
    }),
  );
  const { dtypes } = aggregateTree(specs, [], {});
  const shared = sharedDtype(fn, dtypes);
  const labels = meta.columns.map(({ name }) => shownName(name));
  return new Series<number>(
    rowsOfReduction(input, specs, labels, shared, NO_NAME, splitEvery === undefined ? {} : { splitEvery }),
  );
}

/** One value a row. */
function reduceRows(table: DataFrame<unknown>, fn: Reduction, options: FrameReduceOptions): Series<number> {
  const { view } = table;
  const columns = view.columns.map(({ expr }) => expr);
  const { fields } = view.root;
  const skipna = options.skipna !== false;
  const zero = literalOf(0);
  const present = columns.map((expr) => call("cast", [call("notNull", [expr])], { dtype: "int64" }));
  const sumOf = (parts: readonly Expr[]): Expr => parts.reduce((a, b) => call("add", [a, b]));
  const total = sumOf(columns.map((expr) => (skipna ? call("coalesce", [expr, zero]) : expr)));
  const whole = (): Expr => {
    switch (fn) {
      case "sum":
        return total;
      case "count":
        return sumOf(present);
      case "mean":
        return call("div", [total, skipna ? sumOf(present) : literalOf(columns.length)]);
      case "min":
      case "max":
        return call(fn === "min" ? "minOf" : "maxOf", columns, { skipna });
      case "prod":
        return columns
          .map((expr) => (skipna ? call("coalesce", [expr, literalOf(1)]) : expr))
          .reduce((a, b) => call("mul", [a, b]));
      case "any":
      case "all":
        return columns
          .map((expr) => call("coalesce", [call("cast", [expr], { dtype: "bool" }), literalOf(fn === "all")]))
          .reduce((a, b) => call(fn === "any" ? "or" : "and", [a, b]));
      case "std":
        return call("sqrt", [rowVariance(columns, present, total, options.ddof ?? 1)]);
      case "var":
        return rowVariance(columns, present, total, options.ddof ?? 1);
      case "sem":
        return call("sqrt", [call("div", [rowVariance(columns, present, total, options.ddof ?? 1), sumOf(present)])]);
      default:
        throw new TypeError(`${fn} along rows (axis 1) is not there; use mapRows`);
    }
  };
  const expr = whole();
  inferDtype(expr, fields);
  return new Series<number>({ ...view, columns: [{ name: NO_NAME, expr }] });
}

function rowVariance(columns: readonly Expr[], present: readonly Expr[], total: Expr, ddof: number): Expr {
  const n = present.reduce((a, b) => call("add", [a, b]));
  const mean = call("div", [total, n]);
  const squares = columns
    .map((expr) => call("coalesce", [call("pow", [call("sub", [expr, mean]), literalOf(2)]), literalOf(0)]))
    .reduce((a, b) => call("add", [a, b]));
  const freedom = call("sub", [n, literalOf(ddof)]);
  return call("ifElse", [
    call("gt", [freedom, literalOf(0)]),
    call("div", [squares, freedom]),
    { kind: "literal", value: null, dtype: "float64" },
  ]);
}

/** A table of a few rows made of one wide row: each row has a label and an expression a column. */
export function rowsFrom(
  row: Node,
  rows: readonly { label: readonly Expr[]; exprs: readonly Expr[] }[],
  names: readonly string[],
  labels: readonly (string | null)[],
): View {
  const parts = rows.map(({ label, exprs }) =>
    selectNode(row, [
      ...label.map((expr, level) => ({ name: indexName(level), expr })),
      ...names.map((name, at) => ({ name, expr: exprs[at] as Expr })),
    ]),
  );
  const table = parts.length === 1 ? (parts[0] as Node) : inOne(stackNode(parts, null));
  return viewOfNode(table, { index: labels.map((label) => ({ label })), columns: names.map((name) => ({ name })) });
}

/** A row of aggregates over the columns of a table. */
export function aggregateRow(table: DataFrame<unknown>, specs: readonly AggregateSpec[]): Node {
  const { tree, dtypes } = aggregateTree(specs, [], {});
  const fields = specs.map(({ name }, at) => ({ name, dtype: dtypes[at] as Dtype }));
  return named({
    kind: "aggregate",
    input: nodeOfView(table.view, false),
    tree,
    fields,
    npartitions: 1,
    divisions: null,
  });
}

/** Count, mean, standard deviation, extremes and percentiles of the columns of numbers. */
function describe(table: DataFrame<unknown>, percentiles: readonly number[]): DataFrame<AnyRow> {
  const columns = table.meta.columns.filter(({ dtype }) => isNumberLike(dtype) && dtype !== "bool");
  if (columns.length === 0) throw new TypeError("describe() needs a column of numbers");
  const shares = [...new Set([...percentiles, 0.5])].sort((a, b) => a - b);
  const stats: { label: string; fn: string; options: Options }[] = [
    ...["count", "mean", "std", "min"].map((fn) => ({ label: fn, fn, options: {} })),
    ...shares.map((q) => ({ label: `${Number((q * 100).toFixed(6))}%`, fn: "approxQuantile", options: { q } })),
    { label: "max", fn: "max", options: {} },
  ];
  const key = (stat: string, name: string): string => `${stat}:${name}`;
  const specs = columns.flatMap(({ name, dtype }) =>
    stats.map(({ label, fn, options }) => ({ name: key(label, name), fn, columns: [name], dtypes: [dtype], options })),
  );
  const row = aggregateRow(table, specs);
  const rows = stats.map(({ label }) => ({
    label: [literalOf(label)],
    exprs: columns.map(({ name }) => call("cast", [column(key(label, name))], { dtype: "float64" })),
  }));
  return new DataFrame(
    rowsFrom(
      row,
      rows,
      columns.map(({ name }) => name),
      [null],
    ),
  );
}

/** Covariance or correlation of every pair of columns of numbers. */
function pairTable(
  table: DataFrame<unknown>,
  fn: "cov" | "corr",
  options: { minPeriods?: number; ddof?: number },
): DataFrame<AnyRow> {
  const columns = table.meta.columns.filter(({ dtype }) => isNumberLike(dtype));
  const key = (a: string, b: string): string => (a <= b ? `${a}~${b}` : `${b}~${a}`);
  const specs = columns.flatMap((a) =>
    columns
      .filter((b) => a.name <= b.name)
      .map((b) => ({
        name: key(a.name, b.name),
        fn,
        columns: [a.name, b.name],
        dtypes: [a.dtype, b.dtype],
        options: options as Options,
      })),
  );
  const row = aggregateRow(table, specs);
  const rows = columns.map((a) => ({
    label: [literalOf(a.name)],
    exprs: columns.map((b) => column(key(a.name, b.name))),
  }));
  return new DataFrame(
    rowsFrom(
      row,
      rows,
      columns.map(({ name }) => name),
      [null],
    ),
  );
}

type Reducer = (options?: FrameReduceOptions) => Series<number>;

declare module "./dataframe.ts" {
  interface DataFrame<S> extends Readonly<Record<Reduction, Reducer>> {
    /** @see https://docs.dask.org/en/stable/generated/dask.dataframe.DataFrame.describe.html */
    describe(options?: { percentiles?: readonly number[] }): DataFrame<AnyRow>;
    /** @throws ShoalError NOT_SUPPORTED for another method than "pearson" */
    corr(options?: { minPeriods?: number; method?: string }): DataFrame<AnyRow>;
    cov(options?: { minPeriods?: number; ddof?: number }): DataFrame<AnyRow>;
    cumsum(options?: { skipna?: boolean }): DataFrame<S>;
    cumprod(options?: { skipna?: boolean }): DataFrame<S>;
    cummax(options?: { skipna?: boolean }): DataFrame<S>;
    cummin(options?: { skipna?: boolean }): DataFrame<S>;
    shift(periods?: number): DataFrame<S>;
    diff(periods?: number): DataFrame<S>;
    ffill(options?: { limit?: number }): DataFrame<S>;
    bfill(options?: { limit?: number }): DataFrame<S>;
    isna(): DataFrame<Record<keyof S, boolean>>;
    notna(): DataFrame<Record<keyof S, boolean>>;
    round(digits?: number): DataFrame<S>;
    abs(): DataFrame<S>;
    clip(lower?: number | null, upper?: number | null): DataFrame<S>;
    replace(from: unknown, to?: unknown): DataFrame<S>;
    isin(values: Iterable<unknown> | Readonly<Record<string, Iterable<unknown>>>): DataFrame<Record<keyof S, boolean>>;
    neg(): DataFrame<S>;
    not(): DataFrame<S>;
  }
}

type Methods = Record<string, (this: DataFrame<unknown>, ...args: never[]) => unknown>;

const prototype = DataFrame.prototype as unknown as Methods;
for (const fn of REDUCTIONS)
  prototype[fn] = function reduction(options: FrameReduceOptions = {}) {
    const { numericOnly = false, ...rest } = options;
    checkReduction(fn, rest);
    const table = numericOnly ? numbersOf(this) : this;
    return rest.axis === 1 ? reduceRows(table, fn, rest) : reduceColumns(table, fn, rest);
  };

const numbersOf = (table: DataFrame<unknown>): DataFrame<unknown> =>
  table.select(...(table.meta.columns.filter(({ dtype }) => isNumberLike(dtype)).map(({ name }) => name) as never[]));

/** @throws RangeError for an axis that is not 0 or 1, TypeError for degrees of freedom that are no number */
function checkReduction(fn: string, { axis = 0, ddof = 1 }: FrameReduceOptions): void {
  if (axis !== 0 && axis !== 1) throw new RangeError(`${fn}() has the axes 0 and 1, got ${String(axis)}`);
  if (typeof ddof !== "number") throw new TypeError(`ddof of ${fn}() is a number, got ${String(ddof)}`);
}

/** Methods of a Series that a table has for all of its columns. */
const COLUMNWISE = [
  "cumsum",
  "cumprod",
  "cummax",
  "cummin",
  "shift",
  "diff",
  "ffill",
  "bfill",
  "isna",
  "notna",
  "round",
  "abs",
  "clip",
  "replace",
  "isin",
  "neg",
  "not",
] as const;
for (const name of COLUMNWISE.filter((one) => one !== "isin"))
  prototype[name] = function columnwise(...args: unknown[]) {
    return this.each(
      (one) => (one as unknown as Record<string, (...args: unknown[]) => Series>)[name]?.(...args) as Series,
    );
  };

/** By column where the values are said by column; a column that is not said has none of them. */
DataFrame.prototype.isin = function (this: DataFrame<unknown>, values: unknown) {
  const table =
    typeof values === "object" && values !== null && !(Symbol.iterator in values)
      ? (values as Readonly<Record<string, Iterable<unknown>>>)
      : undefined;
  return this.each(
    (one, name) => one.isin(table === undefined ? (values as Iterable<unknown>) : (table[name] ?? [])) as Series,
  );
} as never;

/** Arithmetic with one operand for all columns. */
const OPERATORS = [
  "add",
  "sub",
  "mul",
  "div",
  "floordiv",
  "mod",
  "pow",
  "radd",
  "rsub",
  "rmul",
  "rdiv",
  "rfloordiv",
  "rmod",
  "rpow",
  "eq",
  "ne",
  "lt",
  "le",
  "gt",
  "ge",
] as const;
for (const name of OPERATORS)
  prototype[name] = function operator(other: unknown, ...rest: unknown[]) {
    const [own, of] = operands(this, other);
    return own.each(
      (one, label) =>
        (one as unknown as Record<string, (...args: unknown[]) => Series>)[name]?.(of(label), ...rest) as Series,
    );
  };

/**
 * What each column meets: the other table's column of its name (rows aligned once, for all columns), the value of its name in
 * a series indexed by names, or the one operand.
 */
function operands(
  table: DataFrame<unknown>,
  other: unknown,
): readonly [DataFrame<unknown>, (label: string) => unknown] {
  if (other instanceof DataFrame) {
    const [a, b] = combineViews(table.view, other.view);
    const second = new DataFrame(b);
    const own = new DataFrame(a);
    const names = table.columns as readonly string[];
    // Columns in another order meet in the order of their names, as in pandas.
    const ordered = names.every((name, at) => name === other.columns[at])
      ? own
      : own.select(...([...names].sort() as never[]));
    return [ordered as unknown as DataFrame<unknown>, (label) => second.get(label as never)];
  }
  if (other instanceof Series && other.meta.index[0]?.dtype === "string" && table.meta.index[0]?.dtype !== "string")
    return [table, (label) => other.filter(other.index.eq(label)).reduce("first", {})];
  return [table, () => other];
}

declare module "./dataframe.ts" {
  interface DataFrame<S>
    extends Readonly<
      Record<(typeof OPERATORS)[number], (other: unknown, options?: { fillValue?: Plain }) => DataFrame<S>>
    > {}
}

DataFrame.prototype.describe = function (options = {}) {
  return describe(this as DataFrame<unknown>, options.percentiles ?? [0.25, 0.5, 0.75]);
};
DataFrame.prototype.corr = function (options = {}) {
  const { method = "pearson", ...rest } = options;
  if (method !== "pearson")
    throw new ShoalError(`corr() knows the method "pearson", not "${method}"`, { code: "NOT_SUPPORTED" });
  return pairTable(this as DataFrame<unknown>, "corr", rest);
};
DataFrame.prototype.cov = function (options = {}) {
  return pairTable(this as DataFrame<unknown>, "cov", options);
};
