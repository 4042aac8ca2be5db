import assert from "node:assert/strict";
import { test } from "node:test";
import * as db from "../../../collections/bag/index.ts";
import "../../../collections/dataframe/index.ts";

const trees = [
  { name: "oak", meters: 20, tags: [] },
  { name: "elm", meters: null, tags: ["old"] },
  { name: "fir", meters: 31.5, tags: [] },
];

test("toDataFrame() with meta is lazy; items may lack members", async () => {
  const table = db.fromSequence<object>([...trees, { name: "yew" }], { npartitions: 2 });
  const made = table.toDataFrame({ meta: { name: "string", meters: "float64" } });
  assert.deepEqual(made.columns, ["name", "meters"]);
  assert.equal(made.npartitions, 2);
  assert.equal(await made.get("meters").sum().compute(), 51.5);
  assert.equal(await made.get("meters").count().compute(), 2);
});

test("toDataFrame() without meta tells types from the first items, also where the first partition is empty", async () => {
  const made = await db.fromPartitions<object>([[], trees]).toDataFrame();
  assert.deepEqual(made.columns, ["name", "meters", "tags"]);
  assert.equal(await made.get("meters").max().compute(), 31.5);
  await assert.rejects(db.fromPartitions([[]]).toDataFrame(), /say them with meta/);
});

test("toDataFrame() takes lists with column names", async () => {
  const pairs = db.fromSequence(
    [
      ["a", 1],
      ["b", 2],
    ] as [string, number][],
    { npartitions: 1 },
  );
  assert.equal(await (await pairs.toDataFrame({ columns: ["k", "n"] })).get("n").sum().compute(), 3);
});

test("toDataFrame() takes plain items for an only column", async () => {
  const made = await db.fromSequence([3, 4, 5], { npartitions: 2 }).toDataFrame({ columns: ["n"] });
  assert.equal(await made.get("n").sum().compute(), 12);
});

test("a value that does not fit its column is named", async () => {
  const made = db.fromSequence([{ n: 1 }, { n: "x" }], { npartitions: 1 }).toDataFrame({ meta: { n: "int64" } });
  await assert.rejects(
    made.get("n").sum().compute(),
    /Column "n" is int64, and item 1 of a partition has the string x/,
  );
});

test("toBag() gives rows as lists or as objects", async () => {
  const made = db.fromSequence(trees, { npartitions: 2 }).toDataFrame({ meta: { name: "string", meters: "float64" } });
  assert.deepEqual((await made.toBag().compute())[0], ["oak", 20]);
  assert.deepEqual((await made.toBag({ format: "object" }).compute())[1], { name: "elm", meters: null });
});
