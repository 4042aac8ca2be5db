import { config } from "../../runtime/base/config.ts";
import { ShoalError } from "../../runtime/base/errors.ts";
import { parseBytes } from "../../runtime/base/units.ts";
import { type AnyRow, DataFrame } from "../dataframe/dataframe.ts";
import { type Dtype, promote } from "../dataframe/dtype.ts";
import { dtypeOf, type PolarsType, polars, polarsType } from "../dataframe/engine/polars.ts";
import { unknownColumn } from "../dataframe/expression/infer.ts";
import type { ParquetPart } from "../dataframe/kernels/read-parquet.ts";
import { fuseParts } from "../dataframe/plan/fused-part.ts";
import { named, type Part } from "../dataframe/plan/node.ts";
import { viewOfNode } from "../dataframe/plan/view.ts";
import { type Field, indexName } from "../dataframe/schema.ts";
import { schemeOf } from "./filesystem.ts";
import { type FolderValues, folderValues } from "./hive-folders.ts";
import { withLocalFile } from "./local-copy.ts";
import { naturalOrder } from "./natural-order.ts";
import { type ColumnRange, footerOf, type ParquetFooter, type RowGroup, RowGroups } from "./parquet-footer.ts";
import { fileSystemOf } from "./schemes.ts";

export interface ReadParquetOptions {
  /** Columns to offer; all unless told. Only those that are used are read anyway. */
  readonly columns?: readonly string[];
  /** The column that becomes the index. */
  readonly index?: string;
  /** Files of more rows than this become several partitions; default 5,000,000. */
  readonly rowsPerPartitionMax?: number;
  /**
   * Neighbouring files, or pieces of one, become one partition until their columns take so many bytes decompressed (of all columns, or of those
   * in `columns`), such as "64 MiB"; as `dataframe.parquet.partition-bytes-min` of the configuration says unless told, which is 0: a partition a file.
   */
  readonly partitionBytesMin?: number | string;
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
  const footers = await Promise.all(files.map((path) => attempt(path, () => footerOf(path))));
  const { fields: own, exact } = await schemaOf(first);
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
  const read = [...columns, ...(index === undefined ? [] : [index])].filter(({ name }) => !keys.includes(name));
  const isAlike = (at: number): boolean => footers[at]?.schema === footers[0]?.schema;
  for (const [at, path] of files.entries()) if (!isAlike(at)) await checkSchema(path, read, first);
  const partsAt = (path: string, at: number): Promise<Part[]> =>
    partsOf(path, footers[at] as ParquetFooter, options, all.slice(own.length), isAlike(at));
  const parts = fusedParts((await Promise.all(files.map(partsAt))).flat(), options, read);
  const fields: Field[] = [{ name: indexName(0), dtype: index?.dtype ?? "int64" }, ...columns];
  const label = files.length === 1 ? first : `${files.length} files such as ${first}`;
  const scan = named({
    kind: "scan",
    reader: { format: "parquet", exact },
    parts,
    label,
    fields,
    npartitions: parts.length,
    divisions: null,
  });
  return new DataFrame<S>(viewOfNode(scan, { index: [{ label: options.index ?? null }], columns }));
}

/** Parts of at least as many bytes as the options or the configuration ask for. */
function fusedParts(parts: Part[], options: ReadParquetOptions, read: readonly Field[]): Part[] {
  const bytesMin = parseBytes(options.partitionBytesMin ?? config.get("dataframe.parquet.partition-bytes-min") ?? 0);
  const bytesOf = ({ groups }: Part): number =>
    (groups?.list ?? []).reduce((sum, group) => read.reduce((all, { name }) => all + (group.bytes[name] ?? 0), sum), 0);
  return bytesMin === 0 ? parts : fuseParts(parts, bytesOf, bytesMin, rowsMaxOf(options));
}

const rowsMaxOf = (options: ReadParquetOptions): number => options.rowsPerPartitionMax ?? 5_000_000;

