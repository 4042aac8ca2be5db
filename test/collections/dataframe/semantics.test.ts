import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { polars } from "../../../collections/dataframe/engine/polars.ts";
import * as dd from "../../../collections/dataframe/index.ts";
import { expectedGroups } from "../../../collections/dataframe/kernels/group-rows.ts";
import { pushExecutor } from "../../../runtime/graph/executor.ts";
import { syncExecutor } from "../../../runtime/graph/sync-executor.ts";

let pop: () => void;
before(() => {
  pop = pushExecutor(syncExecutor);
});
after(() => pop());

const sales = () =>
  dd.fromColumns<{ k: string; g: number; v: number }>(
    { k: ["a", "b", "a", "b", "a", "c"], g: [1, 2, 1, 3, 2, 2], v: [1, 2, 3, 4, 5, 6] },
    { npartitions: 3 },
  );

test("Aggregation combines partial results of a user's own over partitions, beside built-in aggregates", async () => {
  const spread = new dd.Aggregation(
    "spread",
    (group) => [group.max(), group.min()],
    (high, low) => [high?.max() as never, low?.min() as never],
    (high, low) => high?.sub(low as never) as never,
  );
  const table = await sales()
    .groupby("k")
    .agg({ v: ["sum", spread] })
    .compute();
  assert.deepEqual(table.columns, [
    ["v", "sum"],
    ["v", "spread"],
  ]);
  assert.deepEqual(table.toRecords().map(Object.values), [
    [9, 4],
    [6, 2],
    [6, 0],
  ]);
});

test("splitOut spreads groups over partitions and loses none", async () => {
  const totals = sales().groupby("k").get("v").sum({ splitOut: 2 });
  assert.equal(totals.npartitions, 2);
  assert.deepEqual(
    (await totals.compute())
      .toArray()
      .map(Number)
      .sort((a, b) => a - b),
    [6, 6, 9],
  );
});

test("query() knows in, chained comparisons, backquotes, and pandas' binding of & and |", async () => {
  const table = dd.fromColumns({ k: ["a", "b", "c"], "of all": [1, 2, 3], i: [1, 5, 9] });
  const count = (text: string): Promise<number> => table.query(text).length();
  assert.equal(await count('k in ["a", "c"]'), 2);
  assert.equal(await count('k not in ["a", "c"]'), 1);
  assert.equal(await count("1 < i < 9"), 1);
  assert.equal(await count("`of all` > 1 & i > 5"), 1);
  assert.throws(() => table.query("zz > 1"), /no column "zz"/);
  assert.throws(() => table.query("i >"), SyntaxError);
});

test("tables of other rows are aligned once for all of their columns", async () => {
  const a = dd.fromColumns({ i: [1, 2, 3], f: [1.5, 2.5, 3.5] }, { npartitions: 2 });
  const b = dd.fromColumns({ i: [10, 20, 30], f: [1, 1, 1] }, { npartitions: 3 });
  assert.deepEqual((await a.add(b).compute()).toRecords().map(Object.values), [
    [11, 2.5],
    [22, 3.5],
    [33, 4.5],
  ]);
  const centred = await a.sub(a.mean()).compute();
  assert.deepEqual(centred.get("i").toArray(), [-1, 0, 1]);
});

test("sample() draws the same rows for the same seed; randomSplit() puts every row in one table", async () => {
  const table = dd.fromColumns({ v: Array.from({ length: 1000 }, (_, at) => at) }, { npartitions: 4 });
  const drawn = async (seed: number) => (await table.get("v").sample({ frac: 0.1, seed }).compute()).toArray();
  assert.deepEqual(await drawn(1), await drawn(1));
  assert.notDeepEqual(await drawn(1), await drawn(2));
  assert.equal((await drawn(1)).length, 100);
  const parts = table.randomSplit([0.7, 0.2, 0.1], { seed: 3 });
  const all = (await Promise.all(parts.map(async (one) => (await one.compute()).get("v").toArray()))).flat();
  assert.deepEqual(
    all.map(Number).sort((a, b) => a - b),
    Array.from({ length: 1000 }, (_, at) => at),
  );
  assert.throws(() => table.sample({ frac: 2 }), RangeError);
});

test("a row with a missing key keeps its place among values along groups, without one", async () => {
  const table = dd.fromColumns({ k: ["a", null, "a"], v: [1, 2, 3] }, { npartitions: 2 });
  const column = await table.groupby("k").get("v").cumsum().compute();
  const labels = column.indexValues() as number[];
  const totals = [0, 1, 2].map((label) => column.toArray()[labels.indexOf(label)]);
  assert.deepEqual(totals, [1, null, 4]);
});

test("narrow columns stay narrow beside numbers that fit them", () => {
  const table = dd.fromColumns({ a: [1, 2] }, { dtypes: { a: "int8" } });
  assert.equal(table.get("a").add(100).dtype, "int8");
  assert.equal(table.get("a").add(1000).dtype, "int64");
});

test("a function that gives fractions where whole numbers were promised is refused", async () => {
  const halves = sales()
    .get("v")
    .map((v) => v / 2, "int64");
  await assert.rejects(halves.compute(), /whole numbers were promised/);
});

