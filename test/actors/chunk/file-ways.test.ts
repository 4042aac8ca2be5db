import assert from "node:assert/strict";
import { test } from "node:test";
import { FileWays } from "../../../actors/chunk/file-ways.ts";

/** So many writes, each as slow as its way; gives how many went directly. */
function writeMany(ways: FileWays, count: number, ms: { readonly direct: number; readonly cached: number }): number {
  let direct = 0;
  for (let i = 0; i < count; i++) {
    const way = ways.next();
    if (way === "direct") direct += 1;
    ways.took(way, 1000, ms[way]);
  }
  return direct;
}

test("FileWays takes the faster way, and sees when the other one has become that", () => {
  const ways = new FileWays(true);
  assert.ok(writeMany(ways, 160, { direct: 1, cached: 10 }) >= 145);
  assert.ok(writeMany(ways, 320, { direct: 100, cached: 10 }) <= 40);
});

test("FileWays goes through the cache alone where there is no direct way", () => {
  assert.equal(writeMany(new FileWays(false), 20, { direct: 1, cached: 10 }), 0);
  const refused = new FileWays(true);
  assert.equal(refused.next(), "direct");
  refused.refuseDirect();
  assert.equal(writeMany(refused, 20, { direct: 1, cached: 10 }), 0);
});
