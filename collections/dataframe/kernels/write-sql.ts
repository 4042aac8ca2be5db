import { ShoalError } from "../../../runtime/base/errors.ts";
import { openSql } from "../../io/open-sql.ts";
import { quotedName, type SqlDatabase, type SqlStatement, shownUrl, tableName } from "../../io/sql-database.ts";
import type { Dtype } from "../dtype.ts";
import { polars } from "../engine/polars.ts";
import "../frame/frame-bytes.ts";
import type { TableChunk } from "../frame/table-chunk.ts";
import { valuesOf } from "../frame/values.ts";
import { indexName, shownName, type TableMeta } from "../schema.ts";

export interface SqlOut {
  readonly url: string;
  readonly table: string;
  readonly index: boolean;
  readonly ifExists: "fail" | "replace" | "append";
  /** Rows of one statement at most. */
  readonly rowsMax: number;
}

/** Makes the table, if it has to be. @throws ShoalError SQL if it is there and must not be, NOT_SUPPORTED for a column that the database has no type for */
export async function createSqlTable(meta: TableMeta, out: SqlOut): Promise<number[]> {
  const database = await openSql(out.url, "write");
  try {
    const columns = columnsOf(meta, out).map(
      ({ shown, dtype }) => `${quotedName(shown)} ${typeOf(database, shown, dtype, out)}`,
    );
    const name = tableName(out.table);
    const create = { sql: `CREATE TABLE ${name} (${columns.join(", ")})` };
    const isThere = await database.hasTable(out.table);
    if (!isThere) await database.change([create]);
    else if (out.ifExists === "fail")
      throw new ShoalError(
        `toSql() found a table ${out.table} in ${shownUrl(out.url)}; say ifExists: "append" or "replace" if it may be changed`,
        { code: "SQL" },
      );
    else if (out.ifExists === "replace") await database.change([{ sql: `DROP TABLE ${name}` }, create]);
    return [];
  } finally {
    await database.close();
  }
}

/** Inserts the rows of one partition: all of them, or none. @returns how many */
export async function writeSqlPart(meta: TableMeta, out: SqlOut, chunk: TableChunk, _before: unknown): Promise<number> {
  if (chunk.rows === 0) return 0;
  const columns = columnsOf(meta, out);
  const lists = columns.map(({ name, dtype }) => sqlValues(chunk, name, dtype));
  const database = await openSql(out.url, "write");
  try {
    const rowsMax = Math.max(1, Math.min(out.rowsMax, Math.floor(database.valuesMax / columns.length)));
    const into = `INSERT INTO ${tableName(out.table)} (${columns.map(({ shown }) => quotedName(shown)).join(", ")}) VALUES `;
    const statements: SqlStatement[] = [];
    for (let from = 0; from < chunk.rows; from += rowsMax) {
      const to = Math.min(chunk.rows, from + rowsMax);
      const values: unknown[] = [];
      const rows: string[] = [];
      for (let row = from; row < to; row++)
        rows.push(`(${lists.map((list) => `$${values.push(list[row])}`).join(", ")})`);
      statements.push({ sql: into + rows.join(", "), values });
    }
    await database.change(statements);
    return chunk.rows;
  } finally {
    await database.close();
  }
}

interface WrittenColumn {
  readonly name: string;
  readonly shown: string;
  readonly dtype: Dtype;
}

const columnsOf = (meta: TableMeta, { index }: SqlOut): WrittenColumn[] => [
  ...(index
    ? meta.index.map(({ label, dtype }, level) => ({ name: indexName(level), shown: label ?? "index", dtype }))
    : []),
  ...meta.columns.map(({ name, dtype }) => ({ name, shown: shownName(name), dtype })),
];

function typeOf(database: SqlDatabase, column: string, dtype: Dtype, { url }: SqlOut): string {
  const type = database.columnType(dtype);
  if (type !== undefined) return type;
  throw new ShoalError(
    `toSql() cannot write column "${column}": ${shownUrl(url)} has no type for ${dtype}; give it another with astype()`,
    { code: "NOT_SUPPORTED" },
  );
}

/** Times as text, to the microsecond; whole numbers of 64 bits exactly. */
function sqlValues(chunk: TableChunk, name: string, dtype: Dtype): unknown[] {
  const series = chunk.native.getColumn(name);
  const isTime = dtype === "datetime" || dtype === "date";
  return isTime ? series.cast(polars().Utf8).toArray() : valuesOf(series, dtype, { int64: "bigint" });
}
