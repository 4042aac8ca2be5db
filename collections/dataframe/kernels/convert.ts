import { Chunk } from "../../array/chunk.ts";
import { allocate, type DType } from "../../array/dtype.ts";
import "../frame/frame-bytes.ts";
import type { Dtype } from "../dtype.ts";
import { polarsType } from "../engine/polars.ts";
import type { TableChunk } from "../frame/table-chunk.ts";
import { valuesOf } from "../frame/values.ts";
import { indexName, type TableMeta } from "../schema.ts";

/** Rows as lists of values, as objects, or the values of one column; an index without a name is called "index". */
export function rowsOfTable(
  meta: TableMeta,
  options: { readonly index: boolean; readonly rows: "list" | "object" | "value" },
  chunk: TableChunk,
): unknown[] {
  const levels = options.index ? meta.index.map(({ dtype }, level) => ({ name: indexName(level), dtype })) : [];
  const lists = [...levels, ...meta.columns].map(({ name, dtype }) => valuesOf(chunk.native.getColumn(name), dtype));
  if (options.rows === "value") return lists[0] as unknown[];
  if (options.rows === "list") return Array.from({ length: chunk.rows }, (_, row) => lists.map((list) => list[row]));
  const labels = options.index ? meta.index.map(({ label }) => label ?? "index") : [];
  const names = [...labels, ...meta.columns.map(({ name }) => name)];
  return Array.from({ length: chunk.rows }, (_, row) =>
    Object.fromEntries(names.map((name, at) => [name, (lists[at] as unknown[])[row]])),
  );
}

/** The values of a table as a block of an array; a missing number is NaN. */
export function columnBlock(
  meta: TableMeta,
  options: { readonly dtype: Dtype; readonly flat: boolean },
  chunk: TableChunk,
): Chunk {
  const { columns } = meta;
  const rows = chunk.rows;
  const dtype = options.dtype as DType;
  const data = allocate(dtype, rows * columns.length) as unknown as Record<number, unknown>;
  const big = dtype === "int64" || dtype === "uint64";
  columns.forEach(({ name }, at) => {
    const series = chunk.native.getColumn(name).cast(polarsType(options.dtype));
    const values = big ? valuesOf(series, options.dtype, { int64: "bigint" }) : (series.toArray() as unknown[]);
    for (let row = 0; row < rows; row++) data[row * columns.length + at] = elementOf(values[row], dtype, name);
  });
  return new Chunk(data as never, dtype, options.flat ? [rows] : [rows, columns.length]);
}

function elementOf(value: unknown, dtype: DType, name: string): unknown {
  if (value !== null) return dtype === "bool" ? Number(value) : value;
  if (dtype === "float64" || dtype === "float32") return Number.NaN;
  throw new TypeError(
    `Column "${name}" has missing values, which an array of ${dtype} cannot hold; use fillna or astype("float64")`,
  );
}
