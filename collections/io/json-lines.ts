import { ShoalError } from "../../runtime/base/errors.ts";
import { type AnyRow, DataFrame } from "../dataframe/dataframe.ts";
import type { Dtype } from "../dataframe/dtype.ts";
import { promote } from "../dataframe/dtype.ts";
import { dtypeOfValues } from "../dataframe/frame/value-types.ts";
import { named } from "../dataframe/plan/node.ts";
import { viewOfNode } from "../dataframe/plan/view.ts";
import { type Field, indexName } from "../dataframe/schema.ts";
import { compressionOf, unpacked } from "./compression.ts";
import { filesOf } from "./parquet.ts";
import { fileSystemOf } from "./schemes.ts";

export interface ReadJsonOptions {
  /** Types of columns that should not be told from a sample. */
  readonly dtypes?: Readonly<Record<string, Dtype>>;
  /** Bytes at the start of each file that are looked at; default 1 MB. */
  readonly sampleBytes?: number;
}

/**
 * A table over files of JSON lines, a partition a file. The types of columns are told from the start of every file.
 * @throws ShoalError FILE where no file matches, DECODE naming file and line of what is no JSON
 * @see https://docs.dask.org/en/stable/generated/dask.dataframe.read_json.html
 */
export async function readJson<S = AnyRow>(
  paths: string | readonly string[],
  options: ReadJsonOptions = {},
): Promise<DataFrame<S>> {
  const files = await filesOf(paths);
  const types = new Map<string, Dtype>();
  for (const path of files) await sampleInto(types, path, options.sampleBytes ?? 1e6);
  const columns = [...types].map(([name, dtype]) => ({
    name,
    dtype: options.dtypes?.[name] ?? (dtype === "null" ? ("float64" as Dtype) : dtype),
  }));
  const fields: Field[] = [{ name: indexName(0), dtype: "int64" }, ...columns];
  const parts = await Promise.all(
    files.map(async (path) => ({ own: { path, version: (await fileSystemOf(path).stat(path)).version }, rows: null })),
  );
  const label = files.length === 1 ? (files[0] as string) : `${files.length} files such as ${files[0]}`;
  const scan = named({
    kind: "scan",
    reader: { format: "json" },
    parts,
    label,
    fields,
    npartitions: parts.length,
    divisions: null,
  });
  return new DataFrame<S>(viewOfNode(scan, { index: [{ label: null }], columns }));
}

async function sampleInto(types: Map<string, Dtype>, path: string, bytes: number): Promise<void> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of unpacked(fileSystemOf(path).readStream(path), compressionOf(path), path)) {
    pieces.push(piece);
    size += piece.byteLength;
    if (size >= bytes) break;
  }
  const text = Buffer.concat(pieces)
    .toString("utf8")
    .replace(/^\uFEFF/, "");
  const lines = text.split("\n");
  if (size >= bytes) lines.pop();
  lines.forEach((line, at) => {
    if (line.trim() === "") return;
    for (const [name, value] of Object.entries(parseLine(line, path, at))) {
      const dtype =
        value === null
          ? "null"
          : typeof value === "object" && !Array.isArray(value)
            ? "object"
            : value === undefined
              ? "null"
              : dtypeOfValues([value], name);
      const shared = promote(types.get(name) ?? "null", dtype);
      types.set(name, shared ?? "object");
    }
  });
}

function parseLine(line: string, path: string, at: number): Record<string, unknown> {
  try {
    const value = JSON.parse(line) as unknown;
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch (cause) {
    throw new ShoalError(`${path}, line ${at + 1} is no JSON: ${(cause as Error).message}`, { code: "DECODE", cause });
  }
  throw new ShoalError(`${path}, line ${at + 1} is no object`, { code: "DECODE" });
}
