import { type AggregateSpec, aggregateTree } from "./aggregates.ts";
import type { DataFrame } from "./dataframe.ts";
import type { Dtype } from "./dtype.ts";
import { column, type Expr, type Options } from "./expression/expression.ts";
import { inferDtype, unknownColumn } from "./expression/infer.ts";
import { selectNode } from "./plan/build.ts";
import { type Node, named } from "./plan/node.ts";
import type { Named } from "./plan/step.ts";
import { type View, type ViewColumn, viewColumn } from "./plan/view.ts";
import { type RowExpression, rowExpression } from "./rows-expression.ts";
import { Series } from "./series.ts";

export interface GroupByOptions {
  /** Groups in the order of their keys; default true. */
  readonly sort?: boolean;
  /** Rows with a missing key belong to no group; default true. */
  readonly dropna?: boolean;
  /** False gives the keys as columns instead of as the index. */
  readonly asIndex?: boolean;
}

export interface AggregateOptions {
  readonly splitEvery?: number;
  /** Partitions of the outcome, 1 unless told; groups are then spread over them by their keys. */
  readonly splitOut?: number;
  readonly [name: string]: unknown;
}

/** What concerns the tree of partial results, apart from what concerns the function. */
export function treeOptions({ splitEvery, splitOut }: AggregateOptions): AggregateOptions {
  if (splitOut !== undefined && !(Number.isInteger(splitOut) && splitOut >= 1))
    throw new RangeError(`splitOut is a number of partitions, got ${String(splitOut)}`);
  return { ...(splitEvery === undefined ? {} : { splitEvery }), ...(splitOut === undefined ? {} : { splitOut }) };
}

/** The steps of an aggregation of the user's, see Aggregation. */
export interface CustomSteps {
  readonly name: string;
  readonly chunk: (group: never) => unknown;
  readonly aggregate: (...groups: never[]) => unknown;
  readonly finalize: ((...parts: never[]) => unknown) | undefined;
}
export const isCustom = (fn: unknown): fn is CustomSteps =>
  typeof fn === "object" && fn !== null && typeof (fn as Partial<CustomSteps>).chunk === "function";

/** A key: the view it is over has been combined with the table's. */
export interface GroupKey {
  readonly label: string | null;
  readonly expr: Expr;
}

/** What a table is grouped by, and what of it: shared by the groups of a DataFrame and of a Series. */
export class Grouping {
  readonly view: View;
  readonly keys: readonly GroupKey[];
  readonly options: GroupByOptions;

  constructor(view: View, keys: readonly GroupKey[], options: GroupByOptions) {
    this.view = view;
    this.keys = keys;
    this.options = options;
  }

  /** Columns that are not keys themselves. */
  get values(): readonly ViewColumn[] {
    const names = new Set(this.keys.map(({ label }) => label));
    return this.view.columns.filter(({ name }) => !names.has(name));
  }

  /** Aggregates as a table: keys in the index, a column for each. */
  aggregate(wanted: readonly Wanted[], options: AggregateOptions = {}): View {
    const inputs: Named[] = this.keys.map(({ expr }, at) => ({ name: `__key_${at}`, expr }));
    const places = new Map<string, string>();
    const place = (expr: Expr): string => {
      const text = JSON.stringify(expr, (_, value) => (typeof value === "bigint" ? `${value}n` : value));
      const known = places.get(text);
      if (known !== undefined) return known;
      const name = `__v${places.size}`;
      places.set(text, name);
      inputs.push({ name, expr });
      return name;
    };
    const columns = wanted.map(({ exprs }) => exprs.map(place));
    const input = selectNode(this.view.root, inputs);
    const specs = wanted.map(
      ({ name, fn, options: own, exprs: [value] }, at): AggregateSpec => ({
        name,
        fn,
        of: value?.kind === "column" ? value.name : name,
        columns: columns[at] as string[],
        dtypes: (columns[at] as string[]).map((one) => inferDtype(column(one), input.fields)),
        options: own,
      }),
    );
    return this.finished(input, specs, options);
  }

  private finished(input: Node, specs: readonly AggregateSpec[], options: AggregateOptions): View {
    const keys = this.keys.map((_, at) => `__key_${at}`);
    const { sort, dropna } = this.options;
    const { tree, dtypes } = aggregateTree(specs, keys, {
      sort: sort ?? true,
      dropna: dropna ?? true,
      ...(options.splitEvery === undefined ? {} : { splitEvery: options.splitEvery }),
    });
    const fields = [
      ...keys.map((name) => ({ name, dtype: inferDtype(column(name), input.fields) })),
      ...specs.map(({ name }, at) => ({ name, dtype: dtypes[at] as Dtype })),
    ];
    const splitOut = options.splitOut ?? 1;
    const root = named({
      kind: "aggregate",
      input,
      tree: { ...tree, splitOut },
      fields,
      npartitions: splitOut,
      divisions: null,
    });
    return {
      root,
      index: this.keys.map(({ label }, at) => ({ label, expr: column(keys[at] as string) })),
      columns: specs.map(({ name }) => ({ name, expr: column(name) })),
    };
  }
}

/** One aggregate: its name, the function, and the columns it takes. */
export interface Wanted {
  readonly name: string;
  readonly fn: string;
  readonly exprs: readonly Expr[];
  readonly options: Options;
}

/** Aggregates by name; of your own, see Aggregation. */
export type AggregateName =
  | ("sum" | "prod" | "mean" | "min" | "max" | "count" | "size" | "std" | "var" | "sem" | "first" | "last")
  | ("any" | "all" | "nunique" | "median" | "list" | "unique" | "skew" | "kurtosis" | "idxmin" | "idxmax");

export type AggregateFunction = string | ((row: never) => unknown);
/** pandas' ways to say what is wanted, and expressions over rows. */
export type AggregateRequest<S> = Readonly<
  Record<
    string,
    | AggregateName
    | CustomSteps
    | readonly (AggregateName | CustomSteps)[]
    | readonly [column: string, fn: AggregateName | CustomSteps]
    | ((row: S) => unknown)
  >
>;

/** Resolves keys: column names, series, arrow functions over a row. */
export function groupingOf<S>(table: DataFrame<S>, by: readonly unknown[], options: GroupByOptions): Grouping {
  let { view } = table;
  const keys: GroupKey[] = [];
  for (const one of by) {
    if (typeof one === "number") throw unknownColumn(String(one), view.columns);
    if (typeof one === "string") {
      const level = view.index.findIndex(({ label }) => label === one);
      const found =
        view.columns.some(({ name }) => name === one) || level < 0
          ? viewColumn(view, one).expr
          : (view.index[level] as View["index"][number]).expr;
      keys.push({ label: one, expr: found });
    } else {
      const [next, expr] = rowExpression<S>(view, one as RowExpression<S>);
      view = next;
      keys.push({ label: one instanceof Series && typeof one.name === "string" ? one.name : null, expr });
    }
  }
  return new Grouping(view, keys, options);
}
