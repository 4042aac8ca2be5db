import assert from "node:assert/strict";
import { test } from "node:test";
import { serialize } from "node:v8";
import { layersToWire } from "../../../../actors/client/layers-to-wire.ts";
import type { PolarsFrame } from "../../../../collections/dataframe/engine/polars.ts";
import type { TableChunk } from "../../../../collections/dataframe/frame/table-chunk.ts";
import * as dd from "../../../../collections/dataframe/index.ts";
import { compute, config } from "../../../../index.ts";
import { fuseBlockwise } from "../../../../runtime/graph/blockwise-fusion.ts";
import { graphOf, wantAll } from "../../../../runtime/graph/graph.ts";
import { type Layer, taskCount } from "../../../../runtime/graph/layer.ts";
import { syncExecutor } from "../../../../runtime/graph/sync-executor.ts";

const rows = Array.from({ length: 40 }, (_, at) => at);
const many = dd.fromColumns(
  { k: rows.map((row) => row % 7), x: rows, unused: rows.map(String) },
  { npartitions: 4, dtypes: { k: "int64", x: "int64", unused: "string" } },
);
const some = dd.fromColumns(
  { k: [1, 2, 3, 4, 5], y: [10, 20, 30, 40, 50] },
  { npartitions: 2, dtypes: { k: "int64" } },
);
const few = dd.fromColumns({ k: [1, 2], y: [10, 20] }, { npartitions: 1, dtypes: { k: "int64" } });

/** Layers that cut their rows up for an exchange. */
const exchanges = (table: { explain(): string }): number => table.explain().match(/× cutInShards/g)?.length ?? 0;
const sorted = (values: readonly unknown[]): string[] => values.map((one) => JSON.stringify(one)).sort();

test("columns, types and partitions of a table are known before anything is computed", () => {
  const made = many
    .filter((r) => r.x > 3)
    .merge(some, { on: "k" })
    .assign({ z: (r) => r.x / 2, t: (r) => `${r.unused}!` })
    .groupby("k")
    .agg({ z: "mean", t: "count" });
  assert.deepEqual(made.dtypes, { z: "float64", t: "int64" });
  assert.deepEqual([made.columns, made.indexNames, made.npartitions], [["z", "t"], ["k"], 1]);
  assert.equal(many.get("unused").dtype, "string");
});

test("divisions are known where rows are in order, and can be forgotten or found again", async () => {
  const held = many.setIndex("x", { sorted: true });
  const known = await held.computeDivisions();
  assert.deepEqual(known.divisions, [0, 10, 20, 30, 39]);
  assert.match(known.loc({ from: 12, to: 13 }).explain(), /1 partition/);
  const cleared = known.clearDivisions();
  assert.deepEqual([cleared.knownDivisions, known.get("k").clearDivisions().divisions], [false, null]);
  assert.deepEqual((await cleared.compute()).toRecords(), (await known.compute()).toRecords());
});

test("merge() sends a side of one partition, or of few rows, to all of the other, and exchanges others", async () => {
  const broadcast = many.merge(few, { on: "k" });
  assert.match(broadcast.explain(), /broadcast-right/);
  assert.equal(exchanges(broadcast), 0);
  const small = many.merge(some, { on: "k" });
  assert.match(small.explain(), /broadcast-right/);
  assert.equal(exchanges(small), 0);
  const turned = some.merge(many, { on: "k" });
  assert.match(turned.explain(), /broadcast-left/);
  const wide = many.repartition({ npartitions: 12 });
  const [exchanged, alike] = [many.merge(some, { on: "k", npartitions: 4 }), wide.merge(wide, { on: "unused" })];
  assert.deepEqual([exchanges(exchanged), exchanges(alike)], [2, 2]);
  const values = async (table: typeof small): Promise<string[]> =>
    sorted((await table.compute()).toRecords().map(({ k, x, y }) => [k, x, y]));
  assert.deepEqual(await values(small), await values(exchanged));
  assert.deepEqual(await values(turned), await values(exchanged));
  // Rows that lie where an exchange would put them stay there; what nothing is known of is exchanged.
  assert.equal(exchanges(many.shuffle("k").merge(some, { on: "k" })), 2);
  const unknown = some.mapPartitions<{ k: number; y: number }>((part) => part as never, {
    schema: some.dtypes as never,
  });
  assert.equal(exchanges(many.merge(unknown, { on: "k" })), 2);
  const forced = many.merge(few, { on: "k", broadcast: false });
  assert.equal(exchanges(forced), 2);
  assert.deepEqual(sorted((await forced.compute()).toRecords()), sorted((await broadcast.compute()).toRecords()));
});

