import assert from "node:assert/strict";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { col, count, fromColumns, merge, mergeAsof, readCsv, when } from "../../../collections/dataframe/index.ts";
import { compute } from "../../../index.ts";

const table = () => fromColumns({ a: [1, -2, null], b: [-3, 4, 5] }, { npartitions: 2 });

test("where() and mask() of a table take one condition for all columns, or a table of conditions", async () => {
  const df = table();
  const where = await df.where(df.gt(0), 0).compute();
  assert.deepEqual(where.toColumns(), { a: [1, 0, 0], b: [0, 4, 5] });
  const mask = await df.mask(df.get("b").gt(0)).compute();
  assert.deepEqual(mask.toColumns(), { a: [1, null, null], b: [-3, null, null] });
  const other = await df.where(df.get("b").gt(0), df.mul(10)).compute();
  assert.deepEqual(other.toColumns(), { a: [10, -2, null], b: [-30, 4, 5] });
  assert.throws(() => df.where((() => true) as never), /takes a condition/);
});

test("quantile() of a table gives a value a column, and a row for each share of a list", async () => {
  const df = fromColumns({ a: [1, 2, 3, 4], k: ["x", "y", "x", "y"] }, { npartitions: 3 });
  assert.deepEqual((await df.quantile().compute()).toArray(), [2.5]);
  assert.deepEqual((await df.quantile([0, 1]).compute()).toColumns(), { a: [1, 4] });
  assert.throws(() => df.quantile(2), /between 0 and 1/);
});

test("mode() of a table fills shorter lists up", async () => {
  const df = fromColumns({ a: [1, 1, 2], b: [1, 2, 3] });
  assert.deepEqual((await df.mode().compute()).toColumns(), { a: [1, null, null], b: [1, 2, 3] });
});

test("numericOnly leaves text out of a reduction, and missing counts as a value where dropna is false", async () => {
  const df = fromColumns({ a: [1, 2, null], k: ["x", "y", null] }, { npartitions: 2 });
  assert.deepEqual((await df.sum({ numericOnly: true }).compute()).toArray(), [3]);
  assert.equal(await df.get("k").nunique({ dropna: false }).compute(), 3);
});

test("a column that meets an index holds the key of whichever side has the row", async () => {
  const a = fromColumns({ g: [1, 1, 7], i: [10, 20, 30] });
  const b = fromColumns({ f: [0.5, 1.5, 2.5] });
  const rows = await merge(a, b, { leftOn: "g", rightIndex: true, how: "outer" }).compute();
  const keys = (rows.toColumns()["g"] as number[]).sort();
  assert.deepEqual(keys, [0, 1, 1, 2, 7]);
});

test("mergeAsof() without exact matches looks strictly before, and names of both tables get suffixes", async () => {
  const a = fromColumns({ t: [1, 5, 10], v: [1, 2, 3] });
  const b = fromColumns({ t: [1, 4, 5], v: [7, 8, 9] });
  const rows = await mergeAsof(a, b, { on: "t", allowExactMatches: false }).compute();
  assert.deepEqual(rows.toColumns(), { t: [1, 5, 10], v_x: [1, 2, 3], v_y: [null, 8, 9] });
});

test("mergeAsof() without exact matches takes the nearest of the others, the one before where both are as near", async () => {
  const a = fromColumns({ t: [1, 5, 10, 12], id: ["a", "b", "a", "b"] }, { npartitions: 2 });
  const b = fromColumns({
    t: [1, 2, 3, 5, 6, 7, 11],
    id: ["a", "b", "a", "b", "b", "a", "a"],
    r: [1, 2, 3, 4, 5, 6, 7],
  });
  const nearest = async (options: object): Promise<unknown> =>
    (
      await mergeAsof(a, b, { on: "t", direction: "nearest", allowExactMatches: false, ...options }).compute()
    ).toColumns()["r"];
  assert.deepEqual(await nearest({}), [2, 5, 7, 7]);
  assert.deepEqual(await nearest({ by: "id" }), [3, 5, 7, 5]);
  assert.deepEqual(await nearest({ by: "id", tolerance: 1 }), [null, 5, 7, null]);
});

