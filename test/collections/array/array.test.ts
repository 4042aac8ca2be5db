import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { inspect } from "node:util";
import * as da from "../../../collections/array/index.ts";
import { pushExecutor } from "../../../runtime/graph/executor.ts";
import { syncExecutor } from "../../../runtime/graph/sync-executor.ts";

pushExecutor(syncExecutor);

test("Array: prints its dtype, shape, chunks and bytes", () => {
  const x = da.random.normal([20_000, 20_000], { chunks: [1000, 1000], seed: 1 });
  const z = da.map((a, b) => Math.exp(-a * a) + b, x, x.T).mean({ axis: 0 });
  assert.equal(inspect(z), "Array float64 (20000,) 20 chunks of (1000,), 160 kB");
});

test("Array: the program of the guide runs", async () => {
  const x = da.random.normal([40, 40], { chunks: [10, 10], seed: 1 });
  const y = x.add(x.T).get("::2", [0, 5, 9]);
  assert.deepEqual(y.shape, [20, 3]);
  const values = await y.compute();
  const whole = (await x.compute()).toArray() as number[][];
  assert.equal((values.toArray() as number[][])[3]?.[1], (whole[6]?.[5] as number) + (whole[5]?.[6] as number));
  const k = 2;
  const z = await da
    .map((a, b) => (a > b ? a * k : Math.min(b, 0)), x, x.T)
    .sum()
    .compute();
  let expected = 0;
  for (let i = 0; i < 40; i++)
    for (let j = 0; j < 40; j++) {
      const [a, b] = [whole[i]?.[j] as number, whole[j]?.[i] as number];
      expected += a > b ? a * k : Math.min(b, 0);
    }
  assert.ok(Math.abs((z.item() as number) - expected) < 1e-9);
});

test("NDArray: prints like NumPy", () => {
  assert.equal(
    inspect(
      da.NDArray.from([
        [1, 2],
        [3, 4.5],
      ]),
    ),
    "NDArray([[1.  2. ]\n         [3.  4.5]])",
  );
  assert.equal(inspect(da.NDArray.from([1, 20, 300])), "NDArray([  1  20 300])");
  assert.equal(inspect(da.NDArray.from([true, false])), "NDArray([ True False])");
  assert.equal(String(da.NDArray.from(2.5)), "2.5");
});

test("compute() gives plain memory that nothing else uses", async () => {
  const source = new Float64Array([1, 2, 3, 4]);
  const x = da.fromArray(source, { chunks: 2 });
  const [first, second] = [await x.compute(), await x.compute()];
  (first.data as Float64Array).fill(0);
  assert.deepEqual(second.toArray(), [1, 2, 3, 4]);
  assert.deepEqual([...source], [1, 2, 3, 4]);
  const whole = await da.fromArray(source).compute();
  assert.ok(whole.data.buffer instanceof ArrayBuffer);
  const part = await da.fromArray(source).get("1:3").compute();
  assert.equal(part.data.buffer.byteLength, 16);
});

test("random: equal seeds give equal arrays, blocks are independent of the order they are made in", async () => {
  const draw = () => da.random.normal([30], { chunks: 7, seed: 5 });
  const [a, b] = [await draw().compute(), await draw().compute()];
  assert.deepEqual(a.toArray(), b.toArray());
  assert.deepEqual((await draw().get("21:28").compute()).toArray(), (a.toArray() as number[]).slice(21, 28));
  assert.notDeepEqual((await da.random.normal([30], { chunks: 7, seed: 6 }).compute()).toArray(), a.toArray());
  const rng = da.random.defaultRng(1);
  assert.notDeepEqual((await rng.random([3]).compute()).toArray(), (await rng.random([3]).compute()).toArray());
});

test("integers wrap, 64-bit integers are exact, NaN follows NumPy", async () => {
  const u = da.fromArray([250, 5], { dtype: "uint8" });
  assert.deepEqual((await u.add(10).compute()).toArray(), [4, 15]);
  const big = da.fromArray([9007199254740993n, -1n]);
  assert.deepEqual((await big.add(1).compute()).toArray({ int64: "bigint" }), [9007199254740994n, 0n]);
  await assert.rejects(async () => (await big.compute()).toArray(), { name: "RangeError", message: /int64: "bigint"/ });
  const x = da.fromArray([1, Number.NaN, 3]);
  assert.equal((await x.max().compute()).item(), Number.NaN);
  assert.equal((await x.nanmax().compute()).item(), 3);
  assert.throws(() => u.add(300), /300 does not fit uint8/);
});

test("wrong input fails at build with the numbers in the message", () => {
  const x = da.zeros([3, 4], { chunks: 2 });
  const cases: [() => unknown, RegExp][] = [
    [() => x.add(da.zeros([3])), /\(3, 4\) and \(3,\).*axis 1 has 4 and 3/],
    [() => x.sum({ axis: 2 }), /axis 2 is out of range.*2 dimensions/],
    [() => x.rechunk([[2, 2], 4]), /\(2, 2\) of axis 0 add up to 4, but the axis has 3/],
    [() => x.reshape([5, 2]), /\(3, 4\) of 12 elements cannot become \(5, 2\)/],
    [() => x.get(3), /Index 3 is out of bounds for axis 0 with size 3/],
    [() => x.matmul(x), /\(3, 4\) and \(3, 4\) do not fit/],
    [() => x.transpose([0, 0]), /\(0, 0\)/],
    [() => x.get(x.gt(0)).get("1:"), /unknown.*computeChunkSizes/],
    [() => da.fromArray([[1, 2], [3]]), /2 and 1/],
    [() => da.fromArray([{}] as never), /object values cannot be elements/],
    [() => da.arange(0, 1, 0), /step/],
    [() => da.map((a) => Number(a.toFixed(2)), x), /mapBlocks/],
    [() => da.zeros([2], { dtype: "float63" }), /"float63" is not a dtype/],
  ];
  for (const [build, message] of cases) assert.throws(build, message);
});

