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

test("captured variables are read as a call is made, whatever the turn does with them afterwards", async () => {
  await using client = await Client.local({ mode: "threads", workers: 1 });
  let k = 0;
  const futures = [];
  while (k < 3) {
    futures.push(client.submit(() => k * 10));
    k += 1;
  }
  assert.deepEqual(await client.gather(futures), [0, 10, 20]);
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

test("options of calls that are unknown or mean nothing are refused where they are said", async () => {
  await using client = await Client.local({ mode: "inline" });
  const bad = (options: object): unknown => client.submit(inc, 1, options as never);
  assert.throws(() => bad({ retrys: 1 }), {
    name: "TypeError",
    message:
      'submit, whose function takes 1 argument and then options, has no option "retrys"; did you mean "retries"?',
  });
  assert.throws(() => bad({ retries: -1 }), {
    name: "RangeError",
    message: "retries of a submission is a whole number from 0 on, not -1",
  });
  assert.throws(() => bad({ priority: "high" }), {
    name: "TypeError",
    message: 'priority of a submission is a number, not "high"',
  });
  assert.throws(() => bad({ workers: "w1" }), /workers of a submission is a list of names of workers, not "w1"/);
  assert.throws(() => bad({ resources: { gpu: -1 } }), /resources of a submission is amounts by name/);
  assert.throws(() => client.map(inc, [1], { retrys: 1 } as never), /map has no option "retrys"/);
  assert.throws(() => client.map(inc, [1], { retries: 0.5 }), RangeError);
  async function* items(): AsyncGenerator<number> {
    yield 1;
  }
  assert.throws(() => client.map(inc, items(), { inFligth: 1 } as never), /did you mean "inFlight"/);
  assert.equal(await client.submit(inc, 1, { retries: 1 }).result(), 2);
});

test("an object that a function may see beyond the arguments it counts is an argument, unless it has names of options only", async () => {
  await using client = await Client.local({ mode: "inline" });
  const rest = (...all: unknown[]): number => all.length;
  const withDefault = (a: number, { worker = 0 } = {}): number => a + worker;
  assert.equal(await client.submit(rest, 1, { worker: 2 }).result(), 2);
  assert.equal(await client.submit(withDefault, 1, { worker: 2 }).result(), 3);
  assert.equal(await client.submit(rest, 1, { retries: 2 }).result(), 1);
  assert.deepEqual(await client.submit(Object.assign, {}, { a: 1 }, { worker: 2 }).result(), { a: 1, worker: 2 });
});

test("values of compute() that mean nothing are refused at once", async () => {
  await using client = await Client.local({ mode: "inline" });
  const future = client.submit(inc, 1);
  await assert.rejects(client.compute(future, { priority: "high" as never }), /priority of a computation is a number/);
  await assert.rejects(client.compute(future, { retries: -1 }), RangeError);
});

test("what is no function, and what is no list of items, is refused where it is said", async () => {
  await using client = await Client.local({ mode: "inline" });
  const refused = (work: () => unknown, message: string): void => assert.throws(work, { name: "TypeError", message });
  refused(() => client.submit(5 as unknown as () => number), "submit runs a function on workers, not 5");
  refused(
    () => client.submit(undefined as unknown as () => number),
    "submit runs a function on workers, not undefined",
  );
  refused(() => client.map("inc" as never, [1]), 'map runs a function on workers, not "inc"');
  refused(() => client.map(inc, 5 as never), "map goes through a list or a stream of items, not 5");
  refused(() => client.map(inc, undefined as never), "map goes through a list or a stream of items, not undefined");
  refused(() => client.submit(inc, 1, { key: "" }), 'key of a submission is a text that is not empty, not ""');
  refused(() => client.submit(inc, 1, { signal: 5 as never }), "signal of a submission is an AbortSignal, not 5");
});

test("calls of a map that is given a key are tasks of their own, named by it and their places", async () => {
  await using client = await Client.local({ mode: "inline" });
  const futures = client.map(inc, [1, 2, 3], { key: "up" });
  assert.deepEqual(await client.gather(futures), [2, 3, 4]);
  assert.deepEqual(
    futures.map(({ key }) => key),
    ["up-0", "up-1", "up-2"],
  );
  assert.throws(() => client.map(inc, [1], { key: "" }), { name: "TypeError" });
});

test("a task that its signal cancels says why", async () => {
  await using client = await Client.local({ mode: "inline" });
  const never = (): Promise<never> => new Promise(() => {});
  const controller = new AbortController();
  const future = client.submit(never, { signal: controller.signal });
  controller.abort(new RangeError("the visitor left"));
  await assert.rejects(future.result(), { code: "CANCELLED", message: /its signal was aborted: the visitor left/ });
  const plain = client.submit(never, { signal: AbortSignal.abort() });
  await assert.rejects(plain.result(), { code: "CANCELLED", message: /its signal was aborted$/ });
});
