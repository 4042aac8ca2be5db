import assert from "node:assert/strict";
import { test } from "node:test";
import * as dd from "../../../collections/dataframe/index.ts";
import { Client } from "../../../index.ts";

test("timeseries() makes rows by the clock in partitions of known divisions, the same for the same seed", async () => {
  const options = { start: "2000-01-01", end: "2000-01-03T12:00:00", freq: "10min", partitionFreq: "1d", seed: 3 };
  const table = dd.timeseries<{ name: string; id: number; x: number; y: number }>(options);
  assert.deepEqual(table.dtypes, { name: "string", id: "int64", x: "float64", y: "float64" });
  assert.deepEqual([table.npartitions, table.divisions?.length, await table.length()], [3, 4, 360]);
  const frame = await table.compute();
  const times = frame.indexValues() as Date[];
  assert.deepEqual(
    times.map(Number),
    Array.from({ length: 360 }, (_, at) => Date.UTC(2000, 0, 1) + at * 600_000),
  );
  const { name, id, x, y } = frame.toColumns() as { name: string[]; id: number[]; x: number[]; y: number[] };
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b) / values.length;
  assert.ok(new Set(name).size >= 10 && Math.abs(mean(id) - 1000) < 10 && id.every(Number.isInteger));
  assert.ok(Math.abs(mean(x)) < 0.1 && x.every((one) => one >= -1 && one < 1));
  assert.notDeepEqual(x, y);
  assert.notDeepEqual(x.slice(0, 144), x.slice(144, 288));
  assert.deepEqual((await dd.timeseries(options).compute()).toColumns(), frame.toColumns());
  assert.notDeepEqual((await dd.timeseries({ ...options, seed: 4 }).compute()).toColumns()["x"], x);
  const day = table.loc({ from: "2000-01-02T00:10:00", to: "2000-01-02T01:00:00" });
  assert.match(day.explain(), /1 partition/);
  assert.equal(await day.length(), 6);
});

test("timeseries() refuses types that are not drawn, ends before the start, and text that is no time", () => {
  assert.throws(() => dd.timeseries({ dtypes: { when: "datetime" } }), /"when" is datetime/);
  assert.throws(() => dd.timeseries({ start: "2000-01-02", end: "2000-01-01" }), RangeError);
  assert.throws(() => dd.timeseries({ freq: "2d" }), /no row every 2d/);
  assert.throws(() => dd.timeseries({ start: "soon" }), SyntaxError);
});

test("timeseries() is made by workers of other threads", async () => {
  await using client = await Client.local({ mode: "threads", workers: 2 });
  const found = await dd.timeseries({ end: "2000-01-03", freq: "1h" }).groupby("name").agg({ x: "count" }).compute();
  assert.equal(
    (found.toColumns()["x"] as number[]).reduce((a, b) => a + b),
    48,
  );
  assert.ok(client);
});
