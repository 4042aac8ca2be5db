import { escaped, type NotebookForms, tableHtml } from "../core/notebook-forms.ts";
import { NO_NAME } from "./frame/column.ts";
import { cellText } from "./frame/show-table.ts";
import type { TableChunk } from "./frame/table-chunk.ts";
import { valuesOf } from "./frame/values.ts";
import { indexName, shownName, type TableMeta } from "./schema.ts";

const ROWS_MAX = 20;
const COLUMNS_MAX = 20;

/** A table in memory as notebooks show it: the first and the last rows, a bold label before each. */
export function frameForms(chunk: TableChunk, meta: TableMeta, text: string): NotebookForms {
  const { rows } = chunk;
  const half = ROWS_MAX / 2;
  const places = rows <= ROWS_MAX ? range(0, rows) : [...range(0, half), -1, ...range(rows - half, rows)];
  const levels = meta.index.map(({ label, dtype }, level) => ({ head: label ?? "", name: indexName(level), dtype }));
  const columns = meta.columns
    .slice(0, COLUMNS_MAX)
    .map(({ name, dtype }) => ({ head: name === NO_NAME ? "" : shownName(name), name, dtype }));
  const lists = [...levels, ...columns].map(({ name, dtype }, at) => {
    const series = chunk.native.getColumn(name);
    return places.map((place) => {
      if (place < 0) return "…";
      const cell = escaped(cellText(valuesOf(series.slice(place, 1), dtype, { int64: "bigint" })[0], dtype));
      return at < levels.length ? `<b>${cell}</b>` : cell;
    });
  });
  const hidden = meta.columns.length - columns.length;
  const size = `${rows} rows × ${meta.columns.length} columns${hidden > 0 ? `, ${hidden} of them not shown` : ""}`;
  const table = tableHtml(
    [...levels, ...columns].map(({ head }) => escaped(head)),
    places.map((_, row) => lists.map((list) => list[row] as string)),
  );
  return { "text/plain": text, "text/html": `<div>${table}<p>${size}</p></div>` };
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, at) => from + at);

/** The columns of a lazy table with their types, for notebooks. */
export function schemaHtml(meta: TableMeta): string {
  const rows = [
    ...meta.index.map(({ label, dtype }) => [`<i>${escaped(label ?? "(index)")}</i>`, dtype]),
    ...meta.columns.map(({ name, dtype, category }) => [
      escaped(name === NO_NAME ? "" : shownName(name)),
      category === undefined ? dtype : `category of ${dtype}`,
    ]),
  ];
  return tableHtml(["Column", "Type"], rows);
}
