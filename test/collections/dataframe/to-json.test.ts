import assert from "node:assert/strict";
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fromColumns, readJson } from "../../../collections/dataframe/index.ts";
import "../../../index.ts";

const columns = {
  n: [1, null, 3],
  f: [0.5, null, -2],
  s: ['a "quoted"\nline', null, "yé"],
  b: [true, false, null],
  l: [[1, 2], null, []],
};

test("toJson() writes a file of lines a partition that reads back the same", async () => {
  const folder = await mkdtemp(join(tmpdir(), "shoal-json-"));
  const table = fromColumns(columns, { npartitions: 2, dtypes: { n: "int64" } });
  const paths = await table.toJson(folder);
  assert.deepEqual(paths, [join(folder, "part.0.jsonl"), join(folder, "part.1.jsonl")]);
  const back = await readJson(join(folder, "*.jsonl"));
  assert.deepEqual((await back.compute()).toColumns(), columns);
});

test("toJson() writes times as ISO text, integers of any size exactly, and an index that has a name", async () => {
  const folder = await mkdtemp(join(tmpdir(), "shoal-json-"));
  const table = fromColumns({ t: [new Date(0)], big: [2n ** 60n + 1n] }, { index: ["x"], indexName: "key" });
  const [path] = await table.toJson(folder);
  assert.equal(
    await readFile(path as string, "utf8"),
    '{"key":"x","t":"1970-01-01T00:00:00.000Z","big":1152921504606846977}\n',
  );
  await table.toJson(folder, { index: false });
  assert.doesNotMatch(await readFile(path as string, "utf8"), /key/);
});
