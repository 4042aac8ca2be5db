import { type Compression, packed } from "../../io/compression.ts";
import { fileSystemOf } from "../../io/schemes.ts";
import "../frame/frame-bytes.ts";
import type { TableChunk } from "../frame/table-chunk.ts";
import { valuesOf } from "../frame/values.ts";
import { indexName, shownName, type TableMeta } from "../schema.ts";

export interface JsonOut {
  readonly index: boolean;
  readonly compression: Compression;
}

/** Rows of a table as JSON lines; times are ISO text, time spans milliseconds, whole numbers of any size exact. */
export function jsonLines(meta: TableMeta, out: JsonOut, chunk: TableChunk): string {
  const columns = [
    ...(out.index
      ? meta.index.map(({ label, dtype }, level) => ({ key: label ?? "index", name: indexName(level), dtype }))
      : []),
    ...meta.columns.map(({ name, dtype }) => ({ key: shownName(name), name, dtype })),
  ];
  const fields = columns.map(({ key, name, dtype }) => {
    const before = `${JSON.stringify(key)}:`;
    return valuesOf(chunk.native.getColumn(name), dtype, { int64: "bigint" }).map(
      (value) => before + (typeof value === "bigint" ? String(value) : JSON.stringify(value)),
    );
  });
  let text = "";
  for (let row = 0; row < chunk.rows; row++) text += `{${fields.map((list) => list[row]).join(",")}}\n`;
  return text;
}

/** Writes one partition. @returns the path */
export async function writeJsonPart(meta: TableMeta, out: JsonOut, path: string, chunk: TableChunk): Promise<string> {
  await fileSystemOf(path).write(path, packed([Buffer.from(jsonLines(meta, out, chunk))], out.compression));
  return path;
}
