import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { col, count, fromColumns, fromRecords, mean } from "../../../collections/dataframe/index.ts";
import { pushExecutor } from "../../../runtime/graph/executor.ts";
import { syncExecutor } from "../../../runtime/graph/sync-executor.ts";

interface Trip {
  k: string;
  i: number;
  f: number | null;
}

const rows: Trip[] = [
  { k: "a", i: 1, f: 1.5 },
  { k: "b", i: 2, f: null },
  { k: "a", i: 3, f: 3.5 },
  { k: "c", i: 4, f: -1 },
];
const trips = fromRecords(rows, { npartitions: 2 });
let pop: () => void;
before(() => {
  pop = pushExecutor(syncExecutor);
});
after(() => pop());

test("filter() parses an arrow function with captured values, and equals the builder", async () => {
  const limit = 1;
  const arrow = trips.filter((r) => r.i > limit && r.k !== "c");
  const built = trips.filter(col("i").gt(1).and(col("k").ne("c")));
  assert.deepEqual((await arrow.compute()).toRecords(), rows.slice(1, 3));
  assert.equal(arrow.node.id, built.node.id);
});

test("filter() fails at build for a column that is not there and for what has no expression", () => {
  assert.throws(() => trips.filter((r) => (r as unknown as { ff: number }).ff > 1), { code: "UNKNOWN_KEY" });
  assert.throws(() => trips.filter((r) => [1].map((x) => x).length > r.i), /mapRows or mapPartitions/);
});

test("assign() adds columns: JavaScript's operators, template strings, missing values propagate", async () => {
  const made = trips.assign({
    z: (r) => (r.f ?? 0) * 2 + r.i,
    t: (r) => `${r.k}-${r.i}`,
    half: (r) => (r.f as number) / 2,
  });
  assert.deepEqual((await made.select("z", "t", "half").compute()).toRecords(), [
    { z: 4, t: "a-1", half: 0.75 },
    { z: 2, t: "b-2", half: null },
    { z: 10, t: "a-3", half: 1.75 },
    { z: 2, t: "c-4", half: -0.5 },
  ]);
});

test("integers stay integers: int64 + 1 is int64, sums of small integers widen", async () => {
  assert.equal(trips.get("i").add(1).dtype, "int64");
  const small = fromColumns({ x: [100, 100, 100] }, { dtypes: { x: "int8" } });
  assert.equal(await small.get("x").sum().compute(), 300);
});

test("an int64 beyond 2^53 is an error that names bigint, and exact when asked for", async () => {
  const big = fromColumns({ x: [1n, 9007199254740993n] });
  const column = await big.get("x").compute();
  assert.throws(() => column.toArray(), /int64: "bigint"/);
  assert.deepEqual(column.toArray({ int64: "bigint" }), [1n, 9007199254740993n]);
});

test("a reduction of a table in memory runs here, whatever executor is open", async () => {
  const frame = await fromColumns({ a: [1, 2] }).compute();
  const refuse = (): never => assert.fail("it left for an executor");
  const leave = pushExecutor({ compute: refuse, persist: refuse });
  try {
    assert.equal(await frame.get("a").lazy().sum().compute(), 3);
  } finally {
    leave();
  }
});

test("what an error says of integers beyond 2^53 works where it is said: for a reduction, records, the index", async () => {
  const table = fromColumns({ a: [9007199254740993n, 1n] });
  const sum = table.get("a").sum();
  await assert.rejects(sum.compute(), {
    name: "RangeError",
    message: /holds 9007199254740994, which no number can; take compute\(\{ int64: "bigint" \}\)/,
  });
  assert.equal(await sum.compute({ int64: "bigint" }), 9007199254740994n);
  const frame = await table.compute();
  assert.throws(() => frame.toRecords(), /take toRecords\(\{ int64: "bigint" \}\)/);
  assert.deepEqual(frame.toRecords({ int64: "bigint" })[0], { a: 9007199254740993n });
  const index = await table.setIndex("a").compute();
  assert.throws(() => index.indexValues(), /take indexValues\(\{ int64: "bigint" \}\)/);
});

test("groupby().agg() takes pandas' spelling and expressions", async () => {
  const table = await trips
    .groupby("k")
    .agg({ i: ["sum", "max"], f: "mean" })
    .compute();
  assert.deepEqual(table.columns, [
    ["i", "sum"],
    ["i", "max"],
    ["f", "mean"],
  ]);
  assert.deepEqual(table.indexValues(), ["a", "b", "c"]);
  const means = await trips
    .groupby("k")
    .agg({ m: (r) => mean(r.f) / 2, n: () => count() })
    .compute();
  assert.deepEqual(means.toRecords(), [
    { m: 1.25, n: 2 },
    { m: null, n: 1 },
    { m: -0.5, n: 1 },
  ]);
});

test("cumsum() and diff() cross the borders of partitions", async () => {
  assert.deepEqual((await trips.get("i").cumsum().compute()).toArray(), [1, 3, 6, 10]);
  assert.deepEqual((await trips.get("i").diff().compute()).toArray(), [null, 1, 1, 1]);
});

test("explain() shows that only columns in use are read", () => {
  assert.match(
    trips
      .filter((r) => r.i > 1)
      .select("k")
      .explain(),
    /scan values-\w+ \[k, i\], 2 partitions/,
  );
});
