import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { keyOf } from "../../../../collections/bag/kernels/keys.ts";
import { GroupPacker, groupFlow, type PackedGroups } from "../../../../collections/bag/kernels/packed-groups.ts";
import { packItemsHere } from "../../../../runtime/graph/packed-items.ts";
import { decodeValue, encodeValue } from "../../../../runtime/wire/value.ts";

type Group = [name: unknown, items: unknown[]];

const pack = (items: readonly unknown[], by: (item: unknown) => unknown, itemsMax: number): PackedGroups => {
  const packer = new GroupPacker(itemsMax);
  for (const item of items) packer.add(keyOf(by(item)), by(item), item);
  return packer.finish();
};

const inOrder = (items: readonly unknown[], by: (item: unknown) => unknown): Group[] => {
  const groups = new Map<unknown, Group>();
  for (const item of items) {
    const key = keyOf(by(item));
    if (!groups.has(key)) groups.set(key, [by(item), []]);
    (groups.get(key) as Group)[1].push(item);
  }
  return [...groups.values()];
};

const travelled = (value: PackedGroups): PackedGroups =>
  decodeValue(encodeValue(value, { shareMemory: false })) as PackedGroups;

const kinds = (packed: PackedGroups): string[] => packed.packs.map((one) => one.kind);
const groupsOf = async (parts: PackedGroups[]): Promise<Group[]> => [...(await groupFlow(parts))];

/** Tests run in order of the file: what is packed as lists comes first, since packing as bytes is for the rest of a thread. */
test("where all share one heap, items stay the very objects they were", async () => {
  const items = [{ k: 1 }, { k: 2 }, { k: 1 }];
  const packed = pack(items, (item) => (item as { k: number }).k, 2);
  assert.deepEqual(kinds(packed), ["lists", "lists"]);
  const groups = await groupsOf([packed]);
  assert.equal(groups[0]?.[1][1], items[2]);
});

test("packed as bytes, groups are those of the items in their order, also after a journey", async () => {
  packItemsHere();
  const item = fc.oneof(fc.jsonValue(), fc.date({ noInvalidDate: true }), fc.constant(undefined), fc.bigInt());
  const row = fc.record({ key: fc.oneof(fc.integer({ min: 0, max: 4 }), fc.string({ maxLength: 1 })), item });
  const by = (one: unknown): unknown => (one as { key: unknown }).key;
  const all = fc.array(fc.array(row, { maxLength: 40 }), { maxLength: 4 });
  const run = fc.asyncProperty(all, fc.integer({ min: 1, max: 50 }), async (cutters, itemsMax) => {
    const packed = cutters.map((rows) => pack(rows, by, itemsMax));
    const expected = inOrder(cutters.flat(), by);
    assert.deepEqual(await groupsOf(packed), expected);
    assert.deepEqual(await groupsOf(packed.map(travelled)), expected);
  });
  await fc.assert(run, { numRuns: 300, seed: 6 });
});

test("records are packed as bytes; typed arrays, numbers in long lists and what cannot travel stay as they are", async () => {
  packItemsHere();
  class Own {}
  const own = new Own();
  const one = (item: unknown): PackedGroups => pack([item], () => "k", 10);
  assert.deepEqual(kinds(one({ name: "Oslo" })), ["bytes"]);
  assert.deepEqual(kinds(one(new Float64Array(4))), ["lists"]);
  assert.deepEqual(kinds(one(own)), ["lists"]);
  const numbers = Array.from({ length: 100 }, (_, i) => i);
  assert.deepEqual(kinds(pack(numbers, () => "k", 1000)), ["lists"]);
  assert.deepEqual(kinds(pack(numbers, (n) => n, 1000)), ["bytes"], "a hundred names are numbers too");
  const [[, items]] = (await groupsOf([one({ a: 1 }), one(own)])) as [Group];
  assert.deepEqual(items, [{ a: 1 }, own]);
  assert.equal(items[1], own);
});

test("a pull puts only some groups together, so that who counts them never has all items in memory", async () => {
  packItemsHere();
  const items = Array.from({ length: 20_000 }, (_, i) => ({ k: i % 4 }));
  const flow = await groupFlow([pack(items, (item) => (item as { k: number }).k, 1024)]);
  const sizes: number[] = [];
  for (let batch = await flow.pull(1024); batch !== null; batch = await flow.pull(1024)) sizes.push(batch.length);
  assert.deepEqual(sizes, [1, 1, 1, 1]);
});
