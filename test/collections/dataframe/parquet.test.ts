import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import * as dd from "../../../collections/dataframe/index.ts";
import { type Executor, pushExecutor } from "../../../runtime/graph/executor.ts";
import { syncExecutor } from "../../../runtime/graph/sync-executor.ts";

let pop: () => void;
let folder: string;
before(() => {
  pop = pushExecutor(syncExecutor);
  folder = mkdtempSync(join(tmpdir(), "shoal-parquet-"));
});
after(() => {
  pop();
  rmSync(folder, { recursive: true, force: true });
});

const table = () =>
  dd.fromColumns<{ k: string | null; i: number; t: Date | null; f: number | null }>(
    {
      k: ["a", "b", null, "a", "b", "a"],
      i: [1, 2, 3, 4, 5, 6],
      t: [new Date(0), null, new Date(1e12), new Date(1), new Date(2), new Date(3)],
      f: [1.5, null, 2.5, 3.5, null, 0],
    },
    { npartitions: 3 },
  );

test("toParquet() writes a file a partition that reads back the same, gaps and times included", async () => {
  const path = join(folder, "plain");
  const written = await table().toParquet(path);
  assert.deepEqual(readdirSync(path).sort(), ["part.0.parquet", "part.1.parquet", "part.2.parquet"]);
  assert.equal(written.length, 3);
  const back = await dd.readParquet(path);
  assert.equal(back.npartitions, 3);
  assert.deepEqual((await back.compute()).toRecords(), (await table().compute()).toRecords());
});

test("append numbers files after those there; overwrite leaves only the new ones", async () => {
  const path = join(folder, "grown");
  await table().toParquet(path);
  await table().toParquet(path, { append: true });
  assert.equal((await dd.readParquet(path)).npartitions, 6);
  await table().repartition({ npartitions: 1 }).toParquet(path, { overwrite: true });
  assert.deepEqual(readdirSync(path), ["part.0.parquet"]);
});

test("partitionOn puts values into folders, and reading gives them back as columns", async () => {
  const path = join(folder, "hive");
  await table().toParquet(path, { partitionOn: ["k"] });
  assert.deepEqual(readdirSync(path).sort(), ["k=__HIVE_DEFAULT_PARTITION__", "k=a", "k=b"]);
  const back = await dd.readParquet<{ i: number; k: string | null }>(path);
  const sums = await back.groupby("k").get("i").sum().compute();
  assert.deepEqual(sums.toArray(), [11, 7]);
  assert.equal(
    await back
      .filter((row) => row.k === null)
      .get("i")
      .sum()
      .compute(),
    3,
  );
});

test("length() of files is read from what the files say: nothing is computed", async () => {
  const path = join(folder, "counted");
  await table().toParquet(path);
  const back = await dd.readParquet<{ i: number }>(path);
  const refuses = { ...syncExecutor, compute: () => Promise.reject(new Error("computed")) } as unknown as Executor;
  const restore = pushExecutor(refuses);
  try {
    assert.equal(await back.assign({ z: (row) => row.i * 2 }).length(), 6);
    await assert.rejects(back.filter((row) => row.i > 1).length(), /computed/);
  } finally {
    restore();
  }
});

test("a truncated file is named in the error", async () => {
  const path = join(folder, "cut");
  const [first] = await table().toParquet(path);
  truncateSync(first as string, 40);
  await assert.rejects(dd.readParquet(path), (error: Error) => error.message.includes("part.0.parquet"));
});
