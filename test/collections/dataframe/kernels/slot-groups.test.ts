import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import * as dd from "../../../../collections/dataframe/index.ts";
import { slotGroups } from "../../../../collections/dataframe/kernels/slot-groups.ts";
import { slotKeys } from "../../../../collections/dataframe/kernels/slot-keys.ts";
import type { Step } from "../../../../collections/dataframe/plan/step.ts";
import "../../../../index.ts";

interface Row {
  readonly near: number | null;
  readonly far: number | null;
  readonly text: string | null;
  readonly day: Date;
  readonly flag: boolean;
  readonly i: number | null;
  readonly f: number | null;
}
const gap = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(one, { freq: 6 });
const row = fc.record({
  near: gap(fc.integer({ min: -3, max: 5 })),
  far: gap(fc.constantFrom(-(2 ** 52), -1, 0, 7, 2 ** 40, 2 ** 52)),
  text: gap(fc.constantFrom("", "a", "b", "long enough not to lie in its place", "ø")),
  day: fc.integer({ min: 0, max: 4 }).map((day) => new Date(day * 86_400_000)),
  flag: fc.boolean(),
  i: gap(fc.integer({ min: -1000, max: 1000 })),
  f: gap(fc.double({ min: -1e6, max: 1e6, noNaN: true })),
});
const dtypes = { near: "int64", far: "int64", text: "string", day: "datetime", flag: "bool", i: "int32", f: "float64" };

const known = (values: readonly (number | null)[]): number[] => values.filter((one) => one !== null);
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

function expectedOf(rows: readonly Row[], keys: readonly (keyof Row)[], dropna: boolean): Map<string, unknown[]> {
  const groups = new Map<string, Row[]>();
  for (const one of rows) {
    if (dropna && keys.some((key) => one[key] === null)) continue;
    const id = JSON.stringify(keys.map((key) => one[key]));
    groups.set(id, [...(groups.get(id) ?? []), one]);
  }
  return new Map(
    [...groups].map(([id, group]) => {
      const [i, f] = [known(group.map((one) => one.i)), known(group.map((one) => one.f))];
      const mean = sum(f) / f.length;
      const std = f.length < 2 ? null : Math.sqrt(sum(f.map((one) => (one - mean) ** 2)) / (f.length - 1));
      const ends = i.length === 0 ? [null, null] : [Math.min(...i), Math.max(...i)];
      return [id, [sum(i), i.length, ...ends, f.length === 0 ? null : mean, std, group.length]];
    }),
  );
}

test("groups over lists of numbers are those of a plain loop, for keys of every type, near together or far apart", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { minLength: 1, maxLength: 60 }),
      fc.subarray(["near", "far", "text", "day", "flag"] as const, { minLength: 1, maxLength: 3 }),
      fc.integer({ min: 1, max: 4 }),
      fc.boolean(),
      fc.boolean(),
      async (rows, keys, npartitions, dropna, filtered) => {
        const all = dd.fromRecords(rows as never[], { dtypes, npartitions }) as unknown as dd.DataFrame<Row>;
        const table = filtered ? all.filter((r) => r.flag) : all;
        const agg = {
          sum: ["i", "sum"],
          n: ["i", "count"],
          low: ["i", "min"],
          high: ["i", "max"],
          mean: ["f", "mean"],
          std: ["f", "std"],
        };
        const made = table.groupby(...keys, { dropna }).agg(agg as never, { named: true });
        const sizes = await table
          .groupby(...keys, { dropna })
          .size()
          .compute();
        const found = await made.compute();
        const shown = found.toRecords() as Record<string, number | null>[];
        const expected = expectedOf(filtered ? rows.filter((one) => one.flag) : rows, keys, dropna);
        assert.equal(found.length, expected.size);
        found.indexValues().forEach((key, at) => {
          const id = JSON.stringify(keys.length === 1 ? [key] : key);
          const { sum: total, n, low, high, mean, std } = shown[at] as Record<string, number | null>;
          const [own, size] = [[total, n, low, high, mean, std], sizes.toArray()[at]];
          const wanted = expected.get(id) ?? assert.fail(`no group ${id}`);
          [...own, size].forEach((value, place) => {
            const of = wanted[place] as number | null;
            if (of === null || value === null || value === undefined) assert.equal(value, of);
            else assert.ok(Math.abs(value - of) <= 1e-9 * (1 + Math.abs(of)) * 10, `${value} is ${of} of ${id}`);
          });
        });
      },
    ),
    { numRuns: 60, seed: 11 },
  );
});

test("sums of whole numbers keep every digit where fractions would not", async () => {
  const table = dd.fromColumns(
    { k: [1, 1, 2, 2], v: [2n ** 53n - 1n, 2n, 2n ** 60n, 1n] },
    { dtypes: { k: "int64", v: "int64" }, npartitions: 2 },
  );
  const found = await table.groupby("k").sum().compute();
  assert.deepEqual(found.toColumns({ int64: "bigint" }), { v: [2n ** 53n + 1n, 2n ** 60n + 1n] });
});

test("slotGroups() does the groups that it says it does, in the order of near keys", async () => {
  const rows = 5_000;
  const columns = {
    k: Array.from({ length: rows }, (_, at) => (at * 7919) % 100),
    v: new Array<number>(rows).fill(0.5),
  };
  const { chunk } = await dd.fromColumns(columns, { dtypes: { k: "int64", v: "float64" }, npartitions: 1 }).compute();
  const fields = [
    { name: "k", dtype: "int64" as const },
    { name: "v", dtype: "float64" as const },
  ];
  const step: Extract<Step, { op: "group" }> = {
    op: "group",
    of: { op: "input", at: 0, fields },
    keys: ["k"],
    aggregations: [{ name: "s", primitive: "sum", columns: ["v"], dtype: "float64" }],
    dropNullKeys: true,
    ordered: false,
    partial: false,
    fields: [
      { name: "k", dtype: "int64" },
      { name: "s", dtype: "float64" },
    ],
  };
  const made = await slotGroups([chunk.native, chunk.native], step);
  assert.equal(made?.isSorted, true);
  const table = await made.table.collect();
  assert.deepEqual(
    table.getColumn("k").toArray(),
    Array.from({ length: 100 }, (_, at) => at),
  );
  assert.deepEqual(table.getColumn("s").toArray(), new Array(100).fill(50));
});

test("slotKeys() gives equal keys equal slots and different keys different ones", () => {
  const key = fc.oneof(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -(2 ** 53) + 1, max: 2 ** 53 - 1 }));
  fc.assert(
    fc.property(fc.array(key, { minLength: 1, maxLength: 3_000 }), (keys) => {
      const part = [{ kind: "numbers" as const, values: Float64Array.from(keys) }];
      const slots = slotKeys([part]);
      assert.ok(slots !== undefined);
      assert.deepEqual(
        [...slots.keysOf(slots.place(part), 0)],
        keys.map((one) => one + 0),
      );
    }),
    { numRuns: 100, seed: 4 },
  );
});
