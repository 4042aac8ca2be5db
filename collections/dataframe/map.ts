import { type AnyFunction, kernel, liveFunction } from "../../runtime/wire/function-spec.ts";
import { type AnyRow, DataFrame } from "./dataframe.ts";
import { type Dtype, isTime, parseDtype } from "./dtype.ts";
import { type PolarsFrame, polars } from "./engine/polars.ts";
import { call, type Plain } from "./expression/expression.ts";
import { Column, NO_NAME } from "./frame/column.ts";
import { Frame } from "./frame/frame.ts";
import { TableChunk } from "./frame/table-chunk.ts";
import { dtypeOfValues, plainValue } from "./frame/value-types.ts";
import { mapTable } from "./kernels/map-table.ts";
import { metaOfChunk, resolved } from "./kernels/mapped-result.ts";
import { seriesOf } from "./kernels/read-columns.ts";
import { firstColumn } from "./operand.ts";
import { inOne } from "./plan/align.ts";
import { type MapCall, type Node, named } from "./plan/node.ts";
import { nodeOfView, type View, viewColumn, viewOfNode } from "./plan/view.ts";
import { type Field, indexName, type Label, labelName, type TableMeta } from "./schema.ts";
import { Series } from "./series.ts";

/** What a function gives: types of columns by name, in order; or the type of one column. */
export type Schema = Readonly<Record<string, string>>;

const MAP_TABLE = kernel("shoal:collections/dataframe/kernels/map-entry", "mapTable", mapTable);

type MapNode = Extract<Node, { kind: "map" }>;

export function mapNode(
  view: View,
  fn: AnyFunction,
  mapCall: Omit<MapCall, "meta"> & { meta?: TableMeta },
  meta: TableMeta,
  keys: readonly { name: string; expr: View["columns"][number]["expr"] }[] = [],
  how: Pick<MapNode, "kernel" | "overlap"> = { kernel: MAP_TABLE },
): Node {
  const input = nodeOfView({ ...view, columns: [...view.columns, ...keys] });
  const out = mapCall.out as TableMeta;
  const fields: Field[] = [
    ...out.index.map(({ dtype }, level) => ({ name: indexName(level), dtype })),
    ...out.columns.map(({ name, dtype }) => ({ name, dtype })),
  ];
  return named({
    kind: "map",
    input,
    fn: liveFunction(fn),
    ...how,
    call: { ...mapCall, meta },
    fields,
    npartitions: input.npartitions,
    divisions: null,
  });
}

export const schemaMeta = (schema: Schema, index: TableMeta["index"]): TableMeta => ({
  index,
  columns: Object.entries(schema).map(([name, dtype]) => ({ name, dtype: parseDtype(dtype) })),
});
const seriesMeta = (name: string, dtype: string, index: TableMeta["index"]): TableMeta => ({
  index,
  columns: [{ name, dtype: parseDtype(dtype) }],
});

export interface InferredSchema extends TableMeta {
  /** Whether the function gave a table, a column, or values. */
  readonly shape: "frame" | "column" | "values";
}

/**
 * What a function over partitions gives, found by calling it with a table of two made-up rows.
 * @see https://docs.dask.org/en/stable/dataframe-design.html#metadata
 */
export async function inferSchema(
  table: DataFrame<never> | DataFrame<AnyRow> | Series<unknown>,
  fn: AnyFunction,
  ...args: readonly unknown[]
): Promise<InferredSchema> {
  const meta = table.meta;
  const sample = (name: string, dtype: Dtype) => seriesOf(name, [exampleOf(dtype), exampleOf(dtype)], dtype);
  const series = [
    ...meta.index.map(({ dtype }, level) => sample(indexName(level), dtype)),
    ...meta.columns.map(({ name, dtype }) => sample(name, dtype)),
  ];
  const chunk = new TableChunk(polars().DataFrame(series as never) as PolarsFrame);
  const keys = table instanceof Series ? { keys: ["column"] } : {};
  let shape: InferredSchema["shape"] = "values";
  const seen = async (...given: unknown[]): Promise<unknown> => {
    const made = await resolved(fn(...given));
    shape = made instanceof Column ? "column" : made instanceof Frame || isColumns(made) ? "frame" : "values";
    return made;
  };
  const outcome = await mapTable(seen, { mode: "frame", meta, out: null, args, ...keys }, chunk);
  const labels = outcome.native.columns
    .filter((name) => name.startsWith("__index_"))
    .map((_, level) => meta.index[level]?.label ?? null);
  return { ...metaOfChunk(outcome, labels), shape };
}

/** An object of columns, which is a table. */
const isColumns = (made: unknown): boolean =>
  typeof made === "object" && made !== null && Object.getPrototypeOf(made) === Object.prototype;

function exampleOf(dtype: Dtype): Plain {
  if (dtype === "bool") return true;
  if (dtype === "string") return "a";
  if (dtype.startsWith("list")) return [exampleOf(dtype.slice(5, -1) as Dtype)];
  return isTime(dtype) ? 0 : 1;
}

export interface MapPartitionsOptions {
  /** Types of the columns that the function gives; those it is given, unless told. */
  readonly schema?: Schema | TableMeta;
  /** Further arguments for the function. */
  readonly args?: readonly unknown[];
}

export const isMeta = (schema: Schema | TableMeta): schema is TableMeta => Array.isArray((schema as TableMeta).columns);

function mapPartitions(
  table: DataFrame<unknown> | Series<unknown>,
  fn: AnyFunction,
  options: MapPartitionsOptions,
): View {
  const meta = table.meta;
  const { schema } = options;
  const out = schema === undefined ? meta : isMeta(schema) ? schema : schemaMeta(schema, meta.index);
  const keys = table instanceof Series ? { keys: ["column"] } : {};
  const node = mapNode(table.view, fn, { mode: "frame", out, args: options.args ?? [], ...keys }, meta);
  return viewOfNode(node, out);
}

