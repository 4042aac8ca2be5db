import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { duckdbOver } from "../../../benchmarks/tpch/duckdb-tables.ts";
import { generateTpch } from "../../../benchmarks/tpch/generate.ts";
import { TABLE_NAMES, type Tables, TPCH } from "../../../benchmarks/tpch/queries.ts";
import { readParquet } from "../../../collections/dataframe/index.ts";
import { rowsDifference } from "./proofs/rows-difference.ts";

const SCALE = 0.02;
const root = mkdtempSync(join(tmpdir(), "shoal-tpch-"));
const folder = join(root, "tables");
let tables: Tables;
let duckdb: Awaited<ReturnType<typeof duckdbOver>>;
before(async () => {
  await generateTpch(folder, SCALE);
  tables = Object.fromEntries(
    await Promise.all(
      TABLE_NAMES.map(
        async (name) => [name, await readParquet(join(folder, name), { rowsPerPartitionMax: 50_000 })] as const,
      ),
    ),
  ) as unknown as Tables;
  duckdb = await duckdbOver(folder);
});
after(() => {
  duckdb.close();
  rmSync(root, { recursive: true, force: true });
});

for (const [name, { ask, sql }] of Object.entries(TPCH))
  test(`TPC-H ${name} gives what DuckDB gives`, async () => {
    const answer = await duckdb.connection.runAndReadAll(sql);
    const names = answer.columnNames();
    const plain = (value: unknown): unknown =>
      typeof value === "bigint" ? Number(value) : value instanceof Date ? value.getTime() : value;
    const expected = answer.getRowsJS().map((row) => row.map(plain));
    const frame = await ask(tables).compute();
    const actual = frame
      .toRecords()
      .map((row: object) => names.map((one) => plain((row as Record<string, unknown>)[one])));
    assert.ok(expected.length > 0, "the query has rows to compare");
    assert.equal(rowsDifference(actual, expected), null);
  });
