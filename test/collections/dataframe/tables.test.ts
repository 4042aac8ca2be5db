import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { frameFromBytes, frameToBytes } from "../../../collections/dataframe/frame/frame-bytes.ts";
import * as dd from "../../../collections/dataframe/index.ts";
import { layerOfNode } from "../../../collections/dataframe/plan/lower.ts";
import { simplify } from "../../../collections/dataframe/plan/simplify.ts";
import { Random } from "../../../runtime/base/random.ts";
import { pushExecutor } from "../../../runtime/graph/executor.ts";
import { syncExecutor } from "../../../runtime/graph/sync-executor.ts";

let pop: () => void;
let folder: string;
before(() => {
  pop = pushExecutor(syncExecutor);
  folder = mkdtempSync(join(tmpdir(), "shoal-tables-"));
});
after(() => {
  pop();
  rmSync(folder, { recursive: true, force: true });
});
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

test("merge() lets missing keys meet, as pandas does, in one partition and after an exchange", async () => {
  const a = dd.fromColumns({ k: [1, null, 2, null], x: [10, 20, 30, 40] }, { npartitions: 2 });
  const b = dd.fromColumns({ k: [null, 2, 3], y: [1, 2, 3] }, { npartitions: 3 });
  for (const [left, right] of [
    [a, b],
    [a.repartition({ npartitions: 1 }), b.repartition({ npartitions: 1 })],
  ] as const) {
    const rows = (await left.merge(right, { on: "k", how: "outer" }).compute()).toRecords();
    const sorted = rows.map(({ k, x, y }) => [k, x, y]).sort((p, q) => String(p).localeCompare(String(q)));
    assert.deepEqual(
      sorted,
      [
        [null, 20, 1],
        [null, 40, 1],
        [1, 10, null],
        [2, 30, 2],
        [3, null, 3],
      ].sort((p, q) => String(p).localeCompare(String(q))),
    );
  }
});

test("readCsv() cuts blocks at ends of lines outside of quotes", async () => {
  const rows = Array.from({ length: 200 }, (_, i) => `${i},"text ${i}\nsecond, line ""${i}"""`);
  const path = file("quoted.csv", `n,s\n${rows.join("\n")}\n`);
  const table = await dd.readCsv(path, { blocksize: 300 });
  assert.ok(table.npartitions > 10);
  const frame = await table.compute();
  assert.deepEqual(
    frame.get("n").toArray(),
    Array.from({ length: 200 }, (_, i) => i),
  );
  assert.equal(frame.get("s").at(7), 'text 7\nsecond, line "7"');
});

test("readCsv() names file, row and column of a value that does not fit", async () => {
  const path = file("bad.csv", "a,b\n1,2\n3,x\n");
  const table = await dd.readCsv(path, { dtypes: { b: "int64" } });
  await assert.rejects(table.compute(), /bad\.csv: row 1 of column "b" is "x", not int64/);
  const ragged = await dd.readCsv(file("ragged.csv", "a,b\n1,2\n3,4,5\n"));
  await assert.rejects(ragged.compute(), /ragged\.csv: row 2 .* has 3 fields, more than the 2 columns a, b/);
});

test("readParquet() offers typed rows, and a truncated file is an error that names it", async () => {
  const table = dd.fromColumns({ id: [1, 2, 3], v: [0.5, null, 2.5] });
  const frame = await table.compute();
  frame.chunk.native.select("id", "v").writeParquet(join(folder, "t.parquet"));
  const read = await dd.readParquet<{ id: number; v: number }>(join(folder, "t.parquet"));
  assert.deepEqual((await read.filter((r) => r.id > 1).compute()).toRecords(), [
    { id: 2, v: null },
    { id: 3, v: 2.5 },
  ]);
  await assert.rejects(
    dd.readParquet(file("cut.parquet", "PAR1 and then nothing")),
    /cut\.parquet is not a readable Parquet file/,
  );
});

test("tables travel as Arrow IPC bytes", async () => {
  const frame = await dd.fromColumns({ s: ["a", null], n: [1n, 9007199254740993n], t: [new Date(0), null] }).compute();
  const back = new dd.Frame(frameFromBytes(frameToBytes(frame.chunk)), frame.meta);
  assert.deepEqual(back.toRecords({ int64: "bigint" }), frame.toRecords({ int64: "bigint" }));
});

test("user functions get a Frame with the lazy table's methods", async () => {
  const table = dd.fromColumns({ k: ["a", "b", "a", "b"], i: [1, 2, 3, 5] }, { npartitions: 2 });
  const spans = table.groupby("k").apply(async (group) => {
    const column = group.get("i" as never) as unknown as dd.Series<number>;
    return (await column.max().compute()) - (await column.min().compute());
  }, "int64");
  assert.deepEqual((await spans.compute()).toArray(), [2, 3]);
  const doubled = table.mapPartitions((part) => part.lazy().assign({ i: (r) => r["i"] * 2 }));
  assert.deepEqual((await doubled.get("i").compute()).toArray(), [2, 4, 6, 10]);
});

test("the simplified plan gives what the plan as written gives: 60 random plans", async () => {
  const random = new Random(7);
  const n = 40;
  const value = (): number | null => (random.chance(0.15) ? null : random.below(6));
  const columns = {
    a: Array.from({ length: n }, value),
    b: Array.from({ length: n }, value),
    c: Array.from({ length: n }, () => "xyz"[random.below(3)] ?? "x"),
  };
  const base = dd.fromColumns(columns, { npartitions: 3 }) as dd.DataFrame<any>;
  const other = dd.fromColumns({ a: [0, 1, 2, 3, null], w: [5, 6, 7, 8, 9] }) as dd.DataFrame<any>;
  const steps: readonly ((t: dd.DataFrame<any>) => dd.DataFrame<any>)[] = [
    (t) => t.filter((r) => r.a > 1),
    (t) => t.filter((r) => r.c !== "x" || r.b === 2),
    (t) => t.assign({ a: (r) => r.a + 1 }),
    (t) => t.assign({ b: t.get("b").cumsum() }),
    (t) => t.assign({ b: t.get("a").shift(1) }),
    (t) => t.sortValues(["a", "b", "c"]),
    (t) => t.merge(other, { on: "a" }).drop("w"),
    (t) => t.dropDuplicates({ subset: ["a", "b", "c"] }),
    (t) => t.repartition({ npartitions: 2 }),
    (t) => dd.concat([t, t.filter((r) => r.b > 2)]),
  ];
  for (let plan = 0; plan < 60; plan++) {
    let table = base;
    for (let i = 0, depth = 1 + random.below(4); i < depth; i++) table = random.pick(steps)(table);
    const out = random.chance(0.5) ? table.select("a", "c") : table;
    const node = simplify(out.node);
    assert.deepEqual(node.fields, out.node.fields, "the rules keep the schema");
    const written = await rowsOf(out, false);
    const simplified = await rowsOf(out, true);
    assert.deepEqual(simplified, written, out.explain());
  }
});

async function rowsOf(table: dd.DataFrame<any>, simple: boolean): Promise<string[]> {
  const layer = layerOfNode(table.node, simple);
  const [blocks] = await syncExecutor.compute([{ layer, indices: null }]);
  return table
    .finish(blocks as unknown[])
    .toRecords()
    .map((row) => JSON.stringify(row))
    .sort();
}
