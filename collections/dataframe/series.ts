import { tokenize } from "../../runtime/graph/tokenize.ts";
import { aggregateTree } from "./aggregates.ts";
import { categoryPlaces } from "./category-places.ts";
import { type Dtype, isFloat, isInteger, isNumberLike, isTime } from "./dtype.ts";
import { call, column, type Expr, literalOf, type Options, type Plain } from "./expression/expression.ts";
import { Column, NO_NAME } from "./frame/column.ts";
import { combineViews } from "./plan/align.ts";
import { filterNode, selectNode, windowNode } from "./plan/build.ts";
import { type Node, named } from "./plan/node.ts";
import type { WindowItem } from "./plan/step.ts";
import { type View, viewOfNode } from "./plan/view.ts";
import { Scalar } from "./scalar.ts";
import { indexName, type Label, labelName, nameLabel } from "./schema.ts";
import { SeriesMath } from "./series-math.ts";
import { stackChunks, type Table } from "./table.ts";

/** How quantiles are found. */
export interface QuantileOptions {
  readonly method?: "tdigest" | "exact";
}

/** The aggregate that finds quantiles in the way asked for. @throws RangeError for another way */
export function quantileBy({ method = "tdigest" }: QuantileOptions): string {
  if (method !== "tdigest" && method !== "exact")
    throw new RangeError(`The method of quantile() is tdigest or exact, got ${String(method)}`);
  return method === "exact" ? "quantile" : "approxQuantile";
}

export interface ReduceOptions {
  /** False: a missing value makes the result missing. Default true. */
  readonly skipna?: boolean;
  /** How many partial results meet in one task. */
  readonly splitEvery?: number;
}

/**
 * A lazy column with an index.
 * @see https://docs.dask.org/en/stable/dataframe-api.html#series
 */
export class Series<T = unknown> extends SeriesMath<T> {
  protected over(view: View): this {
    return new Series<T>(view) as this;
  }

  protected series<R>(view: View): Series<R> {
    return new Series<R>(view);
  }

  finish(blocks: readonly unknown[]): Column<T> {
    return new Column<T>(stackChunks(blocks, this.node), this.meta);
  }

  /** The column's label, null where it has none. */
  get name(): string | string[] | null {
    return this.own.name === NO_NAME ? null : nameLabel(this.own.name);
  }

  rename(name: Label | null): Series<T> {
    return new Series<T>({ ...this.view, columns: [{ ...this.own, name: name === null ? NO_NAME : labelName(name) }] });
  }

  /** Rows where the condition holds. */
  filter(condition: Table<unknown>): Series<T> {
    const [view, mask] = combineViews(this.view, condition.view, "left");
    return new Series<T>({ ...view, root: filterNode(view.root, (mask.columns[0] as View["columns"][number]).expr) });
  }

  dropna(): Series<T> {
    return new Series<T>({ ...this.view, root: filterNode(this.view.root, call("notNull", [this.own.expr])) });
  }

