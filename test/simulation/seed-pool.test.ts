import assert from "node:assert/strict";
import { test } from "node:test";
import { SeedPool } from "./seed-pool.ts";
import { runSeed, type SeedResult } from "./seed-run.ts";

test("SeedPool runs a seed in its bundle as it is run alone: where its functions lie is no part of it", async () => {
  const order = { charts: "compiled", isTwice: false, mutation: undefined, isBroken: false } as const;
  const pool = await SeedPool.start(1);
  // Its messages were longer by the name of the bundle, and it went another way.
  const seed = 34357;
  const results: SeedResult[] = [];
  try {
    await pool.run({ from: seed, count: 1, order, onSeed: (result) => results.push(result) > 0 });
  } finally {
    pool.close();
  }
  const [pooled, alone] = [results[0] as SeedResult, await runSeed(seed, order)];
  assert.equal(alone.failure, undefined);
  // What is undefined does not cross to another process.
  assert.deepEqual({ ...pooled, failure: pooled.failure }, alone);
});
