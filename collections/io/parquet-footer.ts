import { type FileMetaData, parquetMetadataAsync } from "hyparquet";
import { tokenSymbol } from "../../runtime/graph/tokenize.ts";
import { fileSystemOf } from "./schemes.ts";

/** What a file says of one column in one row group. Values are plain: times are microseconds. */
export interface ColumnRange {
  readonly min: number | string;
  readonly max: number | string;
}

/** Rows that a Parquet file keeps together, and what it says of them. */
export interface RowGroup {
  readonly offset: number;
  readonly rows: number;
  readonly ranges: Readonly<Record<string, ColumnRange>>;
  /** Missing values of a column, where the file says how many. */
  readonly nulls: Readonly<Record<string, number>>;
  /** What a column takes when it is decompressed, with all that is nested in it. */
  readonly bytes: Readonly<Record<string, number>>;
}

/** Row groups of a part of a file. They are named by the file's version: they may be thousands, and plans are named often. */
export class RowGroups {
  readonly list: readonly RowGroup[];
  private readonly file: string;

  constructor(list: readonly RowGroup[], file: string) {
    this.list = list;
    this.file = file;
  }

  /** Those for which the condition holds. */
  filter(keep: (group: RowGroup) => boolean): RowGroups {
    return new RowGroups(this.list.filter(keep), this.file);
  }

  [tokenSymbol](): unknown {
    return [this.file, this.list.map(({ offset, rows }) => [offset, rows])];
  }
}

/** What a file says of itself. */
export interface ParquetFooter {
  readonly groups: readonly RowGroup[];
  /** Its columns and their types as text: files of equal text have equal columns. */
  readonly schema: string;
}

/** The footers of most files are smaller; others are read twice. */
const FIRST_BYTES = 65_536;

/** Read from the last bytes of a file alone. */
export async function footerOf(path: string): Promise<ParquetFooter> {
  const files = fileSystemOf(path);
  const { sizeBytes } = await files.stat(path);
  const file = {
    byteLength: sizeBytes,
    slice: async (start: number, end = sizeBytes) => {
      const bytes = await files.readRange(path, start, end - start);
      return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
    },
  };
  const metadata = await parquetMetadataAsync(file, { initialFetchSize: FIRST_BYTES });
  let offset = 0;
  const groups = metadata.row_groups.map((group) => {
    const rows = Number(group.num_rows);
    const made = { offset, rows, ...statisticsOf(group), bytes: columnBytes(group) };
    offset += rows;
    return made;
  });
  return { groups, schema: JSON.stringify(metadata.schema) };
}

type NativeGroup = FileMetaData["row_groups"][number];

function statisticsOf(group: NativeGroup): Pick<RowGroup, "ranges" | "nulls"> {
  const ranges: Record<string, ColumnRange> = {};
  const nulls: Record<string, number> = {};
  for (const { meta_data: column } of group.columns) {
    // Of nested columns only the leaves have statistics.
    const [name, ...deeper] = column?.path_in_schema ?? [];
    const said = column?.statistics;
    if (name === undefined || deeper.length > 0 || said === undefined) continue;
    if (said.null_count !== undefined) nulls[name] = Number(said.null_count);
    const [min, max] = [boundOf(said.min_value, -1), boundOf(said.max_value, 1)];
    if (min !== undefined && max !== undefined) ranges[name] = { min, max };
  }
  return { ranges, nulls };
}

function columnBytes(group: NativeGroup): Record<string, number> {
  const bytes: Record<string, number> = {};
  for (const { meta_data: column } of group.columns) {
    const name = column?.path_in_schema[0];
    if (name !== undefined) bytes[name] = (bytes[name] ?? 0) + Number(column?.total_uncompressed_size ?? 0);
  }
  return bytes;
}

/** A bound as a plain value; times are read to the millisecond, so they are widened by one. */
function boundOf(value: unknown, outwards: number): number | string | undefined {
  // Where a text was cut within a character, what stands for it is no bound.
  if (typeof value === "string") return value.includes("\uFFFD") ? undefined : value;
  if (value instanceof Date) return (value.getTime() + outwards) * 1_000;
  const number = typeof value === "bigint" ? Number(value) : value;
  return typeof number === "number" && Math.abs(number) <= Number.MAX_SAFE_INTEGER ? number : undefined;
}