  sum(options: ReduceOptions & { minCount?: number } = {}): Scalar<number> {
    return this.reduce("sum", options);
  }
  prod(options: ReduceOptions & { minCount?: number } = {}): Scalar<number> {
    return this.reduce("prod", options);
  }
  mean(options: ReduceOptions = {}): Scalar<number> {
    return this.reduce("mean", options);
  }
  min(options: ReduceOptions = {}): Scalar<T> {
    return this.extreme("min", options);
  }
  max(options: ReduceOptions = {}): Scalar<T> {
    return this.extreme("max", options);
  }
  /** Values that are not missing. */
  count(options: ReduceOptions = {}): Scalar<number> {
    return this.reduce("count", options);
  }
  /** Rows, missing values included. */
  size(): Scalar<number> {
    return this.reduce("size", {});
  }
  std(options: ReduceOptions & { ddof?: number } = {}): Scalar<number> {
    return this.reduce("std", options);
  }
  var(options: ReduceOptions & { ddof?: number } = {}): Scalar<number> {
    return this.reduce("var", options);
  }
  sem(options: ReduceOptions & { ddof?: number } = {}): Scalar<number> {
    return this.reduce("sem", options);
  }
  any(options: ReduceOptions = {}): Scalar<boolean> {
    return this.truth().reduce("any", options);
  }
  all(options: ReduceOptions = {}): Scalar<boolean> {
    return this.truth().reduce("all", options);
  }
  /** How many different values; with `dropna: false` what is missing counts as one. */
  nunique(options: ReduceOptions & { dropna?: boolean } = {}): Scalar<number> {
    const { dropna = true, ...rest } = options;
    const values = this.reduce<number>("nunique", rest);
    return dropna ? values : values.add((this.isna() as Series<boolean>).reduce("any", {}));
  }
  median(): Scalar<number> {
    return this.reduce("median", {});
  }
  skew(): Scalar<number> {
    return this.reduce("skew", {});
  }
  /** The population's excess kurtosis, Dask's default. */
  kurtosis(): Scalar<number> {
    return this.reduce("kurtosis", {});
  }
  /** The index label of the smallest value. */
  idxmin(options: ReduceOptions = {}): Scalar<unknown> {
    return this.reduceWith("idxmin", (this.view.index[0] as View["index"][number]).expr, { ...options });
  }
  idxmax(options: ReduceOptions = {}): Scalar<unknown> {
    return this.reduceWith("idxmax", (this.view.index[0] as View["index"][number]).expr, { ...options });
  }
  cov(other: Series<unknown>, options: { minPeriods?: number; ddof?: number } = {}): Scalar<number> {
    return this.pair("cov", other, options);
  }
  corr(other: Series<unknown>, options: { minPeriods?: number } = {}): Scalar<number> {
    return this.pair("corr", other, options);
  }
  /**
   * The value below which a share of all values lies, interpolated linearly: from a t-digest of each partition, which is exact where partitions
   * have at most 32,768 values, else off by at most about 1/1000 of the ranks.
   * @param q between 0 and 1, or a list: then a Series indexed by q
   * @param options `method: "exact"` brings all values together, which takes the memory that they take
   * @see https://docs.dask.org/en/stable/generated/dask.dataframe.Series.quantile.html
   */
  quantile(q: number, options?: QuantileOptions): Scalar<number>;
  quantile(q: readonly number[], options?: QuantileOptions): Series<number>;
  quantile(q: number | readonly number[], options: QuantileOptions = {}): Scalar<number> | Series<number> {
    const fn = quantileBy(options);
    const all = typeof q === "number" ? [q] : q;
    for (const one of all)
      if (!(one >= 0 && one <= 1)) throw new RangeError(`A quantile lies between 0 and 1, got ${one}`);
    if (typeof q === "number") return this.reduce<number>(fn, { q } as ReduceOptions);
    const specs = q.map((one, at) => ({
      name: String(at),
      fn,
      columns: ["v"],
      dtypes: [this.dtype],
      options: { q: one },
    }));
    return new Series<number>(
      rowsOfReduction(this.inputNode({ v: this.own.expr }), specs, q, "float64", this.own.name, {}),
    );
  }

  cumsum(options: { skipna?: boolean } = {}): Series<number> {
    return this.cumulate("cumsum", options);
  }
  cumprod(options: { skipna?: boolean } = {}): Series<number> {
    return this.cumulate("cumprod", options);
  }
  cummax(options: { skipna?: boolean } = {}): Series<T> {
    return this.cumulate("cummax", options);
  }
  cummin(options: { skipna?: boolean } = {}): Series<T> {
    return this.cumulate("cummin", options);
  }
  shift(periods = 1): Series<T> {
    checkPeriods("shift", periods);
    return this.window("shift", { periods }, this.dtype, rowsReach(periods));
  }
  diff(periods = 1): Series<number> {
    checkPeriods("diff", periods);
    const { dtype } = this;
    if (!isNumberLike(dtype) && !isTime(dtype) && dtype !== "duration")
      throw new TypeError(`diff() needs numbers or times, this column is ${dtype}`);
    const out: Dtype = dtype === "datetime" || dtype === "date" ? "duration" : isInteger(dtype) ? "int64" : dtype;
    return this.window("diff", { periods }, out, rowsReach(periods));
  }
  pctChange(periods = 1): Series<number> {
    return this.window("pctChange", { periods }, "float64", rowsReach(periods));
  }
  ffill(options: { limit?: number } = {}): Series<T> {
    return this.fillAlong("ffill", options.limit);
  }
  bfill(options: { limit?: number } = {}): Series<T> {
    return this.fillAlong("bfill", options.limit);
  }