declare module "./dataframe.ts" {
  interface DataFrame<S> {
    /**
     * Calls a function with each partition as a Frame; it gives a Frame, a Column, rows of values, or lazy work on them.
     * @see https://docs.dask.org/en/stable/generated/dask.dataframe.DataFrame.map_partitions.html
     */
    mapPartitions<R = AnyRow>(
      fn: (partition: Frame<S>, ...args: never[]) => unknown,
      options?: MapPartitionsOptions,
    ): DataFrame<R>;
    /** Calls a function with each row as an object: one column of type `dtype`, or several with `schema`. */
    mapRows(fn: (row: S) => unknown, dtype: string, name?: Label): Series<unknown>;
    mapRows<R = AnyRow>(fn: (row: S) => unknown, schema: Schema): DataFrame<R>;
    /** Calls a function with every value of every column. @param dtypes types of what it gives, where they differ */
    applymap(fn: (value: unknown) => unknown, dtypes?: Readonly<Record<string, string>>): DataFrame<AnyRow>;
  }
}
declare module "./series.ts" {
  interface Series<T> {
    /** Values by a function, called one by one, or looked up in a table; what is not found becomes missing. */
    map<R = unknown>(
      by: ((value: T, ...args: never[]) => R) | ReadonlyMap<unknown, unknown> | Readonly<Record<string, unknown>>,
      dtype?: string,
      options?: { args?: readonly unknown[] },
    ): Series<R>;
    /**
     * A reduction of your own: `chunk` for each partition, `aggregate` for the column of what the chunks gave.
     * @see https://docs.dask.org/en/stable/generated/dask.dataframe.Series.reduction.html
     */
    reduction(
      chunk: (partition: Column<T>) => unknown,
      options: { aggregate?: (partials: Column<unknown>) => unknown; dtype: string },
    ): Series<unknown>;
    mapPartitions<R = unknown>(
      fn: (partition: Column<T>, ...args: never[]) => unknown,
      options?: MapPartitionsOptions,
    ): Series<R>;
  }
}

DataFrame.prototype.mapPartitions = function <R>(
  this: DataFrame<unknown>,
  fn: AnyFunction,
  options: MapPartitionsOptions = {},
) {
  return new DataFrame<R>(mapPartitions(this, fn, options));
} as never;
DataFrame.prototype.mapRows = function (
  this: DataFrame<unknown>,
  fn: AnyFunction,
  wanted: string | Schema,
  name?: Label,
): never {
  const meta = this.meta;
  const out =
    typeof wanted === "string"
      ? seriesMeta(name === undefined ? NO_NAME : labelName(name), wanted, meta.index)
      : schemaMeta(wanted, meta.index);
  const view = viewOfNode(mapNode(this.view, fn, { mode: "rows", out, args: [] }, meta), out);
  return (typeof wanted === "string" ? new Series(view) : new DataFrame(view)) as never;
} as never;
DataFrame.prototype.applymap = function (
  this: DataFrame<unknown>,
  fn: (value: unknown) => unknown,
  dtypes: Readonly<Record<string, string>> = {},
) {
  const meta = this.meta;
  for (const name of Object.keys(dtypes)) viewColumn(this.view, name);
  const columns = meta.columns.map(({ name, dtype }) => ({
    name,
    dtype: dtypes[name] === undefined ? dtype : parseDtype(dtypes[name] as string),
  }));
  const out: TableMeta = { index: meta.index, columns };
  return new DataFrame(viewOfNode(mapNode(this.view, fn, { mode: "cells", out, args: [] }, meta), out));
} as never;
Series.prototype.mapPartitions = function <R>(
  this: Series<unknown>,
  fn: AnyFunction,
  options: MapPartitionsOptions = {},
) {
  return new Series<R>(mapPartitions(this, fn, options));
} as never;
Series.prototype.reduction = function (
  this: Series<unknown>,
  chunk: AnyFunction,
  options: { aggregate?: AnyFunction; dtype: string },
) {
  const schema: TableMeta = {
    index: [{ label: null, dtype: "int64" }],
    columns: [{ name: NO_NAME, dtype: parseDtype(options.dtype) }],
  };
  const partials = this.mapPartitions(chunk, { schema });
  const together = new Series<unknown>(viewOfNode(inOne(nodeOfView(partials.view)), partials.view));
  return together.mapPartitions(options.aggregate ?? chunk, { schema });
} as never;
Series.prototype.map = function <R>(
  this: Series<unknown>,
  by: AnyFunction | ReadonlyMap<unknown, unknown> | Readonly<Record<string, unknown>>,
  dtype?: string,
  options: { args?: readonly unknown[] } = {},
): Series<R> {
  const { name, expr } = this.view.columns[0] as View["columns"][number];
  const meta = this.meta;
  if (typeof by === "function") {
    const out = seriesMeta(name, dtype ?? this.dtype, meta.index);
    return new Series<R>(
      viewOfNode(mapNode(this.view, by, { mode: "values", out, args: options.args ?? [] }, meta), out),
    );
  }
  if (typeof by !== "object" || by === null)
    throw new TypeError(`map() takes a function or values by value, got ${by === null ? "null" : typeof by}`);
  const pairs = by instanceof Map ? [...by] : Object.entries(by);
  const to = pairs.map(([, value]) => plainValue(value));
  const type =
    dtype ??
    dtypeOfValues(
      pairs.map(([, value]) => value),
      name,
    );
  return new Series<R>(
    firstColumn(
      this.view,
      call("lookup", [expr], { from: pairs.map(([key]) => plainValue(key)), to, dtype: type, strict: true }),
      name,
    ),
  );
} as never;
