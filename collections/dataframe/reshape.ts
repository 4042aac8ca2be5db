import { ShoalError } from "../../runtime/base/errors.ts";
import { unknownCategories } from "./category-places.ts";
import { type AnyRow, DataFrame } from "./dataframe.ts";
import type { Dtype } from "./dtype.ts";
import { call, column, type Expr, literalOf } from "./expression/expression.ts";
import { inferDtype } from "./expression/infer.ts";
import { Grouping } from "./grouping.ts";
import { named } from "./plan/node.ts";
import { checkColumns, nodeOfView, type View, type ViewColumn, viewColumn, viewOfNode } from "./plan/view.ts";
import { indexName } from "./schema.ts";
import { Series } from "./series.ts";

export interface GetDummiesOptions {
  /** The category columns to spread; all of them unless told. */
  readonly columns?: readonly string[];
  readonly prefix?: string;
  readonly prefixSep?: string;
  /** Leave the first category out. */
  readonly dropFirst?: boolean;
  readonly dtype?: string;
}

/**
 * A column of zeros and ones for each category of category columns; the categories must be known.
 * @throws ShoalError NOT_SUPPORTED where they are not
 * @see https://docs.dask.org/en/stable/generated/dask.dataframe.reshape.get_dummies.html
 */
export function getDummies(
  data: DataFrame<never> | DataFrame<AnyRow> | Series<unknown>,
  options: GetDummiesOptions = {},
): DataFrame<AnyRow> {
  const { view } = data;
  const separator = options.prefixSep ?? "_";
  if (data instanceof Series)
    return new DataFrame({
      ...view,
      columns: dummiesOf(view.columns[0] as ViewColumn, options, (value) =>
        options.prefix === undefined ? value : `${options.prefix}${separator}${value}`,
      ),
    });
  const names =
    options.columns ?? view.columns.filter(({ category }) => category !== undefined).map(({ name }) => name);
  for (const { name, expr, category } of view.columns)
    if (category === undefined && options.columns === undefined && inferDtype(expr, view.root.fields) === "string")
      throw new ShoalError(`Column "${name}" is text; use await table.categorize() first`, { code: "NOT_SUPPORTED" });
  const kept = view.columns.filter(({ name }) => !names.includes(name));
  const made = names.flatMap((name) =>
    dummiesOf(viewColumn(view, name), options, (value) => `${options.prefix ?? name}${separator}${value}`),
  );
  return new DataFrame({ ...view, columns: [...kept, ...made] });
}

function dummiesOf(
  { expr, category }: ViewColumn,
  options: GetDummiesOptions,
  label: (value: string) => string,
): ViewColumn[] {
  const values = category?.values;
  if (values === undefined || values === null) throw unknownCategories();
  return values.slice(options.dropFirst === true ? 1 : 0).map((value) => ({
    name: label(String(value)),
    expr: call("cast", [call("coalesce", [call("eq", [expr, literalOf(value)]), literalOf(false)])], {
      dtype: options.dtype ?? "uint8",
    }),
  }));
}

export interface PivotTableOptions {
  readonly index: string;
  /** A category column whose categories are known: a column of the outcome for each. */
  readonly columns: string;
  readonly values: string;
  readonly aggfunc?: "mean" | "sum" | "count" | "first" | "last";
}

/** Values aggregated by index (rows) and categories (columns); a combination without rows is missing. */
function pivoted(view: View, options: PivotTableOptions): View {
  const { category, expr } = viewColumn(view, options.columns);
  if (category === undefined)
    throw new TypeError(`pivotTable() spreads a category column; make "${options.columns}" one with categorize()`);
  if (category.values === null) throw unknownCategories();
  for (const name of [options.index].flat()) viewColumn(view, name);
  const value = viewColumn(view, options.values).expr;
  const fn = options.aggfunc ?? "mean";
  const missing: Expr = { kind: "literal", value: null, dtype: "null" };
  const only = (one: string | number | boolean): Expr =>
    call("ifElse", [call("eq", [expr, literalOf(one)]), value, missing]);
  const grouping = new Grouping(view, [{ label: options.index, expr: viewColumn(view, options.index).expr }], {});
  const made = grouping.aggregate(
    category.values.map((one) => ({
      name: String(one),
      fn,
      exprs: [only(one)],
      options: {},
    })),
  );
  return made;
}

export interface MeltOptions {
  readonly idVars?: readonly string[];
  readonly valueVars?: readonly string[];
  readonly varName?: string;
  readonly valueName?: string;
}

declare module "./dataframe.ts" {
  interface DataFrame<S> {
    /** @see https://docs.dask.org/en/stable/generated/dask.dataframe.DataFrame.pivot_table.html */
    pivotTable(options: PivotTableOptions): DataFrame<AnyRow>;
    /** Columns as rows. @see https://docs.dask.org/en/stable/generated/dask.dataframe.DataFrame.melt.html */
    melt(options?: MeltOptions): DataFrame<AnyRow>;
  }
}
DataFrame.prototype.pivotTable = function (options) {
  return new DataFrame(pivoted(this.view, options));
};
DataFrame.prototype.melt = function (options = {}) {
  const keep = [...(options.idVars ?? [])];
  const values = [
    ...(options.valueVars ?? this.view.columns.map(({ name }) => name).filter((name) => !keep.includes(name))),
  ];
  checkColumns(this.view, [...keep, ...values], "melt");
  const [variable, value] = [options.varName ?? "variable", options.valueName ?? "value"];
  const plain = nodeOfView(
    { ...this.view, columns: [...keep, ...values].map((name) => viewColumn(this.view, name)) },
    false,
  );
  const dtype = values
    .map((name) => inferDtype(column(name), plain.fields))
    .reduce((a, b) => (a === b ? a : "float64"));
  const fields = [
    ...plain.fields.filter(({ name }) => keep.includes(name)),
    { name: variable, dtype: "string" as Dtype },
    { name: value, dtype },
  ];
  const long = named({
    kind: "unpivot",
    input: plain,
    keep,
    values,
    variable,
    value,
    fields,
    npartitions: plain.npartitions,
    divisions: null,
  });
  const columns = fields.map(({ name }) => ({ name }));
  const numbered = named({
    kind: "number",
    input: long,
    name: indexName(0),
    fields: [...fields, { name: indexName(0), dtype: "int64" }],
    npartitions: long.npartitions,
    divisions: null,
  });
  return new DataFrame(viewOfNode(numbered, { index: [{ label: null }], columns }));
};
