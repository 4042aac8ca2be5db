import { type Dtype, isFloat, isInteger } from "../dtype.ts";
import { dtypeOf, type PolarsExpr, type PolarsFrame, polars, polarsType } from "../engine/polars.ts";
import type { Plain } from "../expression/expression.ts";
import { Column, NO_NAME } from "../frame/column.ts";
import { Frame } from "../frame/frame.ts";
import { TableChunk } from "../frame/table-chunk.ts";
import { dtypeOfValues, plainValue } from "../frame/value-types.ts";
import { indexName, shownName, type TableMeta } from "../schema.ts";
import { Table } from "../table.ts";
import { emptyTable } from "./empty-table.ts";
import { seriesOf } from "./read-columns.ts";

/** What a function of the user's may give for a table: a Frame, a Column, lazy work on one, values, one value. */
export async function resolved(value: unknown): Promise<unknown> {
  const known = await value;
  if (known instanceof Table) return known.compute();
  if (Array.isArray(known)) return Promise.all(known.map(resolved));
  if (isPlainObject(known)) {
    const entries = await Promise.all(
      Object.entries(known).map(async ([name, one]) => [name, await resolved(one)] as const),
    );
    return Object.fromEntries(entries);
  }
  return known;
}

const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/**
 * The outcome as a table of the columns that were promised.
 * @throws TypeError naming what was given and what was promised
 */
export function chunkOf(value: unknown, like: Frame<unknown>, out: TableMeta | null, label = 0): TableChunk {
  if (value instanceof Frame) return shaped(value.chunk, value.meta, out);
  if (value instanceof Column) return shaped(value.chunk, value.meta, out);
  if (Array.isArray(value)) return shaped(...valuesTable(value, like), out);
  if (isPlainObject(value)) return shaped(...columnsTable(value), out);
  return shaped(...valuesTable([value], undefined, label), out);
}

function valuesTable(values: readonly unknown[], like: Frame<unknown> | undefined, from = 0): [TableChunk, TableMeta] {
  const index = like !== undefined && like.length === values.length ? like.chunk : undefined;
  const dtype = dtypeOfValues(values, "the result");
  const column = seriesOf(NO_NAME, values.map(plainValue), dtype);
  const meta: TableMeta = {
    index: index === undefined ? [{ label: null, dtype: "int64" }] : (like as Frame<unknown>).meta.index,
    columns: [{ name: NO_NAME, dtype }],
  };
  const levels =
    index === undefined
      ? [numbers(values.length, from)]
      : meta.index.map((_, level) => index.native.getColumn(indexName(level)));
  return [new TableChunk(polars().DataFrame([...levels, column] as never) as PolarsFrame), meta];
}

function columnsTable(columns: Record<string, unknown>): [TableChunk, TableMeta] {
  const names = Object.keys(columns);
  const lists = names.map((name) => [columns[name]].flat());
  const metas = names.map((name, at) => ({ name, dtype: dtypeOfValues(lists[at] as unknown[], name) }));
  const series = metas.map(({ name, dtype }, at) => seriesOf(name, (lists[at] as unknown[]).map(plainValue), dtype));
  const rows = lists[0]?.length ?? 0;
  return [
    new TableChunk(polars().DataFrame([numbers(rows), ...series] as never) as PolarsFrame),
    { index: [{ label: null, dtype: "int64" }], columns: metas },
  ];
}

const numbers = (rows: number, from = 0) =>
  seriesOf(
    indexName(0),
    Array.from({ length: rows }, (_, at): Plain => from + at),
    "int64",
  );

/** The columns promised, by name, or by place where one column was promised and one came. */
function shaped(chunk: TableChunk, meta: TableMeta, out: TableMeta | null): TableChunk {
  const pl = polars();
  if (out === null)
    return new TableChunk(
      chunk.native.select(
        ...[...meta.index.map((_, level) => indexName(level)), ...meta.columns.map(({ name }) => name)],
      ) as PolarsFrame,
    );
  const promised = out.columns.map(({ name, dtype }): PolarsExpr => {
    const found =
      meta.columns.find((one) => one.name === name) ??
      (out.columns.length === 1 && meta.columns.length === 1 ? meta.columns[0] : undefined);
    if (found === undefined)
      throw new TypeError(
        `The function gave the columns ${meta.columns.map((one) => shownName(one.name)).join(", ")}, but "${shownName(name)}" was promised; say what it gives with schema`,
      );
    if (isInteger(dtype)) checkWhole(chunk, found);
    return dtype === "object" ? pl.col(found.name).alias(name) : pl.col(found.name).cast(polarsType(dtype)).alias(name);
  });
  const levels = out.index.map(
    ({ dtype }, level): PolarsExpr =>
      pl
        .col(indexName(Math.min(level, meta.index.length - 1)))
        .cast(polarsType(dtype))
        .alias(indexName(level)),
  );
  return new TableChunk(chunk.native.select(...levels, ...promised) as PolarsFrame);
}

/** Fractions where whole numbers were promised would be cut without a word. @throws TypeError */
function checkWhole(chunk: TableChunk, { name, dtype }: TableMeta["columns"][number]): void {
  if (!isFloat(dtype)) return;
  const fraction = (chunk.native.getColumn(name).toArray() as (number | null)[]).find(
    (value) => value !== null && !Number.isNaN(value) && !Number.isInteger(value),
  );
  if (fraction !== undefined)
    throw new TypeError(
      `The function gave ${fraction} for "${shownName(name)}", where whole numbers were promised; promise float64`,
    );
}

/** What a chunk holds, for a function whose outcome is not known before. */
export function metaOfChunk(chunk: TableChunk, labels: readonly (string | null)[]): TableMeta {
  const { native } = chunk;
  const columns = native.columns.filter((name) => !name.startsWith("__index_"));
  return {
    index: labels.map((label, level) => ({ label, dtype: dtypeOf(native.getColumn(indexName(level)).dtype) })),
    columns: columns.map((name) => ({ name, dtype: dtypeOf(native.getColumn(name).dtype) })),
  };
}

export function stackTables(
  chunks: readonly TableChunk[],
  fields: readonly { name: string; dtype: Dtype }[],
): TableChunk {
  if (chunks.length === 0) return new TableChunk(emptyTable(fields));
  return new TableChunk(polars().concat(chunks.map((one) => one.native) as never) as unknown as PolarsFrame);
}