test("a graph of a million chunks is built in symbols", () => {
  const x = da.ones([10_000_000], { chunks: 10 });
  const y = x.add(1).mul(2).sum();
  assert.equal(x.npartitions, 1_000_000);
  assert.match(y.explain(), /1000000 tasks/);
});

test("computeChunkSizes() makes unknown sizes known", async () => {
  const x = da.arange(10, { chunks: 4 });
  const some = x.get(x.mod(3).eq(0));
  assert.deepEqual(some.shape, [Number.NaN]);
  const known = await some.computeChunkSizes();
  assert.deepEqual(known.chunks, [[2, 1, 1]]);
  assert.deepEqual((await known.get("1:3").compute()).toArray(), [3, 6]);
});

test("blocks of users: mapBlocks, mapOverlap, blockwise, applyGufunc", async () => {
  const x = da.arange(12, { chunks: 5 });
  const where = x.mapBlocks(
    (block: da.NDArray, info: da.BlockInfo) => block.mul(0).add(info.chunkLocation[0] as number),
    { dtype: "int64" },
  );
  assert.deepEqual((await where.compute()).toArray(), [0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2]);
  const smooth = x.mapOverlap((block: da.NDArray) => block.roll(1).add(block.roll(-1)), {
    depth: 1,
    boundary: "nearest",
  });
  assert.deepEqual((await smooth.compute()).toArray(), [1, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 21]);
  const m = da.arange(6, { chunks: 2 }).reshape([2, 3]);
  const t = da.blockwise((block: da.NDArray) => block.T, "ji", [[m, "ij"]]);
  assert.deepEqual((await t.compute()).toArray(), [
    [0, 3],
    [1, 4],
    [2, 5],
  ]);
  const means = da.applyGufunc((block: da.NDArray) => block.mean({ axis: -1 }), "(i)->()", [m.rechunk([1, -1])]);
  assert.deepEqual((await means.compute()).toArray(), [1, 4]);
});

test("kernels work where code may not be made from text", () => {
  const program = `
    import { createRequire } from "node:module";
    import { Chunk } from "./collections/array/chunk.ts";
    import { applied } from "./collections/array/kernels/elementwise.ts";
    import { canGenerate } from "./collections/array/kernels/loop.ts";
    import { reduceNow } from "./collections/array/kernels/reduce.ts";
    const x = new Chunk(new Float64Array([1, 2, 3, 4]), "float64", [2, 2]);
    const made = reduceNow({ name: "sum", axes: [0], keepdims: false, dtype: "float64", skipNan: false }, applied("multiply", x, applied("exp", x)));
    console.log(JSON.stringify([canGenerate(), [...made.data]]));`;
  const run = spawnSync(
    process.execPath,
    [
      "--disallow-code-generation-from-strings",
      "--import",
      "tsx",
      "--conditions=shoal-source",
      "--input-type=module",
      "--eval",
      program,
    ],
    { encoding: "utf8" },
  );
  const expected = [1 * Math.exp(1) + 3 * Math.exp(3), 2 * Math.exp(2) + 4 * Math.exp(4)];
  assert.deepEqual(JSON.parse(run.stdout || `"${run.stderr.slice(-800)}"`), [false, expected]);
});

test("an axis said as NumPy says it is refused with the way to say it here", () => {
  const x = da.ones([4, 4]);
  assert.throws(() => x.mean(0 as never), /mean\(\) takes options: mean\(\{ axis: 0 \}\)/);
  assert.throws(() => x.sum([0, 1] as never), /sum\(\{ axis: \[0,1\] \}\)/);
});

test("an array's meta tells dtype and dimensions without elements, and stands for them where a function is mapped", async () => {
  const x = da.ones([6, 4], { chunks: 2, dtype: "float32" });
  assert.deepEqual([x.meta.dtype, x.meta.shape, x.meta.size], ["float32", [0, 0], 0]);
  assert.equal(x.get(0).sum().meta.ndim, 0);
  const unknown = x.get(x.gt(0));
  assert.deepEqual(unknown.meta.shape, [0]);
  const told = da.metaFromArray(x, { ndim: 1, dtype: "int64" });
  assert.deepEqual([told.dtype, told.shape], ["int64", [0]]);
  assert.throws(() => da.metaFromArray(x, { ndim: -1 }), /-1 dimensions/);
  let calls = 0;
  const counted = (block: da.NDArray): da.NDArray => {
    calls += 1;
    return block.mul(2);
  };
  const mapped = x.mapBlocks(counted, { meta: told });
  assert.deepEqual([mapped.dtype, calls], ["int64", 0]);
  assert.equal((await mapped.sum().compute()).item(), 48);
});

test("map() lifts a function of elements over arrays that broadcast, fused into one loop", async () => {
  const column = da.arange(3, { chunks: 2, dtype: "float64" }).reshape([3, 1]);
  const row = da.arange(4, { chunks: 3, dtype: "float64" });
  const made = da.map((a, b) => (a > b ? a - b : 10 * b), column, row);
  assert.deepEqual([made.shape, made.dtype], [[3, 4], "float64"]);
  assert.deepEqual((await made.compute()).toArray(), [
    [0, 10, 20, 30],
    [1, 10, 20, 30],
    [2, 1, 20, 30],
  ]);
  const lifted = da.vectorize((a: number, b: number) => a + b);
  assert.deepEqual((await lifted(row, 1).compute()).toArray(), [1, 2, 3, 4]);
});
