import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as da from "../../../collections/array/index.ts";
import * as dd from "../../../collections/dataframe/index.ts";
import { pushExecutor } from "../../../runtime/graph/executor.ts";
import { syncExecutor } from "../../../runtime/graph/sync-executor.ts";

let pop: () => void;
before(() => {
  pop = pushExecutor(syncExecutor);
});
after(() => pop());

test("fromArray() makes a table of a matrix: a partition a block of rows, numbered through, NaN missing", async () => {
  const x = da.fromArray(
    [
      [1, 2],
      [3, Number.NaN],
      [5, 6],
      [7, 8],
      [9, 10],
    ],
    { chunks: [2, 1], dtype: "float64" },
  );
  const table = dd.fromArray(x.mul(10), { columns: ["a", "b"] });
  assert.equal(table.npartitions, 3);
  assert.deepEqual(table.divisions, [0, 2, 4, 4]);
  const frame = await table.compute();
  assert.deepEqual(frame.toColumns(), { a: [10, 30, 50, 70, 90], b: [20, null, 60, 80, 100] });
  assert.deepEqual((await table.loc(3).compute()).toColumns(), { a: [70], b: [80] });
  assert.equal(await table.get("b").count().compute(), 4);
  const back = await (await table.toArray({ lengths: true })).compute();
  assert.deepEqual(back.shape, [5, 2]);
});

test("fromArray() makes a series of a list, and keeps dtypes, big integers among them", async () => {
  const big = da.fromArray([1n, 2n ** 60n, -3n], { chunks: 2 });
  const series = dd.fromArray(big, { columns: "n" }) as dd.Series<bigint>;
  assert.equal(series.name, "n");
  assert.deepEqual((await series.compute()).toArray({ int64: "bigint" }), [1n, 2n ** 60n, -3n]);
  const flags = dd.fromArray(da.fromArray([1, 0, 2], { chunks: 2 }).gt(0)) as dd.Series<boolean>;
  assert.equal(flags.name, null);
  assert.deepEqual((await flags.compute()).toArray(), [true, false, true]);
});

test("fromArray() numbers blocks of unknown length each from 0, and knows no divisions then", async () => {
  const x = da.arange(6, { chunks: 3 });
  const table = dd.fromArray(x.get(x.mod(2).eq(0)), { columns: "even" }) as dd.Series<number>;
  assert.ok(table.divisions === null || table.divisions.every((one) => one === null));
  assert.deepEqual((await table.compute()).toArray(), [0, 2, 4]);
});

test("fromArray() says what no table can be made of", () => {
  assert.throws(() => dd.fromArray(da.ones([2, 2, 2])), /one or two dimensions, got 3/);
  assert.throws(() => dd.fromArray(da.ones([2]).astype("complex128")), /not of complex128/);
  assert.throws(
    () => dd.fromArray(da.ones([2, 3]), { columns: ["a", "b"] }),
    /3 columns needs as many different names/,
  );
  assert.throws(() => dd.fromArray(da.ones([2, 2]), { columns: ["a", "a"] }), /different names/);
  assert.throws(() => dd.fromArray(da.ones([2]), { columns: ["a", "b"] }), /one name/);
});
