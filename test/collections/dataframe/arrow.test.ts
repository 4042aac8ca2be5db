import assert from "node:assert/strict";
import { test } from "node:test";
import { Dictionary, Int8, Table, tableFromArrays, Utf8, vectorFromArray } from "apache-arrow";
import { type DataFrame, fromArrow, fromColumns } from "../../../collections/dataframe/index.ts";
import { Client } from "../../../index.ts";

const columns = {
  n: [1, null, 3],
  f: [0.5, null, -2],
  s: ["x", null, "yé"],
  b: [true, false, null],
  t: [new Date(0), null, new Date(1_600_000_000_123)],
};

test("toArrow() gives every type, and fromArrow() takes it back", async () => {
  const table = await fromColumns(columns, { npartitions: 2, dtypes: { n: "int64" } }).toArrow();
  assert.deepEqual(
    table.schema.fields.map(({ name, type }) => [name, String(type)]),
    [
      ["n", "Int64"],
      ["f", "Float64"],
      ["s", "Utf8View"],
      ["b", "Bool"],
      ["t", "Timestamp<MICROSECOND>"],
    ],
  );
  assert.deepEqual(table.getChild("s")?.toJSON(), ["x", null, "yé"]);
  const again = await fromArrow(table, { npartitions: 2 });
  assert.deepEqual(again.dtypes, { n: "int64", f: "float64", s: "string", b: "bool", t: "datetime" });
  assert.deepEqual([again.npartitions, again.divisions], [2, [0, 1, 2]]);
  assert.deepEqual((await again.compute()).toColumns(), columns);
});

test("fromArrow() takes dictionaries as text, NaN as missing, tables in pieces, and none without rows", async () => {
  const dictionary = vectorFromArray(["a", "b", "a", null], new Dictionary(new Utf8(), new Int8()));
  const plain = tableFromArrays({ f: Float64Array.of(1, Number.NaN, 3, 4) });
  const table = new Table({ k: dictionary, f: plain.getChild("f") as never });
  const df = (await fromArrow(table.concat(table), { npartitions: 3 })) as DataFrame<{ k: string; f: number }>;
  assert.deepEqual((await df.compute()).toColumns(), {
    k: ["a", "b", "a", null, "a", "b", "a", null],
    f: [1, null, 3, 4, 1, null, 3, 4],
  });
  const empty = await fromArrow(table.slice(0, 0), { npartitions: 2 });
  assert.deepEqual([empty.dtypes, await empty.length()], [{ k: "string", f: "float64" }, 0]);
  const named = await df.groupby("k").agg({ f: "sum" }).toArrow();
  assert.deepEqual(
    named.toArray().map((row) => row?.toJSON()),
    [
      { k: "a", f: 8 },
      { k: "b", f: 0 },
    ],
  );
});

test("fromArrow() refuses what tables do not hold", async () => {
  await assert.rejects(fromArrow(new Table({ s: vectorFromArray([{ a: 1 }]) })), /column "s".*structs/);
  await assert.rejects(fromArrow(tableFromArrays({ a: [1] }), { npartitions: 0 }), RangeError);
});

test("tables from Arrow are computed by workers of other threads", async () => {
  await using client = await Client.local({ mode: "threads", workers: 2 });
  const df = await fromArrow<{ n: number }>(tableFromArrays({ n: Int32Array.from({ length: 100 }, (_, at) => at) }), {
    npartitions: 4,
  });
  assert.equal(await df.get("n").sum().compute(), 4950);
  void client;
});
