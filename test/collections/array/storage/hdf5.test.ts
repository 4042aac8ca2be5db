import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { gunzipSync } from "node:zlib";
import * as da from "../../../../collections/array/index.ts";
import { FileError } from "../../../../collections/io/filesystem.ts";
import { ShoalError } from "../../../../runtime/base/errors.ts";
import { pushExecutor } from "../../../../runtime/graph/executor.ts";
import { syncExecutor } from "../../../../runtime/graph/sync-executor.ts";
import { writtenByH5py } from "./hdf5-files.ts";

pushExecutor(syncExecutor);
const folder = mkdtempSync(join(tmpdir(), "shoal-hdf5-"));
after(() => rmSync(folder, { recursive: true }));
const theirs = join(folder, "by-h5py.h5");
writeFileSync(theirs, gunzipSync(Buffer.from(writtenByH5py, "base64")));
/** Debian's Python, which has Debian's packages, whatever other Python comes first on the path. */
const PYTHON = "/usr/bin/python3";
const hasH5py = existsSync(PYTHON) && spawnSync(PYTHON, ["-c", "import h5py"]).status === 0;
const values = async (x: da.Array): Promise<unknown> => (await x.compute()).toArray();
const isCode = (code: string, text: RegExp) => (error: unknown) =>
  error instanceof ShoalError && error.code === code && text.test(error.message);

test("fromHdf5() reads what h5py wrote, packed chunks and booleans included, and slices push into what is read", async () => {
  const x = await da.fromHdf5(theirs, "group/x", { chunks: [7, 20] });
  assert.deepEqual([x.dtype, x.shape, x.chunks[1]], ["int16", [20, 30], [20, 10]]);
  assert.equal(await values(x.sum()), 179_700);
  const part = x.get("3::8", [29, 0]);
  assert.deepEqual(await values(part), [
    [119, 90],
    [359, 330],
    [599, 570],
  ]);
  assert.deepEqual(await values(x.get(-1, "::-10")), [599, 589, 579]);
  assert.match(x.get("5:7", ":2").explain(), /Runs: 1 layer, 1 task/);
  assert.deepEqual(await values(await da.fromHdf5(theirs, "flags")), [true, false, true]);
  assert.equal(await values(await da.fromHdf5(theirs, "scalar")), 3.5);
  const large = await (await da.fromHdf5(theirs, "large")).compute();
  assert.deepEqual(large.data, BigUint64Array.of(2n ** 64n - 1n));
});

test("fromHdf5() makes blocks of whole stored chunks", async () => {
  assert.deepEqual((await da.fromHdf5(theirs, "group/x")).chunks, [[14, 6], [30]]);
});

test("fromHdf5() refuses what is not there and what it cannot read, by name", async () => {
  await assert.rejects(da.fromHdf5(join(folder, "none.h5"), "x"), FileError);
  await assert.rejects(da.fromHdf5(theirs, "y"), isCode("FILE", /no dataset y in .*; it has big, .*group\/x/));
  for (const [name, text] of [
    ["complex", /class 6 in 16 bytes/],
    ["big", /class 1 in 8 bytes, big-endian/],
    ["text", /class 3/],
    ["half", /class 1 in 2 bytes/],
  ] as const)
    await assert.rejects(da.fromHdf5(theirs, name), isCode("NOT_SUPPORTED", text));
  const plain = join(folder, "plain.h5");
  writeFileSync(plain, "no HDF5 file, but longer than its head would be");
  await assert.rejects(da.fromHdf5(plain, "x"), isCode("FILE", /plain.h5 cannot be opened as an HDF5 file/));
});

test("toHdf5() writes block by block into groups, packed or not, and what it wrote is read again", async () => {
  const path = join(folder, "ours.h5");
  const x = da.arange(600, { chunks: 600 }).reshape([20, 30]).rechunk([8, 11]);
  await da.toHdf5(x, path, "a/b/x", { compression: 4 });
  await da.toHdf5(x.astype("float32").add(0.5), path, "a/f", { chunks: [5, 5] });
  await da.toHdf5(da.zeros([0, 3]), path, "none");
  const again = await da.fromHdf5(path, "a/b/x", { chunks: 7 });
  assert.deepEqual([again.dtype, await values(again)], ["int64", await values(x)]);
  assert.equal(await values((await da.fromHdf5(path, "a/f")).sum()), 179_700 + 300);
  assert.deepEqual((await (await da.fromHdf5(path, "none")).compute()).shape, [0, 3]);
  await assert.rejects(da.toHdf5(x, path, "a/b/x"), isCode("FILE", /a dataset a\/b\/x in .* already/));
  await assert.rejects(da.toHdf5(x.gt(1), path, "q"), isCode("NOT_SUPPORTED", /cannot hold bool/));
  await assert.rejects(da.toHdf5(x, path, "q", { compression: 11 }), /from 1 to 9, got 11/);
  await assert.rejects(da.toHdf5(x, path, "q", { chunks: [1] }), /chunks are given for 1 axes, but the array has 2/);
  await assert.rejects(da.toHdf5(da.fromArray(1), path, "q"), /reshape\(\[1\]\)/);
});

test("toHdf5() writes what h5py reads", { skip: hasH5py ? false : "python3-h5py is not installed" }, async () => {
  const path = join(folder, "for-h5py.h5");
  const x = da.arange(0, 35).reshape([5, 7]).rechunk([2, 3]);
  const dtypes = ["int8", "uint16", "int64", "uint64", "float32", "float64"] as const;
  for (const dtype of dtypes) await da.toHdf5(x.astype(dtype), path, `plain/${dtype}`);
  await da.toHdf5(x, path, "packed", { compression: 4 });
  const script = `
import sys, json, h5py
with h5py.File(sys.argv[1], "r") as f:
    sets = {name: f[name] for name in [*("plain/" + one for one in f["plain"]), "packed"]}
    print(json.dumps({n: [d.dtype.name, d.chunks, d.compression, d[()].tolist()] for n, d in sets.items()}))`;
  const { stdout, stderr } = spawnSync(PYTHON, ["-c", script, path], { encoding: "utf8" });
  assert.equal(stderr, "");
  const read = JSON.parse(stdout) as Record<string, unknown>;
  for (const dtype of dtypes) assert.deepEqual(read[`plain/${dtype}`], [dtype, [2, 3], null, await values(x)], dtype);
  assert.deepEqual(read["packed"], ["int64", [2, 3], "gzip", await values(x)]);
});
