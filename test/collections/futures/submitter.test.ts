import assert from "node:assert/strict";
import { test } from "node:test";
import { Client } from "../../../index.ts";

const inc = (x: number): number => x + 1;
const add = (a: number, b: number): number => a + b;
const sum = (xs: readonly number[]): number => xs.reduce((total, x) => total + x, 0);

test("calls of one turn read each other, whatever the functions", async () => {
  await using client = await Client.local({ mode: "inline" });
  let chain = client.submit(inc, 0);
  for (let i = 1; i < 200; i++) chain = i % 2 === 0 ? client.submit(inc, chain) : client.submit(add, chain, 1);
  assert.equal(await chain.result(), 200);
});

test("futures that have left and futures that have not are arguments of one call, also inside containers", async () => {
  await using client = await Client.local({ mode: "inline" });
  const gone = client.submit(inc, 1);
  await gone.wait();
  const here = client.submit(inc, 9);
  const both = client.submit(sum, [gone, 5, here, client.submit(add, here, gone)]);
  assert.equal(await both.result(), 2 + 5 + 10 + 12);
});

test("all calls of a turn are one submission", async () => {
  await using client = await Client.local({ mode: "inline" });
  const before = (await client.status()) as { slabs: number };
  const leaves = Array.from({ length: 8 }, (_, i) => client.submit(inc, i));
  const pairs = [0, 2, 4, 6].map((at) => client.submit(add, leaves[at] as never, leaves[at + 1] as never));
  assert.deepEqual(await client.gather(pairs), [3, 7, 11, 15]);
  const after = (await client.status()) as { slabs: number };
  assert.equal(after.slabs - before.slabs, 1);
});

test("a call that cannot leave fails alone", async () => {
  await using client = await Client.local({ mode: "threads", workers: 1 });
  const stuck = client;
  const bad = client.submit((x: number) => x + Object.keys(stuck).length, 1);
  const good = client.submit(inc, 1);
  assert.equal(await good.result(), 2);
  await assert.rejects(bad.result(), { code: "NOT_PORTABLE", message: /stuck/ });
  assert.throws(() => client.map((x: number) => x + Object.keys(stuck).length, [1]), { code: "NOT_PORTABLE" });
});
