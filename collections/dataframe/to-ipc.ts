import { kernel } from "../../runtime/wire/function-spec.ts";
import { DataFrame } from "./dataframe.ts";
import { type IpcOut, writeIpcPart } from "./kernels/write-ipc.ts";
import { type PartNaming, partNames } from "./part-names.ts";
import { type WhenWritten, type Writing, writeParts, writtenWhen } from "./write-parts.ts";

export interface ToIpcOptions extends PartNaming, WhenWritten {
  /** Writes the index as a column; unless told, where it has a name. */
  readonly index?: boolean;
  readonly compression?: "uncompressed" | "lz4" | "zstd";
}

const WRITE = kernel("shoal:collections/dataframe/kernels/write-ipc", "writeIpcPart", writeIpcPart);

async function toIpc(
  table: DataFrame<unknown>,
  folder: string,
  { nameFunction, compute = true, ...options }: ToIpcOptions,
): Promise<string[] | Writing> {
  const index = options.index ?? table.view.index.some(({ label }) => label !== null);
  const out: IpcOut = { index, compression: options.compression ?? "uncompressed" };
  const base = folder.replace(/\/$/, "");
  const paths = partNames(table.npartitions, nameFunction, (at) => `part.${at}`).map((name) => `${base}/${name}.arrow`);
  return writtenWhen({ compute }, writeParts(table, paths, { prefix: "to-ipc", fn: WRITE, format: out, options }));
}

declare module "./dataframe.ts" {
  interface DataFrame<S> {
    /**
     * Writes Arrow IPC files (Feather version 2), one a partition, `part.0.arrow` and so on; each is there whole or not at all.
     * @returns the paths; with `compute: false` the files still to be written
     */
    toIpc(folder: string, options: ToIpcOptions & { compute: false }): Promise<Writing>;
    toIpc(folder: string, options?: ToIpcOptions & { compute?: true }): Promise<string[]>;
  }
}
DataFrame.prototype.toIpc = function (folder: string, options: ToIpcOptions = {}) {
  return toIpc(this as DataFrame<unknown>, folder, options) as never;
};
