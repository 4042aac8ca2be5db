import assert from "node:assert/strict";
import { test } from "node:test";
import * as da from "../../../collections/array/index.ts";
import { pushExecutor } from "../../../runtime/graph/executor.ts";
import { syncExecutor } from "../../../runtime/graph/sync-executor.ts";

pushExecutor(syncExecutor);

const x = da.arange(24, { chunks: 24 }).reshape([4, 6]).rechunk([3, 6]);
const values = async (one: da.Array): Promise<unknown> => (await one.compute()).toArray();

test("applyGufunc() gives a list where the signature names several results", async () => {
  const [mean, ends] = da.applyGufunc(
    (a: da.NDArray) => [a.mean({ axis: -1 }), a.get("…", [0, -1])],
    "(i)->(),(two)",
    [x],
    { outputDtypes: ["float64", "int64"], outputSizes: { two: 2 } },
  ) as [da.Array, da.Array];
  assert.deepEqual([mean.shape, mean.chunks, mean.dtype], [[4], [[3, 1]], "float64"]);
  assert.deepEqual(await values(mean), [2.5, 8.5, 14.5, 20.5]);
  assert.deepEqual(
    [ends.shape, ends.chunks],
    [
      [4, 2],
      [[3, 1], [2]],
    ],
  );
  assert.deepEqual(await values(ends), [
    [0, 5],
    [6, 11],
    [12, 17],
    [18, 23],
  ]);
  assert.deepEqual(await values(mean.add(ends.sum({ axis: 1 }))), [7.5, 25.5, 43.5, 61.5]);
});

test("applyGufunc() broadcasts loop axes, whichever chunks they lie in", async () => {
  const [sum, difference] = da.applyGufunc(
    (a: da.NDArray, b: da.NDArray) => [a.add(b).sum({ axis: -1 }), a.sub(b)],
    "(i),(i)->(),(i)",
    [x, da.arange(12).reshape([2, 1, 6]).rechunk([1, 1, 6])],
    { outputDtypes: ["int64", "int64"] },
  ) as [da.Array, da.Array];
  assert.deepEqual(
    [sum.shape, sum.chunks],
    [
      [2, 4],
      [
        [1, 1],
        [3, 1],
      ],
    ],
  );
  assert.deepEqual(await values(sum), [
    [30, 66, 102, 138],
    [66, 102, 138, 174],
  ]);
  assert.deepEqual((await difference.compute()).shape, [2, 4, 6]);
});

test("applyGufunc() calls the function for each place where it is vectorised", async () => {
  const seen: number[][] = [];
  const norm = (a: da.NDArray, b: da.NDArray) => {
    seen.push([a.ndim, b.ndim]);
    return Math.sqrt(Number(a.mul(a).sum().item()) + Number(b.item()));
  };
  const y = da.applyGufunc(norm, "(i),()->()", [x, da.arange(4, { chunks: 2 })], {
    vectorize: true,
    outputDtypes: "float64",
  });
  const expected = [0, 1, 2, 3].map((r) => Math.sqrt([0, 1, 2, 3, 4, 5].reduce((s, c) => s + (6 * r + c) ** 2, r)));
  assert.deepEqual(await values(y), expected);
  assert.deepEqual(seen, new Array(4).fill([1, 0]));
});

test("gufunc() is a function of arrays; axis, axes and keepdims say where core axes lie", async () => {
  const mean = da.gufunc((a: da.NDArray) => a.mean({ axis: -1 }), "(i)->()", { axis: 0, allowRechunk: true });
  assert.deepEqual(await values(mean(x)), [9, 10, 11, 12, 13, 14]);
  const kept = da.gufunc((a: da.NDArray) => a.mean({ axis: -1 }), "(i)->()", { axis: 1, keepdims: true });
  assert.deepEqual(await values(kept(x)), [[2.5], [8.5], [14.5], [20.5]]);
  const turned = da.applyGufunc((a: da.NDArray) => a.transpose([0, 2, 1]), "(i,j)->(j,i)", [da.ones([5, 2, 3])], {
    axes: [
      [1, 2],
      [1, 2],
    ],
    outputDtypes: "float64",
  });
  assert.deepEqual(turned.shape, [5, 3, 2]);
});

test("applyGufunc() refuses what does not fit when it is said, with the names and numbers", () => {
  const two = (a: da.NDArray) => [a, a];
  const refused: [() => unknown, RegExp][] = [
    [() => da.applyGufunc(two, "(i)->(),()", [x]), /outputDtypes must give the dtypes of 2 results, it gives 0/],
    [() => da.applyGufunc(two, "(i)->()", [x, x]), /"\(i\)->\(\)" does not fit 2 arrays/],
    [() => da.applyGufunc(two, "i->j", [x]), /"i->j" is no signature/],
    [() => da.applyGufunc(two, "(i)->", [x]), /names no result/],
    [() => da.applyGufunc(two, "(i,j,k)->()", [x]), /Argument 0 has 2 axes, but the signature names \(i, j, k\)/],
    [() => da.applyGufunc(two, "(i)->()", [x.T]), /Core axis "i" of argument 0 has 2 chunks; rechunk it to one/],
    [() => da.applyGufunc(two, "(i)->(k)", [x]), /size of core axis "k" is unknown/],
    [() => da.applyGufunc(two, "(i,j)->(i)", [x], { axis: 0 }), /axis needs one core axis, but i, j are named/],
    [() => da.applyGufunc(two, "(i)->()", [x], { keepdims: true }), /keepdims needs axis/],
    [() => da.applyGufunc(two, "(i)->()", [x], { axes: [[0, 1]] }), /axes names 2 axes for \(i\)/],
  ];
  for (const [of, words] of refused) assert.throws(of, words);
});

test("a function that gives fewer results than it named is told so", async () => {
  const [one] = da.applyGufunc((a: da.NDArray) => [a], "(i)->(i),(i)", [x], {
    outputDtypes: ["int64", "int64"],
  }) as [da.Array];
  await assert.rejects(one.compute(), /must give a list of 2 results, it gave a list of 1/);
});
