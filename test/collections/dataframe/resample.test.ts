import assert from "node:assert/strict";
import { test } from "node:test";
import { fromColumns } from "../../../collections/dataframe/index.ts";

const at = (text: string): Date => new Date(`${text}Z`);
const index = ["2022-01-30T23:50", "2022-01-31T00:00", "2022-01-31T12:00", "2022-02-06T05:00", "2022-05-01T01:00"];
const table = () =>
  fromColumns({ v: [1, 2, null, 4, 8] }, { index: index.map((time) => at(`${time}:00`)), npartitions: 3 });

const counted = async (rule: string): Promise<Record<string, number | null>> => {
  const made = await table().get("v").resample(rule).sum().compute();
  const days = (await table().get("v").resample(rule).sum().index.compute()).toArray() as Date[];
  return Object.fromEntries(made.toArray().map((sum, i) => [(days[i] as Date).toISOString().slice(0, 10), sum]));
};

test("resample() by weeks takes days up to a Sunday, or to another day, and names them by it", async () => {
  const weeks = await counted("W");
  assert.deepEqual(Object.entries(weeks).slice(0, 3), [
    ["2022-01-30", 1],
    ["2022-02-06", 6],
    ["2022-02-13", 0],
  ]);
  assert.equal(Object.keys(weeks).at(-1), "2022-05-01");
  assert.deepEqual(Object.entries(await counted("W-MON")).slice(0, 2), [
    ["2022-01-31", 3],
    ["2022-02-07", 4],
  ]);
  assert.throws(() => table().resample("2W"), /use days, such as "14D"/);
  assert.throws(() => table().resample("W-XXX"), SyntaxError);
});

test("resample() by months, quarters and years names them by their last day, or by their first", async () => {
  const months = { "2022-01-31": 3, "2022-02-28": 4, "2022-03-31": 0, "2022-04-30": 0, "2022-05-31": 8 };
  assert.deepEqual(await counted("M"), months);
  const firsts = { "2022-01-01": 3, "2022-02-01": 4, "2022-03-01": 0, "2022-04-01": 0, "2022-05-01": 8 };
  assert.deepEqual(await counted("MS"), firsts);
  assert.deepEqual(await counted("Q"), { "2022-03-31": 7, "2022-06-30": 8 });
  assert.deepEqual(await counted("QS"), { "2022-01-01": 7, "2022-04-01": 8 });
  assert.deepEqual(await counted("Y"), { "2022-12-31": 15 });
  assert.deepEqual(await counted("AS"), { "2022-01-01": 15 });
});

test("size() of a resampled table counts the rows of each bin", async () => {
  const sizes = await table().resample("MS").size().compute();
  assert.deepEqual(sizes.toArray(), [3, 1, 0, 0, 1]);
});
