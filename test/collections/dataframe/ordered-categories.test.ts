import assert from "node:assert/strict";
import { test } from "node:test";
import { type DataFrame, fromColumns } from "../../../collections/dataframe/index.ts";

async function sizes(): Promise<DataFrame<{ size: string; n: number }>> {
  const plain = fromColumns(
    { size: ["large", "small", null, "middle", "small"], n: [1, 2, 3, 4, 5] },
    { npartitions: 3 },
  );
  const known = await plain.categorize(["size"]);
  const size = known.get("size").cat.reorderCategories(["small", "middle", "large"], { ordered: true });
  return known.assign({ size: size as never }) as never;
}

test("ordered categories are sorted in their own order, beside other columns too", async () => {
  const df = await sizes();
  const up = await df.sortValues("size").compute();
  assert.deepEqual(up.toColumns(), { size: ["small", "small", "middle", "large", null], n: [2, 5, 4, 1, 3] });
  const down = await df.sortValues(["size", "n"], { ascending: false, naPosition: "first" }).compute();
  assert.deepEqual(down.toColumns()["n"], [3, 1, 4, 5, 2]);
  assert.deepEqual((await df.get("size").sortValues().compute()).toArray().slice(0, 3), ["small", "small", "middle"]);
  assert.equal(df.sortValues("size").get("size").cat.ordered, true);
});

test("ordered categories compare by their places, with one of themselves or a column of the same", async () => {
  const size = (await sizes()).get("size");
  assert.deepEqual((await size.gt("small").compute()).toArray(), [true, false, false, true, false]);
  assert.deepEqual((await size.le("middle").compute()).toArray(), [false, true, false, true, true]);
  assert.deepEqual((await size.ge(size).compute()).toArray(), [true, true, false, true, true]);
  assert.deepEqual((await size.eq("small").compute()).toArray(), [false, true, false, false, true]);
  assert.throws(() => size.lt("huge"), /one of themselves/);
  assert.throws(() => size.lt(size.cat.reorderCategories(["large", "middle", "small"])), /of the same ones only/);
});

test("the least and the greatest of ordered categories are by their order, of others by their texts", async () => {
  const size = (await sizes()).get("size");
  assert.equal(await size.min().compute(), "small");
  assert.equal(await size.max().compute(), "large");
  assert.equal(await size.cat.asUnordered().min().compute(), "large");
});
