import assert from "node:assert/strict";
import { test } from "node:test";
import { fromColumns, type MergeOptions } from "../../../collections/dataframe/index.ts";
import "../../../index.ts";

/** Keys that come up again and again, in no order. */
const keysOf = (rows: number, different: number, factor: number): number[] =>
  Array.from({ length: rows }, (_, row) => (row * factor + (row >> 3)) % different);

const table = (rows: number, name: string, factor: number, npartitions: number) =>
  fromColumns(
    { k: keysOf(rows, 37, factor), [name]: Array.from({ length: rows }, (_, row) => row) },
    { npartitions, dtypes: { [name]: "int64" } },
  );

async function rowsOf(
  how: MergeOptions["how"],
  parts: readonly [number, number],
  sizes: readonly [number, number] = [600, 900],
) {
  const [left, right] = [table(sizes[0], "v", 7919, parts[0]), table(sizes[1], "w", 104_729, parts[1])];
  const merged = left.merge(right, { on: "k", how: how as "inner" });
  return { merged, rows: (await merged.compute()).toRecords() as { k: number; v: number | null; w: number | null }[] };
}

/** The rows of each key as they come: an exchange tells keys apart, and keeps the order among the rows of one. */
function byKey<T extends { k: number }>(rows: readonly T[]): Map<number, T[]> {
  const found = new Map<number, T[]>();
  for (const row of rows) found.set(row.k, [...(found.get(row.k) ?? []), row]);
  return found;
}

const pair = ({ v, w }: { v: number | null; w: number | null }): number => (v ?? 1e6) * 1e6 + (w ?? 1e6);
const pairOfRight = ({ v, w }: { v: number | null; w: number | null }): number => (w ?? 1e6) * 1e6 + (v ?? 1e6);
const isAscending = (values: readonly number[]): boolean =>
  values.every((one, at) => at === 0 || (values[at - 1] as number) < one);

const SIZES = [
  [600, 900],
  [900, 600],
  [40, 5_000],
] as const;

for (const sizes of SIZES)
  for (const how of ["inner", "left", "outer"] as const)
    test(`merge() ${how} of ${sizes.join(" and ")} rows keeps the order of the left, then of the right`, async () => {
      assert.ok(isAscending((await rowsOf(how, [1, 1], sizes)).rows.map(pair)), "in one partition");
      for (const rows of byKey((await rowsOf(how, [4, 3], sizes)).rows).values())
        assert.ok(isAscending(rows.map(pair)), "after an exchange");
    });

test("merge() right keeps the order of the right, then of the left", async () => {
  assert.ok(isAscending((await rowsOf("right", [1, 1])).rows.map(pairOfRight)));
  assert.ok(isAscending((await rowsOf("right", [1, 4])).rows.map(pairOfRight)), "each partition of the right in turn");
  for (const rows of byKey((await rowsOf("right", [3, 4])).rows).values())
    assert.ok(isAscending(rows.map(pairOfRight)));
});

test("merge() leftsemi and leftanti keep the order of the left", async () => {
  for (const how of ["leftsemi", "leftanti"] as const) {
    const left = table(2_000, "v", 7919, 1);
    const right = fromColumns({ k: [30, 3, 17, 3, 11, 30] });
    const rows = (await left.merge(right, { on: "k", how }).compute()).toRecords() as { v: number }[];
    assert.ok(rows.length > 0 && isAscending(rows.map(({ v }) => v)));
  }
});

test("dropDuplicates() after a merge of several partitions keeps the first row of the left and of the right", async () => {
  const { merged } = await rowsOf("inner", [4, 3]);
  const [v, w] = [keysOf(600, 37, 7919), keysOf(900, 37, 104_729)];
  const first = (await merged.dropDuplicates({ subset: ["k"], keep: "first" }).compute()).toRecords() as {
    k: number;
    v: number;
    w: number;
  }[];
  assert.equal(first.length, 37);
  for (const row of first) assert.deepEqual([row.v, row.w], [v.indexOf(row.k), w.indexOf(row.k)]);
});
