import { ShoalError } from "../../runtime/base/errors.ts";
import { type AnyRow, DataFrame } from "../dataframe/dataframe.ts";
import { dtypeOf, type PolarsFrame, polars } from "../dataframe/engine/polars.ts";
import { unknownColumn } from "../dataframe/expression/infer.ts";
import type { IpcPart } from "../dataframe/kernels/read-ipc.ts";
import { named, type Part } from "../dataframe/plan/node.ts";
import { viewOfNode } from "../dataframe/plan/view.ts";
import { type Field, indexName } from "../dataframe/schema.ts";
import { withLocalFile } from "./local-copy.ts";
import { filesOf } from "./parquet.ts";
import { fileSystemOf } from "./schemes.ts";

export interface ReadIpcOptions {
  /** Columns to offer; all unless told. */
  readonly columns?: readonly string[];
  /** The column that becomes the index. */
  readonly index?: string;
}

/**
 * A table over Arrow IPC files (Feather version 2, `.arrow`, `.feather`, `.ipc`), a partition a file. All files have the columns of the
 * first; only those that are used are read.
 * @throws ShoalError FILE where no file matches, DECODE where one is no Arrow file
 * @see https://arrow.apache.org/docs/format/Columnar.html#ipc-file-format
 */
export async function readIpc<S = AnyRow>(
  paths: string | readonly string[],
  options: ReadIpcOptions = {},
): Promise<DataFrame<S>> {
  const files = await filesOf(paths);
  const heads = await Promise.all(files.map(headOf));
  const all = (heads[0] as Head).fields;
  const fieldOf = (name: string): Field => {
    const found = all.find((field) => field.name === name);
    if (found === undefined) throw unknownColumn(name, all);
    return found;
  };
  const index = options.index === undefined ? undefined : fieldOf(options.index);
  const columns = (options.columns ?? all.map(({ name }) => name))
    .filter((name) => name !== options.index)
    .map(fieldOf);
  const parts = await Promise.all(
    files.map(async (path, at): Promise<Part> => {
      const { version } = await fileSystemOf(path).stat(path);
      return {
        own: { path, index: options.index ?? null, version } satisfies IpcPart,
        rows: (heads[at] as Head).rows,
      };
    }),
  );
  const scan = named({
    kind: "scan",
    reader: { format: "ipc" },
    parts,
    label: files.length === 1 ? (files[0] as string) : `${files.length} files such as ${files[0]}`,
    fields: [{ name: indexName(0), dtype: index?.dtype ?? "int64" }, ...columns],
    npartitions: parts.length,
    divisions: null,
  });
  return new DataFrame<S>(viewOfNode(scan, { index: [{ label: options.index ?? null }], columns }));
}

interface Head {
  readonly fields: readonly Field[];
  readonly rows: number;
}

async function headOf(path: string): Promise<Head> {
  try {
    return await withLocalFile(path, async (local) => {
      const scanned = polars().scanIPC(local, { cache: false } as never);
      const empty = (await scanned.limit(0).collect()) as PolarsFrame;
      const counted = await scanned
        .select((polars().len() as ReturnType<ReturnType<typeof polars>["col"]>).alias("n"))
        .collect();
      const fields = empty.columns.map((name) => ({ name, dtype: dtypeOf(empty.getColumn(name).dtype) }));
      return { fields, rows: Number(counted.getColumn("n").get(0)) };
    });
  } catch (cause) {
    if (cause instanceof ShoalError) throw cause;
    throw new ShoalError(`${path} is not a readable Arrow IPC file: ${(cause as Error).message.split("\n")[0]}`, {
      code: "DECODE",
      cause,
      details: { path },
    });
  }
}
