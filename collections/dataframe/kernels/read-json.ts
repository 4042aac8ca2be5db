import { ShoalError } from "../../../runtime/base/errors.ts";
import { compressionOf, unpacked } from "../../io/compression.ts";
import { fileSystemOf } from "../../io/schemes.ts";
import { type Dtype, isFloat, isInteger } from "../dtype.ts";
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
  const lines = Buffer.concat(pieces)
    .toString("utf8")
    .replace(/^\uFEFF/, "")
    .split("\n");
  for (const [at, line] of lines.entries()) {
    if (line.trim() === "") continue;
    const row = parsed(line, part.path, at);
    fields.forEach(({ name, dtype }, column) => {
      if (isIndexName(name)) (lists[column] as Plain[]).push(rows);
      else (lists[column] as Plain[]).push(columnValue(row[name], name, dtype, part.path, at));
    });
    rows += 1;
  }
  return readColumns(Object.fromEntries(fields.map(({ name }, at) => [name, lists[at] as Plain[]])), fields);
}

/** A value as its column holds it; what is of another type than the sample told is an error, not a gap. */
function columnValue(value: unknown, name: string, dtype: Dtype, path: string, at: number): Plain {
  if (value === null || value === undefined) return null;
  if (dtype === "object") return typeof value === "string" ? value : JSON.stringify(value);
  const fits =
    (dtype === "string" && typeof value === "string") ||
    (dtype === "bool" && typeof value === "boolean") ||
    (isFloat(dtype) && typeof value === "number") ||
    (isInteger(dtype) && Number.isInteger(value)) ||
    (dtype.startsWith("list<") && Array.isArray(value)) ||
    dtype === "datetime" ||
    dtype === "date" ||
    dtype === "duration";
  if (!fits)
    throw new ShoalError(
      `${path}, line ${at + 1}: "${name}" is ${JSON.stringify(value)?.slice(0, 80)}, not ${dtype}; give it another type with dtypes`,
      { code: "DECODE", details: { path } },
    );
  return plainValue(value);
}

function parsed(line: string, path: string, at: number): Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch (cause) {
    throw new ShoalError(`${path}, line ${at + 1} is no JSON: ${(cause as Error).message}`, { code: "DECODE", cause });
  }
}
