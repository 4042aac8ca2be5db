import type { ShoalError } from "../../runtime/base/errors.ts";
import { parseBytes } from "../../runtime/base/units.ts";
import { type AnyRow, DataFrame } from "../dataframe/dataframe.ts";
import { type Dtype, isInteger, isNumber, parseDtype } from "../dataframe/dtype.ts";
import { unknownColumn } from "../dataframe/expression/infer.ts";
import { named, type Part } from "../dataframe/plan/node.ts";
import type { CsvColumn, CsvFormat, FilePart } from "../dataframe/plan/step.ts";
import { viewOfNode } from "../dataframe/plan/view.ts";
import { type Field, indexName } from "../dataframe/schema.ts";
import { compressionOf, unpacked } from "./compression.ts";
import { blockStarts } from "./csv-blocks.ts";
import { checkCsvText, csvFault } from "./csv-faults.ts";
import {
  headerNames,
  inferCsvDtype,
  NULL_TEXTS,
  type NumberMarks,
  parseCsvRows,
  timeFormatOf,
  withoutComments,
} from "./csv-text.ts";
import { filesOf } from "./parquet.ts";
import { fileSystemOf } from "./schemes.ts";

export interface ReadCsvOptions {
  /** What stands between fields; default ",". */
  readonly separator?: string;
  /** Whether the first line of each file names the columns; default true. */
  readonly header?: boolean;
  /** Names of the columns, where the files do not say them. */
  readonly names?: readonly string[];
  /** The columns to offer. */
  readonly columns?: readonly string[];
  /** Types of columns that should not be told from a sample. */
  readonly dtypes?: Readonly<Record<string, string>> | string;
  /** Columns of times: in ISO text, or as days, months and years. */
  readonly parseDates?: readonly string[];
  /** True: days come before months, 31/12/2022; they come after them otherwise, 12/31/2022. */
  readonly dayFirst?: boolean;
  /** Lines that begin with it are passed over. */
  readonly comment?: string;
  readonly quote?: string | null;
  /** What stands between groups of three digits. */
  readonly thousands?: string;
  /** What stands before the fraction of a number; default ".". */
  readonly decimal?: string;
  /** Texts that mean missing, beside pandas' own. */
  readonly naValues?: readonly string[];
  /** False: only empty fields and `naValues` are missing, not "NA" and its like. */
  readonly keepDefaultNa?: boolean;
  /** Lines at the start of each file that are passed over, before the header. */
  readonly skipRows?: number;
  /** True: columns of whole numbers are float64, as if some later value were missing. */
  readonly assumeMissing?: boolean;
  /** Bytes of a partition, or text such as "64 MB"; null: a partition a file. Default 64 MB. */
  readonly blocksize?: number | string | null;
  /** Bytes that are looked at in each of a few places to find the columns' types; default 256 kB. */
  readonly sampleBytes?: number;
}

/**
 * A table over CSV files, in blocks of bytes; a quoted field may hold ends of lines. Types are told from samples of
 * several files; a value that does not fit later is an error that names file, row and column.
 * @throws ShoalError FILE where no file matches
 * @see https://docs.dask.org/en/stable/generated/dask.dataframe.read_csv.html
 * @example
 * const trips = await readCsv("trips-*.csv", { parseDates: ["start"] });
 */
