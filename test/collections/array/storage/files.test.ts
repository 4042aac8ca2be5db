import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import * as da from "../../../../collections/array/index.ts";
import { delayed } from "../../../../collections/delayed/delayed.ts";
import { type ByteRuns, FileError, type FileSystem } from "../../../../collections/io/filesystem.ts";
import { fileSystemOf, registerFileSystem } from "../../../../collections/io/schemes.ts";
import { ShoalError } from "../../../../runtime/base/errors.ts";
import { pushExecutor } from "../../../../runtime/graph/executor.ts";
import { syncExecutor } from "../../../../runtime/graph/sync-executor.ts";
import { written } from "./numpy-files.ts";

pushExecutor(syncExecutor);
const folder = mkdtempSync(join(tmpdir(), "shoal-npy-"));
after(() => rmSync(folder, { recursive: true }));
let count = 0;
const place = (ending: string): string => join(folder, `${++count}${ending}`);
const fileOf = (bytes: string, ending = ".npy"): string => {
  const path = place(ending);
  writeFileSync(path, Buffer.from(bytes, "base64"));
  return path;
};
const values = async (x: da.Array): Promise<unknown> => (await x.compute()).toArray();
const isCode = (code: string, text: RegExp) => (error: unknown) =>
  error instanceof ShoalError && error.code === code && text.test(error.message);

test("fromNpy() reads what NumPy wrote: byte orders, column-major, complex numbers, times, no axes", async () => {
  const big = await da.fromNpy(fileOf(written.bigEndian), { chunks: [1, 2] });
  assert.equal(big.dtype, "int32");
  assert.deepEqual(big.chunks, [
    [1, 1],
    [2, 1],
  ]);
  assert.deepEqual(await values(big), [
    [0, 1, 2],
    [3, 4, 5],
  ]);
  const turned = await da.fromNpy(fileOf(written.fortran), { chunks: [1, 2] });
  assert.deepEqual(await values(turned), [
    [0, 1, 2],
    [3, 4, 5],
  ]);
  assert.deepEqual(await values(turned.get(1, "::2")), [3, 5]);
  assert.deepEqual(await values(await da.fromNpy(fileOf(written.complex))), [
    { re: 1, im: 2 },
    { re: 3, im: -4 },
  ]);
  assert.deepEqual(await values(await da.fromNpy(fileOf(written.dates))), ["2020-01-01", "2021-06-05"]);
  const one = await da.fromNpy(fileOf(written.scalar));
  assert.deepEqual([one.ndim, await values(one)], [0, true]);
});

test("toNpy() writes what fromNpy() reads, for every dtype, chunked and empty", async () => {
  for (const dtype of ["bool", "int8", "uint16", "int32", "uint64", "float32", "float64", "complex64", "complex128"]) {
    const x = da.arange(0, 35, { chunks: 4 }).reshape([5, 7]).astype(dtype).rechunk([2, 3]);
    const path = place(".npy");
    await da.toNpy(x, path);
    const back = await da.fromNpy(path, { chunks: [3, 2] });
    assert.equal(back.dtype, dtype);
    assert.deepEqual(await values(back), await values(x));
  }
  for (const shape of [[], [0], [3, 0, 2], [1, 1]]) {
    const path = place(".npy");
    await da.toNpy(da.ones(shape), path);
    const back = await da.fromNpy(path);
    assert.deepEqual(back.shape, shape);
    assert.deepEqual(await values(back), await values(da.ones(shape)));
  }
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.endsWith(".part")),
    [],
  );
});

test("a failed toNpy() leaves the old file and nothing else", async () => {
  const path = place(".npy");
  await da.toNpy(da.ones([2]), path);
  const bad = da.ones([4], { chunks: 2 }).mapBlocks(
    () => {
      throw new Error("no");
    },
    { dtype: "float64" },
  );
  await assert.rejects(da.toNpy(bad, path));
  assert.deepEqual(await values(await da.fromNpy(path)), [1, 1]);
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.endsWith(".part")),
    [],
  );
});