test("rows keep their order but where they are exchanged, and sorting gives them one", async () => {
  const k = [3, 1, 2, 3, 1, 2, 3, 1];
  const df = fromColumns({ k, n: k.map((_, at) => at) }, { npartitions: 3 });
  assert.deepEqual((await df.filter((r) => r.k > 1).compute()).toColumns().n, [0, 2, 3, 5, 6]);
  const moved = df.groupby("k").get("n").cumsum();
  const sums = (await moved.compute()).toArray() as number[];
  const rows = (await moved.index.compute()).toArray() as number[];
  assert.deepEqual(
    rows.toSorted((a, b) => a - b),
    [0, 1, 2, 3, 4, 5, 6, 7],
  );
  const inOrder = rows.map((row, at) => [row, sums[at]] as const).toSorted(([a], [b]) => a - b);
  assert.deepEqual(
    inOrder.map(([, sum]) => sum),
    [0, 1, 2, 3, 5, 7, 9, 12],
  );
});

test("more partitions lie between evenly spread labels; days begin at midnight", async () => {
  const df = fromColumns({ v: Array.from({ length: 12 }, (_, i) => i) }, { npartitions: 4 });
  assert.deepEqual(df.repartition({ npartitions: 6 }).divisions, [0, 2, 4, 6, 8, 9, 11]);
  const hours = Array.from({ length: 9 }, (_, i) => new Date(Date.UTC(2022, 2, 1, 1 + 6 * i)));
  const days = fromColumns({ v: hours.map((_, i) => i) }, { index: hours, npartitions: 2 }).repartition({ freq: "1D" });
  assert.equal(days.npartitions, 3);
  assert.equal(await days.get("v").sum().compute(), 36);
});

test("blank lines of a CSV file are no rows; rows of empty fields are", async () => {
  const folder = await mkdtemp(join(tmpdir(), "shoal-blank-"));
  const path = join(folder, "a.csv");
  await writeFile(path, '\na,b\n1,"x\n\ny"\n\n,\r\n\r\n3,z\n');
  const read = await readCsv(path);
  assert.deepEqual((await read.compute()).toColumns(), { a: [1, null, 3], b: ["x\n\ny", null, "z"] });
  await writeFile(path, "note\na,b\nNA,1\nx,2\n");
  const plain = await readCsv(path, { skipRows: 1, keepDefaultNa: false, assumeMissing: true });
  assert.deepEqual(plain.dtypes, { a: "string", b: "float64" });
  assert.deepEqual((await plain.compute()).toColumns()["a"], ["NA", "x"]);
  await assert.rejects(readCsv(path, { naValues: { a: ["x"] } as never }), TypeError);
});

test("a ternary whose test is missing is missing", async () => {
  const df = fromColumns({ b: [true, false, null], x: [1, 2, 3] });
  const said = df.assign({ y: (r) => (r["b"] ? r["x"] : -1), z: when(col("b").and(true), 1, 0) as never });
  const { y, z } = (await said.compute()).toColumns();
  assert.deepEqual(
    [y, z],
    [
      [1, -1, null],
      [1, 0, null],
    ],
  );
});

test("resetIndex() refuses to make a second column of a name; str.join() puts a text between characters", async () => {
  const df = fromColumns({ k: ["ab", "c", "", null], n: [1, 2, 3, 4] });
  assert.throws(
    () =>
      df
        .groupby("k")
        .agg({ k: (r: Record<string, number>) => count(r["n"] as number) } as never)
        .resetIndex(),
    RangeError,
  );
  assert.deepEqual((await df.get("k").str.join("-$").compute()).toArray(), ["a-$b", "c", "", null]);
});

test("head() and tail() with a number below zero leave so many rows out", async () => {
  const df = fromColumns({ v: [1, 2, 3, 4, 5] }, { npartitions: 2 });
  const rows = async (frame: Promise<{ toColumns(): Record<string, unknown[]> }>) => (await frame).toColumns()["v"];
  assert.deepEqual(await rows(df.head(-2, { npartitions: -1 })), [1, 2, 3]);
  assert.deepEqual(await rows(df.tail(-1)), [5]);
  assert.deepEqual(await rows(df.repartition({ npartitions: 1 }).tail(-1)), [2, 3, 4, 5]);
  assert.deepEqual(await rows(df.head(-9, { npartitions: -1 })), []);
  assert.deepEqual((await df.get("v").head(-1, { npartitions: 2 })).toArray(), [1, 2, 3, 4]);
});

