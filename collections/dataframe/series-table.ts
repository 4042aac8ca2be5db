import { concat } from "./concat.ts";
import { type AnyRow, DataFrame } from "./dataframe.ts";
import { call, type Expr } from "./expression/expression.ts";
import type { Column } from "./frame/column.ts";
import { NO_NAME } from "./frame/column.ts";
import { parseFrequencyMicros } from "./frequency.ts";
import { Grouping } from "./grouping.ts";
import { withScalar } from "./plan/align.ts";
import { filterNode, selectNode } from "./plan/build.ts";
import { named } from "./plan/node.ts";
import { type View, type ViewColumn, viewOfNode } from "./plan/view.ts";
import { indexName, type Label, labelName } from "./schema.ts";
import { Series } from "./series.ts";

declare module "./series.ts" {
  interface Series<T> {
    /** The column as a table of one column. */
    toFrame(name?: Label): DataFrame<AnyRow>;
    resetIndex(options?: { drop?: boolean; name?: string }): DataFrame<AnyRow>;
    /** How often each value occurs, the most frequent first. */
    valueCounts(options?: {
      dropna?: boolean;
      normalize?: boolean;
      sort?: boolean;
      ascending?: boolean;
      splitEvery?: number;
    }): Series<number>;
    /** Distinct values, in order of appearance. */
    unique(): Series<T>;
    dropDuplicates(options?: { keep?: "first" | "last" | false }): Series<T>;
    /** The most frequent values, sorted. */
    mode(options?: { dropna?: boolean }): Series<T>;
    nlargest(n?: number): Series<T>;
    nsmallest(n?: number): Series<T>;
    sortValues(options?: { ascending?: boolean; naPosition?: "first" | "last"; npartitions?: number }): Series<T>;
    head(n?: number, options?: { npartitions?: number; compute?: true }): Promise<Column<T>>;
    head(n: number, options: { npartitions?: number; compute: false }): Series<T>;
    tail(n?: number, options?: { compute?: true }): Promise<Column<T>>;
    tail(n: number, options: { compute: false }): Series<T>;
    /** The same values under labels moved by a stretch of time, such as "6h". */
    shiftIndex(periods: number, frequency: string): Series<T>;
    describe(options?: { percentiles?: readonly number[] }): Series<number>;
    /** The labels of the rows as a column. */
    readonly index: Series<unknown>;
    length(): Promise<number>;
  }
}
declare module "./dataframe.ts" {
  interface DataFrame<S> {
    /** The same rows under labels moved by a stretch of time, such as "6h". */
    shiftIndex(periods: number, frequency: string): DataFrame<S>;
    /** The most frequent values of each column, sorted; shorter lists are filled up with missing. */
    mode(options?: { dropna?: boolean }): DataFrame<AnyRow>;
    /** The labels of the rows as a column. */
    readonly index: Series<unknown>;
  }
}

const own = (series: Series<never>): ViewColumn => series.view.columns[0] as ViewColumn;
const asFrame = <T>(series: Series<T>): DataFrame<AnyRow> => new DataFrame(series.view);
const asSeries = <T>(table: DataFrame<AnyRow>): Series<T> => new Series<T>(table.view);
const nameOf = (series: { view: View }): string => (series.view.columns[0] as ViewColumn).name;

