import assert from "node:assert/strict";
import { after, test } from "node:test";
import { compute, persist } from "../../../collections/core/compute.ts";
import { delayed, delayedBlock, isDelayed, placesOf } from "../../../collections/delayed/delayed.ts";
import type { Delayed } from "../../../collections/delayed/delayed-value.ts";
import { pushExecutor } from "../../../runtime/graph/executor.ts";
import { type TaskLayer, taskKey } from "../../../runtime/graph/layer.ts";
import { syncExecutor } from "../../../runtime/graph/sync-executor.ts";

after(pushExecutor(syncExecutor));
const inc = (x: number): number => x + 1;
const add = (a: number, b: number): number => a + b;
const sum = (xs: readonly number[]): number => xs.reduce(add, 0);

test("delayed() records calls and finds lazies in arguments and containers", async () => {
  const lazy = delayed(sum)([delayed(inc)(1), 5, delayed(add)(delayed(inc)(2), 3)]);
  assert.equal(await lazy.compute(), 13);
  const record = delayed((d: { x: number; y: number[] }) => d.x + (d.y[0] as number));
  assert.equal(await record({ x: delayed(inc)(10), y: [delayed(inc)(22)] }).compute(), 34);
  const map = delayed((m: Map<string, number>, s: Set<number>) => [[...m], [...s]]);
  const args = [new Map([["a", delayed(inc)(1)]]), new Set([delayed(inc)(2)])] as unknown as [
    Map<string, number>,
    Set<number>,
  ];
  assert.deepEqual(await map(...args).compute(), [[["a", 2]], [3]]);
});

test("delayed() runs what is shared once, in one computation", async () => {
  let calls = 0;
  const one = delayed((x: number) => {
    calls += 1;
    return x;
  })(20);
  assert.deepEqual(await compute(one.add(1), one.mul(2), delayed(add)(one, one)), [21, 40, 40]);
  assert.equal(calls, 1);
});

test("delayed() takes async functions for what they resolve to", async () => {
  const load = delayed(async (n: number) => [n, n]);
  assert.deepEqual(await delayed((xs: number[][]) => xs.flat())([load(1), load(2)]).compute(), [1, 1, 2, 2]);
});

test("attributes, methods, items, slices and calls are lazy", async () => {
  assert.equal(await delayed("a b c 26").split(" ").item(-1).compute(), "26");
  assert.equal(await delayed("9x28").toUpperCase().replace("X", "-").compute(), "9-28");
  assert.equal(await delayed([1, 2, 3]).length.compute(), 3);
  assert.equal(await delayed([1, 19])[1]?.compute(), 19);
  assert.deepEqual(await delayed([0, 1, 2, 3, 4]).sliced(4, 0, -2).compute(), [4, 2]);
  assert.deepEqual(
    await delayed({ key: 4, j: [7] })
      .attr("key")
      .compute(),
    4,
  );
  assert.equal(await delayed({ j: [7] }).j[0]?.compute(), 7);
  const made = delayed((k: number) => (x: number) => x * k)(3);
  assert.equal(await made(14).compute(), 42);
  assert.equal(await delayed(delayed(5)).compute(), 5);
});

test("operators follow arithmetic that rounds down, reflected ones too", async () => {
  const seven = delayed(-7);
  const lazies = [
    seven.mod(3),
    seven.floordiv(2),
    seven.abs().pow(2),
    seven.rsub(1),
    seven.rdiv(14),
    seven.lt(0),
    seven.neg(),
    seven.and(4),
    delayed("a").add("b"),
    delayed(2n).mul(3n),
  ];
  assert.deepEqual(await compute(...lazies), [2, -4, 49, 8, -2, true, 7, 0, "ab", 6n]);
  await assert.rejects(seven.add("x").compute(), TypeError);
});