  /** A function over the ordered rows of this column, across partitions. */
  window<R>(
    window: string,
    options: Options,
    dtype: Dtype,
    reach: Extract<Node, { kind: "window" }>["reach"],
    input = this.own.expr,
  ): Series<R> {
    const view = windowed(this.view, [{ window, options, dtype, input }], reach);
    return new Series<R>({ ...view.view, columns: [{ name: this.own.name, expr: column(view.names[0] as string) }] });
  }

  /** A function of all values. */
  reduce<R>(fn: string, options: ReduceOptions): Scalar<R> {
    return this.reduceOver(fn, { v: this.own.expr }, options);
  }

  /** Ordered categories are compared by their places. */
  private extreme(fn: "min" | "max", options: ReduceOptions): Scalar<T> {
    const { category } = this.own;
    if (category?.ordered !== true) return this.reduce<T>(fn, options);
    const { view } = new Series<number>(categoryPlaces(this.view)).reduce<number>(fn, options);
    const to = category.values ?? [];
    const [{ name, expr }] = view.columns as readonly [View["columns"][number]];
    const value = call("lookup", [expr], { from: to.map((_, at) => at), to: [...to], dtype: this.dtype, strict: true });
    return new Scalar<T>({ ...view, columns: [{ name, expr: value }] });
  }

  private reduceWith<R>(fn: string, second: Expr, options: Record<string, unknown>): Scalar<R> {
    return this.reduceOver(fn, { v: this.own.expr, w: second }, options);
  }

  private pair(fn: string, other: Series<unknown>, options: Record<string, unknown>): Scalar<number> {
    const [a, b] = combineViews(this.view, other.view);
    const own = new Series(a);
    return own.reduceWith(fn, (b.columns[0] as View["columns"][number]).expr, options);
  }

  private reduceOver<R>(fn: string, inputs: Record<string, Expr>, options: ReduceOptions): Scalar<R> {
    const { splitEvery, ...rest } = options;
    const { axis = 0, ddof = 1 } = rest as { axis?: unknown; ddof?: unknown };
    if (axis !== 0) throw new RangeError(`A series has the axis 0 only, got ${String(axis)}`);
    if (typeof ddof !== "number") throw new TypeError(`ddof of ${fn}() is a number, got ${String(ddof)}`);
    const input = this.inputNode(inputs);
    const dtypes = input.fields.map(({ dtype }) => dtype);
    const spec = { name: "value", fn, columns: Object.keys(inputs), dtypes, options: rest as Options };
    const { tree, dtypes: out } = aggregateTree([spec], [], splitEvery === undefined ? {} : { splitEvery });
    const fields = [{ name: "value", dtype: out[0] as Dtype }];
    const root = named({ kind: "aggregate", input, tree, fields, npartitions: 1, divisions: null });
    return new Scalar<R>({ root, index: [], columns: [{ name: "value", expr: column("value") }] });
  }

  private inputNode(inputs: Record<string, Expr>): Node {
    return selectNode(
      this.view.root,
      Object.entries(inputs).map(([name, expr]) => ({ name, expr })),
    );
  }

  /** Truth as any() and all() see it: numbers other than 0, text that is not empty. */
  private truth(): Series<boolean> {
    const { dtype } = this;
    if (dtype === "bool") return this as unknown as Series<boolean>;
    // Missing stays missing here, so that skipna has its say.
    return this.rowwise("ne", {}, literalOf(dtype === "string" ? "" : 0)) as unknown as Series<boolean>;
  }

