import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import * as dd from "../../../../collections/dataframe/index.ts";
import { bucketsOf } from "../../../../collections/dataframe/kernels/cut-table.ts";
import { splitByRange } from "../../../../collections/dataframe/kernels/split.ts";

test("bucketsOf() counts the bounds that are not above a key, wherever they lie", () => {
  const number = fc.oneof(
    fc.double({ noNaN: true, min: -1e9, max: 1e9 }),
    fc.integer({ min: -5, max: 5 }),
    fc.constantFrom(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 0, -0, 5e-324, 1e-300),
  );
  fc.assert(
    fc.property(fc.array(number), fc.array(number, { maxLength: 40 }), (keys, some) => {
      const bounds = Float64Array.from(some.filter(Number.isFinite)).sort();
      const found = bucketsOf(Float64Array.from([...keys, ...bounds]), bounds);
      assert.deepEqual(
        [...(found as Uint32Array)],
        [...keys, ...bounds].map((key) => bounds.filter((bound) => bound <= key).length),
      );
    }),
    { numRuns: 500, seed: 5 },
  );
});

test("bucketsOf() leaves keys that a fraction cannot hold to whoever compares them exactly", () => {
  assert.equal(bucketsOf(Float64Array.of(1, 2 ** 53 + 2), Float64Array.of(1)), undefined);
});

test("splitByRange() cuts numbers, times, large integers and text alike, gaps at the end that is asked for", async () => {
  const at = (row: number): number => (row * 7) % 10;
  const rows = Array.from({ length: 100 }, (_, row) => row);
  const columns = {
    number: rows.map((row) => (row % 9 === 0 ? null : at(row))),
    time: rows.map((row) => (row % 9 === 0 ? null : new Date(at(row) * 1_000))),
    large: rows.map((row) => (row % 9 === 0 ? null : 2n ** 60n + BigInt(at(row)))),
    text: rows.map((row) => (row % 9 === 0 ? null : `k${at(row)}`)),
    row: rows,
  };
  const { chunk, meta } = await dd.fromColumns(columns, { npartitions: 1 }).compute();
  const bounds = { number: [0, 4, 7, 9], time: [0, 4e6, 7e6, 9e6], text: ["k0", "k4", "k7", "k9"] };
  const large = [2n ** 60n, 2n ** 60n + 4n, 2n ** 60n + 7n, 2n ** 60n + 9n].map(Number);
  for (const by of ["number", "time", "text", "large"] as const)
    for (const descending of [false, true])
      for (const nullsFirst of [false, true]) {
        const parts = await splitByRange(
          meta.columns.map(({ name, dtype }) => ({ name, dtype })),
          by,
          { count: 3, descending, nullsFirst },
          chunk,
          by === "large" ? large : bounds[by],
        );
        const found = parts.map((part) =>
          [...(part.native.getColumn("row").toArray() as number[])].sort((a, b) => a - b),
        );
        const expected: number[][] = [[], [], []];
        for (const row of rows) {
          const part = at(row) < 4 ? 0 : at(row) < 7 ? 1 : 2;
          expected[row % 9 === 0 ? (nullsFirst ? 0 : 2) : descending ? 2 - part : part]?.push(row);
        }
        if (by !== "large") assert.deepEqual(found, expected, `${by} ${descending} ${nullsFirst}`);
        assert.equal(found.flat().length, 100);
      }
});
