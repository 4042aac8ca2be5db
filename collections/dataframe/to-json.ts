import { kernel } from "../../runtime/wire/function-spec.ts";
import { type Compression, checkPacks, endingOf } from "../io/compression.ts";
import { DataFrame } from "./dataframe.ts";
import { type JsonOut, writeJsonPart } from "./kernels/write-json.ts";
import { type PartNaming, partNames } from "./part-names.ts";
import { type WhenWritten, type Writing, writeParts, writtenWhen } from "./write-parts.ts";

export interface ToJsonOptions extends PartNaming, WhenWritten {
  /** Writes the index too; unless told, where it has a name. */
  readonly index?: boolean;
  /** How files are packed, which their ending says: "gzip", "brotli", "deflate" or "zstd" (with Node 22.15 and later); default "none". */
  readonly compression?: Compression;
}

const WRITE = kernel("shoal:collections/dataframe/kernels/write-json", "writeJsonPart", writeJsonPart);

async function toJson(
  table: DataFrame<unknown>,
  folder: string,
  { nameFunction, compute = true, ...options }: ToJsonOptions,
): Promise<string[] | Writing> {
  const out: JsonOut = {
    index: options.index ?? table.view.index.some(({ label }) => label !== null),
    compression: options.compression ?? "none",
  };
  checkPacks(out.compression);
  const base = folder.replace(/\/$/, "");
  const paths = partNames(table.npartitions, nameFunction, (at) => `part.${at}`).map(
    (name) => `${base}/${name}.jsonl${endingOf(out.compression)}`,
  );
  return writtenWhen({ compute }, writeParts(table, paths, { prefix: "to-json", fn: WRITE, format: out, options }));
}

declare module "./dataframe.ts" {
  interface DataFrame<S> {
    /**
     * Writes files of JSON lines, one a partition, `part.0.jsonl` and so on; each is there whole or not at all. Times are ISO text.
     * @returns the paths; with `compute: false` the files still to be written
     * @throws ShoalError NOT_SUPPORTED for a packing that cannot be written
     * @see https://docs.dask.org/en/stable/generated/dask.dataframe.to_json.html
     */
    toJson(folder: string, options: ToJsonOptions & { compute: false }): Promise<Writing>;
    toJson(folder: string, options?: ToJsonOptions & { compute?: true }): Promise<string[]>;
  }
}
DataFrame.prototype.toJson = function (folder: string, options: ToJsonOptions = {}) {
  return toJson(this as DataFrame<unknown>, folder, options) as never;
};
