import { fileSystemOf } from "../../io/schemes.ts";
import { type PolarsFrame, polars } from "../engine/polars.ts";
import "../frame/frame-bytes.ts";
import type { TableChunk } from "../frame/table-chunk.ts";
import { indexName, shownName, type TableMeta } from "../schema.ts";

export interface IpcOut {
  readonly index: boolean;
  readonly compression: "uncompressed" | "lz4" | "zstd";
}

/** Writes one partition. @returns the path */
export async function writeIpcPart(meta: TableMeta, out: IpcOut, path: string, chunk: TableChunk): Promise<string> {
  const pl = polars();
  const levels = out.index
    ? meta.index.map(({ label }, level) => pl.col(indexName(level)).alias(label ?? `__index_level_${level}__`))
    : [];
  const columns = meta.columns.map(({ name }) => pl.col(name).alias(shownName(name)));
  const whole = (await chunk.native
    .lazy()
    .select(...levels, ...columns)
    .collect()) as PolarsFrame;
  await fileSystemOf(path).write(path, whole.writeIPC({ compression: out.compression }));
  return path;
}
