import { DuckDBInstance } from "@duckdb/node-api";
import type { Random } from "../../../../runtime/base/random.ts";
import { baseQuery, partitioned, randomColumns, randomQuery, SQL_TYPES } from "./random-query.ts";
import { rowsDifference } from "./rows-difference.ts";

const QUERIES_A_TABLE = 20;

/** Random queries over random tables, answered by Shoal and by DuckDB. @returns what differs, a text each */
export async function compareWithDuckDB(random: Random, queries: number): Promise<string[]> {
  const wrong: string[] = [];
  for (let at = 0; at < queries; at += QUERIES_A_TABLE)
    wrong.push(...(await compareOverTables(random.fork(`tables ${at}`), Math.min(QUERIES_A_TABLE, queries - at))));
  return wrong;
}

async function compareOverTables(random: Random, queries: number): Promise<string[]> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const wrong: string[] = [];
  try {
    const [a, b] = [
      randomColumns(random, random.pick([0, 1, 8, 25])),
      randomColumns(random, random.pick([0, 5, 15])),
    ] as const;
    for (const [name, columns] of [
      ["a", a],
      ["b", b],
    ] as const) {
      const types = Object.entries(SQL_TYPES).map(([column, type]) => `${column} ${type}`);
      await connection.run(`CREATE TABLE ${name} (${types.join(", ")})`);
      for (const values of sqlRows(columns)) await connection.run(`INSERT INTO ${name} VALUES (${values})`);
    }
    const [left, right] = [partitioned(random, a), partitioned(random, b)];
    for (let i = 0; i < queries; i++) {
      const query = randomQuery(random, baseQuery(left, "a"), baseQuery(right, "b"));
      const names = query.columns.map(({ name }) => name);
      const answer = await connection.runAndReadAll(`SELECT ${names.join(", ")} FROM (${query.sql})`);
      const expected = answer.getRowsJS().map((row) => row.map(plain));
      const frame = await query.table.compute().catch((error: Error) => error);
      if (frame instanceof Error) {
        wrong.push(`${query.sql}: ${frame.message}`);
        continue;
      }
      const found = rowsDifference(
        frame.toRecords().map((row) => names.map((name) => (row as Record<string, unknown>)[name])),
        expected,
      );
      if (found !== null) wrong.push(`${query.sql}: ${found}`);
    }
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
  return wrong;
}

/** NaN is missing in a table, as the guide says. */
function sqlRows(columns: Record<string, unknown[]>): string[] {
  const value = (one: unknown): string =>
    one === null || Number.isNaN(one) ? "NULL" : typeof one === "string" ? `'${one}'` : String(one);
  return (columns["i"] ?? []).map((_, row) =>
    Object.values(columns)
      .map((list) => value(list[row]))
      .join(", "),
  );
}

const plain = (value: unknown): unknown => (typeof value === "bigint" ? Number(value) : value);
