import { existsSync } from "node:fs";
import type { Dtype } from "../dataframe/dtype.ts";
import { FileError } from "./filesystem.ts";
import { localPath } from "./local-filesystem.ts";
import { optionalLibrary } from "./optional-library.ts";
import {
  type SqlAccess,
  type SqlAnswer,
  type SqlDatabase,
  type SqlStatement,
  shortened,
  sqlError,
} from "./sql-database.ts";

/** The part of the library that is used: its types name no column types. */
interface Library {
  Database: new (path: string, options: { readOnly: boolean; fileMustExist: boolean }) => Database;
}
interface Database {
  all(sql: string, values: unknown[]): Record<string, unknown>[];
  run(sql: string, values: unknown[]): unknown;
  prepare(sql: string): { finalize(): void };
  close(): void;
}

/** What columns are called; SQLite itself has no times and no truth: the one is text, the other 0 and 1. */
const TYPES: Readonly<Record<string, string>> = {
  bool: "INTEGER",
  int8: "INTEGER",
  int16: "INTEGER",
  int32: "INTEGER",
  int64: "INTEGER",
  uint8: "INTEGER",
  uint16: "INTEGER",
  uint32: "INTEGER",
  float32: "REAL",
  float64: "REAL",
  string: "TEXT",
  datetime: "TEXT",
  date: "TEXT",
};

/** SQLite files, read where they lie. Values have types of their own there, so that a column's is told from its values. */
export class SqliteDatabase implements SqlDatabase {
  readonly valuesMax = 32_766;
  private readonly url: string;
  private readonly database: Database;

  private constructor(url: string, database: Database) {
    this.url = url;
    this.database = database;
  }

  static async open(url: string, access: SqlAccess): Promise<SqliteDatabase> {
    const path = localPath(url.replace(/^sqlite:(\/\/(?=\/))?/, ""));
    const readOnly = access === "read";
    if (readOnly && !existsSync(path)) throw new FileError(`${path} does not exist`, path, "missing");
    const load = () => import("node-sqlite3-wasm");
    const library = await optionalLibrary<Library>("sqlite:", "node-sqlite3-wasm", load);
    return new SqliteDatabase(url, new library.Database(path, { readOnly, fileMustExist: readOnly }));
  }

  async ask(sql: string, values: readonly unknown[] = []): Promise<SqlAnswer> {
    try {
      const found = this.database.all(numbered(sql), [...values]);
      const names = Object.keys(found[0] ?? {});
      const rows = found.map((row) => names.map((name) => row[name]));
      return { columns: names.map((name, at) => ({ name, dtype: dtypeOf(rows, at) })), rows };
    } catch (cause) {
      throw sqlError(this.url, sql, cause);
    }
  }

  async change(statements: readonly SqlStatement[]): Promise<void> {
    this.run({ sql: "BEGIN IMMEDIATE" });
    try {
      for (const statement of statements) this.run(statement);
      this.run({ sql: "COMMIT" });
    } catch (error) {
      this.database.run("ROLLBACK", []);
      throw error;
    }
  }

  private run({ sql, values = [] }: SqlStatement): void {
    const bound = values.map((value) => (typeof value === "boolean" ? Number(value) : value));
    try {
      this.database.run(numbered(sql), bound);
    } catch (cause) {
      throw sqlError(this.url, shortened(sql), cause);
    }
  }

  async hasTable(name: string): Promise<boolean> {
    const { rows } = await this.ask("SELECT count(*) AS n FROM pragma_table_info($1)", [name]);
    return rows[0]?.[0] !== 0;
  }

  columnType(dtype: Dtype): string | undefined {
    return TYPES[dtype];
  }

  async close(): Promise<void> {
    this.database.close();
  }
}

/** Its placeholders are ?1, ?2 … */
const numbered = (sql: string): string => sql.replace(/\$(\d+)/g, "?$1");

/** The type that the values of a column have; null where all are missing. */
function dtypeOf(rows: readonly (readonly unknown[])[], at: number): Dtype | null {
  let dtype: Dtype | null = null;
  for (const row of rows) {
    const value = row[at];
    if (value === null || value === undefined) continue;
    const own: Dtype =
      typeof value === "string" ? "string" : Number.isInteger(value) || typeof value === "bigint" ? "int64" : "float64";
    if (value instanceof Uint8Array) return "string";
    if (dtype === null || dtype === own) dtype = own;
    else if (dtype === "string" || own === "string") return "string";
    else dtype = "float64";
  }
  return dtype;
}
