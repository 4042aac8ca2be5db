import assert from "node:assert/strict";
import { test } from "node:test";
import * as dd from "../../../collections/dataframe/index.ts";
import { Client } from "../../../index.ts";

const rows = Array.from({ length: 23 }, (_, at) => (at * 7) % 23);
const table = (partitions: readonly number[]) =>
  dd.fromColumns({ v: rows, row: rows.map((_, at) => at) }, { partitions, dtypes: { v: "int64", row: "int64" } });

const around = (before: number, after: number): number[] =>
  rows.map((_, at) => rows.slice(Math.max(0, at - before), at + after + 1).reduce((a, b) => a + b, 0));

test("mapOverlap() shows each partition the rows around it, of as many partitions as it takes, and cuts them off again", async () => {
  for (const partitions of [[23], [10, 13], [1, 1, 1, 20], [5, 0, 2, 0, 16]])
    for (const [before, after] of [
      [0, 0],
      [1, 0],
      [3, 2],
      [0, 4],
      [30, 30],
    ] as const) {
      const made = table(partitions).mapOverlap<{ s: number }>(
        (part, back: number, ahead: number) => {
          const values = part.get("v").toArray() as number[];
          return {
            s: values.map((_, at) => values.slice(Math.max(0, at - back), at + ahead + 1).reduce((a, b) => a + b, 0)),
          };
        },
        before,
        after,
        { schema: { s: "int64" }, args: [before, after] },
      );
      assert.deepEqual(
        (await made.compute()).toColumns()["s"],
        around(before, after),
        `${partitions} ${before} ${after}`,
      );
    }
});

test("mapOverlap() of a Series, with lazy work on the part, is what the same does to the whole", async () => {
  const made = table([7, 7, 9])
    .get("v")
    .mapOverlap((part) => part.lazy().diff(2) as never, 2, 0, {
      schema: { index: [{ label: null, dtype: "int64" }], columns: [{ name: "v", dtype: "float64" }] },
    });
  assert.deepEqual(
    (await made.compute()).toArray(),
    rows.map((value, at) => (at < 2 ? null : value - (rows[at - 2] as number))),
  );
});

test("mapOverlap() takes a stretch of time before, where the index is times", async () => {
  const times = rows.map((_, at) => new Date(at * 3_600_000));
  const hours = dd
    .fromColumns({ t: times, v: rows }, { npartitions: 4, dtypes: { v: "int64" } })
    .setIndex("t", { sorted: true });
  const made = hours.mapOverlap<{ n: number }>(
    (part) => {
      const at = part.indexValues() as Date[];
      return { n: at.map((end) => at.filter((one) => +one > +end - 3 * 3_600_000 && +one <= +end).length) };
    },
    "3h",
    0,
    { schema: { n: "int64" } },
  );
  assert.deepEqual(
    (await made.compute()).toColumns()["n"],
    rows.map((_, at) => Math.min(3, at + 1)),
  );
});

test("mapOverlap() refuses what it cannot do: fewer rows than given, rows below 0, times without an index of times", async () => {
  const few = table([10, 13]).mapOverlap((part) => ({ v: [part.length], row: [0] }), 1, 0);
  await assert.rejects(few.compute(), /gives a row for each it gets; it got 1\d and gave 1/);
  assert.throws(() => table([23]).mapOverlap((part) => part, -1, 0), RangeError);
  assert.throws(() => table([23]).mapOverlap((part) => part, 0, 1.5), RangeError);
  assert.throws(() => table([23]).mapOverlap((part) => part, "1h", 0), /needs an index of times/);
});

test("mapOverlap() runs on workers of other threads", async () => {
  await using client = await Client.local({ mode: "threads", workers: 2 });
  const made = table([5, 9, 9]).mapOverlap((part) => part.lazy().shift(1) as never, 1, 0);
  assert.deepEqual((await made.compute()).toColumns()["v"], [null, ...rows.slice(0, -1)]);
  assert.ok(client);
});

test("memoryUsage() tells bytes a column, and a partition", async () => {
  const held = dd.fromColumns({ n: rows, s: rows.map(() => "four") }, { npartitions: 2, dtypes: { n: "int32" } });
  const used = await held.memoryUsage().compute();
  assert.deepEqual(used.indexValues(), ["Index", "n", "s"]);
  const [index, n, s] = used.toArray() as [number, number, number];
  assert.deepEqual([index, n], [8 * 23, 4 * 23]);
  assert.ok(s >= 4 * 23 && s <= 20 * 23 + 2, `${s}`);
  const parts = (await held.memoryUsagePerPartition().compute()).toArray() as number[];
  assert.equal(parts.length, 2);
  assert.ok(Math.abs((parts[0] as number) + (parts[1] as number) - index - n - s) <= 4);
  assert.deepEqual((await held.memoryUsage({ index: false }).compute()).indexValues(), ["n", "s"]);
});
