import { mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ShoalError } from "../../../runtime/base/errors.ts";
import { compressionOf, unpacked } from "../../io/compression.ts";
import { withoutBlankLines } from "../../io/csv-blocks.ts";
import { checkCsvHeader, checkCsvText, csvFault, csvFaultOf, openQuoteLine } from "../../io/csv-faults.ts";
import {
  headerNames,
  NO_NUMBER,
  type NumberMarks,
  parseCsvRows,
  withFullRows,
  withoutComments,
} from "../../io/csv-text.ts";
import { schemeOf } from "../../io/filesystem.ts";
import { localPath } from "../../io/local-filesystem.ts";
import { fileSystemOf } from "../../io/schemes.ts";
import { isFloat, isNumber } from "../dtype.ts";
import { ownName } from "../engine/own-name.ts";
import { type PolarsExpr, type PolarsFrame, type PolarsLazy, polars, polarsType } from "../engine/polars.ts";
import { choose, lit, native } from "../engine/typed.ts";
import type { CsvColumn, CsvFormat, FilePart } from "../plan/step.ts";
import { type Field, indexName } from "../schema.ts";
import { emptyTable } from "./empty-table.ts";

const ROW = ownName("row");

/**
 * The rows of a stretch of a CSV file. A whole file is scanned where it lies; a stretch is cut out to a file of its own,
 * as the engine scans nothing else without blocking its thread.
 * @throws ShoalError DECODE naming file, row and column of what is not of its type
 */
