import assert from "node:assert/strict";
import { test } from "node:test";
import { makeVector } from "apache-arrow";
import * as da from "../../../collections/array/index.ts";
import { pushExecutor } from "../../../runtime/graph/executor.ts";
import { syncExecutor } from "../../../runtime/graph/sync-executor.ts";

pushExecutor(syncExecutor);
const values = async (x: da.Array): Promise<unknown> => (await x.compute()).toArray();

// The fields that scijs' ndarray has, and those of npyjs.
const scijs = { data: Float32Array.of(0, 1, 2, 3, 4, 5), shape: [2, 2], stride: [1, 2], offset: 1, dtype: "float32" };
const npyjs = { data: Int16Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3], dtype: "int16", fortranOrder: true };

test("an array of another library is an operand anywhere, by its shape, strides and typed array", async () => {
  assert.deepEqual(await values(da.fromArray(scijs)), [
    [1, 3],
    [2, 4],
  ]);
  assert.equal(da.fromArray(scijs, { chunks: 1 }).dtype, "float32");
  assert.deepEqual(await values(da.fromArray(npyjs)), [
    [1, 3, 5],
    [2, 4, 6],
  ]);
  const x = da.ones([2, 2], { chunks: 1 });
  assert.deepEqual(await values(x.add(scijs)), [
    [2, 4],
    [3, 5],
  ]);
  assert.deepEqual(await values(da.sqrt(scijs).square().round()), await values(da.fromArray(scijs)));
  assert.deepEqual(await values(da.matmul(scijs, npyjs)), [
    [7, 15, 23],
    [10, 22, 34],
  ]);
  assert.deepEqual(await values(x.mapBlocks((a: da.NDArray, b: da.NDArray) => a.mul(b), { args: [scijs] })), [
    [1, 3],
    [2, 4],
  ]);
  assert.deepEqual(
    await values(x.mapBlocks(() => ({ data: Float64Array.of(7), shape: [1, 1] }), { dtype: "float64" })),
    [
      [7, 7],
      [7, 7],
    ],
  );
});

test("what is computed is such an array too, row-major", async () => {
  const { data, shape, dtype, strides, offset } = await da.arange(6).reshape([2, 3]).compute();
  assert.deepEqual([shape, dtype, strides, offset], [[2, 3], "int64", [3, 1], 0]);
  assert.deepEqual(data, BigInt64Array.of(0n, 1n, 2n, 3n, 4n, 5n));
});

test("columns of Arrow come in by their typed array", async () => {
  const column = makeVector(Float64Array.of(1, 2, 4));
  assert.deepEqual(await values(da.fromArray(column.toArray(), { chunks: 2 }).cumsum({ axis: 0 })), [1, 3, 7]);
});

test("an array that reaches beyond its memory is refused with the numbers", () => {
  const short = { data: new Float64Array(3), shape: [2, 2] };
  assert.throws(
    () => da.fromArray(short),
    /shape \(2, 2\), strides \(2, 1\) and offset 0 reaches from 0 to 3, but there are 3/,
  );
  assert.throws(() => da.fromArray({ ...short, strides: [-1, 1] }), /reaches from -1 to 1/);
});

test("a dtype that says otherwise than the typed array does is the typed array's", () => {
  assert.equal(da.fromArray({ data: Uint8Array.of(0, 1), shape: [2], dtype: "bool" }).dtype, "bool");
  assert.equal(da.fromArray({ data: Uint8Array.of(0, 1), shape: [2], dtype: "generic" }).dtype, "uint8");
  assert.equal(da.fromArray({ data: Uint8Array.of(0, 1), shape: [2], dtype: "float64" }).dtype, "uint8");
});