/** Files that match; a folder stands for all Parquet files below it, also one that is called like a file. Far away a name with an ending is a file. */
async function filesBelow(pattern: string): Promise<string[]> {
  const files = fileSystemOf(pattern);
  const hasEnding = /\.[A-Za-z0-9]+$/.test(pattern);
  if (/[*?[]/.test(pattern) || (hasEnding && schemeOf(pattern) !== "file")) return files.glob(pattern);
  const below = await files.glob(`${pattern.replace(/\/$/, "")}/**/*.parquet`);
  return below.length > 0 ? below : files.glob(pattern);
}

/** @throws ShoalError FILE where nothing matches */
export async function filesOf(paths: string | readonly string[]): Promise<string[]> {
  const patterns = [paths].flat() as string[];
  const found = (await Promise.all(patterns.map(filesBelow))).flatMap((paths) => [...paths].sort(naturalOrder));
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

/** Columns of a file, and which of them are of the very types of the engine that tables have. */
async function schemaOf(path: string): Promise<{ fields: Field[]; exact: string[] }> {
  const empty = await attempt(path, () =>
    withLocalFile(path, (local) =>
      polars()
        .scanParquet(local, { glob: false } as never)
        .limit(0)
        .collect(),
    ),
  );
  const types = empty.dtypes;
  const fields = empty.columns.map((name, at): Field => ({ name, dtype: dtypeOf(types[at] as PolarsType) }));
  const isExact = ({ dtype }: Field, at: number): boolean => {
    const native = types[at] as PolarsType;
    if (dtype === "string") return native.variant === "String";
    return dtype !== "object" && String(native) === String(polarsType(dtype));
  };
  return { fields, exact: fields.filter(isExact).map(({ name }) => name) };
}

/** @throws ShoalError DECODE where a file lacks a column of the first, or has it as text where the first has numbers, or the reverse */
async function checkSchema(path: string, wanted: readonly Field[], first: string): Promise<void> {
  const own = new Map((await schemaOf(path)).fields.map(({ name, dtype }) => [name, dtype]));
  for (const { name, dtype } of wanted) {
    const found = own.get(name);
    if (found !== undefined && (found === dtype || promote(found, dtype) !== undefined)) continue;
    const said = found === undefined ? `has no column "${name}"` : `has ${found} in column "${name}"`;
    throw new ShoalError(`${path} ${said}, where ${first} has ${dtype}`, { code: "DECODE", details: { path } });
  }
}

/** A part a file, or several of a large one: at the borders of its row groups, or within groups that are too large. */
async function partsOf(
  path: string,
  footer: ParquetFooter,
  options: ReadParquetOptions,
  folderDtypes: readonly Field[],
  isAlike: boolean,
): Promise<Part[]> {
  const { version } = await fileSystemOf(path).stat(path);
  const folders = folderValues(path);
  const said = folderStatistics(folders, folderDtypes);
  const groups = footer.groups.map((group) => ({
    ...group,
    ranges: { ...group.ranges, ...said.ranges },
    nulls: { ...group.nulls, ...Object.fromEntries(said.missing.map((name) => [name, group.rows])) },
  }));
  const base = { path, index: options.index ?? null, version, folders, isAlike };
  const stretches = stretchesOf(groups, rowsMaxOf(options));
  return stretches.map((list): Part => {
    const [offset, rows] = [list[0]?.offset ?? 0, list.reduce((sum, group) => sum + group.rows, 0)];
    const own: ParquetPart = { ...base, offset, rows: stretches.length === 1 ? null : rows };
    return { own, rows, groups: new RowGroups(list, `${path} ${version} ${JSON.stringify(folderDtypes)}`) };
  });
}

/** What the folders say of all rows of a file. */
function folderStatistics(
  folders: FolderValues,
  fields: readonly Field[],
): { ranges: Record<string, ColumnRange>; missing: string[] } {
  const ranges: Record<string, ColumnRange> = {};
  const missing: string[] = [];
  for (const { name, dtype } of fields) {
    const text = folders[name];
    if (text === null || text === undefined) {
      missing.push(name);
      continue;
    }
    const value = dtype === "string" ? text : Number(text);
    ranges[name] = { min: value, max: value };
  }
  return { ranges, missing };
}

/** Groups in lists of at most `max` rows each. */
function stretchesOf(groups: readonly RowGroup[], max: number): RowGroup[][] {
  const lists: RowGroup[][] = [[]];
  let rows = 0;
  for (const group of groups.flatMap((one) => piecesOf(one, max))) {
    if (rows > 0 && rows + group.rows > max) {
      lists.push([]);
      rows = 0;
    }
    lists.at(-1)?.push(group);
    rows += group.rows;
  }
  return lists;
}

function piecesOf(group: RowGroup, max: number): RowGroup[] {
  const count = Math.max(1, Math.ceil(group.rows / max));
  return Array.from({ length: count }, (_, at) => {
    const [from, to] = [Math.floor((at * group.rows) / count), Math.floor(((at + 1) * group.rows) / count)];
    return {
      ...group,
      offset: group.offset + from,
      rows: to - from,
      ...(count === 1 ? {} : { nulls: {}, bytes: shareOf(group, to - from) }),
    };
  });
}

/** Of some rows of a group the same part of its bytes. */
const shareOf = ({ rows, bytes }: RowGroup, some: number): RowGroup["bytes"] =>
  Object.fromEntries(Object.entries(bytes).map(([name, all]) => [name, (all * some) / rows]));

/** @throws ShoalError DECODE, naming the file */
async function attempt<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
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
