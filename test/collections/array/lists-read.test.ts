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

test("gradient() takes its axis as an option alone, and keeps complex numbers", async () => {
  const x = da.fromArray([
    [1, 2, 4],
    [1, 5, 9],
  ]);
  assert.deepEqual(await values(da.gradient(x, { axis: 0 }) as da.Array), [
    [0, 3, 5],
    [0, 3, 5],
  ]);
  assert.deepEqual(await values(da.gradient(x, 2, { axis: 1 }) as da.Array), [
    [0.5, 0.75, 1],
    [2, 2, 2],
  ]);
  const z = da.gradient(da.fromArray([da.complex(0, 1), da.complex(1, 3), da.complex(4, 4)])) as da.Array;
  assert.deepEqual(await values(z), [da.complex(1, 2), da.complex(2, 1.5), da.complex(3, 1)]);
});

test("a list of unknown length is its own ravel()", async () => {
  const x = da.arange(6, { chunks: 4 });
  assert.deepEqual(await values(x.get(x.gt(2)).ravel().reshape([-1])), [3, 4, 5]);
});
