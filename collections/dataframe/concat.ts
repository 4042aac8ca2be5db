import { type AnyRow, DataFrame } from "./dataframe.ts";
import type { Dtype } from "./dtype.ts";
import { call, column, type Expr } from "./expression/expression.ts";
import { alignedViews } from "./plan/align.ts";
import { selectNode, sharedDtype, stackNode } from "./plan/build.ts";
import type { Node } from "./plan/node.ts";
import type { Named } from "./plan/step.ts";
import { nodeOfView, type View, viewOfNode } from "./plan/view.ts";
import { indexName } from "./schema.ts";
import { Series } from "./series.ts";
import { Table } from "./table.ts";

export interface ConcatOptions {
  /** 0: rows under each other (the default); 1: columns side by side. */
  readonly axis?: 0 | 1 | "index" | "columns";
  /** Columns of all tables (the default), or only those that all have. */
  readonly join?: "outer" | "inner";
  readonly interleavePartitions?: boolean;
}

type Concatenated = DataFrame<never> | DataFrame<AnyRow> | Series<unknown> | Series<never>;

/**
 * Tables under each other or side by side.
 * @see https://docs.dask.org/en/stable/generated/dask.dataframe.multi.concat.html
 */
export function concat<T>(columns: readonly Series<T>[], options?: ConcatOptions & { axis?: 0 | "index" }): Series<T>;
export function concat(tables: readonly Concatenated[], options?: ConcatOptions): DataFrame<AnyRow>;
export function concat(
  tables: readonly Concatenated[],
  options: ConcatOptions = {},
): DataFrame<AnyRow> | Series<unknown> {
  const [first] = tables;
  if (first === undefined) throw new RangeError("concat needs at least one table");
  for (const one of tables)
    if (!(one instanceof Table)) throw new TypeError(`concat takes tables and series, got ${typeof one}`);
  const { axis = 0, join = "outer" } = options;
  if (![0, 1, "index", "columns"].includes(axis))
    throw new RangeError(`axis is 0 ("index") or 1 ("columns"), got ${String(axis)}`);
  if (join !== "outer" && join !== "inner") throw new RangeError(`join is outer or inner, got ${String(join)}`);
  if (axis === 1 || axis === "columns")
    return beside(
      tables.map(({ view }) => view),
      join,
    );
  const columns = tables.filter((one) => one instanceof Series) as Series<unknown>[];
  return columns.length === tables.length ? (seriesUnder(columns, options) as never) : under(tables, options);
}

/** Series under each other are a series; it keeps the name that all of them have. */
function seriesUnder(columns: readonly Series<unknown>[], options: ConcatOptions): Series<unknown> {
  const [first] = columns as readonly [Series<unknown>];
  const name = columns.every((one) => one.name === first.name) ? first.name : null;
  return new Series<unknown>(
    under(
      columns.map((one) => one.toFrame("v")),
      options,
    ).view,
  ).rename(name);
}

function under(tables: readonly Concatenated[], options: ConcatOptions): DataFrame<AnyRow> {
  const views = tables.map(({ view }) => view);
  const names: string[] = [];
  for (const view of views) for (const { name } of view.columns) if (!names.includes(name)) names.push(name);
  const kept =
    options.join === "inner"
      ? names.filter((name) => views.every((view) => view.columns.some((one) => one.name === name)))
      : names;
  const [first] = views as [View];
  const levels = first.index.map((_, level) => indexName(level));
  const nodes = views.map((view) => nodeOfView(view));
  const all = [...levels, ...kept];
  const dtypes = new Map(
    all.map((name) => [
      name,
      sharedDtype(
        name,
        nodes.flatMap((node) => node.fields.filter((field) => field.name === name).map(({ dtype }) => dtype)),
      ),
    ]),
  );
  const same = nodes.map((node) =>
    selectNode(
      node,
      all.map((name): Named => ({ name, expr: columnOf(node, name, dtypes.get(name) as Dtype) })),
    ),
  );
  return new DataFrame(
    viewOfNode(stackNode(same, null), { index: first.index, columns: kept.map((name) => ({ name })) }),
  );
}

function columnOf(node: Node, name: string, dtype: Dtype): Expr {
  const field = node.fields.find((one) => one.name === name);
  if (field === undefined) return { kind: "literal", value: null, dtype };
  return field.dtype === dtype ? column(name) : call("cast", [column(name)], { dtype });
}

function beside(views: readonly View[], how: "outer" | "inner"): DataFrame<AnyRow> {
  let [whole, ...rest] = views as [View, ...View[]];
  for (const view of rest) {
    const [a, b] = whole.root.id === view.root.id ? [whole, view] : alignedViews(whole, view, how);
    whole = { ...a, columns: [...a.columns, ...b.columns] };
  }
  return new DataFrame(whole);
}
