import type { PolarsLazy } from "../engine/polars.ts";
import { translate } from "../engine/translate.ts";
import type { Expr } from "../expression/expression.ts";
import type { FilePart, RawColumns, Reader } from "../plan/step.ts";
import type { Field } from "../schema.ts";
import { readColumns } from "./read-columns.ts";
import { readCsvBlock } from "./read-csv.ts";
import { type IpcPart, readIpcPart } from "./read-ipc.ts";
import { readJsonFile } from "./read-json.ts";
import { type ParquetPart, type ParquetReader, readParquetPart, readParquetParts } from "./read-parquet.ts";
import { readSqlPart, type SqlPart } from "./read-sql.ts";

/** What the task's own value says, read: only the columns that are asked for, and of them the rows that meet a condition. */
export async function readTable(
  reader: Reader,
  own: unknown,
  fields: readonly Field[],
  condition: Expr | null = null,
): Promise<PolarsLazy> {
  if (reader.format === "parquet")
    return Array.isArray(own)
      ? readParquetParts(reader, own as ParquetPart[], fields, condition)
      : readParquetPart(reader, own as ParquetPart, fields, condition);
  const all = await readAll(reader, own, fields);
  return condition === null ? all : all.filter(translate(condition, fields));
}

function readAll(
  reader: Exclude<Reader, ParquetReader>,
  own: unknown,
  fields: readonly Field[],
): PolarsLazy | Promise<PolarsLazy> {
  switch (reader.format) {
    case "columns":
      return readColumns(own as RawColumns, fields);
    case "csv":
      return readCsvBlock(reader.csv, own as FilePart, fields);
    case "json":
      return readJsonFile(own as { path: string }, fields);
    case "ipc":
      return readIpcPart(own as IpcPart, fields);
    case "sql":
      return readSqlPart(own as SqlPart, fields);
  }
}
