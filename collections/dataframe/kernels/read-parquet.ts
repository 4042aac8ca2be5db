import { schemeOf } from "../../io/filesystem.ts";
import type { FolderValues } from "../../io/hive-folders.ts";
import { withLocalFile } from "../../io/local-copy.ts";
import { localPath } from "../../io/local-filesystem.ts";
import { isFloat } from "../dtype.ts";
import { clearNaN } from "../engine/clear-nan.ts";
import { ownName } from "../engine/own-name.ts";
import { type PolarsExpr, type PolarsLazy, polars, polarsType } from "../engine/polars.ts";
import { translate } from "../engine/translate.ts";
import { lit } from "../engine/typed.ts";
import { type Expr, visitColumns } from "../expression/expression.ts";
import { type Field, indexName, isIndexName } from "../schema.ts";
import { emptyTable } from "./empty-table.ts";

const ROW = ownName("row");

/** Rows of a Parquet file: `rows` of them from `offset` on; all where it is null. */
export interface ParquetPart {
  readonly path: string;
  readonly offset: number;
  readonly rows: number | null;
  /** The stretches of rows that are wanted, where not all are. */
  readonly slices?: readonly (readonly [offset: number, rows: number])[];
  /** The column that is the index; null where rows are numbered from `offset` on. */
  readonly index: string | null;
  readonly version: string;
  /** Whether the file has the very columns of the first, so that what the reader says of those holds here. */
  readonly isAlike: boolean;
  /** Columns that the folders of the path say, and the file has not. */
  readonly folders: FolderValues;
}

/** How the columns of Parquet files are read. */
export interface ParquetReader {
  readonly format: "parquet";
  /** Columns that the first file has in the very types of the engine that tables have. */
  readonly exact: readonly string[];
}

/** The same of several small parts under each other. */
export async function readParquetParts(
  reader: ParquetReader,
  parts: readonly ParquetPart[],
  fields: readonly Field[],
  condition: Expr | null,
): Promise<PolarsLazy> {
  const some = parts.filter(({ slices }) => slices?.length !== 0);
  if (some.length === 0) return emptyTable(fields).lazy() as PolarsLazy;
  const tables = await Promise.all(some.map((part) => readParquetPart(reader, part, fields, condition)));
  return polars().concat(tables as never, { how: "vertical" } as never) as unknown as PolarsLazy;
}

/** The columns that are wanted, of rows that may be, and of those only such as meet the condition. */
export function readParquetPart(
  reader: ParquetReader,
  part: ParquetPart,
  fields: readonly Field[],
  condition: Expr | null,
): PolarsLazy | Promise<PolarsLazy> {
  if (part.slices?.length === 0) return emptyTable(fields).lazy() as PolarsLazy;
  const exact = new Set(part.isAlike ? reader.exact : []);
  const read = (local: string): Promise<PolarsLazy> => {
    const asked = new Set<string>();
    if (condition !== null) visitColumns(condition, (name) => asked.add(name));
    const scan = scanned(local, part, fields, exact, asked);
    const rows = condition === null ? scan : scan.filter(translate(condition, fields));
    return clearNaN(
      rows,
      fields.filter(({ name }) => !asked.has(name)),
    );
  };
  if (schemeOf(part.path) === "file") return read(localPath(part.path));
  // A file of another place is copied here for as long as it is read.
  return withLocalFile(part.path, async (copy) => (await (await read(copy)).collect()).lazy() as PolarsLazy);
}

function scanned(
  local: string,
  part: ParquetPart,
  fields: readonly Field[],
  exact: ReadonlySet<string>,
  asked: ReadonlySet<string>,
): PolarsLazy {
  const pl = polars();
  const all = pl.scanParquet(local, { cache: false, glob: false } as never);
  const needsNumbers = part.index === null && fields.some(({ name }) => isIndexName(name));
  const stretch = (rows: PolarsLazy, offset: number): PolarsLazy => {
    const numbered = needsNumbers ? (rows.withRowIndex(ROW, offset) as unknown as PolarsLazy) : rows;
    return numbered.select(...fields.map((field) => columnValue(field, part, exact, asked)));
  };
  if (part.slices === undefined)
    return stretch(part.rows === null ? all : all.slice(part.offset, part.rows), part.offset);
  const stretches = part.slices.map(([offset, rows]) => stretch(all.slice(offset, rows), offset));
  if (stretches.length === 1) return stretches[0] as PolarsLazy;
  return pl.concat(stretches as never, { how: "vertical" } as never) as unknown as PolarsLazy;
}

/** What a condition asks for has no NaN when it does; the rest is looked through once the rows are chosen. */
function columnValue(
  { name, dtype }: Field,
  part: ParquetPart,
  exact: ReadonlySet<string>,
  asked: ReadonlySet<string>,
): PolarsExpr {
  const pl = polars();
  const said = part.folders[name];
  if (said !== undefined) return lit(said).cast(pl.Utf8).cast(polarsType(dtype)).alias(name);
  const source = name === indexName(0) ? (part.index ?? ROW) : name;
  const e = pl.col(source);
  if (dtype === "object") return e.alias(name);
  const typed = exact.has(source) ? e : e.cast(polarsType(dtype));
  return (isFloat(dtype) && asked.has(name) ? typed.fillNan(lit(null)) : typed).alias(name);
}