test("slices of a stored array read no more than they need", async () => {
  const x = da.arange(0, 10_000, { dtype: "float64" }).reshape([100, 100]);
  const read: number[] = [];
  const files = fileSystemOf("memory:/x");
  const { regions } = files;
  assert.ok(regions !== undefined);
  registerFileSystem({
    scheme: "counted",
    stat: (path: string) => files.stat(path.replace("counted:", "memory:")),
    readRange: (path: string, offset: number, length: number) =>
      files.readRange(path.replace("counted:", "memory:"), offset, length),
    regions: {
      ...regions,
      read: (path: string, runs: ByteRuns) => {
        read.push(runs.offsets.length * runs.length);
        return regions.read(path.replace("counted:", "memory:"), runs);
      },
    },
  } as unknown as FileSystem);
  await da.toNpy(x, "memory:/x/a.npy");
  const stored = await da.fromNpy("counted:/x/a.npy", { chunks: [50, 50] });
  const part = stored.get("10:90:20", 7).get("1:");
  assert.deepEqual(part.chunks, [[1, 2]]);
  assert.deepEqual(await values(part), [3007, 5007, 7007]);
  assert.deepEqual(read, [8, 16]);
  read.length = 0;
  assert.deepEqual(await values(stored.get(":2", ":3").get("::-1")), [
    [100, 101, 102],
    [0, 1, 2],
  ]);
  assert.deepEqual(read, [48]);
});

test("fromNpy() refuses what is none, naming the file and why", async () => {
  await assert.rejects(da.fromNpy(fileOf("AAAA")), isCode("DECODE", /is no \.npy file: its first bytes/));
  await assert.rejects(da.fromNpy(fileOf(written.text)), isCode("NOT_SUPPORTED", /type <U2/));
  const cut = Buffer.from(written.fortran, "base64").subarray(0, 160).toString("base64");
  await assert.rejects(da.fromNpy(fileOf(cut)), isCode("DECODE", /has 160 bytes, .* needs 176: it is cut off/));
  await assert.rejects(da.fromNpy(join(folder, "none.npy")), FileError);
});

test("fromRaw() and toRaw() read and write bare elements", async () => {
  const path = place(".bin");
  const x = da.arange(0, 24, { dtype: "uint16" }).reshape([4, 6]).rechunk([3, 4]);
  await da.toRaw(x, path);
  assert.deepEqual(
    await values(await da.fromRaw(path, { dtype: "uint16", shape: [4, 6], chunks: 2 })),
    await values(x),
  );
  const tail = await da.fromRaw(path, { dtype: "<u2", shape: [12], offset: 24 });
  assert.deepEqual(await values(tail.get([0, -1])), [12, 23]);
  const turned = await da.fromRaw(path, { dtype: ">u2", shape: [6, 4], order: "F" });
  assert.equal((await turned.get(1, 0).compute()).item(), 256);
  await assert.rejects(
    da.fromRaw(path, { dtype: "float64", shape: [24] }),
    isCode("DECODE", /has 48 bytes, and the array it should hold needs 192/),
  );
});

test("fromNpz() reads stored and packed archives; toNpz() writes them", async () => {
  const packed = await da.fromNpz(fileOf(written.npz, ".npz"), { chunks: 2 });
  assert.deepEqual(Object.keys(packed), ["a", "b"]);
  assert.deepEqual(packed["a"]?.chunks, [[2, 2, 1]]);
  assert.deepEqual(await values(packed["a"] as da.Array), [0, 1, 2, 3, 4]);
  const path = place(".npz");
  const x = da.arange(0, 10, { chunks: 3 });
  await da.toNpz(path, { x, "half of x": x.div(2) });
  const back = await da.fromNpz(path, { chunks: 4 });
  assert.deepEqual(await values(back["half of x"] as da.Array), await values(x.div(2)));
  assert.deepEqual(await values((back["x"] as da.Array).get("3:6")), [3, 4, 5]);
  await assert.rejects(da.fromNpz(fileOf(written.complex)), isCode("DECODE", /is no ZIP archive/));
});

