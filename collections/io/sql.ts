import { ShoalError } from "../../runtime/base/errors.ts";
import { type AnyRow, DataFrame } from "../dataframe/dataframe.ts";
import { type Dtype, parseDtype } from "../dataframe/dtype.ts";
import { plainValue } from "../dataframe/frame/value-types.ts";
import type { SqlPart } from "../dataframe/kernels/read-sql.ts";
import { type Divisions, named, type Part } from "../dataframe/plan/node.ts";
import { viewOfNode } from "../dataframe/plan/view.ts";
import { type Field, indexName } from "../dataframe/schema.ts";
import { openSql } from "./open-sql.ts";
import { quotedName, type SqlDatabase, tableName } from "./sql-database.ts";

export interface ReadSqlOptions {
  /** The column that is the index, and by whose ranges the rows are read in partitions; a key is best. */
  readonly index: string;
  /** Columns to offer; all unless told. */
  readonly columns?: readonly string[];
  /** Partitions of about equal ranges of the index (numbers or times); 1 unless told. */
  readonly npartitions?: number;
  /** Where partitions begin, and where the last ends, instead of a number of partitions. */
  readonly divisions?: readonly unknown[];
  /** Types of columns that should not be told from the database or its first rows. */
  readonly dtypes?: Readonly<Record<string, string>>;
}

const SAMPLED_ROWS = 1000;

/**
 * A table, or the rows of a query, of a database: `sqlite:PATH` or `postgres://…`. Each partition asks for a range of the index, and
 * for the columns that are used only. Rows without an index come with the first partition.
 * @param source a table's name, or a query in round brackets or beginning with SELECT or WITH
 * @throws ShoalError SQL with the database's words, NOT_SUPPORTED for another kind of database
 * @see https://docs.dask.org/en/stable/generated/dask.dataframe.read_sql_table.html
 * @example
 * const orders = await readSql("sqlite:shop.db", "orders", { index: "id", npartitions: 4 });
 */
export async function readSql<S = AnyRow>(url: string, source: string, options: ReadSqlOptions): Promise<DataFrame<S>> {
  if (typeof options?.index !== "string") throw new TypeError("readSql() needs the column that is the index");
  const from = fromClause(source);
  const database = await openSql(url);
  try {
    const all = await columnsOf(database, from, options);
    const key = all.find(({ name }) => name === options.index);
    if (key === undefined)
      throw new ShoalError(
        `${source} has no column "${options.index}"; it has ${all.map(({ name }) => name).join(", ")}`,
        {
          code: "UNKNOWN_KEY",
        },
      );
    for (const name of options.columns ?? [])
      if (!all.some((one) => one.name === name))
        throw new ShoalError(`${source} has no column "${name}"; it has ${all.map((one) => one.name).join(", ")}`, {
          code: "UNKNOWN_KEY",
        });
    const columns = (options.columns ?? all.map(({ name }) => name))
      .filter((name) => name !== options.index)
      .map((name) => all.find((one) => one.name === name) as Field);
    const bounds = await boundsOf(database, from, key, options);
    const parts = rangesOf(bounds).map(
      (range): Part => ({
        own: { url, from, index: options.index, keyDtype: key.dtype, ...range } satisfies SqlPart,
        rows: null,
      }),
    );
    const values = bounds?.map(plainValue) ?? null;
    const divisions: Divisions | null = values === null ? null : { column: indexName(0), values };
    const scan = named({
      kind: "scan",
      reader: { format: "sql" },
      parts,
      label: source,
      fields: [{ name: indexName(0), dtype: key.dtype }, ...columns],
      npartitions: parts.length,
      divisions: divisions !== null && (await hasMissing(database, from, options.index)) ? null : divisions,
    });
    return new DataFrame<S>(viewOfNode(scan, { index: [{ label: options.index }], columns }));
  } finally {
    await database.close();
  }
}

const fromClause = (source: string): string =>
  /^\s*(\(|select\b|with\b)/i.test(source)
    ? `(${source
        .trim()
        .replace(/^\((.*)\)$/s, "$1")
        .replace(/;\s*$/, "")}) AS q`
    : tableName(source);

async function columnsOf(database: SqlDatabase, from: string, options: ReadSqlOptions): Promise<Field[]> {
  const { columns } = await database.ask(`SELECT * FROM ${from} LIMIT ${SAMPLED_ROWS}`);
  if (columns.length === 0)
    throw new ShoalError(`${from} has no rows to tell its columns from; say them with a query that has some`, {
      code: "SQL",
    });
  return columns.map(({ name, dtype }) => ({
    name,
    dtype: options.dtypes?.[name] === undefined ? (dtype ?? "string") : parseDtype(options.dtypes[name] as string),
  }));
}

/** Where the ranges begin and end; null for one range of everything. */
async function boundsOf(
  database: SqlDatabase,
  from: string,
  key: Field,
  options: ReadSqlOptions,
): Promise<readonly unknown[] | null> {
  if (options.divisions !== undefined && options.npartitions !== undefined)
    throw new RangeError("readSql() takes npartitions or divisions, not both");
  if (options.divisions !== undefined) {
    if (options.divisions.length < 2) throw new RangeError("readSql() needs at least two divisions");
    return options.divisions;
  }
  const count = options.npartitions ?? 1;
  if (!(Number.isInteger(count) && count > 0))
    throw new RangeError(`A table needs at least one partition, got ${count}`);
  if (count === 1) return null;
  const name = quotedName(key.name);
  const { rows } = await database.ask(`SELECT min(${name}), max(${name}) FROM ${from}`);
  const [low, high] = [rows[0]?.[0], rows[0]?.[1]];
  if (low === null || low === undefined) return null;
  return spread(low, high, count, key.dtype);
}

/** Evenly spread labels; those of whole numbers are whole. */
function spread(low: unknown, high: unknown, count: number, dtype: Dtype): unknown[] {
  if (low instanceof Date && high instanceof Date)
    return [...new Set(between(low.getTime(), high.getTime(), count).map(Math.round))].map((one) => new Date(one));
  if (typeof low !== "number" || typeof high !== "number")
    throw new TypeError(`Ranges of ${dtype} cannot be told from their ends; give divisions`);
  const labels = between(low, high, count);
  return [...new Set(dtype.includes("int") ? labels.map(Math.floor) : labels)];
}
const between = (low: number, high: number, count: number): number[] =>
  Array.from({ length: count + 1 }, (_, at) => (at === count ? high : low + ((high - low) * at) / count));

/** The first range is open below and the last above only where there is one range; the first also takes rows without an index. */
function rangesOf(bounds: readonly unknown[] | null): Pick<SqlPart, "low" | "high" | "closed" | "missing">[] {
  if (bounds === null) return [{ low: null, high: null, closed: true, missing: true }];
  const count = Math.max(1, bounds.length - 1);
  return Array.from({ length: count }, (_, at) => ({
    low: bounds[at],
    high: bounds[at + 1] ?? bounds[at],
    closed: at === count - 1,
    missing: at === 0,
  }));
}

async function hasMissing(database: SqlDatabase, from: string, index: string): Promise<boolean> {
  const { rows } = await database.ask(`SELECT 1 AS one FROM ${from} WHERE ${quotedName(index)} IS NULL LIMIT 1`);
  return rows.length > 0;
}
