import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../../../../runtime/base/random.ts";
import { pushExecutor } from "../../../../runtime/graph/executor.ts";
import { syncExecutor } from "../../../../runtime/graph/sync-executor.ts";
import { compareWithDuckDB } from "./duckdb.ts";
import { comparePlans } from "./random-plans.ts";
import { rowsDifference } from "./rows-difference.ts";

const inSync = async <T>(work: () => Promise<T>): Promise<T> => {
  const pop = pushExecutor(syncExecutor);
  try {
    return await work();
  } finally {
    pop();
  }
};

test("100 random plans give optimised what they give as written, and no rule changes the columns", async () => {
  assert.deepEqual(await inSync(() => comparePlans(new Random(41), 100)), []);
});

test("Shoal and DuckDB give the same rows for 100 random queries over tables with gaps, duplicates and empty partitions", async () => {
  assert.deepEqual(await inSync(() => compareWithDuckDB(new Random(42), 100)), []);
});

test("rowsDifference() sees another value, another count, and missing where a value was", () => {
  const rows = [
    [1, "a", 0.1],
    [2, null, 0.2],
  ];
  assert.equal(rowsDifference(rows, [...rows].reverse()), null);
  assert.match(String(rowsDifference(rows, rows.slice(1))), /2 rows, expected 1/);
  assert.match(String(rowsDifference(rows, [rows[0] as unknown[], [2, null, 0.3]])), /row 1/);
  assert.match(String(rowsDifference(rows, [rows[0] as unknown[], [2, "b", 0.2]])), /row/);
});