test("merge() joins tables partition by partition where both are divided alike, and single partitions as they are", async () => {
  const [a, b] = [many.setIndex("x", { divisions: [0, 15, 39] }), some.setIndex("y", { divisions: [0, 25, 60] })];
  const onIndex = a.merge(b, { leftIndex: true, rightIndex: true });
  assert.match(onIndex.explain(), /partitionwise/);
  assert.deepEqual(sorted((await onIndex.compute()).toColumns()["unused"] as string[]), ['"10"', '"20"', '"30"']);
  const single = few.merge(few, { on: "k" });
  assert.match(single.explain(), /single/);
  assert.equal(exchanges(single), 0);
});

test("rows that an exchange has put where they belong are not exchanged again", async () => {
  const shuffled = many.shuffle("k");
  assert.equal(exchanges(shuffled.filter((r) => r.x > 3).shuffle("k")), 1);
  const totals = shuffled.groupby("k").agg({ x: "sum" }, { splitOut: 4 });
  assert.equal(exchanges(totals), 1);
  const plain = await many.groupby("k").agg({ x: "sum" }).compute();
  const found = await totals.compute();
  assert.deepEqual(
    sorted(found.indexValues().map((key, at) => [key, found.toColumns()["x"]?.[at]])),
    sorted(plain.indexValues().map((key, at) => [key, plain.toColumns()["x"]?.[at]])),
  );
  // The first join puts the left's rows by k: the second moves only its own right.
  const twice = many
    .merge(some, { on: "k", broadcast: false })
    .merge(some.rename({ y: "w" }), { on: "k", npartitions: 4 });
  assert.equal(exchanges(twice), 3);
  const expected = rows
    .filter((row) => row % 7 >= 1 && row % 7 <= 5)
    .map((row) => [row, (row % 7) * 10, (row % 7) * 10]);
  const records = (await twice.compute()).toRecords() as { x: number; y: number; w: number }[];
  assert.deepEqual(sorted(records.map(({ x, y, w }) => [x, y, w])), sorted(expected));
  // Another key, another number of partitions, or a key that was overwritten: exchanged.
  assert.equal(exchanges(shuffled.shuffle("x")), 2);
  assert.equal(exchanges(shuffled.shuffle("k", { npartitions: 3 })), 2);
  assert.equal(exchanges(shuffled.assign({ k: (r) => r.x }).shuffle("k")), 2);
});

test("numbers of rows, values of other tables and functions in groups keep no column from being left out", () => {
  const physical = (table: { explain(): string }): string => table.explain().split("Physical plan\n")[1] as string;
  const merged = many.merge(few, { on: "k" });
  assert.match(
    physical(merged.select("x").merge(few, { leftOn: "x", rightOn: "k" }).get("y")),
    /read columns \[k, x\]/,
  );
  assert.doesNotMatch(
    physical(merged.groupby("k").agg({ y: "sum" })).split("aggregate-partial")[1] as string,
    /number.*group/,
  );
  assert.match(
    physical(
      merged
        .filter((r) => r["x"] > 2)
        .groupby("k")
        .agg({ y: "sum" }),
    ),
    /read columns \[k, x\] → filter/,
  );
  const centred = many.assign({ x: many.get("x").sub(many.get("x").mean() as never) as never });
  assert.match(physical(centred.get("k")), /^ *\S+: 4 × read columns \[k\][^\n]*\n?$/);
  assert.match(physical(many.groupby("k").get("x").cumsum()), /read columns \[k, x\]/);
});

test("a chain of steps is one task a partition, and reads only the columns it uses", () => {
  const chain = many
    .filter((r) => r.x > 3)
    .assign({ z: (r) => r.x * 2 })
    .filter((r) => r.z < 60)
    .get("z");
  const physical = chain.explain().split("Physical plan\n")[1] as string;
  assert.equal(physical.trim().split("\n").length, 1);
  assert.match(physical, /: 4 × read columns \[x\] → filter → .*select/);
});

test("a group-by becomes partial groups and a tree of combinations, a sort an exchange of sampled ranges", () => {
  const physical = (table: { explain(): string }): string => table.explain().split("Physical plan\n")[1] as string;
  assert.match(
    physical(many.groupby("k").agg({ x: "sum" }, { splitEvery: 2 })),
    /4 × .*group[\s\S]*2 × .*group[\s\S]*1 × .*group → sort/,
  );
  assert.match(physical(many.sortValues("x")), /sampleColumn[\s\S]*boundsOf[\s\S]*cutInShards[\s\S]*→ sort/);
  assert.match(physical(many.nlargest(3, "x")), /4 × .*largest[\s\S]*1 × .*largest/);
});

