import assert from "node:assert/strict";
import { test } from "node:test";
import * as da from "shoal/array";
import * as db from "shoal/bag";

test("toArray() makes a chunk of each partition, also of an empty one; its length is known when it is counted", async () => {
  const array = db.fromPartitions<number>([[3, 1], [], [2]]).toArray({ dtype: "int32" });
  assert.equal(array.dtype, "int32");
  assert.ok(Number.isNaN(array.shape[0]));
  assert.equal(await array.sum().compute().then(Number), 6);
  const known = await array.computeChunkSizes();
  assert.deepEqual(known.shape, [3]);
  assert.deepEqual((await known.compute()).toArray(), [3, 1, 2]);
});

test("toArray() takes lists as rows, and says which do not fit", async () => {
  const rows = db.fromPartitions<number[]>([
    [
      [1, 2],
      [3, 4],
    ],
    [[5, 6]],
  ]);
  const array = da.fromBag(rows, { itemShape: [2] });
  assert.deepEqual((await array.mean({ axis: 0 }).compute()).toArray(), [3, 4]);
  await assert.rejects(rows.toArray().compute(), /shape \(2\) where \(\) was told of/);
  await assert.rejects(db.fromSequence(["a"]).toArray().compute(), { code: "TASK_FAILED" });
});

test("toBag() gives an array's rows, whatever its chunks", async () => {
  const array = da.arange(12).reshape([4, 3]).rechunk([2, 2]);
  const bag = da.toBag(array);
  assert.equal(bag.npartitions, 2);
  assert.deepEqual(await bag.compute(), [
    [0, 1, 2],
    [3, 4, 5],
    [6, 7, 8],
    [9, 10, 11],
  ]);
  assert.equal(
    await da
      .toBag(da.arange(10, { chunks: 3 }))
      .filter((n) => Number(n) % 2 === 0)
      .count()
      .compute(),
    5,
  );
  assert.throws(() => da.toBag(3), TypeError);
});
