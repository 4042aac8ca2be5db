import { ShoalError } from "../../runtime/base/errors.ts";
import type { Dtype } from "../dataframe/dtype.ts";

/** A column of an answer; its type is null where the database does not say one. */
export interface SqlColumn {
  readonly name: string;
  readonly dtype: Dtype | null;
}

export interface SqlAnswer {
  readonly columns: readonly SqlColumn[];
  /** Values in the order of the columns: numbers, bigints, text, booleans, Date, null. */
  readonly rows: readonly (readonly unknown[])[];
}

/** What a database is opened for; a SQLite file that is to be written to is made where there is none. */
export type SqlAccess = "read" | "write";

/** What is to be done; `$1`, `$2` … stand for the values: numbers, bigints, text, booleans, null. */
export interface SqlStatement {
  readonly sql: string;
  readonly values?: readonly unknown[];
}

/** A database that is asked in SQL. All implementations pass test/cases/sql-cases.ts. */
export interface SqlDatabase {
  /** Placeholders that one statement may have. */
  readonly valuesMax: number;
  /** One SELECT; `$1`, `$2` … stand for the values. @throws ShoalError SQL with the database's words and the question */
  ask(sql: string, values?: readonly unknown[]): Promise<SqlAnswer>;
  /** All of these, or none. @throws ShoalError SQL with the database's words and the statement that it refused */
  change(statements: readonly SqlStatement[]): Promise<void>;
  /** Whether there is a table or view of that name. */
  hasTable(name: string): Promise<boolean>;
  /** What a column of a type is called there; undefined where there is none. */
  columnType(dtype: Dtype): string | undefined;
  close(): Promise<void>;
}

/** A name as SQL has it, whatever stands in it. */
export const quotedName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** The name of a table, which may stand behind that of its schema. */
export const tableName = (name: string): string => name.split(".").map(quotedName).join(".");

export const sqlError = (url: string, sql: string, cause: unknown): ShoalError =>
  new ShoalError(`${shownUrl(url)} refused ${sql}: ${(cause as Error).message}`, {
    code: "SQL",
    cause,
    details: { sql },
  });

/** Without the password. */
export const shownUrl = (url: string): string => url.replace(/(\/\/[^:/@]*):[^@/]*@/, "$1:…@");

const SHOWN_MAX = 200;

/** The beginning of a statement that may be very long. */
export const shortened = (sql: string): string => (sql.length > SHOWN_MAX ? `${sql.slice(0, SHOWN_MAX)}…` : sql);