Series.prototype.toFrame = function (name) {
  const { expr, name: had } = own(this as Series<never>);
  return new DataFrame({
    ...this.view,
    columns: [{ name: name === undefined ? (had === NO_NAME ? "0" : had) : labelName(name), expr }],
  });
};
Series.prototype.resetIndex = function (options = {}) {
  return this.toFrame(options.name).resetIndex(options);
};
Series.prototype.valueCounts = function (options = {}) {
  const { expr, name } = own(this as Series<never>);
  const grouping = new Grouping(this.view, [{ label: null, expr }], { dropna: options.dropna !== false });
  const counted = grouping.aggregate(
    [{ name, fn: "size", exprs: [expr], options: {} }],
    options.splitEvery === undefined ? {} : { splitEvery: options.splitEvery },
  );
  const counts = new Series<number>(counted);
  const shared = options.normalize === true ? (counts.div(counts.sum()) as Series<number>) : counts;
  return options.sort === false ? shared : shared.sortValues({ ascending: options.ascending === true });
};
Series.prototype.unique = function <T>(this: Series<T>) {
  const name = nameOf(this);
  const input = selectNode(this.view.root, [{ name, expr: own(this as Series<never>).expr }]);
  const unique = named({
    kind: "unique",
    input,
    by: [name],
    keep: "first",
    fields: input.fields,
    npartitions: 1,
    divisions: null,
  });
  const numbered = named({
    kind: "number",
    input: unique,
    name: indexName(0),
    fields: [...input.fields, { name: indexName(0), dtype: "int64" }],
    npartitions: 1,
    divisions: null,
  });
  return new Series<T>(viewOfNode(numbered, { index: [{ label: null }], columns: [{ name }] }));
};
Series.prototype.dropDuplicates = function <T>(this: Series<T>, options = {}) {
  return asSeries<T>(asFrame(this).dropDuplicates(options));
};
Series.prototype.mode = function <T>(this: Series<T>, options: { dropna?: boolean } = {}) {
  const name = nameOf(this);
  const counts = this.valueCounts({ dropna: options.dropna !== false, sort: false });
  const [root, most] = withScalar(counts.view.root, counts.max().view);
  const count = (counts.view.columns[0] as ViewColumn).expr;
  const [key] = counts.view.index;
  const kept = selectNode(filterNode(root, call("eq", [count, most])), [{ name, expr: key?.expr as Expr }]);
  const sorted = named({
    kind: "sort",
    input: kept,
    by: [name],
    descending: [false],
    nullsLast: true,
    targets: null,
    fields: kept.fields,
    npartitions: 1,
    divisions: null,
  });
  const numbered = named({
    kind: "number",
    input: sorted,
    name: indexName(0),
    fields: [...kept.fields, { name: indexName(0), dtype: "int64" }],
    npartitions: 1,
    divisions: null,
  });
  return new Series<T>(viewOfNode(numbered, { index: [{ label: null }], columns: [{ name }] }));
};
Series.prototype.nlargest = function <T>(this: Series<T>, n = 5) {
  return asSeries<T>(asFrame(this).nlargest(n, nameOf(this)));
};
Series.prototype.nsmallest = function <T>(this: Series<T>, n = 5) {
  return asSeries<T>(asFrame(this).nsmallest(n, nameOf(this)));
};
Series.prototype.sortValues = function <T>(this: Series<T>, options = {}) {
  return asSeries<T>(asFrame(this).sortValues(nameOf(this), options));
};
Series.prototype.head = function (
  this: Series<unknown>,
  n = 5,
  options: { npartitions?: number; compute?: boolean } = {},
) {
  const table = asSeries<unknown>(asFrame(this).head(n, { ...options, compute: false }));
  return options.compute === false ? table : table.compute();
} as never;
Series.prototype.tail = function (this: Series<unknown>, n = 5, options: { compute?: boolean } = {}) {
  const table = asSeries<unknown>(asFrame(this).tail(n, { compute: false }));
  return options.compute === false ? table : table.compute();
} as never;
function shiftedIndex(view: View, periods: number, frequency: string): View {
  const micros = periods * parseFrequencyMicros(frequency);
  return { ...view, index: view.index.map((one) => ({ ...one, expr: call("offsetTime", [one.expr], { micros }) })) };
}
Series.prototype.shiftIndex = function <T>(this: Series<T>, periods: number, frequency: string) {
  return new Series<T>(shiftedIndex(this.view, periods, frequency));
};
DataFrame.prototype.shiftIndex = function <S>(this: DataFrame<S>, periods: number, frequency: string) {
  return new DataFrame<S>(shiftedIndex(this.view, periods, frequency));
};
DataFrame.prototype.mode = function (options = {}) {
  const modes = this.view.columns.map(({ name }) =>
    this.get(name as never)
      .mode(options)
      .toFrame(name),
  );
  return concat(modes, { axis: 1 });
};
Series.prototype.describe = function (options = {}) {
  return asSeries<number>(asFrame(this).describe(options));
};
Series.prototype.length = async function () {
  return (await this.size().compute()) as number;
};

function indexSeries(view: View): Series<unknown> {
  const [first] = view.index;
  if (first === undefined) throw new TypeError("The table has no index");
  return new Series({ ...view, columns: [{ name: first.label ?? NO_NAME, expr: first.expr }] });
}
for (const type of [Series, DataFrame])
  Object.defineProperty(type.prototype, "index", {
    get(this: { view: View }): Series<unknown> {
      return indexSeries(this.view);
    },
  });
