import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, compute, delayed, persist } from "shoal";

const inc = delayed((x: number) => x + 1);
const double = delayed((x: number) => x * 2);
const LIMIT = { timeout: 10_000 };

async function checks(): Promise<void> {
  const [a, b] = persist(inc(1), double(4));
  assert.deepEqual(await compute(a, b), [2, 8]);
  // One of two lazy values that were placed together is held, the other is not.
  const [c, d] = [inc(5), double(5)];
  await compute(c, d);
  const held = c.persist();
  assert.equal(held.key, c.key);
  assert.deepEqual(await compute(held, d, inc(held)), [6, 10, 7]);
  // Held one after the other.
  const [e, f] = [d.persist(), c.persist()];
  assert.deepEqual(await compute(e, f, inc(e)), [10, 6, 11]);
}

test("lazy values of one layer can be held apart, and used together", LIMIT, async () => {
  await using client = await Client.local({ mode: "inline" });
  assert.equal(client.workers.length, 1);
  await checks();
});

test("the same without a client", LIMIT, checks);
