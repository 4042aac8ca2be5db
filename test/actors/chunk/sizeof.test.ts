import assert from "node:assert/strict";
import { test } from "node:test";
import { sizeOf } from "../../../actors/chunk/sizeof.ts";

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
