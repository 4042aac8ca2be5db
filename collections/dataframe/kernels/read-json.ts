import { ShoalError } from "../../../runtime/base/errors.ts";
import { compressionOf, unpacked } from "../../io/compression.ts";
import { fileSystemOf } from "../../io/schemes.ts";
import type { PolarsLazy } from "../engine/polars.ts";
import type { Plain } from "../expression/expression.ts";
import { plainValue } from "../frame/value-types.ts";
import { type Field, isIndexName } from "../schema.ts";
import { readColumns } from "./read-columns.ts";

/** The rows of a file of JSON lines; nested objects are kept as JSON text. */
export async function readJsonFile(part: { readonly path: string }, fields: readonly Field[]): Promise<PolarsLazy> {
  const pieces: Uint8Array[] = [];
  for await (const piece of unpacked(
    fileSystemOf(part.path).readStream(part.path),
    compressionOf(part.path),
    part.path,
  ))
    pieces.push(piece);
  const lists = fields.map((): Plain[] => []);
  let rows = 0;
  const lines = Buffer.concat(pieces).toString("utf8").split("\n");
  for (const [at, line] of lines.entries()) {
    if (line.trim() === "") continue;
    const row = parsed(line, part.path, at);
    fields.forEach(({ name, dtype }, column) => {
      const value = isIndexName(name) ? rows : row[name];
      (lists[column] as Plain[]).push(
        dtype === "object" && typeof value === "object" && value !== null ? JSON.stringify(value) : plainValue(value),
      );
    });
    rows += 1;
  }
  return readColumns(Object.fromEntries(fields.map(({ name }, at) => [name, lists[at] as Plain[]])), fields);
}

function parsed(line: string, path: string, at: number): Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch (cause) {
    throw new ShoalError(`${path}, line ${at + 1} is no JSON: ${(cause as Error).message}`, { code: "DECODE", cause });
  }
}
