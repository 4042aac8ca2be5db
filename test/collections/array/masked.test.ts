import assert from "node:assert/strict";
import { test } from "node:test";
import * as da from "../../../collections/array/index.ts";
import { pushExecutor } from "../../../runtime/graph/executor.ts";
import { syncExecutor } from "../../../runtime/graph/sync-executor.ts";

pushExecutor(syncExecutor);
const { ma } = da;
const values = async (x: { compute(): Promise<{ toArray(): unknown }> }): Promise<unknown> =>
  (await x.compute()).toArray();
const x = da.fromArray(
  [
    [-1, 2, 3],
    [4, -5, 6],
  ],
  { chunks: [1, 2] },
);

// Expected values are those of numpy.ma 1.24.

test("masked arrays count, sum and average what is not masked", async () => {
  const m = ma.maskedLess(x, 0);
  assert.deepEqual(await values(m), [
    [null, 2, 3],
    [4, null, 6],
  ]);
  assert.deepEqual(await values(m.sum({ axis: 0 })), [4, 2, 9]);
  assert.deepEqual(await values(m.mean()), 3.75);
  assert.deepEqual(await values(m.var()), 2.1875);
  assert.deepEqual(await values(m.min({ axis: 1 })), [2, 4]);
  assert.deepEqual(await values(ma.maskedGreater(x, 3).max()), 3);
  assert.deepEqual(await values(m.count({ axis: 0 })), [1, 1, 2]);
  assert.deepEqual(await values(m.filled(0)), [
    [0, 2, 3],
    [4, 0, 6],
  ]);
  assert.deepEqual(
    await values(
      ma.average(m, {
        axis: 1,
        weights: da.fromArray([
          [1, 1, 3],
          [1, 1, 1],
        ]),
      }),
    ),
    [2.75, 5],
  );
});

test("masks join in operations, and reductions of nothing are masked", async () => {
  const sum = ma.maskedLess(x, 0).add(ma.maskedEqual(x, 6));
  assert.deepEqual(await values(sum), [
    [null, 4, 6],
    [8, null, null],
  ]);
  assert.deepEqual(await values(ma.maskedInside(x, -9, 9).sum({ axis: 0 })), [null, null, null]);
  assert.deepEqual(await values(ma.maskedOutside(x, 0, 4).get(1)), [4, null, null]);
  assert.deepEqual(await values(ma.maskedArray([1, 2]).div([0, 2])), [null, 1]);
});

test("what is not finite is masked, and filled", async () => {
  const broken = da.fromArray([1, Number.NaN, Infinity], { chunks: 2 });
  assert.deepEqual(await values(ma.maskedInvalid(broken)), [1, null, null]);
  assert.deepEqual(await values(ma.fixInvalid(broken, { fillValue: 7 }).data), [1, 7, 7]);
  assert.deepEqual(await values(ma.getmaskarray(broken)), [false, false, false]);
  assert.deepEqual(
    await values(ma.filled(ma.maskedValues([1, 2], 2.000001))),
    // The value masked for is what fills, in the dtype of the data.
    [1, 2],
  );
  assert.throws(() => ma.maskedArray([1, 2], { mask: [0, 1] }), /A mask holds booleans, not int64/);
});

test("computed masked arrays print as NumPy's, -- where elements are masked", async () => {
  const x = da.arange(12, { chunks: 5 }).reshape([2, 6]);
  assert.equal(String(await da.ma.maskedGreater(x, 7).compute()), "[[ 0  1  2  3  4  5]\n [ 6  7 -- -- -- --]]");
  const one = da.ma.maskedInvalid(da.fromArray([1.5, Number.NaN, 20]));
  assert.equal(String(await one.compute()), "[ 1.5   -- 20. ]");
  assert.equal(String(await da.ma.maskedGreater(x, -1).sum().compute()), "--");
});
