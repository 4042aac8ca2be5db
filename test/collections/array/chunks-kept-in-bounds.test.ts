import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import * as da from "../../../collections/array/index.ts";
import { pushExecutor } from "../../../runtime/graph/executor.ts";
import { syncExecutor } from "../../../runtime/graph/sync-executor.ts";

pushExecutor(syncExecutor);

test("shuffle() keeps groups together, in chunks of about the size that was", async () => {
  const x = da.arange(16, { chunks: 4 }).reshape([2, 8]).rechunk([2, 4]);
  const groups = [
    [6, 5, 2],
    [4, 1],
    [3, 0, -1],
  ];
  const y = da.shuffle(x, groups, { axis: 1 });
  assert.deepEqual(y.chunks, [[2], [5, 3]]);
  assert.deepEqual((await y.compute()).toArray(), [
    [6, 5, 2, 4, 1, 3, 0, 7],
    [14, 13, 10, 12, 9, 11, 8, 15],
  ]);
  const fine = da.shuffle(x.rechunk([2, 2]), groups, { axis: 1 });
  assert.deepEqual(fine.chunks, [[2], [3, 2, 3]]);
  assert.deepEqual((await fine.compute()).toArray(), (await y.compute()).toArray());
  assert.deepEqual(da.shuffle(x, [], { axis: 1 }).shape, [2, 0]);
  assert.throws(() => da.shuffle(x, [[9]], { axis: 1 }), /Index 9 is out of bounds for axis 1 with size 8/);
  assert.throws(() => da.shuffle(x, [1, 2] as never), /groups of positions/);
});

test("positions taken many times do not make chunks larger than those that auto makes", async () => {
  const x = da.ones([4, 1 << 20], { chunks: [2, 1 << 20] });
  const y = x.get(new Array<number>(1000).fill(1));
  assert.equal(y.chunksize[0], 16);
  assert.equal(y.numblocks[0], 63);
  const small = da.arange(3, { chunks: 2 }).get([0, 0, 0, 1, 2, 2]);
  assert.deepEqual(small.chunks, [[4, 2]]);
  assert.deepEqual((await small.compute()).toArray(), [0, 0, 0, 1, 2, 2]);
});

test("work that makes many times more chunks warns, with their numbers and the way out", async () => {
  const warned = once(process, "warning");
  const [rows, columns] = [da.ones([2000, 2000], { chunks: [1, 2000] }), da.ones([2000, 2000], { chunks: [2000, 1] })];
  assert.equal(rows.add(columns).npartitions, 4_000_000);
  const [warning] = (await warned) as [Error];
  assert.equal(warning.name, "PerformanceWarning");
  assert.match(warning.message, /makes 4000000 chunks of 2000; rechunk\(\) first/);
});
