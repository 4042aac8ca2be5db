import type { AnyFunction } from "../../../runtime/wire/function-spec.ts";
import "../frame/frame-bytes.ts";
import { Frame } from "../frame/frame.ts";
import { TableChunk } from "../frame/table-chunk.ts";
import { type Field, indexName, type TableMeta } from "../schema.ts";
import { emptyTable } from "./empty-table.ts";
import { chunkOf, resolved } from "./mapped-result.ts";

/** What a function gives for an item, as a partition with these columns. */
export async function tableOfItem(fn: AnyFunction, columns: readonly Field[], item: unknown): Promise<TableChunk> {
  return tableOfOutcome(columns, await fn(item));
}

/** A Frame, an object of columns, or rows as a partition with these columns; without labels of its own it is numbered. */
export async function tableOfOutcome(columns: readonly Field[], outcome: unknown): Promise<TableChunk> {
  const meta: TableMeta = { index: [{ label: null, dtype: "int64" }], columns };
  const nothing = new TableChunk(emptyTable([{ name: indexName(0), dtype: "int64" }, ...columns]));
  const made = await resolved(outcome);
  if (Array.isArray(made) && made.length === 0) return nothing;
  return chunkOf(isRows(made) ? columnsOf(made, columns) : made, new Frame<unknown>(nothing, meta), meta);
}

type Row = Readonly<Record<string, unknown>>;

const isRows = (made: unknown): made is Row[] =>
  Array.isArray(made) && made.every((row) => typeof row === "object" && row !== null && !Array.isArray(row));

const columnsOf = (rows: readonly Row[], columns: readonly Field[]): Record<string, unknown[]> =>
  Object.fromEntries(columns.map(({ name }) => [name, rows.map((row) => row[name] ?? null)]));