export async function readCsv<S = AnyRow>(
  paths: string | readonly string[],
  options: ReadCsvOptions = {},
): Promise<DataFrame<S>> {
  const files = await filesOf(paths);
  const separator = options.separator ?? ",";
  const quote = options.quote === undefined ? '"' : options.quote;
  const nulls = nullTexts(options);
  const marks = numberMarks(options);
  const looked = sampledFiles(files);
  const samples = await Promise.all(looked.map((path) => sampleRows(path, options, separator, quote)));
  const header = options.header !== false;
  const first = samples.findIndex((sample) => sample.length > 0);
  const names =
    options.names ??
    (header ? headerNames(samples[first] ?? []) : (samples[first]?.[0] ?? []).map((_, at) => String(at)));
  if (names.length === 0)
    throw csvFault(
      `${files.join(", ")} ${files.length === 1 ? "is" : "are"} empty: there is no header that names columns`,
      files[0] as string,
    );
  for (const name of [...(options.columns ?? []), ...(options.parseDates ?? [])])
    if (!names.includes(name))
      throw unknownColumn(
        name,
        names.map((one) => ({ name: one })),
      );
  const sampled = samples.map((sample, at) => ({
    path: looked[at] as string,
    rows: header ? sample.slice(1) : sample,
  }));
  const columns = names.map((name, at) => columnOf(name, at, sampled, { ...options, marks }));
  const format: CsvFormat = {
    separator,
    quote,
    comment: options.comment ?? null,
    ...marks,
    nulls,
    columns,
    numbered: true,
    header: header && options.names === undefined,
  };
  const parts = (await Promise.all(files.map((path) => partsOf(path, options, quote, header)))).flat();
  const offered =
    options.columns === undefined ? columns : columns.filter(({ name }) => options.columns?.includes(name));
  const fields: Field[] = [
    { name: indexName(0), dtype: "int64" },
    ...offered.map(({ name, dtype }) => ({ name, dtype })),
  ];
  const label = files.length === 1 ? (files[0] as string) : `${files.length} files such as ${files[0]}`;
  const scan = named({
    kind: "scan",
    reader: { format: "csv", csv: format },
    parts,
    label,
    fields,
    npartitions: parts.length,
    divisions: null,
  });
  return new DataFrame<S>(viewOfNode(scan, { index: [{ label: null }], columns: offered }));
}

/** @throws TypeError for missing values said column by column */
function nullTexts({ keepDefaultNa = true, naValues = [] }: ReadCsvOptions): string[] {
  if (!Array.isArray(naValues))
    throw new TypeError(
      "naValues is a list of texts for all columns; to replace them in one column only, use replace() or mask() on it",
    );
  return [...(keepDefaultNa ? NULL_TEXTS : [""]), ...naValues];
}

const SAMPLED_FILES = 4;
const SAMPLE_BYTES = 256 * 1024;
const BLOCK_BYTES = 64e6;

/** The first, the last and some between. */
function sampledFiles(files: readonly string[]): string[] {
  if (files.length <= SAMPLED_FILES) return [...files];
  return Array.from(
    { length: SAMPLED_FILES },
    (_, at) => files[Math.round((at * (files.length - 1)) / (SAMPLED_FILES - 1))] as string,
  );
}

async function sampleRows(
  path: string,
  options: ReadCsvOptions,
  separator: string,
  quote: string | null,
): Promise<string[][]> {
  let bytes = options.sampleBytes ?? SAMPLE_BYTES;
  for (;;) {
    const [text, whole] = await headText(path, bytes);
    const own = text
      .split("\n")
      .slice(options.skipRows ?? 0)
      .join("\n");
    const plain = options.comment === undefined ? own : withoutComments(own, options.comment);
    const rows = parseCsvRows(plain, separator, quote, null, whole).filter(
      (row) => row.length > 1 || row[0]?.trim() !== "",
    );
    // A field longer than the sample leaves no whole row in it.
    if (whole || rows.length > 1) return rows;
    bytes *= 4;
  }
}

async function headText(path: string, bytes: number): Promise<[string, boolean]> {
  const files = fileSystemOf(path);
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of unpacked(files.readStream(path), compressionOf(path), path)) {
    pieces.push(piece);
    size += piece.byteLength;
    if (size > bytes) break;
  }
  const all = Buffer.concat(pieces).subarray(0, bytes);
  checkCsvText(path, all);
  return [all.toString("utf8").replace(/^\uFEFF/, ""), size <= bytes];
}

/** Rows from the beginning of a file, without its header. */
interface Sample {
  readonly path: string;
  readonly rows: readonly (readonly string[])[];
}

