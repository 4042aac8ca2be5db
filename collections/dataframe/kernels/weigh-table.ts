import { TableChunk } from "../frame/table-chunk.ts";

/** Rows and bytes of a partition; nothing of what is no table. */
export const weighTable = (table: unknown): readonly [rows: number, bytes: number] =>
  table instanceof TableChunk ? [table.rows, table.nbytes] : [0, 0];
