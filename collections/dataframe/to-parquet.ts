import { kernel } from "../../runtime/wire/function-spec.ts";
import { fileSystemOf } from "../io/schemes.ts";
import { DataFrame } from "./dataframe.ts";
import { type ParquetOut, writeParquetPart } from "./kernels/write-parquet.ts";
import { type PartNaming, partNames } from "./part-names.ts";
import { checkColumns } from "./plan/view.ts";
import { type WhenWritten, type Writing, writeParts, writtenWhen } from "./write-parts.ts";

export interface ToParquetOptions extends PartNaming, WhenWritten {
  /** Writes the index as a column; unless told, where it has a name. */
  readonly index?: boolean;
  /** Columns whose values become folders, `origin=ORD/`, instead of columns of the files. */
  readonly partitionOn?: readonly string[];
  /** What lies in the folder stays, and the new files are numbered after it. */
  readonly append?: boolean;
  /** The folder is emptied first. */
  readonly overwrite?: boolean;
  readonly compression?: "uncompressed" | "snappy" | "gzip" | "lz4" | "zstd";
}

const WRITE = kernel("shoal:collections/dataframe/kernels/write-parquet", "writeParquetPart", writeParquetPart);

/** Writes a file a partition into a folder, or a file a partition and combination of `partitionOn`. */
async function toParquet(
  table: DataFrame<unknown>,
  folder: string,
  { nameFunction, compute = true, ...options }: ToParquetOptions,
): Promise<string[] | Writing> {
  const { partitionOn = [], append = false, overwrite = false, compression = "zstd" } = options;
  checkColumns(table.view, partitionOn, "toParquet");
  if (append && overwrite) throw new RangeError("toParquet() appends or overwrites, not both");
  if (append && nameFunction !== undefined)
    throw new RangeError("toParquet() numbers the files that it appends: it takes append or nameFunction, not both");
  if (partitionOn.length >= table.columns.length)
    throw new RangeError("toParquet() needs a column that is not in partitionOn");
  const files = fileSystemOf(folder);
  const base = folder.replace(/\/$/, "");
  if (overwrite) await files.remove(base);
  const first = append ? await nextNumber(base) : 0;
  const index = options.index ?? table.view.index.some(({ label }) => label !== null);
  const out: ParquetOut = { index, partitionOn, compression };
  const paths = partNames(table.npartitions, nameFunction, (at) => `part.${first + at}`).map((name) => [
    base,
    `${name}.parquet`,
  ]);
  return writtenWhen({ compute }, writeParts(table, paths, { prefix: "to-parquet", fn: WRITE, format: out, options }));
}

/** One more than the highest number of the files in a folder. */
async function nextNumber(folder: string): Promise<number> {
  const there = await fileSystemOf(folder).glob(`${folder}/**/part.*.parquet`);
  const numbers = there.map((path) => Number(/part\.(\d+)\.parquet$/.exec(path)?.[1] ?? -1));
  return Math.max(-1, ...numbers) + 1;
}

declare module "./dataframe.ts" {
  interface DataFrame<S> {
    /**
     * Writes Parquet files, one a partition; each is there whole or not at all.
     * @returns the paths; with `compute: false` the files still to be written, while `overwrite` and `append` look at the folder now
     * @see https://docs.dask.org/en/stable/generated/dask.dataframe.DataFrame.to_parquet.html
     * @example await flights.toParquet("flights", { partitionOn: ["origin"] });
     */
    toParquet(folder: string, options: ToParquetOptions & { compute: false }): Promise<Writing>;
    toParquet(folder: string, options?: ToParquetOptions & { compute?: true }): Promise<string[]>;
  }
}
DataFrame.prototype.toParquet = function (folder: string, options: ToParquetOptions = {}) {
  return toParquet(this as DataFrame<unknown>, folder, options) as never;
};
