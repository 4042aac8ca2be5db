import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import * as da from "../../../../collections/array/index.ts";
import { fileSystemOf } from "../../../../collections/io/schemes.ts";
import { ShoalError } from "../../../../runtime/base/errors.ts";
import { pushExecutor } from "../../../../runtime/graph/executor.ts";
import { syncExecutor } from "../../../../runtime/graph/sync-executor.ts";
import { zarrGroup } from "./zarr-files.ts";

pushExecutor(syncExecutor);
const folder = mkdtempSync(join(tmpdir(), "shoal-zarr-"));
after(() => rmSync(folder, { recursive: true }));
const values = async (x: da.Array): Promise<unknown> => (await x.compute()).toArray();
const PYTHON = "/usr/bin/python3";
const hasZarr = existsSync(PYTHON) && spawnSync(PYTHON, ["-c", "import zarr"]).status === 0;

async function pythonsGroup(): Promise<string> {
  for (const [name, bytes] of Object.entries(zarrGroup))
    await fileSystemOf("memory:/").write(`memory:/zarr/${name}`, Buffer.from(bytes, "base64"));
  return "memory:/zarr";
}

test("fromZarr() reads what Python's zarr wrote: codecs, byte orders, column-major chunks, fill values, no axes", async () => {
  const group = await pythonsGroup();
  const t = await da.fromZarr(group, { component: "t" });
  assert.equal(t.dtype, "float32");
  assert.deepEqual(t.chunks, [
    [2, 2, 1],
    [3, 3, 1],
  ]);
  assert.deepEqual(await values(t), await values(da.arange(0, 35).reshape([5, 7])));
  const part = t.rechunk([5, 7]).get("1::2", 4);
  assert.deepEqual(await values(part), [11, 25]);
  assert.deepEqual(await values((await da.fromZarr(`${group}/t`, { chunks: [4, 6] })).get("1::2", "::-3").sum()), 102);
  assert.deepEqual(await values(await da.fromZarr(`${group}/m`)), [true, false, true, false, true, false]);
  assert.deepEqual(await values(await da.fromZarr(`${group}/holes`)), [NaN, NaN, 1, 2, NaN, NaN]);
  assert.deepEqual(await values(await da.fromZarr(`${group}/f`)), [
    [0, 1, 2],
    [3, 4, 5],
  ]);
  assert.equal(await values(await da.fromZarr(`${group}/scalar`)), 7);
});

test("toZarr() writes both formats with every compressor, and fromZarr() reads them", async () => {
  const x = da.arange(0, 35).reshape([5, 7]).rechunk([2, 3]);
  for (const format of [2, 3] as const)
    for (const compressor of ["none", "zstd", "blosc"] as const)
      for (const dtype of ["bool", "int8", "uint16", "int64", "float32", "float64"]) {
        const path = join(folder, `${format}-${compressor}-${dtype}`);
        await da.toZarr(x.astype(dtype), path, { format, compressor });
        const back = await da.fromZarr(path);
        assert.equal(back.dtype, dtype);
        assert.deepEqual(back.chunks, x.chunks);
        assert.deepEqual(await values(back), await values(x.astype(dtype)), path);
      }
});

test("toZarr() writes into regions of an array, and refuses those inside a stored chunk", async () => {
  const path = join(folder, "regions");
  await da.toZarr(da.zeros([6, 4], { chunks: [2, 2] }), path);
  await da.toZarr(da.ones([2, 4], { chunks: 2 }), path, { region: [2, 0] });
  assert.deepEqual(await values((await da.fromZarr(path)).sum({ axis: 1 })), [0, 0, 4, 4, 0, 0]);
  await assert.rejects(
    da.toZarr(da.ones([2, 4], { chunks: 2 }), path, { region: [1, 0] }),
    /A block starts at 1 of axis 0, inside a stored chunk of 2/,
  );
  await assert.rejects(
    da.toZarr(da.ones([4, 4], { chunks: 2 }), path, { region: [4, 0] }),
    /Shape \(4, 4\) at \(4, 0\) does not fit a stored array of shape \(6, 4\)/,
  );
});

test("toZarr() overwrites only when told to, and says what Zarr cannot hold", async () => {
  const path = join(folder, "twice");
  await da.toZarr(da.zeros([4], { chunks: 2 }), path);
  await assert.rejects(
    da.toZarr(da.ones([2]), path),
    (error: unknown) => error instanceof ShoalError && error.code === "FILE",
  );
  await da.toZarr(da.ones([2]), path, { overwrite: true, format: 2 });
  assert.deepEqual(await values(await da.fromZarr(path)), [1, 1]);
  await assert.rejects(
    da.toZarr(da.ones([6], { chunks: [[1, 3, 2]] }), join(folder, "a")),
    /\(1, 3, 2\) of axis 0 are unequal/,
  );
  await assert.rejects(
    da.toZarr(da.ones([2], { dtype: "complex128" }), join(folder, "b")),
    (error: unknown) => error instanceof ShoalError && error.code === "NOT_SUPPORTED",
  );
  await assert.rejects(da.fromZarr(join(folder, "none")), /holds no Zarr array/);
});

test("toZarr() writes what Python's zarr reads", {
  skip: hasZarr ? false : "python3-zarr is not installed",
}, async () => {
  const path = join(folder, "group");
  const x = da.arange(0, 35).reshape([5, 7]).rechunk([2, 3]);
  for (const compressor of ["none", "zstd", "blosc"] as const)
    await da.toZarr(x.astype("float32"), path, { component: compressor, format: 2, compressor });
  await da.toZarr(x.mod(2).eq(0), path, { component: "bools", format: 2 });
  const script = `
import sys, json, zarr
g = zarr.open_group(sys.argv[1], mode="r")
print(json.dumps({name: [a.dtype.str, a.chunks, a[:].astype("f8").tolist()] for name, a in g.arrays()}))`;
  const { stdout, stderr } = spawnSync(PYTHON, ["-c", script, path], { encoding: "utf8" });
  assert.equal(stderr, "");
  const read = JSON.parse(stdout) as Record<string, unknown>;
  for (const name of ["none", "zstd", "blosc"]) assert.deepEqual(read[name], ["<f4", [2, 3], await values(x)], name);
  assert.deepEqual(read["bools"], ["|b1", [2, 3], await values(x.mod(2).eq(0).astype("int8"))]);
});

test("arrays are imported without zarrita", () => {
  const index = readFileSync(new URL("../../../../collections/array/storage/zarr-store.ts", import.meta.url), "utf8");
  assert.ok(!/^import (?!type)[^;]*"zarrita"/m.test(index));
});
