import assert from "node:assert/strict";
import { test } from "node:test";
import { SharedArguments } from "../../../collections/futures/shared-arguments.ts";
import { Client } from "../../../index.ts";

const floats = (count: number, first = 1): Float64Array => new Float64Array(count).fill(first);

test("a large argument that two calls share is a chunk, named by its contents; all else goes along with its call", () => {
  const [big, alone, small] = [floats(100_000), floats(100_000), floats(10)];
  const shared = new SharedArguments([
    [1, big, small],
    [2, big, small],
    [3, alone],
  ]);
  const layer = shared.layerOf(big);
  assert.deepEqual(layer?.grid, [1]);
  assert.deepEqual(layer?.values, { kind: "live", items: [big] });
  for (const one of [alone, small, 1]) assert.equal(shared.layerOf(one), undefined);
  const again = floats(100_000);
  const changed = floats(100_000, 2);
  const others = new SharedArguments([
    [again, changed],
    [again, changed],
  ]);
  assert.equal(others.layerOf(again)?.name, layer?.name);
  assert.notEqual(others.layerOf(changed)?.name, layer?.name);
});

test("containers and texts are shared by their size; what holds lazy values is not", async () => {
  await using client = await Client.local({ mode: "inline" });
  const table = { rows: Array.from({ length: 20_000 }, (_, i) => ({ i })) };
  const text = "x".repeat(100_000);
  const lazy = [floats(100_000), client.submit(() => 1)];
  const shared = new SharedArguments([
    [table, text, lazy],
    [table, text, lazy],
  ]);
  assert.deepEqual(
    [table, text, lazy].map((one) => shared.layerOf(one) !== undefined),
    [true, true, false],
  );
});

test("calls that are given one large argument each have it, and what the client keeps is let go of as ever", async () => {
  await using client = await Client.local({ mode: "threads", workers: 2 });
  const big = floats(1_000_000, 3);
  const futures = [0, 1, 2, 3, 4].map((at) => client.submit((i: number, all: Float64Array) => all[i]! * i, at, big));
  assert.deepEqual(await client.gather(futures), [0, 3, 6, 9, 12]);
  assert.deepEqual(
    await client.gather(client.map((all: Float64Array) => all.length, [big, big, floats(2)])),
    [1_000_000, 1_000_000, 2],
  );
});