test("equal tables are computed once, however often they are asked for", async () => {
  const calls = globalThis as unknown as { planningCalls?: number };
  calls.planningCalls = 0;
  const slow = (): dd.DataFrame<{ x: number }> =>
    many.mapPartitions<{ x: number }>(
      (part) => {
        const counter = globalThis as unknown as { planningCalls: number };
        counter.planningCalls += 1;
        return { x: part.get("x" as never).toArray() };
      },
      { schema: { x: "int64" } },
    );
  const shared = slow();
  const [sum, most] = await compute(shared.get("x").sum(), shared.get("x").max());
  assert.deepEqual([sum, most], [780, 39]);
  assert.equal(calls.planningCalls, 4);
  const one = shared.merge(shared, { on: "x" });
  assert.equal((await one.compute()).length, 40);
  assert.equal(calls.planningCalls, 8);
  assert.equal(many.filter((r) => r.x > 3).layer.name, many.filter((r) => r.x > 3).layer.name);
  delete calls.planningCalls;
});

test("a Series and an Index become tables", async () => {
  assert.deepEqual((await many.get("k").toFrame("key").compute()).columns, ["key"]);
  assert.deepEqual((await few.setIndex("k").index.toFrame("label").compute()).toColumns(), { label: [1, 2] });
});

test("rows are exchanged by shards, by tasks or by way of the disk, as the configuration says, and come out the same", async () => {
  const made = () => [
    many.sortValues("k"),
    many.shuffle("k", { npartitions: 3 }).groupby("k").agg({ x: "sum" }),
    many.merge(some, { on: "k", npartitions: 4 }),
  ];
  const rows = async () =>
    Promise.all(made().map(async (table) => sorted((await (table as typeof many).compute()).toRecords())));
  const usual = await rows();
  for (const [method, task] of [
    ["tasks", "part-"],
    ["disk", "cutForDisk"],
    ["exchange", "cutInShards"],
  ] as const) {
    const undo = config.set({ "dataframe.shuffle.method": method });
    try {
      for (const table of made()) assert.ok(table.explain().includes(task), method);
      assert.deepEqual(await rows(), usual);
    } finally {
      undo();
    }
  }
  assert.throws(() => config.set({ "dataframe.shuffle.method": "p2p" as never }), /exchange, tasks, disk/);
});

test("a plan travels as its layers, whose tasks the scheduler makes: with a hundred times the partitions only the sources grow by as much", () => {
  const sent = (layer: Layer): { bytes: number; tasks: number } => {
    const graph = fuseBlockwise(graphOf([wantAll(layer)]));
    const wire = layersToWire(graph, {
      carries: "bytes",
      functions: "named",
      handlesOf: () => assert.fail("nothing is held"),
    });
    return { bytes: serialize(wire).length, tasks: graph.layers.reduce((sum, one) => sum + taskCount(one), 0) };
  };
  const asked = (npartitions: number) => {
    const x = Array.from({ length: npartitions }, (_, at) => at);
    const table = dd.fromColumns({ k: x.map((one) => one % 3), x }, { npartitions });
    const query = sent(
      table
        .filter((r) => r.x > 3)
        .groupby("k")
        .agg({ x: "mean" }).layer,
    );
    return { tasks: query.tasks, bytes: query.bytes - sent(table.layer).bytes };
  };
  const [few, many] = [asked(10), asked(1_000)];
  assert.ok(many.tasks > 50 * few.tasks, `${few.tasks} and ${many.tasks} tasks`);
  // Another round of combinations is another layer; tasks would be tens of thousands of bytes.
  assert.ok(many.bytes < few.bytes + 4_000, `${few.bytes} and ${many.bytes} bytes`);
});

test("texts are Arrow strings from wherever they come, and nothing makes them anything else", async () => {
  const texts = dd.fromColumns({ s: ["a", null, "ü"], n: [1, 2, 3] }, { npartitions: 1 });
  const made = [
    texts,
    dd.fromRecords([{ s: "a" }, { s: null }], { npartitions: 1 }),
    texts.assign({ s: (r) => `${r.n}!` }),
    dd.fromColumns({ s: [1, 2] }, { npartitions: 1 }).astype({ s: "str" }),
    await texts.categorize(["s"]),
  ] as dd.DataFrame<{ s: string }>[];
  for (const table of made) {
    assert.equal(table.dtypes["s"], "string");
    const [[chunk]] = (await syncExecutor.compute([table.wants()])) as [[TableChunk]];
    const { variant } = (chunk.native as PolarsFrame).dtypes[
      (chunk.native as PolarsFrame).columns.indexOf("s")
    ] as unknown as { variant: string };
    assert.equal(variant, "String");
  }
});

test("a table joined for its number of rows alone makes a column that its sides have", async () => {
  const left = dd.fromColumns({ k: ["a", "b", "c", "d"], g: [1, 1, 2, 2] }, { npartitions: 4 });
  const right = dd.fromColumns({ k: ["x", "y"], g: [1, 3] }, { npartitions: 1 });
  const joined = left
    .merge(right, { on: "g", suffixes: ["", "_r"] })
    .assign({ c: 6.5 } as never) as unknown as dd.DataFrame<never>;
  assert.equal(
    await joined
      .get("c" as never)
      .sum()
      .compute(),
    13,
  );
});
