import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { after, before, test } from "node:test";
import * as dd from "../../../collections/dataframe/index.ts";
import "../../../index.ts";

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "shoal-names-"));
});
after(() => rm(folder, { recursive: true }));

const table = dd.fromColumns({ v: [1, 2, 3, 4, 5] }, { npartitions: 3, dtypes: { v: "int64" } });
const nameFunction = (at: number): string => `day-${["mon", "tue", "wed"][at]}$&`;

test("many files are written by names of one's own, and read by patterns in the order of their names", async () => {
  const names = [0, 1, 2].map(nameFunction);
  const written: Record<string, readonly [string[], (pattern: string) => Promise<dd.DataFrame<never>>]> = {
    parquet: [await table.toParquet(join(folder, "parquet"), { nameFunction }), dd.readParquet as never],
    jsonl: [await table.toJson(join(folder, "jsonl"), { nameFunction }), dd.readJson as never],
    arrow: [await table.toIpc(join(folder, "arrow"), { nameFunction }), dd.readIpc as never],
    csv: [await table.toCsv(join(folder, "csv", "*.csv"), { nameFunction, index: false }), dd.readCsv as never],
  };
  for (const [ending, [paths, read]] of Object.entries(written)) {
    assert.deepEqual(
      paths.map((path) => relative(folder, path)),
      names.map((name) => `${ending}/${name}.${ending}`),
    );
    assert.deepEqual((await (await read(join(folder, ending, `*.${ending}`))).compute()).toColumns(), {
      v: [1, 2, 3, 4, 5],
    });
  }
  assert.deepEqual(
    await table.toCsv(join(folder, "parts"), { nameFunction }),
    names.map((name) => join(folder, "parts", `${name}.part`)),
  );
});

test("names that would put one partition over another, or elsewhere, are refused before anything is written", async () => {
  await assert.rejects(table.toJson(folder, { nameFunction: () => "same" }), /"same" is that of partitions 0 and 1/);
  await assert.rejects(table.toIpc(folder, { nameFunction: (at) => `../${at}` }), /the name of a file/);
  await assert.rejects(
    table.toCsv(folder, { nameFunction: () => 7 as never }),
    /gives text, for partition 0 it gave number/,
  );
  await assert.rejects(table.toParquet(folder, { nameFunction, append: true }), /append or nameFunction/);
});
