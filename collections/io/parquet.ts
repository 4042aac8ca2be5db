import { ShoalError } from "../../runtime/base/errors.ts";
import { type AnyRow, DataFrame } from "../dataframe/dataframe.ts";
import type { Dtype } from "../dataframe/dtype.ts";
import { dtypeOf, polars } from "../dataframe/engine/polars.ts";
import { unknownColumn } from "../dataframe/expression/infer.ts";
import type { ParquetPart } from "../dataframe/kernels/read-parquet.ts";
import { named, type Part } from "../dataframe/plan/node.ts";
import { viewOfNode } from "../dataframe/plan/view.ts";
import { type Field, indexName } from "../dataframe/schema.ts";
import { folderValues } from "./hive-folders.ts";
import { withLocalFile } from "./local-copy.ts";
import { fileSystemOf } from "./schemes.ts";

export interface ReadParquetOptions {
  /** Columns to offer; all unless told. Only those that are used are read anyway. */
  readonly columns?: readonly string[];
  /** The column that becomes the index. */
  readonly index?: string;
  /** Files of more rows than this become several partitions; default 5,000,000. */
  readonly rowsPerPartitionMax?: number;
}

/**
 * A table over Parquet files, or over a folder of them: a partition a file, or several of a large one. The schema and the row counts are read at
 * once, the rest when it is needed; filters and column choices sink into the files.
 * @throws ShoalError FILE where no file matches, DECODE where one is no Parquet file
 * @see https://docs.dask.org/en/stable/generated/dask.dataframe.read_parquet.html
 * @example
 * const flights = await readParquet<{ delay: number; origin: string }>("flights-*.parquet");
 */
export async function readParquet<S = AnyRow>(
  paths: string | readonly string[],
  options: ReadParquetOptions = {},
): Promise<DataFrame<S>> {
  const files = await filesOf(paths);
  const first = files[0] as string;
  const own = await schemaOf(first);
  const keys = Object.keys(folderValues(first)).filter((name) => !own.some((field) => field.name === name));
  const all = [...own, ...keys.map((name): Field => ({ name, dtype: folderDtype(name, files) }))];
  const names = options.columns ?? all.map(({ name }) => name);
  const fieldOf = (name: string): Field => {
    const found = all.find((field) => field.name === name);
    if (found === undefined) throw unknownColumn(name, all);
    return found;
  };
  const index = options.index === undefined ? undefined : fieldOf(options.index);
  const columns = names.filter((name) => name !== options.index).map(fieldOf);
  const parts = (await Promise.all(files.map((path) => partsOf(path, options)))).flat();
  const fields: Field[] = [{ name: indexName(0), dtype: index?.dtype ?? "int64" }, ...columns];
  const label = files.length === 1 ? first : `${files.length} files such as ${first}`;
  const scan = named({
    kind: "scan",
    reader: { format: "parquet" },
    parts,
    label,
    fields,
    npartitions: parts.length,
    divisions: null,
  });
  return new DataFrame<S>(viewOfNode(scan, { index: [{ label: options.index ?? null }], columns }));
}

/** Files that match; a folder stands for all Parquet files below it. */
async function filesBelow(pattern: string): Promise<string[]> {
  const files = fileSystemOf(pattern);
  if (/[*?[]/.test(pattern) || /\.[A-Za-z0-9]+$/.test(pattern)) return files.glob(pattern);
  const below = await files.glob(`${pattern.replace(/\/$/, "")}/**/*.parquet`);
  return below.length > 0 ? below : files.glob(pattern);
}

/** @throws ShoalError FILE where nothing matches */
export async function filesOf(paths: string | readonly string[]): Promise<string[]> {
  const patterns = [paths].flat() as string[];
  const found = (await Promise.all(patterns.map(filesBelow))).flat();
  if (found.length === 0)
    throw new ShoalError(`No file matches ${patterns.join(", ")}`, { code: "FILE", details: { paths: patterns } });
  return found;
}

/** Folders hold text; where all of it is whole numbers it is numbers. */
function folderDtype(name: string, files: readonly string[]): Dtype {
  const values = files.map((path) => folderValues(path)[name]).filter((value) => value !== null);
  const missing = values.indexOf(undefined);
  if (missing >= 0)
    throw new ShoalError(`The path ${files[missing]} has no folder ${name}=…, others have`, { code: "FILE" });
  return values.length > 0 && values.every((value) => /^-?\d{1,15}$/.test(String(value))) ? "int64" : "string";
}

async function schemaOf(path: string): Promise<Field[]> {
  const empty = await attempt(path, (local) =>
    polars()
      .scanParquet(local, { glob: false } as never)
      .limit(0)
      .collect(),
  );
  return empty.columns.map((name) => ({ name, dtype: dtypeOf(empty.getColumn(name).dtype) as Dtype }));
}

async function partsOf(path: string, options: ReadParquetOptions): Promise<Part[]> {
  const pl = polars();
  const counted = await attempt(path, (local) =>
    pl
      .scanParquet(local, { glob: false } as never)
      .select((pl.len() as ReturnType<typeof pl.col>).alias("n"))
      .collect(),
  );
  const rows = Number(counted.getColumn("n").get(0));
  const { version } = await fileSystemOf(path).stat(path);
  const max = options.rowsPerPartitionMax ?? 5_000_000;
  const count = Math.max(1, Math.ceil(rows / max));
  const base = { path, index: options.index ?? null, version, folders: folderValues(path) };
  if (count === 1) return [{ own: { ...base, offset: 0, rows: null } satisfies ParquetPart, rows }];
  return Array.from({ length: count }, (_, at) => {
    const [from, to] = [Math.floor((at * rows) / count), Math.floor(((at + 1) * rows) / count)];
    return { own: { ...base, offset: from, rows: to - from } satisfies ParquetPart, rows: to - from };
  });
}

async function attempt<T>(path: string, read: (local: string) => Promise<T>): Promise<T> {
  try {
    return await withLocalFile(path, read);
  } catch (cause) {
    if (cause instanceof ShoalError) throw cause;
    const message = cause instanceof Error ? (cause.message.split("\n")[0] as string) : String(cause);
    throw new ShoalError(`${path} is not a readable Parquet file: ${message}`, {
      code: "DECODE",
      cause,
      details: { path },
    });
  }
}
