import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import * as dd from "../../../collections/dataframe/index.ts";
import { compute, delayed } from "../../../index.ts";
import { fuseBlockwise } from "../../../runtime/graph/blockwise-fusion.ts";
import { graphOf, wantAll } from "../../../runtime/graph/graph.ts";
import { type Layer, sourcesOf } from "../../../runtime/graph/layer.ts";

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), "shoal-writing-"));
});
after(() => rmSync(folder, { recursive: true, force: true }));

const table = dd.fromColumns({ k: ["a", "b", "a", "c"], v: [1, 2, 3, 4] }, { npartitions: 2 });
const records = [
  { k: "a", v: 1 },
  { k: "b", v: 2 },
  { k: "a", v: 3 },
  { k: "c", v: 4 },
];

test("every writer writes later with compute: false, and gives its paths then", async () => {
  const at = (name: string): string => join(folder, name);
  const writings = [
    await table.toParquet(at("parquet"), { compute: false }),
    await table.toIpc(at("ipc"), { compute: false }),
    await table.toJson(at("json"), { compute: false }),
    await table.toCsv(at("csv"), { index: false, compute: false }),
    await table.toCsv(at("one.csv"), { index: false, singleFile: true, compute: false }),
  ];
  assert.deepEqual(readdirSync(folder), []);
  const paths = await compute(...writings);
  assert.deepEqual(
    paths.map((all) => all.length),
    [2, 2, 2, 2, 1],
  );
  assert.ok(paths.flat().every((path) => existsSync(path)));
  assert.deepEqual((await (await dd.readParquet(at("parquet"))).compute()).toRecords(), records);
  assert.deepEqual((await (await dd.readJson(`${at("json")}/*.jsonl`)).compute()).toRecords(), records);
  assert.equal(readFileSync(at("one.csv"), "utf8"), "k,v\na,1\nb,2\na,3\nc,4\n");
});

test("files still to be written are an argument of delayed calls, and share the work of other collections", async () => {
  const writing = await table.toParquet(join(folder, "argument"), { partitionOn: ["k"], compute: false });
  const count = delayed((paths: string[]) => paths.length)(writing);
  const [paths, total, counted] = await compute(writing, table.get("v").sum(), count);
  assert.deepEqual([paths.length, total, counted], [4, 10, 4]);
});

test("writing takes up what it reads, and an index that is not written is left out", async () => {
  const path = join(folder, "source");
  await table.toParquet(path);
  const again = await dd.readParquet<{ k: string; v: number }>(path);
  const later = (index: boolean) =>
    again.filter((r) => r.v > 1).toJson(join(folder, "again"), { index, compute: false });
  const layersOf = ({ layer }: dd.Writing) => fuseBlockwise(graphOf([wantAll(layer)])).layers;
  const writing = await later(false);
  assert.doesNotMatch(JSON.stringify(layersOf(writing)), /"__index_0"/);
  assert.match(JSON.stringify(layersOf(await later(true))), /"__index_0"/);
  const sorted = await again.sortValues("v").toJson(join(folder, "sorted"), { compute: false });
  const [cutters, writers] = layersOf(sorted).slice(-2) as [Layer, Layer];
  assert.deepEqual([writers.name, sourcesOf(writers)], [sorted.layer.name, [cutters]]);
  assert.match(cutters.name, /^range-/);
  await writing.compute();
  assert.deepEqual(
    (await (await dd.readJson(join(folder, "again", "*.jsonl"))).compute()).toRecords(),
    records.slice(1),
  );
});
