import { type Compression, packed } from "../../io/compression.ts";
import { fileSystemOf } from "../../io/schemes.ts";
import { type Dtype, isFloat } from "../dtype.ts";
import "../frame/frame-bytes.ts";
import type { TableChunk } from "../frame/table-chunk.ts";
import { valuesOf } from "../frame/values.ts";
import { indexName, shownName, type TableMeta } from "../schema.ts";

export interface CsvOut {
  readonly header: boolean;
  readonly index: boolean;
  readonly separator: string;
  readonly naRep: string;
  readonly compression: Compression;
  /** How fractions are written; null: as many digits as it takes. */
  readonly fractions: {
    readonly before: string;
    readonly digits: number;
    readonly kind: "f" | "e" | "g";
    readonly behind: string;
  } | null;
}

/** A table as CSV text; without a table only the header. */
export function csvText(meta: TableMeta, format: CsvOut, chunk: TableChunk | null): string {
  const columns = [
    ...(format.index
      ? meta.index.map(({ label, dtype }, level) => ({ head: label ?? "", name: indexName(level), dtype }))
      : []),
    ...meta.columns.map(({ name, dtype }) => ({ head: shownName(name), name, dtype })),
  ];
  const field = (text: string): string =>
    /["\n\r]/.test(text) || text.includes(format.separator) ? `"${text.replaceAll('"', '""')}"` : text;
  const lines = format.header ? [columns.map(({ head }) => field(head)).join(format.separator)] : [];
  if (chunk !== null) {
    const lists = columns.map(({ name, dtype }) =>
      valuesOf(chunk.native.getColumn(name), dtype, { int64: "bigint" }).map((value) =>
        value === null ? format.naRep : field(csvValue(value, dtype, format.fractions)),
      ),
    );
    // A line of one empty field would be taken for a blank line.
    const alone = columns.length === 1;
    for (let row = 0; row < chunk.rows; row++) {
      const line = lists.map((list) => list[row]).join(format.separator);
      lines.push(alone && line === "" ? '""' : line);
    }
  }
  return lines.map((line) => `${line}\n`).join("");
}

/** As pandas writes them: 1.0 for a whole float, True, ISO times. */
function csvValue(value: unknown, dtype: Dtype, fractions: CsvOut["fractions"]): string {
  if (value instanceof Date)
    return dtype === "date"
      ? value.toISOString().slice(0, 10)
      : value
          .toISOString()
          .replace("T", " ")
          .replace(/(\.000)?Z$/, "");
  if (fractions !== null && isFloat(dtype) && Number.isFinite(value))
    return `${fractions.before}${rounded(value as number, fractions)}${fractions.behind}`;
  if (typeof value === "boolean") return value ? "True" : "False";
  if (isFloat(dtype) && Number.isInteger(value) && Math.abs(value as number) < 1e16) return `${value}.0`;
  return String(value);
}

/** A number as C's printf writes it. */
function rounded(value: number, { digits, kind }: NonNullable<CsvOut["fractions"]>): string {
  if (kind === "f") return value.toFixed(digits);
  const exponent = (text: string): string =>
    text.replace(/e([+-])(\d)$/, (_, sign: string, digit: string) => `e${sign}0${digit}`);
  if (kind === "e") return exponent(value.toExponential(digits));
  const places = Math.max(1, digits);
  const power = value === 0 ? 0 : Number(value.toExponential(places - 1).split("e")[1]);
  if (power >= -4 && power < places) return String(Number(value.toPrecision(places)));
  const [mantissa, rest] = value.toExponential(places - 1).split("e") as [string, string];
  return exponent(`${Number(mantissa)}e${rest}`);
}

/** Writes one partition. */
export async function writeCsvPart(meta: TableMeta, format: CsvOut, path: string, chunk: TableChunk): Promise<string> {
  await fileSystemOf(path).write(path, packed([Buffer.from(csvText(meta, format, chunk))], format.compression));
  return path;
}

/** Writes the texts of all partitions behind the header, as one file. */
export async function writeCsvTexts(
  meta: TableMeta,
  format: CsvOut,
  path: string,
  texts: readonly string[],
): Promise<string> {
  const pieces = [csvText(meta, format, null), ...texts].map((text) => Buffer.from(text));
  await fileSystemOf(path).write(path, packed(pieces, format.compression));
  return path;
}
