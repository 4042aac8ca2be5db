import assert from "node:assert/strict";
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fromColumns, mergeAsof } from "../../../collections/dataframe/index.ts";
import "../../../index.ts";

test("any() and all() of numbers ask whether they are 0, of texts whether they are empty", async () => {
  const df = fromColumns(
    { i: [-19, 0, 5, 8], low: [-3, -2, -1, 0], text: ["a", "", "b", "c"], none: ["", "", "", ""] },
    { npartitions: 2 },
  );
  assert.deepEqual((await df.all().compute()).toArray(), [false, false, false, false]);
  assert.deepEqual((await df.any().compute()).toArray(), [true, true, true, false]);
  const by = df.assign({ k: (r) => r.i > 0 }).groupby("k");
  assert.deepEqual((await by.agg({ low: ["any", "all"] }).compute()).toRecords().map(Object.values), [
    [true, true],
    [true, false],
  ]);
});

test("totals so far with skipna: false do not take a partition without rows for a missing value", async () => {
  const df = fromColumns({ x: [-8.5, 3, null, 4.8] }, { partitions: [0, 0, 2, 0, 2], dtypes: { x: "float64" } });
  const x = df.get("x");
  assert.deepEqual((await x.cummax({ skipna: false }).compute()).toArray(), [-8.5, 3, null, null]);
  assert.deepEqual((await x.cumsum({ skipna: false }).compute()).toArray(), [-8.5, -5.5, null, null]);
  assert.deepEqual((await x.cumsum().compute()).toArray(), [-8.5, -5.5, null, 4.8 - 5.5]);
});

test("mergeAsof() takes the row before where the next is as near", async () => {
  const a = fromColumns({ t: [0, 2, 5, 11, 16, 22, 35], g: ["x", "y", "x", "y", "x", "y", "x"] }, { npartitions: 2 });
  const b = fromColumns({ t: [3, 7, 13, 14, 25, 27], g: ["x", "x", "y", "x", "y", "y"], w: [10, 11, 12, 13, 14, 15] });
  const w = async (options: object): Promise<unknown> =>
    (
      await mergeAsof(a, b, { on: "t", direction: "nearest", suffixes: ["", "_b"], ...options })
        .get("w")
        .compute()
    ).toArray();
  assert.deepEqual(await w({}), [10, 10, 10, 12, 13, 14, 15]);
  assert.deepEqual(await w({ tolerance: 2 }), [null, 10, 10, 12, 13, null, null]);
  assert.deepEqual(await w({ by: "g" }), [10, 12, 10, 12, 13, 14, 13]);
});

test("tables whose columns stand in another order meet in the order of the names", async () => {
  const df = fromColumns({ i: [1, 2], f: [10, 20] });
  assert.deepEqual((await df.add(df.select("f", "i")).compute()).toColumns(), { f: [20, 40], i: [2, 4] });
  assert.deepEqual(df.select("f", "i").add(df.select("f", "i")).columns, ["f", "i"]);
  assert.equal(df.get("i").combineFirst(df.get("f")).name, "i");
});

test("names get prefixes and suffixes, the index another name or a series' values", async () => {
  const df = fromColumns({ i: [3, 1, 2], f: [0.5, 1, 2] }, { npartitions: 2 });
  assert.deepEqual(df.addPrefix("p_").columns, ["p_i", "p_f"]);
  assert.deepEqual(df.addSuffix("_s").columns, ["i_s", "f_s"]);
  assert.deepEqual(df.renameAxis("id").indexNames, ["id"]);
  const made = await df.setIndex(df.get("i").mul(10)).compute();
  assert.deepEqual([made.indexValues(), made.toColumns()], [[10, 20, 30], { i: [1, 2, 3], f: [1, 2, 0.5] }]);
  assert.deepEqual((await df.assign({ t: "a b" }).get("t").str.split(" ").str.len().compute()).toArray(), [2, 2, 2]);
});

test("repartition() spreads labels over more partitions though the last holds one alone", async () => {
  const df = fromColumns({ i: Array.from({ length: 12 }, (_, at) => at) }, { partitions: [11, 1] });
  const lengths = await df
    .repartition({ npartitions: 3 })
    .mapPartitions<{ n: number }>((part) => ({ n: [part.length] }), { schema: { n: "int64" } })
    .get("n")
    .compute();
  assert.deepEqual(lengths.toArray(), [3, 4, 5]);
  assert.equal(fromColumns({ i: [1] }).repartition({ npartitions: 2 }).npartitions, 2);
});

test("toCsv() writes fractions as floatFormat says", async () => {
  const df = fromColumns({ x: [9.2, null, -1234567.891, 0.00001234], n: [1, 2, 3, 4] });
  const path = join(await mkdtemp(join(tmpdir(), "shoal-csv-")), "a.csv");
  const written = async (floatFormat: string): Promise<string[]> => {
    await df.toCsv(path, { singleFile: true, index: false, header: false, floatFormat });
    return (await readFile(path, "utf8")).trimEnd().split("\n");
  };
  assert.deepEqual(await written("%.2f"), ["9.20,1", ",2", "-1234567.89,3", "0.00,4"]);
  assert.deepEqual(await written("<%.3e>"), ["<9.200e+00>,1", ",2", "<-1.235e+06>,3", "<1.234e-05>,4"]);
  assert.deepEqual(await written("%.4g"), ["9.2,1", ",2", "-1.235e+06,3", "1.234e-05,4"]);
  await assert.rejects(written("%d"), SyntaxError);
});

test("rows whose first key is missing are in the order of the others, whichever way each goes", async () => {
  const df = fromColumns(
    { k: ["b", null, null, "a", null, "b"], g: [2, 2, null, 1, 1, 1], n: [0, 1, 2, 3, 4, 5] },
    { npartitions: 2 },
  );
  const order = async (...ascending: boolean[]): Promise<unknown> =>
    (await df.sortValues(["k", "g"], { ascending }).get("n").compute()).toArray();
  assert.deepEqual(await order(false, true), [5, 0, 3, 4, 1, 2]);
  assert.deepEqual(await order(true, false), [3, 0, 5, 1, 4, 2]);
  assert.deepEqual(await order(false, false), [0, 5, 3, 1, 4, 2]);
  const ties = fromColumns({ x: [1, null, 2, null, 1, null] }, { dtypes: { x: "float64" } });
  const sorted = await ties.sortValues("x", { ascending: false }).compute();
  assert.deepEqual(sorted.indexValues(), [2, 0, 4, 1, 3, 5]);
});
