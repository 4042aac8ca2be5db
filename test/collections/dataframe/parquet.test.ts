import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type PolarsLazy, polars } from "../../../collections/dataframe/engine/polars.ts";
import * as dd from "../../../collections/dataframe/index.ts";
import { config } from "../../../runtime/base/config.ts";
import { fuseBlockwise } from "../../../runtime/graph/blockwise-fusion.ts";
import { type Executor, pushExecutor } from "../../../runtime/graph/executor.ts";
import { graphOf, wantAll } from "../../../runtime/graph/graph.ts";
import type { BlockwiseLayer } from "../../../runtime/graph/layer.ts";
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

test("sortValues() over files reads the key by itself for its bounds, so that no whole partition waits for them", async () => {
  const path = join(folder, "to-sort");
  await table().toParquet(path);
  const sorted = (await dd.readParquet<{ i: number; f: number | null }>(path)).filter((r) => r.i > 1).sortValues("f");
  const layers = fuseBlockwise(graphOf([wantAll(sorted.layer)])).layers as readonly BlockwiseLayer[];
  // The key's samples, the bounds, what reads and cuts, what reads the shards and sorts.
  assert.deepEqual(
    layers.map(({ inputs }) => inputs.length),
    [0, 1, 1, 1],
  );
  assert.deepEqual((await sorted.compute()).toColumns()["i"], [6, 3, 4, 2, 5]);
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

/** Four files of 1,000 rows each, in row groups of 250: `a` rises through all of them. */
async function risingFiles(name: string): Promise<string[]> {
  const path = join(folder, name);
  mkdirSync(path);
  const files = Array.from({ length: 4 }, (_, file) => join(path, `part.${file}.parquet`));
  for (const [file, own] of files.entries()) {
    const rows = Array.from({ length: 1_000 }, (_, at) => file * 1_000 + at);
    const frame = polars().DataFrame({
      a: rows,
      s: rows.map((row) => `k${String(row).padStart(5, "0")}`),
      gap: rows.map((row) => (row < 2_000 ? null : row)),
    });
    const options = { compression: "uncompressed", rowGroupSize: 250, statistics: true };
    await (frame.lazy() as PolarsLazy).sinkParquet(own, options as never).collect();
  }
  return files;
}

test("a filter opens no file whose statistics rule it out, and explain() says so", async () => {
  const files = await risingFiles("pruned");
  const table = await dd.readParquet<{ a: number; s: string; gap: number | null }>(join(folder, "pruned"));
  for (const file of [0, 1, 3]) rmSync(files[file] as string);
  const within = table.filter((row) => row.a >= 2_100 && row.a < 2_105);
  assert.deepEqual((await within.get("a").compute()).toArray(), [2_100, 2_101, 2_102, 2_103, 2_104]);
  assert.deepEqual((await within.compute()).indexValues(), [100, 101, 102, 103, 104]);
  assert.match(within.explain(), /where .*4 partitions, 1 row group, nothing of 3 partitions/);
  assert.deepEqual(
    (
      await table
        .filter((row) => row.s === "k02999" || row.a === -1)
        .get("gap")
        .compute()
    ).toArray(),
    [2_999],
  );
  assert.equal(
    await table
      .filter((row) => row.a > 2_500 && row.a < 2_400)
      .rowCount()
      .compute(),
    0,
  );
  await assert.rejects(table.filter((row) => row.a !== 2_100).compute(), /part\.[013]\.parquet/);
});

test("row groups that cannot match are not read: their bytes may be anything", async () => {
  const [file] = (await risingFiles("groups")) as [string];
  const table = await dd.readParquet<{ a: number; gap: number | null }>(file);
  const bytes = readFileSync(file);
  bytes.fill(0xff, 4, Math.floor(bytes.length * 0.2));
  writeFileSync(file, bytes);
  await assert.rejects(table.get("a").sum().compute());
  const last = table.filter((row) => row.a >= 990);
  assert.deepEqual((await last.get("a").compute()).toArray(), [990, 991, 992, 993, 994, 995, 996, 997, 998, 999]);
  assert.match(last.explain(), /1 row group/);
  assert.equal((await table.filter((row) => row.gap !== null).compute()).length, 0);
});

test("folders rule files out too, and what is not known of them does not", async () => {
  const path = join(folder, "folders");
  await dd
    .fromColumns({ year: [2020, 2020, 2021, 2022], v: [1, 2, 3, 4] }, { npartitions: 1 })
    .toParquet(path, { partitionOn: ["year"] });
  const table = await dd.readParquet<{ year: number; v: number }>(path);
  rmSync(join(path, "year=2020"), { recursive: true });
  assert.equal(
    await table
      .filter((row) => row.year > 2_020)
      .get("v")
      .sum()
      .compute(),
    7,
  );
  await assert.rejects(
    table
      .filter((row) => row.year + 1 > 2_021)
      .get("v")
      .sum()
      .compute(),
  );
});

test("large files are cut where their row groups end, and how many rows they have is known without reading", async () => {
  const [file] = (await risingFiles("large")) as [string];
  const table = await dd.readParquet<{ a: number }>(file, { rowsPerPartitionMax: 600 });
  assert.equal(table.npartitions, 2);
  const sizes = await table.mapPartitions((part) => ({ n: [part.length] }), { schema: { n: "int64" } }).compute();
  assert.deepEqual(sizes.toColumns(), { n: [500, 500] });
  assert.equal((await dd.readParquet(file, { rowsPerPartitionMax: 100 })).npartitions, 12);
  rmSync(file);
  assert.equal(await table.length(), 1_000);
});

test("small files become partitions of at least so many bytes of the columns offered, read in their order by one task each", async () => {
  const files = await risingFiles("fused");
  const path = join(folder, "fused");
  const apart = await dd.readParquet<{ a: number; s: string; gap: number | null }>(path);
  const sizes = async (options: dd.ReadParquetOptions): Promise<number[]> => {
    const table = await dd.readParquet(path, options);
    const counted = table.mapPartitions((part) => ({ n: [part.length] }), { schema: { n: "int64" } });
    return (await counted.compute()).toColumns()["n"] as number[];
  };
  // A column of 1,000 whole numbers is 8,000 bytes and a little.
  assert.deepEqual(await sizes({ columns: ["a"], partitionBytesMin: 12_000 }), [2_000, 2_000]);
  assert.deepEqual(await sizes({ columns: ["a"], partitionBytesMin: "20 kB" }), [4_000]);
  assert.deepEqual(await sizes({ columns: ["a"], partitionBytesMin: 1 }), [1_000, 1_000, 1_000, 1_000]);
  assert.deepEqual(await sizes({ partitionBytesMin: 12_000 }), [1_000, 1_000, 1_000, 1_000]);
  const [rowsPerPartitionMax, partitionBytesMin] = [1_500, "1 GB"];
  assert.deepEqual(await sizes({ rowsPerPartitionMax, partitionBytesMin }), [1_000, 1_000, 1_000, 1_000]);
  assert.deepEqual(await sizes({ rowsPerPartitionMax: 3_000, partitionBytesMin }), [3_000, 1_000]);
  const together = await dd.readParquet<{ a: number; s: string; gap: number | null }>(path, { partitionBytesMin });
  assert.deepEqual((await together.compute()).toRecords(), (await apart.compute()).toRecords());
  assert.deepEqual((await together.compute()).indexValues(), (await apart.compute()).indexValues());
  assert.deepEqual((await together.sortValues("a", { ascending: false }).head(2)).toColumns()["a"], [3_999, 3_998]);
  for (const file of [0, 1, 3]) rmSync(files[file] as string);
  assert.equal(await together.length(), 4_000);
  const within = together.filter((row) => row.a >= 2_100 && row.a < 2_103);
  assert.deepEqual((await within.get("a").compute()).toArray(), [2_100, 2_101, 2_102]);
  assert.match(within.explain(), /1 partition, 1 row group/);
  assert.equal((await together.filter((row) => row.a > 9_000).compute()).length, 0);
});

test("the configuration says how large partitions of files are at least", async () => {
  await risingFiles("configured");
  const partitions = async (): Promise<number> => (await dd.readParquet(join(folder, "configured"))).npartitions;
  assert.equal(await partitions(), 4);
  assert.equal(await config.with({ "dataframe.parquet.partition-bytes-min": "1 MB" }, partitions), 1);
});

test("a folder may be called like a file", async () => {
  const path = join(folder, "table.parquet");
  await table().toParquet(path);
  assert.deepEqual((await (await dd.readParquet(path)).compute()).toRecords(), (await table().compute()).toRecords());
  assert.equal(await (await dd.readParquet(join(path, "part.1.parquet"))).length(), 2);
});

test("files are read in the order of their numbers", async () => {
  const path = join(folder, "numbered");
  const rows = Array.from({ length: 24 }, (_, at) => at);
  await dd.fromColumns({ v: rows }, { npartitions: 12 }).toParquet(path);
  const read = async (paths: string): Promise<unknown> =>
    (await (await dd.readParquet(paths)).compute()).toColumns()["v"];
  assert.deepEqual(await read(path), rows);
  assert.deepEqual(await read(join(path, "part.*.parquet")), rows);
});

test("NaN in a file is a missing value, for conditions and for what is left of the rows, and files of other types are read as the first", async () => {
  const path = join(folder, "nan");
  mkdirSync(path);
  const pl = polars();
  pl.DataFrame({ i: [1, 2, 3, 4], f: [1.5, Number.NaN, 2.5, null], g: [Number.NaN, 1, 2, 3] }).writeParquet(
    join(path, "part.0.parquet"),
  );
  const narrow = pl.DataFrame({ i: [5, 6], f: [Number.NaN, 4.5], g: [Number.NaN, 7] });
  narrow
    .withColumns(pl.col("i").cast(pl.Int32), pl.col("g").cast(pl.Float32))
    .writeParquet(join(path, "part.1.parquet"));
  const read = await dd.readParquet<{ i: number; f: number; g: number }>(path);
  assert.deepEqual((await read.compute()).toRecords(), [
    { i: 1, f: 1.5, g: null },
    { i: 2, f: null, g: 1 },
    { i: 3, f: 2.5, g: 2 },
    { i: 4, f: null, g: 3 },
    { i: 5, f: null, g: null },
    { i: 6, f: 4.5, g: 7 },
  ]);
  const above = read.filter((r) => r.f > 1 || r.i === 5);
  assert.deepEqual((await above.compute()).toRecords(), [
    { i: 1, f: 1.5, g: null },
    { i: 3, f: 2.5, g: 2 },
    { i: 5, f: null, g: null },
    { i: 6, f: 4.5, g: 7 },
  ]);
  assert.equal(await read.filter((r) => r.f > 1).length(), 3);
});
