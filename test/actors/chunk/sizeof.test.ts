import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, registerValue } from "shoal";
import { sizeOf, sizeOfAll } from "../../../actors/chunk/sizeof.ts";

test("sizeOf() is exact for typed arrays, about right for the rest, and never throws", () => {
  assert.ok(Math.abs(sizeOf(new Float64Array(1000)) - 8000) < 100);
  assert.ok(sizeOf(Array.from({ length: 1000 }, () => "x".repeat(100))) > 100_000);
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  assert.ok(sizeOf(cycle) < 10_000);
  const broken = Object.defineProperty({}, "nbytes", {
    get: () => {
      throw new Error("no weight");
    },
  });
  assert.ok(sizeOf(broken) > 0);
});

test("sizeOfAll() counts memory that several values are views on once", () => {
  const block = new Float64Array(1000);
  const views = [block.subarray(0, 999), block.subarray(500), { data: block.subarray(20), shape: [980] }];
  const sum = sizeOfAll(views);
  assert.ok(sum >= block.byteLength && sum < block.byteLength + 1000, `${sum}`);
  assert.ok(sizeOfAll([new Float64Array(1000), new Float64Array(1000)]) >= 16_000);
  assert.equal(sizeOfAll([1, "ab"]), sizeOf(1) + sizeOf("ab"));
});

test("a class that is registered with sizeOf weighs what it says, on a cluster's books too", async () => {
  class Model {
    readonly rows: number;
    constructor(rows: number) {
      this.rows = rows;
    }
  }
  registerValue<Model>({
    name: "test.Model",
    class: Model,
    encode: ({ rows }) => rows,
    decode: (rows) => new Model(rows as number),
    sizeOf: ({ rows }) => rows * 1000,
  });
  assert.ok(sizeOf(new Model(50)) >= 50_000);
  assert.ok(sizeOf([new Model(50), new Model(50)]) >= 100_000);
  await using client = await Client.local({ mode: "inline" });
  const held = client.submit(() => new Model(70));
  await held.result();
  const { bytes } = (await client.ask(client.taskAddress(held.key), { type: "state" })) as { bytes: number };
  assert.ok(bytes >= 70_000);
});
