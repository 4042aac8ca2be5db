import assert from "node:assert/strict";
import { test } from "node:test";
import { functionArg, input, literal, nested } from "../../../runtime/graph/call.ts";
import { functionsOf } from "../../../runtime/graph/evaluate.ts";
import { wantAll } from "../../../runtime/graph/graph.ts";
import type { BlockwiseLayer, DataLayer } from "../../../runtime/graph/layer.ts";
import { syncExecutor } from "../../../runtime/graph/sync-executor.ts";
import { liveFunction } from "../../../runtime/wire/function-spec.ts";

const source: DataLayer = {
  kind: "data",
  name: "numbers-1",
  grid: [2],
  values: { kind: "live", items: [[1, 2], [3]] },
};
const inc = liveFunction((n: number) => n + 1, "inc");
const mapItems = liveFunction((fn: (n: number) => number, items: number[]) => items.map(fn), "mapItems");
const first = liveFunction((items: unknown) => items, "first");

// numbers → first(mapItems(inc, block))
const layer: BlockwiseLayer = {
  kind: "blockwise",
  name: "mapped-1",
  grid: [2],
  inputs: [{ source, axes: [{ kind: "axis", axis: 0 }] }],
  call: { fn: first, args: [nested({ fn: mapItems, args: [functionArg(inc), input(0)] }), literal(0)] },
};

test("an Arg of kind function hands the resolved function to the call", async () => {
  assert.deepEqual(await syncExecutor.compute([wantAll(layer)]), [[[2, 3], [4]]]);
});

test("functionsOf() names the functions that are handed over, so that they travel with the layer", () => {
  assert.deepEqual(
    functionsOf(layer).map((spec) => spec.name),
    ["first", "mapItems", "inc"],
  );
});

test("a call's finish is applied to what a task gives, and not between nested calls", async () => {
  const lazily = liveFunction(function* (items: Iterable<number>) {
    for (const item of items) yield item * 2;
  }, "lazily");
  const written: unknown[] = [];
  const finish = liveFunction((items: Iterable<number>) => {
    written.push(items);
    return [...items];
  }, "finish");
  const inner = { fn: lazily, args: [input(0)], finish };
  const outer: BlockwiseLayer = { ...layer, name: "lazy-1", call: { fn: lazily, args: [nested(inner)], finish } };
  assert.deepEqual(await syncExecutor.compute([wantAll(outer)]), [[[4, 8], [12]]]);
  assert.equal(written.length, 2);
  assert.deepEqual(
    functionsOf(outer).map((spec) => spec.name),
    ["lazily", "finish", "lazily", "finish"],
  );
});
