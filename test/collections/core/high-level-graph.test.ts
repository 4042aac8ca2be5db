import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, compute, delayed, get, HighLevelGraph, isDag } from "shoal";
import * as da from "shoal/array";
import * as db from "shoal/bag";

const inc = delayed((n: number) => n + 1);

test("layers read each other; what collections share is there once", () => {
  const x = da.ones([4, 4], { chunks: [2, 2] });
  const [y, z] = [x.add(1), x.mul(2)];
  const graph = HighLevelGraph.fromCollections(y, z);
  graph.validate();
  assert.equal(graph.layers.size, 3);
  assert.deepEqual(graph.layers.get(x.name)?.grid, [2, 2]);
  assert.equal(graph.layers.get(x.name)?.tasks, 4);
  assert.deepEqual([...(graph.dependencies.get(y.name) ?? [])], [x.name]);
  assert.deepEqual([...(graph.dependents.get(x.name) ?? [])].sort(), [y.name, z.name].sort());
  const merged = HighLevelGraph.merge(HighLevelGraph.fromCollections(y), HighLevelGraph.fromCollections(z));
  assert.deepEqual([...merged.layers.keys()].sort(), [...graph.layers.keys()].sort());
});

test("tasks are written out with what they read, and computed by get()", async () => {
  const bag = db.fromSequence([1, 2, 3, 4], { npartitions: 2 }).map((n) => n * n);
  const total = bag.sum();
  const twice = inc(inc(1));
  const graph = HighLevelGraph.fromCollections(total, twice);
  const keys = graph.keys();
  const reads = graph.getAllDependencies();
  assert.deepEqual([...reads.keys()], keys);
  const seen = new Set<string>();
  for (const key of keys) {
    for (const one of reads.get(key) ?? []) assert.ok(seen.has(one), `${one} comes before ${key}`);
    seen.add(key);
  }
  const dict = graph.toDict();
  assert.ok(isDag(dict));
  const [sumKey, incKey] = [total, twice].map((one) => one.taskKeys().at(-1) as string);
  assert.deepEqual(await get(dict, [sumKey as string, incKey as string]), await compute(total, twice));
});

test("cull() and cullLayers() keep what is needed, and nothing else", () => {
  const x = da.ones(8, { chunks: 2 });
  const graph = HighLevelGraph.fromCollections(x.add(1));
  const last = graph.keys().at(-1) as string;
  const one = graph.cull([last]);
  assert.deepEqual(one.keys().length, 2);
  assert.ok(one.keys().includes(last));
  assert.deepEqual([...graph.cullLayers([x.name]).layers.keys()], [x.name]);
  assert.throws(() => graph.cull(["nobody"]), { code: "UNKNOWN_KEY" });
  assert.throws(() => graph.cullLayers(["nobody"]), { code: "UNKNOWN_KEY" });
});

test("results on a cluster are a layer; written out they cannot be", async () => {
  await using client = await Client.local({ mode: "inline" });
  const held = inc(client.submit((n: number) => n, 1));
  const graph = HighLevelGraph.fromCollections(held);
  assert.ok([...graph.layers.values()].some(({ kind }) => kind === "held"));
  assert.throws(() => graph.toDict(), { code: "NOT_SUPPORTED" });
});