test("a missing time has no days of a month, and is no first or last day", async () => {
  const t = fromColumns({ t: [new Date("2024-02-29"), null, new Date("2023-01-31")] }).get("t");
  assert.deepEqual((await t.dt.daysInMonth.compute()).toArray(), [29, null, 31]);
  assert.deepEqual((await t.dt.isMonthEnd.compute()).toArray(), [true, false, true]);
  assert.deepEqual((await t.dt.isLeapYear.compute()).toArray(), [true, false, false]);
});

test("columns are chosen by one kind, and by a range of names", async () => {
  const df = fromColumns({ a: [1], b: ["x"], c: [0.5], d: [2] });
  assert.deepEqual(df.selectDtypes({ include: "number" }).columns, ["a", "c", "d"]);
  assert.deepEqual(df.selectDtypes({ exclude: "string" }).columns, ["a", "c", "d"]);
  assert.deepEqual(df.loc({}, { from: "b", to: "c" }).columns, ["b", "c"]);
  assert.deepEqual(df.loc({ from: 0 }, { to: "b" }).columns, ["a", "b"]);
  assert.throws(() => df.loc({}, { from: "z" }), /loc\(\) names column "z"/);
});

test("merged tables keep their categories, and the indicator is one", async () => {
  const a = fromColumns({ k: [1, 2], c: ["x", "y"] }).categorize(["c"]);
  const b = fromColumns({ k: [2, 3], v: [5, 6] });
  const both = merge(await a, b, { on: "k", how: "outer", indicator: true });
  assert.deepEqual(
    both.meta.columns.map(({ category }) => category?.values ?? null),
    [null, ["x", "y"], null, ["left_only", "right_only", "both"]],
  );
  const rows = (await both.sortValues("k").compute()).toColumns();
  assert.deepEqual(rows["_merge"], ["left_only", "both", "right_only"]);
});

test("repartition() by size cuts large partitions and puts small neighbours together, rows in their order", async () => {
  const rows = Array.from({ length: 1000 }, (_, at) => at);
  const uneven = fromColumns({ v: rows, f: rows.map((row) => row / 7) }, { partitions: [700, 10, 20, 0, 270] });
  const even = await uneven.repartition({ partitionSize: 24 * 250 });
  const bytes = (await even.memoryUsagePerPartition().compute()).toArray() as number[];
  assert.ok(bytes.every((one) => one <= 24 * 250) && bytes.length <= 6, String(bytes));
  assert.deepEqual((await even.get("v").compute()).toArray(), rows);
  const small = fromColumns({ v: rows }, { npartitions: 10 });
  const merged = await small.repartition({ partitionSize: "8 kB" });
  assert.deepEqual([merged.npartitions, merged.divisions], [2, [0, 500, 999]]);
  await assert.rejects(async () => small.repartition({ partitionSize: 0 }), RangeError);
});

test("quantiles come from digests, exactly so or by the ranks, and all values together where that is asked for", async () => {
  const rows = 100_000;
  const values = Array.from({ length: rows }, (_, at) => (at * 7919) % rows);
  const v = fromColumns({ v: values }, { npartitions: 2 }).get("v");
  for (const q of [0, 0.01, 0.5, 0.9, 1]) {
    const [near, exact] = await compute(v.quantile(q), v.quantile(q, { method: "exact" }));
    assert.ok(Math.abs(exact - q * (rows - 1)) < 1e-6);
    assert.ok(Math.abs(near - exact) <= rows / 1000, `${q}: ${near}, ${exact}`);
  }
  const few = fromColumns({ v: [1, 2, 3, null, 4] }, { npartitions: 3 }).get("v");
  assert.equal(await few.quantile(0.25).compute(), 1.75);
  assert.throws(() => few.quantile(0.5, { method: "dask" as never }), /tdigest or exact/);
});
