import { input, literal } from "../../runtime/graph/call.ts";
import type { BlockwiseLayer } from "../../runtime/graph/layer.ts";
import { tokenize } from "../../runtime/graph/tokenize.ts";
import { kernel } from "../../runtime/wire/function-spec.ts";
import { type Compression, checkPacks, compressionOf, endingOf } from "../io/compression.ts";
import { DataFrame } from "./dataframe.ts";
import { type CsvOut, csvText, writeCsvPart, writeCsvTexts } from "./kernels/write-csv.ts";
import { type PartNaming, partNames } from "./part-names.ts";
import { type WhenWritten, Writing, writeParts, writtenLayer, writtenWhen } from "./write-parts.ts";

export interface ToCsvOptions extends PartNaming, WhenWritten {
  /** One file instead of one a partition. */
  readonly singleFile?: boolean;
  readonly index?: boolean;
  readonly header?: boolean;
  readonly separator?: string;
  /** The columns to write; all unless told. */
  readonly columns?: readonly string[];
  /** What stands for missing; default nothing. */
  readonly naRep?: string;
  /** How files are packed: "gzip", "brotli", "deflate", "zstd" (with Node 22.15 and later) or "none"; "infer", the default, goes by the ending of the path. */
  readonly compression?: Compression | "infer";
  /** How fractions are written, such as "%.2f" or "%.3e"; default as many digits as it takes. */
  readonly floatFormat?: string;
}

const MODULE = "shoal:collections/dataframe/kernels/write-csv";
const TEXT = kernel(MODULE, "csvText", csvText);
const WRITE = kernel(MODULE, "writeCsvPart", writeCsvPart);
const JOIN = kernel(MODULE, "writeCsvTexts", writeCsvTexts);

/**
 * Writes a file a partition (`*` in the path is its number, or its name), or one file. A file is there whole or not at all.
 * @returns the paths
 */
async function toCsv(
  whole: DataFrame<unknown>,
  path: string,
  { nameFunction, compute = true, ...options }: ToCsvOptions,
): Promise<string[] | Writing> {
  const table = options.columns === undefined ? whole : whole.select(...(options.columns as never[]));
  const format = {
    index: options.index !== false,
    separator: options.separator ?? ",",
    naRep: options.naRep ?? "",
    fractions: options.floatFormat === undefined ? null : parseFractions(options.floatFormat),
    compression: compressionOf(path, options.compression),
  };
  checkPacks(format.compression);
  if (options.singleFile !== true) {
    const paths = partPaths(path, endingOf(format.compression), partNumbers(table.npartitions, nameFunction));
    const headed = { ...format, header: options.header !== false };
    return writtenWhen({ compute }, writeParts(table, paths, { prefix: "to-csv", fn: WRITE, format: headed, options }));
  }
  return writtenWhen({ compute }, oneFile(table, path, { ...format, header: options.header !== false }));
}

/** Partitions become text where they are; one task puts the texts behind each other. */
function oneFile(table: DataFrame<unknown>, path: string, format: CsvOut): Writing {
  const source = writtenLayer(table, format.index);
  const texts: BlockwiseLayer = {
    kind: "blockwise",
    grid: [table.npartitions],
    inputs: [{ source, axes: [{ kind: "axis", axis: 0 }] }],
    name: `csv-text-${tokenize(source.name, format)}`,
    call: { fn: TEXT, args: [literal(table.meta), literal({ ...format, header: false }), input(0)] },
  };
  return new Writing({
    kind: "blockwise",
    grid: [1],
    inputs: [{ source: texts, axes: [{ kind: "all" }] }],
    name: `to-csv-${tokenize(texts.name, path, format)}`,
    call: { fn: JOIN, args: [literal(table.meta), literal(format), literal(path), input(0)] },
    annotations: { effectful: true },
  });
}

/** @throws SyntaxError for anything but one number, such as "%.2f" */
function parseFractions(text: string): NonNullable<CsvOut["fractions"]> {
  const found = /^([^%]*)%\.(\d+)([feg])([^%]*)$/.exec(text);
  if (found === null) throw new SyntaxError(`floatFormat is such as "%.2f", "%.3e" or "%.4g", got "${text}"`);
  const [, before, digits, kind, behind] = found as unknown as [string, string, string, "f" | "e" | "g", string];
  return { before, digits: Number(digits), kind, behind };
}

function partNumbers(count: number, nameFunction: PartNaming["nameFunction"]): readonly string[] {
  const digits = String(Math.max(0, count - 1)).length;
  return partNames(count, nameFunction, (at) => String(at).padStart(digits, "0"));
}

/** Files of a folder say by their ending how they are packed; where the path has a star, it says all. */
function partPaths(path: string, ending: string, names: readonly string[]): string[] {
  if (path.includes("*")) return names.map((name) => path.replace("*", () => name));
  return names.map((name) => `${path.replace(/\/$/, "")}/${name}.part${ending}`);
}

declare module "./dataframe.ts" {
  interface DataFrame<S> {
    /**
     * Writes CSV files, one a partition or one for all; each is there whole or not at all.
     * @returns the paths; with `compute: false` the files still to be written
     * @throws ShoalError NOT_SUPPORTED for a packing that cannot be written
     * @see https://docs.dask.org/en/stable/generated/dask.dataframe.DataFrame.to_csv.html
     * @example await flights.toCsv("flights-*.csv.gz");
     */
    toCsv(path: string, options: ToCsvOptions & { compute: false }): Promise<Writing>;
    toCsv(path: string, options?: ToCsvOptions & { compute?: true }): Promise<string[]>;
  }
}
DataFrame.prototype.toCsv = function (path: string, options: ToCsvOptions = {}) {
  return toCsv(this as DataFrame<unknown>, path, options) as never;
};
