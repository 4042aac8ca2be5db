import assert from "node:assert/strict";
import { test } from "node:test";
import * as da from "../../../collections/array/index.ts";
import { pushExecutor } from "../../../runtime/graph/executor.ts";
import { syncExecutor } from "../../../runtime/graph/sync-executor.ts";

pushExecutor(syncExecutor);
const values = async (x: da.Array): Promise<unknown> => (await x.compute()).toArray();

test("lists of integers beyond int64 are uint64, beside negative ones float64", async () => {
  const large = da.fromArray([2n ** 64n - 1n, 0]);
  assert.equal(large.dtype, "uint64");
  assert.deepEqual(await values(large.add(1)), [0, 1]);
  assert.equal(da.fromArray([2n ** 63n, -1]).dtype, "float64");
  assert.deepEqual(
    await values(
      da.rightShift(da.fromArray([2n ** 63n], { dtype: "uint64" }), da.fromArray([60], { dtype: "uint64" })),
    ),
    [8],
  );
  assert.throws(() => da.fromArray([2n ** 64n]), /18446744073709551616 does not fit uint64/);
  assert.equal(da.fromArray([1e20]).dtype, "float64");
});

test("accumulate() goes along the first axis, if none is named", async () => {
  const x = da.arange(6, { chunks: 4 }).reshape([2, 3]);
  assert.deepEqual(await values(da.add.accumulate(x)), [
    [0, 1, 2],
    [3, 5, 7],
  ]);
  assert.deepEqual(await values(da.multiply.accumulate(x.add(1), { axis: 1 })), [
    [1, 2, 6],
    [4, 20, 120],
  ]);
  assert.throws(() => da.subtract.accumulate(x), /subtract has no accumulate; use add, multiply/);
});