/** @throws ShoalError DECODE for whole numbers that no type holds: as fractions they would be rounded */
function columnOf(
  name: string,
  at: number,
  samples: readonly Sample[],
  options: ReadCsvOptions & { readonly marks: NumberMarks },
): CsvColumn {
  const { marks } = options;
  const values = samples.flatMap(({ rows }) => rows.map((row) => row[at] ?? ""));
  const nulls = new Set(nullTexts(options));
  if (options.parseDates?.includes(name) === true) {
    const format = timeFormatOf(
      values.filter((value) => !nulls.has(value)),
      options.dayFirst,
    );
    return { name, dtype: "datetime", how: "time", ...(format === undefined ? {} : { format }) };
  }
  const said = typeof options.dtypes === "string" ? options.dtypes : options.dtypes?.[name];
  if (said !== undefined) return { name, dtype: parseDtype(said), how: howOf(parseDtype(said), marks) };
  const inferred = inferCsvDtype(values, nulls, marks);
  if (inferred.kind === "too wide") throw tooWide(name, at, samples, inferred.text);
  const { dtype, isMarked } = inferred;
  if (options.assumeMissing === true && isInteger(dtype) && !isMarked)
    return { name, dtype: "float64", how: howOf("float64", marks) };
  return { name, dtype, how: isMarked ? "marked" : howOf(dtype) };
}

function tooWide(name: string, at: number, samples: readonly Sample[], text: string): ShoalError {
  const rowIn = ({ rows }: Sample): number => rows.findIndex((row) => row[at] === text);
  const { path, row } = samples.map((one) => ({ path: one.path, row: rowIn(one) })).find((one) => one.row >= 0) as {
    path: string;
    row: number;
  };
  return csvFault(
    `${path}: row ${row} of column "${name}" is "${text.trim()}", which neither int64 nor uint64 holds beside the others; give it a type with dtypes: "string" keeps every digit, "float64" rounds`,
    path,
  );
}

const NO_MARKS: NumberMarks = { thousands: null, decimal: "." };

/** Numbers of a type that was said, or that may yet have fractions, may have any of the marks. */
function howOf(dtype: Dtype, { thousands, decimal } = NO_MARKS): CsvColumn["how"] {
  if (isNumber(dtype) && (thousands !== null || decimal !== ".")) return "marked";
  return dtype === "bool" ? "bool" : dtype === "datetime" || dtype === "date" ? "time" : "plain";
}

/** @throws TypeError for a decimal mark that is no single sign, or stands between thousands too */
function numberMarks({ thousands, decimal = "." }: ReadCsvOptions): NumberMarks {
  if (typeof decimal !== "string" || decimal.length !== 1 || /[\d+\-eE"\s]/.test(decimal))
    throw new TypeError(`decimal is the one sign before fractions, such as ",": got ${JSON.stringify(decimal)}`);
  if (decimal === thousands && decimal !== ".")
    throw new TypeError(`${JSON.stringify(decimal)} cannot stand both before fractions and between thousands`);
  return { thousands: thousands ?? null, decimal };
}

async function partsOf(path: string, options: ReadCsvOptions, quote: string | null, header: boolean): Promise<Part[]> {
  const { sizeBytes, version } = await fileSystemOf(path).stat(path);
  const wanted =
    options.blocksize === undefined
      ? BLOCK_BYTES
      : options.blocksize === null
        ? Number.POSITIVE_INFINITY
        : parseBytes(options.blocksize);
  const skip = (header ? 1 : 0) + (options.skipRows ?? 0);
  if (sizeBytes <= wanted || compressionOf(path) !== "none")
    return [{ own: { path, start: 0, end: sizeBytes, whole: true, skip, version } satisfies FilePart, rows: null }];
  const starts = await blockStarts(fileSystemOf(path).readStream(path), wanted, quote);
  return starts.map((start, at) => ({
    own: {
      path,
      start,
      end: starts[at + 1] ?? sizeBytes,
      whole: false,
      skip: at === 0 ? skip : 0,
      version,
    } satisfies FilePart,
    rows: null,
  }));
}
