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

/** A database that is asked in SQL. All implementations pass test/cases/sql-cases.ts. */
export interface SqlDatabase {
  /** One SELECT; `$1`, `$2` … stand for the values. @throws ShoalError SQL with the database's words and the question */
  ask(sql: string, values?: readonly unknown[]): Promise<SqlAnswer>;
  close(): Promise<void>;
}

/** A name as SQL has it, whatever stands in it. */
export const quotedName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

export const sqlError = (url: string, sql: string, cause: unknown): ShoalError =>
  new ShoalError(`${shownUrl(url)} refused ${sql}: ${(cause as Error).message}`, {
    code: "SQL",
    cause,
    details: { sql },
  });

/** Without the password. */
export const shownUrl = (url: string): string => url.replace(/(\/\/[^:/@]*):[^@/]*@/, "$1:…@");
