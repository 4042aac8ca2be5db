import { ShoalError } from "../../runtime/base/errors.ts";
import type { Dtype } from "../dataframe/dtype.ts";
import { optionalLibrary } from "./optional-library.ts";
import {
  type SqlAnswer,
  type SqlDatabase,
  type SqlStatement,
  shortened,
  shownUrl,
  sqlError,
  tableName,
} from "./sql-database.ts";

/** What PostgreSQL's type numbers are here; others come as text. */
const DTYPES: Readonly<Record<number, Dtype>> = {
  16: "bool",
  20: "int64",
  21: "int16",
  23: "int32",
  700: "float32",
  701: "float64",
  1700: "float64",
  1082: "date",
  1114: "datetime",
  1184: "datetime",
};

/** What columns of ours are called there. */
const TYPES: Readonly<Record<string, string>> = {
  bool: "BOOLEAN",
  int8: "SMALLINT",
  int16: "SMALLINT",
  int32: "INTEGER",
  int64: "BIGINT",
  uint8: "SMALLINT",
  uint16: "INTEGER",
  uint32: "BIGINT",
  uint64: "NUMERIC(20)",
  float32: "REAL",
  float64: "DOUBLE PRECISION",
  string: "TEXT",
  datetime: "TIMESTAMP",
  date: "DATE",
};

interface Client {
  connect(): Promise<void>;
  query(question: { text: string; values: unknown[]; rowMode: "array" }): Promise<{
    fields: { name: string; dataTypeID: number }[];
    rows: unknown[][];
  }>;
  on(event: "error", listener: (error: Error) => void): unknown;
  end(): Promise<void>;
}
type Library = {
  Client: new (options: { connectionString: string; types: { getTypeParser(): (text: string) => string } }) => Client;
};

/** PostgreSQL, through the package pg. */
export class PostgresDatabase implements SqlDatabase {
  readonly valuesMax = 65_535;
  private readonly url: string;
  private readonly client: Client;

  private constructor(url: string, client: Client) {
    this.url = url;
    this.client = client;
  }

  static async open(url: string): Promise<PostgresDatabase> {
    const library = await optionalLibrary<Library>("postgres:", "pg", () => import("pg"));
    // Values are read from their text here, so that no time passes through this machine's zone and no integer through a float.
    const client = new library.Client({ connectionString: url, types: { getTypeParser: () => (text) => text } });
    // A connection that breaks between questions fails the next one.
    client.on("error", () => undefined);
    try {
      await client.connect();
    } catch (cause) {
      throw new ShoalError(`${shownUrl(url)} could not be reached: ${(cause as Error).message}`, {
        code: "SQL",
        cause,
      });
    }
    return new PostgresDatabase(url, client);
  }

  async ask(sql: string, values: readonly unknown[] = []): Promise<SqlAnswer> {
    try {
      const { fields, rows } = await this.client.query({ text: sql, values: [...values], rowMode: "array" });
      const columns = fields.map(({ name, dataTypeID }) => ({
        name,
        dtype: DTYPES[dataTypeID] ?? ("string" as const),
      }));
      return {
        columns,
        rows: rows.map((row) =>
          row.map((text, at) => decodedValue(text as string | null, (columns[at] as { dtype: Dtype }).dtype)),
        ),
      };
    } catch (cause) {
      throw sqlError(this.url, sql, cause);
    }
  }

  async change(statements: readonly SqlStatement[]): Promise<void> {
    await this.run({ sql: "BEGIN" });
    try {
      for (const statement of statements) await this.run(statement);
      await this.run({ sql: "COMMIT" });
    } catch (error) {
      // Where the connection is gone, so is what was begun.
      await this.run({ sql: "ROLLBACK" }).catch(() => undefined);
      throw error;
    }
  }

  private async run({ sql, values = [] }: SqlStatement): Promise<void> {
    try {
      await this.client.query({ text: sql, values: [...values], rowMode: "array" });
    } catch (cause) {
      throw sqlError(this.url, shortened(sql), cause);
    }
  }

  async hasTable(name: string): Promise<boolean> {
    const { rows } = await this.ask("SELECT to_regclass($1) IS NOT NULL", [tableName(name)]);
    return rows[0]?.[0] === true;
  }

  columnType(dtype: Dtype): string | undefined {
    return TYPES[dtype];
  }

  async close(): Promise<void> {
    await this.client.end();
  }
}

function decodedValue(text: string | null, dtype: Dtype): unknown {
  if (text === null) return null;
  switch (dtype) {
    case "bool":
      return text === "t";
    case "int64": {
      const value = Number(text);
      return Number.isSafeInteger(value) ? value : BigInt(text);
    }
    case "string":
      return text;
    case "date":
      return new Date(`${text}T00:00:00Z`);
    case "datetime":
      // "2022-03-01 05:06:07.5", or with a zone's "+00", "+05:30" behind it.
      return new Date(
        `${text.replace(" ", "T").replace(/([+-]\d\d)$/, "$1:00")}${/[+-]\d\d(:\d\d)?$/.test(text.slice(10)) ? "" : "Z"}`,
      );
    default:
      return Number(text);
  }
}
