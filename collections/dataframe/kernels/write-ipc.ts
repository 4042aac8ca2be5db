import { fileSystemOf } from "../../io/schemes.ts";
import { type PolarsExpr, type PolarsFrame, polars } from "../engine/polars.ts";
import "../frame/frame-bytes.ts";
import type { TableChunk } from "../frame/table-chunk.ts";
import { indexName, shownName, type TableMeta } from "../schema.ts";

export interface IpcOut {
  readonly index: boolean;
  readonly compression: "uncompressed" | "lz4" | "zstd";
}

/** Writes one partition. @returns the path */
export async function writeIpcPart(meta: TableMeta, out: IpcOut, path: string, chunk: TableChunk): Promise<string> {
  const whole = (await chunk.native
    .lazy()
    .select(...writtenColumns(meta, out.index))
    .collect()) as PolarsFrame;
  await fileSystemOf(path).write(path, whole.writeIPC({ compression: out.compression }));
  return path;
}

/** The columns of a table by the names that others see, behind the levels of its index where they are wanted. */
export function writtenColumns(meta: TableMeta, index: boolean): PolarsExpr[] {
  const pl = polars();
  const levels = index
    ? meta.index.map(({ label }, level) => pl.col(indexName(level)).alias(label ?? `__index_level_${level}__`))
    : [];
  return [...levels, ...meta.columns.map(({ name }) => pl.col(name).alias(shownName(name)))];
}
