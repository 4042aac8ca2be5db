import { fileSystemOf } from "../../io/schemes.ts";
import type { PolarsFrame } from "../engine/polars.ts";
import "../frame/frame-bytes.ts";
import type { TableChunk } from "../frame/table-chunk.ts";
import type { TableMeta } from "../schema.ts";
import { writtenColumns } from "./write-ipc.ts";

export interface ParquetOut {
  readonly index: boolean;
  readonly partitionOn: readonly string[];
  readonly compression: "uncompressed" | "snappy" | "gzip" | "lz4" | "zstd";
}

/** Writes one partition: a file, or one in the folder of each combination of values. @returns the paths */
export async function writeParquetPart(
  meta: TableMeta,
  out: ParquetOut,
  [folder, name]: readonly [folder: string, name: string],
  chunk: TableChunk,
): Promise<string[]> {
  const whole = (await chunk.native
    .lazy()
    .select(...writtenColumns(meta, out.index))
    .collect()) as PolarsFrame;
  if (out.partitionOn.length === 0) return [await written(`${folder}/${name}`, whole, out)];
  const paths: string[] = [];
  for (const part of whole.partitionBy([...out.partitionOn], true) as PolarsFrame[]) {
    const steps = out.partitionOn.map((key) => `${key}=${folderName(part.getColumn(key).get(0))}`);
    const rest = part.drop(out.partitionOn as string[]) as PolarsFrame;
    paths.push(await written(`${folder}/${steps.join("/")}/${name}`, rest, out));
  }
  return paths;
}

async function written(path: string, table: PolarsFrame, { compression }: ParquetOut): Promise<string> {
  await fileSystemOf(path).write(path, table.writeParquet({ compression }));
  return path;
}

/** As Hive writes them. */
const folderName = (value: unknown): string =>
  value === null
    ? "__HIVE_DEFAULT_PARTITION__"
    : encodeURIComponent(value instanceof Date ? value.toISOString() : String(value));