test("forbidden operations fail clearly", () => {
  const lazy = delayed(18);
  assert.throws(() => [...(lazy as unknown as Iterable<unknown>)], /looped over; say delayed\(fn, \{ nout \}\)/);
  assert.throws(() => ((lazy as unknown as { x: number }).x = 1), /cannot be assigned/);
  assert.throws(() => (lazy as unknown as number) + 1, TypeError);
  assert.throws(() => delayed(inc, { nout: -1 }), RangeError);
  assert.match(String(lazy), /^Delayed\(/);
});

test("nout makes a result that can be taken apart", async () => {
  const divmod = delayed((a: number, b: number) => [Math.floor(a / b), a % b], { nout: 2 });
  const pair = divmod(57, 5);
  assert.equal(pair.length as unknown, 2);
  const [q, r] = pair;
  assert.deepEqual(await compute(q, r), [11, 2]);
});

test("pure calls have the key of their content and are one task; others never meet", async () => {
  let calls = 0;
  const counted = (x: number): number => {
    calls += 1;
    return x;
  };
  const pure = delayed(counted, { pure: true });
  assert.equal(pure(24).key, pure(24).key);
  assert.notEqual(pure(24).key, pure(25).key);
  assert.notEqual(delayed(counted)(24).key, delayed(counted)(24).key);
  assert.deepEqual(await compute(pure(1), pure(1), delayed(sum)([pure(1), pure(1)])), [1, 1, 2]);
  assert.equal(calls, 1);
});

test("operators of what has a key have one too: equal ones are one task", () => {
  const pure = delayed(inc, { pure: true });
  assert.equal(pure(1).add(2).key, pure(1).add(2).key);
  assert.notEqual(pure(1).add(2).key, pure(1).add(3).key);
  assert.notEqual(delayed(inc)(1).add(2).key, delayed(inc)(1).add(2).key);
});

test("operators know text, lists, Sets and truth, and refuse a division by zero", async () => {
  const values = await compute(
    delayed("ab").mul(3),
    delayed([1, 2]).rmul(2),
    delayed([1, 2]).lt([1, 3]),
    delayed(new Set([1, 2])).and(new Set([2, 3])),
    delayed(new Set([1, 2])).xor(new Set([2, 3])),
    delayed(true).add(4),
  );
  assert.deepEqual(values, ["ababab", [1, 2, 1, 2], true, new Set([2]), new Set([1, 3]), 5]);
  for (const lazy of [delayed(1).div(0), delayed(1).floordiv(0), delayed(1).mod(0)])
    await assert.rejects(lazy.compute(), /Division by zero/);
});

test("a name is the task's key; two calls of one name are refused", () => {
  const mine = delayed(inc).with({ name: "mine-9" })(15);
  assert.equal(mine.key, "mine-9");
  assert.equal(taskKey(mine.layer, mine.wants().indices?.[0] as number), "mine-9");
  const twice = delayed(inc, { name: "twice" });
  assert.throws(() => delayed(add)(twice(1), twice(2)).layer, { code: "NAME_TAKEN" });
});

test("a key that was read before the graph is built stays the task's key", () => {
  const lazy = delayed(inc)(1);
  const before = lazy.key;
  assert.equal(taskKey(lazy.layer, lazy.wants().indices?.[0] as number), before);
  assert.equal(lazy.key, before);
});

test("traverse: false leaves containers alone", async () => {
  const inside = delayed((xs: unknown[]) => xs.map(isDelayed), { traverse: false });
  assert.deepEqual(await inside([delayed(1)] as never).compute(), [true]);
});

test("persist() keeps the value; later work reads it", async () => {
  let calls = 0;
  const [held] = persist(delayed((x: number) => (calls += x))(3));
  assert.equal(await held.add(1).compute(), 4);
  assert.equal(await held.compute(), 3);
  assert.equal(calls, 3);
});

test("annotations go to layers of their own, in an order that is no circle", async () => {
  const hot = delayed(inc, { annotations: { priority: 5 } });
  const cold = delayed(inc);
  const chain = cold(hot(cold(hot(1))));
  assert.equal(await chain.compute(), 5);
  const layers = new Set<string>();
  for (
    let layer = chain.layer as TaskLayer | undefined;
    layer !== undefined;
    layer = layer.sources[0] as TaskLayer | undefined
  )
    layers.add(`${layer.annotations?.priority ?? "none"}`);
  assert.deepEqual([...layers], ["none", "5"]);
});

test("loops of any length build without recursion, one call per shape", async () => {
  let total = delayed(0);
  const lazyAdd = delayed(add);
  for (let i = 0; i < 20_000; i++) total = lazyAdd(total, i);
  const layer = total.layer as TaskLayer;
  assert.equal(layer.calls.length, 2);
  assert.equal(layer.grid[0], 20_001);
  assert.equal(layer.keys, undefined);
  assert.equal(await total.compute(), 199_990_000);
});

test("errors of tasks rise with their own class", async () => {
  await assert.rejects(delayed([12]).item(3).compute(), RangeError);
  await assert.rejects(delayed({}).item("k").compute(), { code: "UNKNOWN_KEY" });
  await assert.rejects(
    (delayed({}) as unknown as { missing: { compute(): Promise<unknown> } }).missing.compute(),
    TypeError,
  );
});

test("placesOf() and delayedBlock() join lazies and layers", async () => {
  const [a, b] = placesOf([delayed(inc)(1), delayed(inc)(2)]);
  assert.equal(a?.layer, b?.layer);
  assert.equal(await (delayedBlock(a!.layer, b!.index) as Delayed<number>).add(1).compute(), 4);
  assert.throws(() => placesOf([1 as never]), TypeError);
});

test("a call takes hundreds of thousands of lazy values in a list", () => {
  const one = delayed((x: number) => x)(1);
  const many = Array.from({ length: 300_000 }, () => one);
  assert.equal(delayed((xs: readonly number[]) => xs.length)(many).layer.kind, "tasks");
});
