import { schemeOf } from "../../io/filesystem.ts";
import type { FolderValues } from "../../io/hive-folders.ts";
import { withLocalFile } from "../../io/local-copy.ts";
import { localPath } from "../../io/local-filesystem.ts";
import { isFloat } from "../dtype.ts";
import { ownName } from "../engine/own-name.ts";
import { type PolarsExpr, type PolarsLazy, polars, polarsType } from "../engine/polars.ts";
import { lit } from "../engine/typed.ts";
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
  /** Columns that the folders of the path say, and the file has not. */
  readonly folders: FolderValues;
}

/** A lazy scan of the columns that are wanted, and of the rows that may be. */
export function readParquetPart(part: ParquetPart, fields: readonly Field[]): PolarsLazy | Promise<PolarsLazy> {
  if (part.slices?.length === 0) return emptyTable(fields).lazy() as PolarsLazy;
  if (schemeOf(part.path) === "file") return scanned(localPath(part.path), part, fields);
  // A file of another place is copied here for as long as it is read.
  return withLocalFile(part.path, async (copy) => (await scanned(copy, part, fields).collect()).lazy() as PolarsLazy);
}

function scanned(local: string, part: ParquetPart, fields: readonly Field[]): PolarsLazy {
  const pl = polars();
  const all = pl.scanParquet(local, { cache: false, glob: false } as never);
  const needsNumbers = part.index === null && fields.some(({ name }) => isIndexName(name));
  const stretch = (rows: PolarsLazy, offset: number): PolarsLazy => {
    const numbered = needsNumbers ? (rows.withRowIndex(ROW, offset) as unknown as PolarsLazy) : rows;
    return numbered.select(...fields.map((field) => columnValue(field, part)));
  };
  if (part.slices === undefined)
    return stretch(part.rows === null ? all : all.slice(part.offset, part.rows), part.offset);
  const stretches = part.slices.map(([offset, rows]) => stretch(all.slice(offset, rows), offset));
  if (stretches.length === 1) return stretches[0] as PolarsLazy;
  return pl.concat(stretches as never, { how: "vertical" } as never) as unknown as PolarsLazy;
}

function columnValue({ name, dtype }: Field, part: ParquetPart): PolarsExpr {
  const pl = polars();
  const said = part.folders[name];
  if (said !== undefined) return lit(said).cast(pl.Utf8).cast(polarsType(dtype)).alias(name);
  const source = name === indexName(0) ? (part.index ?? ROW) : name;
  const e = pl.col(source);
  if (dtype === "object") return e.alias(name);
  const typed = e.cast(polarsType(dtype));
  return (isFloat(dtype) ? typed.fillNan(lit(null)) : typed).alias(name);
}