test("the engine's wrapper that others load is left as it is", () => {
  const plain = createRequire(import.meta.url)("nodejs-polars") as { col(name: string): object };
  assert.ok(Object.hasOwn(plain.col("a"), "add"));
  assert.ok(!Object.hasOwn(polars().col("a"), "add"));
  const text = polars().col("a").add(polars().lit(1)).sum().over("b").toString();
  assert.equal(
    text,
    (
      plain as unknown as {
        col(name: string): { add(n: unknown): { sum(): { over(b: string): object } } };
        lit(n: number): unknown;
      }
    )
      .col("a")
      .add((plain as unknown as { lit(n: number): unknown }).lit(1))
      .sum()
      .over("b")
      .toString(),
  );
});

test("a table of lists says what it weighs: by all items of its lists", async () => {
  const lists = await dd.fromColumns({ k: ["a", "a", null], l: [[1, 2, 3], null, [4]] }).compute();
  const { nbytes } = lists.chunk;
  assert.ok(nbytes > 4 * 8 && nbytes < 400, `${nbytes} bytes`);
  const grouped = await sales().groupby("k").agg({ g: "list" }).compute();
  assert.ok(grouped.chunk.nbytes > 6 * 8);
});

test("columns may be called like anything the engine's frames have", async () => {
  const odd = dd.fromColumns(
    { height: [3, 1, 2], columns: ["a", "b", "a"], lazy: [1, 2, 3], select: [1, 1, 1], "0": [7, 8, 9] },
    { npartitions: 2 },
  );
  assert.equal(await odd.length(), 3);
  const sorted = await odd.sortValues("height").compute();
  assert.deepEqual(sorted.toColumns(), {
    height: [1, 2, 3],
    columns: ["b", "a", "a"],
    lazy: [2, 3, 1],
    select: [1, 1, 1],
    "0": [8, 9, 7],
  });
  assert.equal(sorted.length, 3);
  assert.deepEqual((await odd.groupby("columns").get("height").sum().compute()).toArray(), [5, 1]);
});

test("sums and products along groups need numbers, and say so when they are asked for", () => {
  const table = dd.fromColumns({ k: ["a", "b"], text: ["x", "y"], v: [1, 2] });
  assert.throws(() => table.groupby("k").cumprod(), /cumprod needs numbers; column "text" is string/);
  assert.throws(() => table.groupby("k").get("text").cumsum(), /cumsum needs numbers/);
});

test("groups that are about as many as rows are made once, with the same outcome", async () => {
  const rows = 30_000;
  const columns = {
    k: Array.from({ length: rows }, (_, at) => (at % 97 === 0 ? null : (at * 7_919) % 12_007)),
    v: Array.from({ length: rows }, (_, at) => (at % 11 === 0 ? null : (at % 1_000) / 8)),
    w: Array.from({ length: rows }, (_, at) => (at * 31) % 500),
  };
  const grouped = (npartitions: number) =>
    dd
      .fromColumns<{ k: number | null; v: number | null; w: number }>(columns, { npartitions })
      .groupby("k")
      .agg({ v: ["sum", "mean", "std", "count", "min", "last", "prod"], w: ["sum", "max", "size", "first"] })
      .compute();
  const [one, many] = [await grouped(1), await grouped(6)];
  assert.deepEqual(many.indexValues(), one.indexValues());
  const [expected, found] = [one.toColumns(), many.toColumns()];
  for (const [name, values] of Object.entries(expected))
    values.forEach((value, row) => {
      const other = found[name]?.[row];
      const near = typeof value === "number" && Math.abs(value - Number(other)) <= 1e-9 * Math.max(1, Math.abs(value));
      assert.ok(near || value === other, `${name}, row ${row}: ${String(other)}, not ${String(value)}`);
    });
});

test("expectedGroups() tells few keys from many by a sample", () => {
  assert.equal(expectedGroups(1_000, 1_000, 50_000), 50_000);
  assert.ok(Math.abs(expectedGroups(8_192, 100, 500_000) - 100) < 1);
  // 8,192 draws of 50,000 keys meet about 7,557 of them.
  assert.ok(Math.abs(expectedGroups(8_192, 7_557, 500_000) - 50_000) < 1_500);
});

test("nlargest() keeps ties in their order and takes missing values last, in one partition or several", async () => {
  const v = Array.from({ length: 4_000 }, (_, at) => (at % 5 === 0 ? null : (at * 37) % 300));
  for (const npartitions of [1, 7]) {
    const table = dd.fromColumns({ v, row: v.map((_, at) => at) }, { npartitions });
    const rows = v.map((value, row) => ({ v: value, row })).filter(({ v: value }) => value !== null) as Row[];
    const falling = [...rows].sort((a, b) => b.v - a.v || a.row - b.row);
    assert.deepEqual((await table.nlargest(30, "v").compute()).toRecords(), falling.slice(0, 30));
    const rising = [...rows].sort((a, b) => a.v - b.v || a.row - b.row);
    assert.deepEqual((await table.nsmallest(30, "v").compute()).toRecords(), rising.slice(0, 30));
    const all = (await table.nlargest(3_500, "v").compute()).toRecords();
    assert.deepEqual(all.slice(0, rows.length), falling);
    assert.equal(all.filter((one) => one.v === null).length, 3_500 - rows.length);
  }
});

interface Row {
  v: number;
  row: number;
}