  private cumulate<R>(window: string, options: { skipna?: boolean }): Series<R> {
    const { dtype } = this;
    const sums = window === "cumsum" || window === "cumprod";
    const { axis = 0 } = options as { axis?: unknown };
    if (axis !== 0) throw new RangeError(`${window}() goes down the rows, axis 0, got ${String(axis)}`);
    if (sums ? !isNumberLike(dtype) && dtype !== "duration" : dtype.startsWith("list"))
      throw new TypeError(`${window}() needs numbers, this column is ${dtype}`);
    const out: Dtype =
      sums && (isInteger(dtype) || dtype === "bool") ? "int64" : sums && isFloat(dtype) ? "float64" : dtype;
    const input = out === dtype ? this.own.expr : call("cast", [this.own.expr], { dtype: out });
    return this.window(
      window,
      options.skipna === false ? { skipna: false } : {},
      out,
      { kind: "carry", backward: false },
      input,
    );
  }

  private fillAlong(window: "ffill" | "bfill", limit: number | undefined): Series<T> {
    const backward = window === "bfill";
    if (limit === undefined) return this.window(window, {}, this.dtype, { kind: "carry", backward });
    const reach = { kind: "rows" as const, before: backward ? 0 : limit, after: backward ? limit : 0 };
    return this.window(window, { limit }, this.dtype, reach);
  }
}

function checkPeriods(method: string, periods: number): void {
  if (!Number.isInteger(periods))
    throw new TypeError(`${method}() moves by a whole number of rows, got ${String(periods)}`);
}

/** Rows of neighbours that a move by `periods` rows needs. */
export const rowsReach = (periods: number): { kind: "rows"; before: number; after: number } => ({
  kind: "rows",
  before: Math.max(0, periods),
  after: Math.max(0, -periods),
});

/** Adds window functions to the root of a view, and gives the names of their columns. */
export function windowed(
  view: View,
  functions: readonly { window: string; options: Options; dtype: Dtype; input: Expr }[],
  reach: Extract<Node, { kind: "window" }>["reach"],
): { view: View; names: string[] } {
  const inputs = functions.map(({ input }) => ({ name: `__i_${tokenize(input)}`, expr: input }));
  const present = new Set(view.root.fields.map(({ name }) => name));
  const fresh = inputs.filter(
    ({ name }, at) => !present.has(name) && inputs.findIndex((one) => one.name === name) === at,
  );
  const columns = [...view.root.fields.map(({ name }) => ({ name, expr: column(name) })), ...fresh];
  const root =
    fresh.length === 0
      ? view.root
      : named({
          kind: "extend",
          input: view.root,
          columns: fresh,
          fields: [...view.root.fields, ...selectNode(view.root, columns).fields.slice(view.root.fields.length)],
          npartitions: view.root.npartitions,
          divisions: view.root.divisions,
        });
  const items = functions.map(({ window, options, dtype }, at): WindowItem => {
    const of = (inputs[at] as { name: string }).name;
    return { name: `__w_${tokenize(window, options, of, reach)}`, window, columns: [of], options, dtype };
  });
  return { view: { ...view, root: windowNode(root, items, reach) }, names: items.map(({ name }) => name) };
}

/** Several aggregates as rows: a view of one column, indexed by `labels`. */
export function rowsOfReduction(
  input: Node,
  specs: Parameters<typeof aggregateTree>[0],
  labels: readonly Plain[],
  dtype: Dtype,
  name: string,
  options: ReduceOptions,
): View {
  const { tree, dtypes } = aggregateTree(
    specs,
    [],
    options.splitEvery === undefined ? {} : { splitEvery: options.splitEvery },
  );
  const fields = specs.map((spec, at) => ({ name: spec.name, dtype: dtypes[at] as Dtype }));
  const row = named({ kind: "aggregate", input, tree, fields, npartitions: 1, divisions: null });
  const values = fields.map((field) => field.name);
  const long = named({
    kind: "unpivot",
    input: row,
    keep: [],
    values,
    variable: "variable",
    value: "value",
    fields: [
      { name: "variable", dtype: "string" },
      { name: "value", dtype },
    ],
    npartitions: 1,
    divisions: null,
  });
  const label: Expr = call("lookup", [column("variable")], {
    from: values,
    to: [...labels],
    dtype: typeof labels[0] === "number" ? "float64" : "string",
    strict: true,
  });
  return viewOfNode(
    selectNode(long, [
      { name: indexName(0), expr: label },
      { name, expr: column("value") },
    ]),
    { index: [{ label: null }], columns: [{ name }] },
  );
}
