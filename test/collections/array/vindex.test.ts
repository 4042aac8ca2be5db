import assert from "node:assert/strict";
import { test } from "node:test";
import * as da from "../../../collections/array/index.ts";
import { pushExecutor } from "../../../runtime/graph/executor.ts";
import { syncExecutor } from "../../../runtime/graph/sync-executor.ts";

pushExecutor(syncExecutor);
const values = async (x: da.Array): Promise<unknown> => (await x.compute()).toArray();

const x = da.arange(24, { chunks: 5 }).reshape([4, 6]).rechunk([2, 3]);

test("vindex() broadcasts lists of any shape, whose axes come first", async () => {
  const corners = x.vindex(
    [
      [0, 1],
      [2, 3],
    ],
    [[0], [1]],
  );
  assert.deepEqual(corners.chunks, [[2], [2]]);
  assert.deepEqual(await values(corners), [
    [0, 6],
    [13, 19],
  ]);
  assert.deepEqual(await values(x.vindex(1, [-1, 2, 3])), [11, 8, 9]);
  assert.deepEqual(await values(x.vindex([[[3]]], 5)), [[[23]]]);
  assert.deepEqual(await values(x.vindex([], [])), []);
});

test('vindex() takes axes whole for ":" and null, and parts of them for other slices', async () => {
  const rows = x.vindex([3, 0], ":");
  assert.deepEqual(rows.chunks, [[2], [3, 3]]);
  assert.deepEqual(await values(rows), await values(x.vindex([3, 0], null)));
  assert.deepEqual(await values(x.vindex("::2", [[0, 1]])), [
    [
      [0, 12],
      [1, 13],
    ],
  ]);
});

test("vindex() refuses lists that do not fit, with their shapes", () => {
  assert.throws(() => x.vindex([0, 1], [1, 2, 3]), /shapes \(2\) and \(3\) do not broadcast/);
  assert.throws(() => x.vindex([[1, 2], [3]]), /shapes \(2\) and \(1\) in one list/);
  assert.throws(() => x.vindex([9]), /Index 9 is out of bounds for axis 0 with size 4/);
});
