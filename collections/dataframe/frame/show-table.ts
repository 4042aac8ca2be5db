import { type Dtype, isNumber } from "../dtype.ts";
import { shownName, type TableMeta } from "../schema.ts";
import type { TableChunk } from "./table-chunk.ts";
import { valuesOf } from "./values.ts";

const ROWS_SHOWN = 10;
const COLUMNS_SHOWN = 12;
const CELL_WIDTH = 32;

/** A table as text: at most ten rows, numbers to the right. */
export function showTable(chunk: TableChunk, meta: TableMeta, footer: string): string {
  const rows = chunk.rows;
  const shown =
    rows <= ROWS_SHOWN ? range(0, rows) : [...range(0, ROWS_SHOWN / 2), -1, ...range(rows - ROWS_SHOWN / 2, rows)];
  const columns = [
    ...meta.index.map(({ label, dtype }, level) => ({ head: label ?? "", name: `__index_${level}`, dtype })),
    ...meta.columns
      .slice(0, COLUMNS_SHOWN)
      .map(({ name, dtype }) => ({ head: shownName(name) === "__none" ? "" : shownName(name), name, dtype })),
  ];
  const cells = columns.map(({ head, name, dtype }) => columnCells(chunk, head, name, dtype, shown));
  const widths = cells.map((column) => Math.max(...column.map((cell) => [...cell].length)));
  const lines = (cells[0] ?? []).map((_, row) =>
    cells
      .map((column, at) =>
        padded(column[row] as string, widths[at] as number, isNumber((columns[at] as { dtype: Dtype }).dtype)),
      )
      .join("  ")
      .trimEnd(),
  );
  const more = meta.columns.length > COLUMNS_SHOWN ? ` (${meta.columns.length - COLUMNS_SHOWN} columns more)` : "";
  return [...lines, `${footer}${more}`].join("\n");
}

function columnCells(chunk: TableChunk, head: string, name: string, dtype: Dtype, shown: readonly number[]): string[] {
  const series = chunk.native.getColumn(name);
  return [
    head,
    ...shown.map((row) => {
      if (row < 0) return "…";
      return cellText(valuesOf(series.slice(row, 1), dtype, { int64: "bigint" })[0], dtype);
    }),
  ];
}

export function cellText(value: unknown, dtype: Dtype): string {
  if (value === null || value === undefined) return "null";
  if (value instanceof Date)
    return dtype === "date"
      ? value.toISOString().slice(0, 10)
      : value
          .toISOString()
          .replace("T", " ")
          .replace(/(\.000)?Z$/, "");
  if (dtype === "duration") return `${value} ms`;
  if (typeof value === "number") return Number.isInteger(value) ? `${value}.0` : String(Number(value.toPrecision(7)));
  if (Array.isArray(value)) return clipped(`[${value.map((one) => cellText(one, "object")).join(", ")}]`);
  return clipped(String(value));
}

const clipped = (text: string): string => (text.length > CELL_WIDTH ? `${text.slice(0, CELL_WIDTH - 1)}…` : text);
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, at) => from + at);
const padded = (text: string, width: number, right: boolean): string =>
  right ? " ".repeat(width - [...text].length) + text : text + " ".repeat(width - [...text].length);
