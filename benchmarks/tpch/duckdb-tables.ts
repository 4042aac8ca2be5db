import { join } from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { TABLE_NAMES } from "./queries.ts";

/** A DuckDB that sees the files of a folder as tables. */
export async function duckdbOver(
  folder: string,
  threads?: number,
): Promise<{ connection: DuckDBConnection; close(): void }> {
  const instance = await DuckDBInstance.create(":memory:", threads === undefined ? {} : { threads: String(threads) });
  const connection = await instance.connect();
  for (const name of TABLE_NAMES)
    await connection.run(`CREATE VIEW ${name} AS SELECT * FROM read_parquet('${join(folder, name)}/*.parquet')`);
  return {
    connection,
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}
