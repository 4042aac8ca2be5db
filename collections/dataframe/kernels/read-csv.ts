import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ShoalError } from "../../../runtime/base/errors.ts";
import { compressionOf, unpacked } from "../../io/compression.ts";
import { withoutBlankLines } from "../../io/csv-blocks.ts";
import { withoutComments } from "../../io/csv-text.ts";
import { schemeOf } from "../../io/filesystem.ts";
import { localPath } from "../../io/local-filesystem.ts";
import { fileSystemOf } from "../../io/schemes.ts";
import { isFloat } from "../dtype.ts";
import { type PolarsExpr, type PolarsFrame, type PolarsLazy, polars, polarsType } from "../engine/polars.ts";
import { choose, lit, native } from "../engine/typed.ts";
import type { CsvColumn, CsvFormat, FilePart } from "../plan/step.ts";
import { type Field, indexName } from "../schema.ts";
import { emptyTable } from "./empty-table.ts";

/**
 * The rows of a stretch of a CSV file. A whole file is scanned where it lies; a stretch is cut out to a file of its own,
 * as the engine scans nothing else without blocking its thread.
 * @throws ShoalError DECODE naming file, row and column of what is not of its type
 */
export async function readCsvBlock(format: CsvFormat, part: FilePart, fields: readonly Field[]): Promise<PolarsLazy> {
  if (part.start >= part.end) return emptyTable(fields).lazy();
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
    ...(wanted.length === 0 ? [polars().col((format.columns[0] as CsvColumn).name)] : wanted.map(columnValue)),
  );
  const numbered = fields.some(({ name }) => name === indexName(0))
    ? ((typed.withRowIndex("__row") as PolarsLazy).withColumns(
        polars().col("__row").cast(polars().Int64).alias(indexName(0)),
      ) as unknown as PolarsLazy)
    : typed;
  const read = numbered.select(...fields.map(({ name }) => name));
  try {
    // Read here, not later with the rest of the plan, so that what is wrong with the file is said with its name.
    const table = (await read.collect()) as PolarsFrame;
    if (hasEmptyRow(table, wanted)) return (await withoutBlanks(path, format, part, fields)) ?? table.lazy();
    return table.lazy();
  } catch (cause) {
    const again = await withoutBlanks(path, format, part, fields);
    if (again !== undefined) return again;
    throw await explained(path, format, part, wanted, cause);
  }
}

/** Whether some row has nothing in the columns that are read: a line without fields looks like that too. */
function hasEmptyRow(table: PolarsFrame, wanted: readonly CsvColumn[]): boolean {
  const empty = wanted.map(({ name }) => polars().col(name).isNull());
  const [first, ...rest] = empty;
  if (first === undefined || wanted.some(({ name }) => table.getColumn(name).nullCount() === 0)) return false;
  return (table.filter(rest.reduce((all, one) => all.and(one), first)) as PolarsFrame).height > 0;
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
  if (text === undefined) return undefined;
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
function columnValue({ name, dtype, how, format }: CsvColumn): PolarsExpr {
  const pl = polars();
  const text = pl.col(name);
  if (how === "time")
    return native(text, "strToDatetime", format, "us", undefined, true, true, false)
      .cast(pl.Datetime("us"))
      .alias(name);
  if (how === "thousands")
    return native(text, "strReplaceAll", lit(","), lit(""), true, 1).cast(polarsType(dtype), true).alias(name);
  if (how === "bool") {
    const low = text.str.toLowerCase();
    return choose(low.eq(lit("true")), lit(true), choose(low.eq(lit("false")), lit(false), lit(null))).alias(name);
  }
  return isFloat(dtype) ? text.fillNan(lit(null)) : text;
}

/** Looks for the first value that is not of its type, reading all columns as text. */
async function explained(
  path: string,
  format: CsvFormat,
  part: FilePart,
  wanted: readonly CsvColumn[],
  cause: unknown,
): Promise<ShoalError> {
  const where = `${part.path}${part.whole ? "" : ` (bytes ${part.start} to ${part.end})`}`;
  const message = cause instanceof Error ? (cause.message.split("\n")[0] as string) : String(cause);
  if (/more fields than defined/.test(message))
    return decodeError(
      `${where} has a line of more than ${format.columns.length} fields (${format.columns.map(({ name }) => name).join(", ")})`,
      part,
      cause,
    );
  const pl = polars();
  for (const column of wanted) {
    const text = pl.col(column.name);
    const parsed =
      column.how === "plain"
        ? text.str.strip().cast(polarsType(column.dtype))
        : native(text, "strToDatetime", undefined, "us", undefined, false, true, false);
    if (column.dtype === "string" || column.how === "bool" || column.how === "thousands") continue;
    const bad = await scan(path, format, part, true)
      .withRowIndex("__row")
      .filter(text.isNotNull().and(parsed.isNull()))
      .limit(1)
      .collect()
      .catch(() => undefined);
    if (bad === undefined || bad.height === 0) continue;
    const [row, value] = [Number(bad.getColumn("__row").get(0)), String(bad.getColumn(column.name).get(0))];
    return decodeError(
      `${where}: row ${row} of column "${column.name}" is "${value}", not ${column.dtype}; give it another type with dtype`,
      part,
      cause,
    );
  }
  return decodeError(`${where} cannot be read: ${message}`, part, cause);
}

const decodeError = (message: string, part: FilePart, cause: unknown): ShoalError =>
  new ShoalError(message, { code: "DECODE", cause, details: { path: part.path } });
