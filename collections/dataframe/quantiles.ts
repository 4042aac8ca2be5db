import { type AnyRow, DataFrame } from "./dataframe.ts";
import { isNumberLike } from "./dtype.ts";
import { column, literalOf } from "./expression/expression.ts";
import { nodeOfView } from "./plan/view.ts";
import { aggregateRow, rowsFrom } from "./reductions.ts";
import type { TableMeta } from "./schema.ts";
import { type QuantileOptions, quantileBy, rowsOfReduction, Series } from "./series.ts";

/** One quantile of every column of numbers, indexed by their names. */
function quantile(table: DataFrame<unknown>, q: number, fn: string): Series<number> {
  const columns = numberColumns(table, [q]);
  const specs = columns.map(({ name, dtype }) => ({
    name,
    fn,
    columns: [name],
    dtypes: [dtype],
    options: { q },
  }));
  const labels = columns.map(({ name }) => name);
  return new Series<number>(rowsOfReduction(nodeOfView(table.view), specs, labels, "float64", String(q), {}));
}

/** Quantiles of every column of numbers, a row for each share. */
function quantiles(table: DataFrame<unknown>, shares: readonly number[], fn: string): DataFrame<AnyRow> {
  const columns = numberColumns(table, shares);
  const key = (name: string, q: number): string => `${name}@${q}`;
  const row = aggregateRow(
    table,
    columns.flatMap(({ name, dtype }) =>
      shares.map((q) => ({
        name: key(name, q),
        fn,
        columns: [name],
        dtypes: [dtype],
        options: { q },
      })),
    ),
  );
  const names = columns.map(({ name }) => name);
  const rows = shares.map((q) => ({ label: [literalOf(q)], exprs: names.map((name) => column(key(name, q))) }));
  return new DataFrame(rowsFrom(row, rows, names, [null]));
}

function numberColumns(table: DataFrame<unknown>, shares: readonly number[]): TableMeta["columns"] {
  for (const q of shares)
    if (!(q >= 0 && q <= 1)) throw new RangeError(`A quantile lies between 0 and 1, got ${String(q)}`);
  const columns = table.meta.columns.filter(({ dtype }) => isNumberLike(dtype));
  if (columns.length === 0) throw new TypeError("quantile() needs a column of numbers");
  return columns;
}

declare module "./dataframe.ts" {
  interface DataFrame<S> {
    /**
     * The values below which a share of each column of numbers lies, from t-digests as {@link Series.quantile} says: a Series indexed by column names, or for a list
     * of shares a table with a row each.
     * @param q between 0 and 1; default 0.5
     * @see https://docs.dask.org/en/stable/generated/dask.dataframe.DataFrame.quantile.html
     */
    quantile(q?: number, options?: QuantileOptions): Series<number>;
    quantile(q: readonly number[], options?: QuantileOptions): DataFrame<AnyRow>;
  }
}
DataFrame.prototype.quantile = function (
  this: DataFrame<unknown>,
  q: number | readonly number[] = 0.5,
  options: QuantileOptions = {},
) {
  const fn = quantileBy(options);
  return typeof q === "number" ? quantile(this, q, fn) : quantiles(this, q, fn);
} as never;