export async function readCsvBlock(format: CsvFormat, part: FilePart, fields: readonly Field[]): Promise<PolarsLazy> {
  if (part.start >= part.end) return emptyTable(fields).lazy();
  const isBlank = part.start === 0 && !(await beginsWell(format, part));
  if (isBlank) return emptyTable(fields).lazy();
  if (part.whole && format.comment === null && schemeOf(part.path) === "file" && compressionOf(part.path) === "none")
    return scanned(localPath(part.path), format, part, fields);
  const folder = await mkdtemp(join(tmpdir(), "shoal-csv-"));
  try {
    const copy = join(folder, "block.csv");
    const bytes = await blockBytes(part);
    await writeFile(
      copy,
      format.comment === null ? bytes : withoutComments(Buffer.from(bytes).toString("utf8"), format.comment),
    );
    return (await (await scanned(copy, format, part, fields)).collect()).lazy();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const HEADER_BYTES = 1 << 16;

/** Looks at a file's header. @returns false for a file without lines @throws ShoalError DECODE where it names other columns */
async function beginsWell(format: CsvFormat, part: FilePart): Promise<boolean> {
  const files = fileSystemOf(part.path);
  const pieces: Uint8Array[] = [];
  let size = 0;
  const { path } = part;
  for await (const piece of unpacked(files.readStream(path, { pieceBytes: HEADER_BYTES }), compressionOf(path), path)) {
    pieces.push(piece);
    size += piece.byteLength;
    if (size >= HEADER_BYTES) break;
  }
  const head = Buffer.concat(pieces);
  checkCsvText(path, head);
  const lines = head
    .toString("utf8")
    .replace(/^\uFEFF/, "")
    .split("\n")
    .slice(Math.max(0, part.skip - 1));
  const text = format.comment === null ? lines.join("\n") : withoutComments(lines.join("\n"), format.comment);
  const rows = parseCsvRows(text, format.separator, format.quote, null, size < HEADER_BYTES);
  const first = rows.find((row) => row.length > 1 || row[0]?.trim() !== "");
  if (first !== undefined && format.header)
    checkCsvHeader(
      path,
      headerNames([first]),
      format.columns.map(({ name }) => name),
    );
  return first !== undefined || size >= HEADER_BYTES;
}

async function blockBytes(part: FilePart): Promise<Uint8Array> {
  const files = fileSystemOf(part.path);
  if (compressionOf(part.path) === "none") return files.readRange(part.path, part.start, part.end - part.start);
  const pieces: Uint8Array[] = [];
  for await (const piece of unpacked(files.readStream(part.path), compressionOf(part.path), part.path))
    pieces.push(piece);
  return Buffer.concat(pieces);
}

async function scanned(path: string, format: CsvFormat, part: FilePart, fields: readonly Field[]): Promise<PolarsLazy> {
  const wanted = format.columns.filter(({ name }) => fields.some((field) => field.name === name));
  const lazy = scan(path, format, part, false);
  const typed = lazy.select(
    ...(wanted.length === 0
      ? [polars().col((format.columns[0] as CsvColumn).name)]
      : wanted.map((one) => columnValue(one, format))),
  );
  const numbered = fields.some(({ name }) => name === indexName(0))
    ? ((typed.withRowIndex(ROW) as PolarsLazy).withColumns(
        polars().col(ROW).cast(polars().Int64).alias(indexName(0)),
      ) as unknown as PolarsLazy)
    : typed;
  const read = numbered.select(...fields.map(({ name }) => name));
  try {
    // Read here, not later with the rest of the plan, so that what is wrong with the file is said with its name.
    const table = (await read.collect()) as PolarsFrame;
    await checkQuotes(path, format, part);
    if (await hasLostBools(path, format, part, wanted)) throw new TypeError("a text is neither true nor false");
    if (hasEmptyRow(table, format, wanted)) return (await withoutBlanks(path, format, part, fields)) ?? table.lazy();
    return table.lazy();
  } catch (cause) {
    if (cause instanceof ShoalError) throw cause;
    const again = await withoutBlanks(path, format, part, fields);
    if (again !== undefined) return again;
    const filled = await withRowsFilled(path, format, part, fields);
    if (filled !== undefined) return filled;
    if (wanted.some(isPlainNumber)) return scanned(path, spacedNumbers(format), part, fields);
    throw await explained(path, format, part, wanted, cause);
  }
}

const isPlainNumber = ({ how, dtype }: CsvColumn): boolean => how === "plain" && isNumber(dtype);

/** The engine's own reading of numbers knows no spaces around them; texts that become numbers later may have some. */
const spacedNumbers = (format: CsvFormat): CsvFormat => ({
  ...format,
  columns: format.columns.map((column) => (isPlainNumber(column) ? { ...column, how: "marked" } : column)),
});

/** Whether a column of true and false holds another text, which became missing. */
async function hasLostBools(
  path: string,
  format: CsvFormat,
  part: FilePart,
  wanted: readonly CsvColumn[],
): Promise<boolean> {
  const lost = wanted
    .filter(({ how }) => how === "bool")
    .map(({ name }) =>
      polars()
        .col(name)
        .isNotNull()
        .and(boolOf(polars().col(name)).isNull()),
    );
  const [first, ...rest] = lost;
  if (first === undefined) return false;
  const any = rest.reduce((all, one) => all.or(one), first);
  return (await scan(path, format, part, false).filter(any).limit(1).collect()).height > 0;
}

/** The engine takes a quote that is never closed for the end of the rows. @throws ShoalError DECODE */
async function checkQuotes(path: string, format: CsvFormat, part: FilePart): Promise<void> {
  if (format.quote === null) return;
  if ((await countOf(path, format.quote.charCodeAt(0))) % 2 === 0) return;
  const opened = openQuoteLine(await readFile(path), format.quote, format.separator);
  if (opened !== undefined)
    throw csvFault(`${placeOf(part)}: the quote that opens in line ${opened} is never closed`, part.path);
}

/** How often a byte is in a file, piece by piece into the same memory: what was unpacked may be larger than all there is. */
async function countOf(path: string, byte: number): Promise<number> {
  const file = await open(path, "r");
  try {
    const memory = Buffer.allocUnsafe(COUNTED_BYTES);
    let count = 0;
    for (;;) {
      const { bytesRead } = await file.read(memory, 0, COUNTED_BYTES, null);
      if (bytesRead === 0) return count;
      const piece = memory.subarray(0, bytesRead);
      for (let at = piece.indexOf(byte); at >= 0; at = piece.indexOf(byte, at + 1)) count += 1;
    }
  } finally {
    await file.close();
  }
}

const COUNTED_BYTES = 1 << 19;

const placeOf = (part: FilePart): string => `${part.path}${part.whole ? "" : ` (bytes ${part.start} to ${part.end})`}`;

/** Whether some row has nothing in the columns that are read, or spaces in the first: a line without fields looks like that too. */
function hasEmptyRow(table: PolarsFrame, format: CsvFormat, wanted: readonly CsvColumn[]): boolean {
  const [first, ...rest] = wanted;
  if (first === undefined) return false;
  const isText = first.name === format.columns[0]?.name && first.dtype === "string";
  const filled = isText ? rest : wanted;
  if (filled.some(({ name }) => table.getColumn(name).nullCount() === 0)) return false;
  const missing = wanted.map(({ name }) => {
    const column = polars().col(name);
    return isText && name === first.name ? column.isNull().or(column.str.contains("^[ \\t\\r]*$")) : column.isNull();
  });
  return (table.filter(missing.reduce((all, one) => all.and(one))) as PolarsFrame).height > 0;
}

/** Blank lines are no rows; the engine takes them for rows of nothing, so they are taken out where there are any. */
async function withoutBlanks(
  path: string,
  format: CsvFormat,
  part: FilePart,
  fields: readonly Field[],
): Promise<PolarsLazy | undefined> {
  const bytes = await readFile(path);
  const text = withoutBlankLines(bytes, format.quote);
  return text === undefined ? undefined : ofCopy(text, format, part, fields);
}

/** Rows may have fewer fields than there are columns, and quotes may stand within fields, which the engine does not take. */
async function withRowsFilled(
  path: string,
  format: CsvFormat,
  part: FilePart,
  fields: readonly Field[],
): Promise<PolarsLazy | undefined> {
  const bytes = await readFile(path);
  if (csvFaultOf(bytes, placeOf(part), format) !== undefined) return undefined;
  const lines = bytes.toString("utf8");
  const full = withFullRows(lines, format.separator, format.quote, format.columns.length);
  return full === undefined ? undefined : ofCopy(full, format, part, fields);
}

/** The rows of a file's text as it was mended. */
async function ofCopy(
  text: Buffer | string,
  format: CsvFormat,
  part: FilePart,
  fields: readonly Field[],
): Promise<PolarsLazy> {
  const folder = await mkdtemp(join(tmpdir(), "shoal-csv-"));
  try {
    const copy = join(folder, "block.csv");
    await writeFile(copy, text);
    return (await (await scanned(copy, format, part, fields)).collect()).lazy();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function scan(path: string, format: CsvFormat, part: FilePart, asText: boolean): PolarsLazy {
  const pl = polars();
  return pl.scanCSV(path, {
    hasHeader: false,
    skipRows: part.skip,
    sep: format.separator,
    quoteChar: format.quote as string,
    nullValues: [...format.nulls],
    inferSchemaLength: 0,
    ignoreErrors: false,
    truncateRaggedLines: asText,
    raiseIfEmpty: false,
    cache: false,
    rechunk: true,
    schema: Object.fromEntries(
      format.columns.map((column) => [
        column.name,
        asText || column.how !== "plain" ? pl.Utf8 : polarsType(column.dtype),
      ]),
    ),
  } as never);
}

/** Text becomes a value: times are parsed here, which is many times faster than in the engine's own reader. */
function columnValue({ name, dtype, how, format }: CsvColumn, marks: NumberMarks): PolarsExpr {
  const pl = polars();
  const text = pl.col(name);
  if (how === "time")
    return native(text, "strToDatetime", format, "us", undefined, true, true, false)
      .cast(pl.Datetime("us"))
      .alias(name);
  if (how === "marked") return unmarked(text, marks).cast(polarsType(dtype), true).alias(name);
  if (how === "bool") return boolOf(text).alias(name);
  return isFloat(dtype) ? text.fillNan(lit(null)) : text;
}

/** Numbers' texts as the engine reads them. */
function unmarked(text: PolarsExpr, { thousands, decimal }: NumberMarks): PolarsExpr {
  const replaced = (e: PolarsExpr, from: string, to: string): PolarsExpr =>
    native(e, "strReplaceAll", lit(from), lit(to), true, -1);
  const plain = (thousands === null ? text : replaced(text, thousands, "")).str.strip();
  return decimal === "." ? plain : replaced(replaced(plain, ".", NO_NUMBER), decimal, ".");
}

function boolOf(text: PolarsExpr): PolarsExpr {
  const low = text.str.toLowerCase();
  return choose(low.eq(lit("true")), lit(true), choose(low.eq(lit("false")), lit(false), lit(null)));
}

/** The value, or missing where the text is none of its type. */
function parsedOrNull(text: PolarsExpr, { dtype, how, format }: CsvColumn, marks: NumberMarks): PolarsExpr {
  if (how === "time") return native(text, "strToDatetime", format, "us", undefined, false, true, false);
  if (how === "bool") return boolOf(text);
  const plain = how === "marked" ? unmarked(text, marks) : text.str.strip();
  return plain.cast(polarsType(dtype));
}

/** Looks for the first value that is not of its type, reading all columns as text. */
async function explained(
  path: string,
  format: CsvFormat,
  part: FilePart,
  wanted: readonly CsvColumn[],
  cause: unknown,
): Promise<ShoalError> {
  const where = placeOf(part);
  const fault = csvFaultOf(await readFile(path), where, format);
  if (fault !== undefined) return csvFault(fault, part.path, cause);
  const message = cause instanceof Error ? (cause.message.split("\n")[0] as string) : String(cause);
  const pl = polars();
  for (const column of wanted) {
    const text = pl.col(column.name);
    if (column.dtype === "string") continue;
    const parsed = parsedOrNull(text, column, format);
    const bad = await scan(path, format, part, true)
      .withRowIndex(ROW)
      .filter(text.isNotNull().and(parsed.isNull()))
      .limit(1)
      .collect()
      .catch(() => undefined);
    if (bad === undefined || bad.height === 0) continue;
    const [row, value] = [Number(bad.getColumn(ROW).get(0)), String(bad.getColumn(column.name).get(0))];
    return csvFault(
      `${where}: row ${row} of column "${column.name}" is "${value}", not ${column.dtype}; give it another type with dtypes`,
      part.path,
      cause,
    );
  }
  return csvFault(`${where} cannot be read: ${message}`, part.path, cause);
}
