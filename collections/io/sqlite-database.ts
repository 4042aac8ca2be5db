import { existsSync } from "node:fs";
import type { Dtype } from "../dataframe/dtype.ts";
import { FileError } from "./filesystem.ts";
import { localPath } from "./local-filesystem.ts";
import { optionalLibrary } from "./optional-library.ts";
import { type SqlAnswer, type SqlDatabase, sqlError } from "./sql-database.ts";

/** The part of the library that is used: its types name no column types. */
interface Library {
  Database: new (path: string, options: { readOnly: boolean; fileMustExist: boolean }) => Database;
}
interface Database {
  all(sql: string, values: unknown[]): Record<string, unknown>[];
  prepare(sql: string): { finalize(): void };
  close(): void;
}

/** SQLite files, read where they lie. Values have types of their own there, so that a column's is told from its values. */
export class SqliteDatabase implements SqlDatabase {
  private readonly url: string;
  private readonly database: Database;

  private constructor(url: string, database: Database) {
    this.url = url;
    this.database = database;
  }

  static async open(url: string): Promise<SqliteDatabase> {
    const path = localPath(url.replace(/^sqlite:(\/\/(?=\/))?/, ""));
    if (!existsSync(path)) throw new FileError(`${path} does not exist`, path, "missing");
    const load = () => import("node-sqlite3-wasm");
    const library = await optionalLibrary<Library>("sqlite:", "node-sqlite3-wasm", load);
    return new SqliteDatabase(url, new library.Database(path, { readOnly: true, fileMustExist: true }));
  }

  async ask(sql: string, values: readonly unknown[] = []): Promise<SqlAnswer> {
    // Its placeholders are ?1, ?2 …
    const own = sql.replace(/\$(\d+)/g, "?$1");
    try {
      const found = this.database.all(own, [...values]);
      const names = Object.keys(found[0] ?? {});
      const rows = found.map((row) => names.map((name) => row[name]));
      return { columns: names.map((name, at) => ({ name, dtype: dtypeOf(rows, at) })), rows };
    } catch (cause) {
      throw sqlError(this.url, sql, cause);
    }
  }

  async close(): Promise<void> {
    this.database.close();
  }
}

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
