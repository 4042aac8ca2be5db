import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as dd from "../../../collections/dataframe/index.ts";
import { delayed } from "../../../index.ts";
import { pushExecutor } from "../../../runtime/graph/executor.ts";
import { syncExecutor } from "../../../runtime/graph/sync-executor.ts";

let pop: () => void;
before(() => {
  pop = pushExecutor(syncExecutor);
});
after(() => pop());

const schema = { n: "int64", text: "string" };

test("fromMap() makes a partition of what a function gives for an item: columns, rows, a Frame, nothing", async () => {
  const frame = await dd.fromColumns({ n: [7], text: ["seven"] }, { npartitions: 1 }).compute();
  const given = (item: string): unknown => {
    if (item === "columns") return { n: [1, 2], text: ["one", "two"] };
    if (item === "rows") return [{ n: 3, text: "three" }, { n: 4 }];
    return item === "frame" ? frame : [];
  };
  const table = dd.fromMap(given, ["columns", "nothing", "rows", "frame"], { schema });
  assert.equal(table.npartitions, 4);
  assert.deepEqual((await table.compute()).toColumns(), {
    n: [1, 2, 3, 4, 7],
    text: ["one", "two", "three", null, "seven"],
  });
  assert.equal(await table.get("n").sum().compute(), 17);
});

test("fromDelayed() makes a partition of each lazy value", async () => {
  const load = delayed(async (from: number) => [
    { n: from, text: "a" },
    { n: from + 1, text: "b" },
  ]);
  const table = dd.fromDelayed<{ n: number; text: string }>([load(10), load(20)], { schema });
  assert.equal(table.npartitions, 2);
  const sums = await table.groupby("text").get("n").sum().compute();
  assert.deepEqual(sums.toArray(), [30, 32]);
});

test("what is missing or wrong is said", async () => {
  assert.throws(() => dd.fromMap(() => [], [], { schema }), /at least one item/);
  assert.throws(() => dd.fromMap(() => [], [1], { schema: {} }), /give schema/);
  assert.throws(() => dd.fromDelayed([3 as never], { schema }), /item 0 is none; wrap it with delayed/);
  await assert.rejects(
    dd.fromMap(() => ({ n: [1] }), [1], { schema }).compute(),
    /gave the columns n, but "text" was promised/,
  );
});