test("toNpyStack() writes a file for each chunk of an axis, fromNpyStack() reads them, Dask's too", async () => {
  const x = da.arange(0, 24, { dtype: "int32" }).reshape([4, 6]).rechunk([2, 4]);
  const stack = place("");
  await da.toNpyStack(stack, x, { axis: 1 });
  assert.deepEqual(readdirSync(stack).sort(), ["0.npy", "1.npy", "info"]);
  const back = await da.fromNpyStack(stack);
  assert.deepEqual(back.chunks, [[4], [4, 2]]);
  assert.deepEqual(await values(back), await values(x));
  const dasks = place("");
  await da.toNpyStack(dasks, da.arange(0, 5, { dtype: "float64", chunks: 2 }));
  writeFileSync(join(dasks, "info"), Buffer.from(written.stackInfo, "base64"));
  assert.deepEqual(await values(await da.fromNpyStack(dasks)), [0, 1, 2, 3, 4]);
  writeFileSync(join(dasks, "info"), "cos\nsystem\n(S'true'\ntR.");
  await assert.rejects(da.fromNpyStack(dasks), isCode("DECODE", /does not describe a stack/));
});

test("store() fills arrays in place and hands blocks to functions", async () => {
  const x = da.arange(0, 12, { chunks: 5 }).reshape([3, 4]);
  const whole = da.NDArray.from(new Float64Array(30)).reshape([5, 6]) as da.NDArray;
  await da.store(x, whole, { regions: [[1, 2]] });
  assert.deepEqual((whole.get(1).toArray() as number[]).slice(1), [0, 0, 1, 2, 3]);
  assert.deepEqual(whole.get(-1).toArray(), [0, 0, 0, 0, 0, 0]);
  await assert.rejects(
    da.store(x, whole, { regions: [[3, 0]] }),
    /Shape \(3, 4\) at \(3, 0\) does not fit a target of shape \(5, 6\)/,
  );
  const got: string[] = [];
  await da.store(
    [x, x.sum({ axis: 0 })],
    [
      (block, { start, count }) => got.push(`${start}+${count}: ${block.sum().item()}`),
      (block) => got.push(String(block)),
    ],
  );
  assert.deepEqual(got.sort(), ["0,0+1,4: 6", "1,0+1,4: 22", "2,0+1,4: 38", "[12 15 18 21]"]);
});

test("fromDelayed() takes lazy values, toDelayed() gives blocks as such", async () => {
  const x = da.fromDelayed(
    delayed(() => [
      [1, 2],
      [3, 4],
    ])(),
    { shape: [2, 2], dtype: "float32" },
  );
  assert.deepEqual(await values(x.add(1)), [
    [2, 3],
    [4, 5],
  ]);
  const wrong = da.fromDelayed(delayed(() => [1, 2, 3])(), { shape: [2], dtype: "int64" });
  await assert.rejects(wrong.compute(), /gave shape \(3\) where \(2\) was told of/);
  const grid = da.toDelayed(da.arange(0, 6, { chunks: 4 }).reshape([2, 3]).rechunk([1, 2])) as da.NestedDelayed[][];
  assert.deepEqual([grid.length, grid[0]?.length], [2, 2]);
  const [, [, last] = []] = grid;
  const block = (await (last as { compute(): Promise<unknown> }).compute()) as da.NDArray;
  assert.ok(block instanceof da.NDArray);
  assert.deepEqual(Array.from(block.data as BigInt64Array, Number), [5]);
});

test("fromSource() pushes slices into the reader", async () => {
  const asked: string[] = [];
  const x = da.fromSource(
    {
      shape: [10, 10],
      dtype: "int32",
      read: ({ start, step, count }) => {
        asked.push(JSON.stringify([start, step, count]));
        const out = new Int32Array((count[0] as number) * (count[1] as number));
        let at = 0;
        for (let i = 0; i < (count[0] as number); i++)
          for (let j = 0; j < (count[1] as number); j++)
            out[at++] =
              10 * ((start[0] as number) + i * (step[0] as number)) + (start[1] as number) + j * (step[1] as number);
        return out;
      },
    },
    { chunks: 5 },
  );
  assert.deepEqual(await values(x.get(3, "::4").get("1:")), [34, 38]);
  assert.deepEqual(asked.sort(), ["[[3,4],[1,4],[1,1]]", "[[3,8],[1,4],[1,1]]"]);
});
