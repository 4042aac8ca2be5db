import assert from "node:assert/strict";
import { test } from "node:test";
import * as dd from "../../../../collections/dataframe/index.ts";
import "../../../../index.ts";

const v = Array.from({ length: 240 }, (_, row) => (row % 7 === 3 || row % 31 > 27 ? null : ((row * 37) % 101) / 4));

test("windows are the same across the borders of partitions, of many rows, of few and of none", async () => {
  const windows: Readonly<Record<string, (s: dd.Series<number | null>) => dd.Series<number | null>>> = {
    "rolling mean": (s) => s.rolling(5, { minPeriods: 1 }).mean(),
    "rolling centred": (s) => s.rolling(6, { center: true, minPeriods: 2 }).sum(),
    "rolling extreme": (s) => s.rolling(3).max(),
    shift: (s) => s.shift(4),
    "shift back": (s) => s.shift(-3),
    diff: (s) => s.diff(2),
    "fill forward": (s) => s.ffill({ limit: 1 }),
    "fill backward": (s) => s.bfill({ limit: 2 }),
  };
  for (const [name, window] of Object.entries(windows)) {
    const [whole, ...cut] = await Promise.all(
      [[240], [60, 60, 60, 60], [100, 2, 0, 1, 90, 47], [1, 239]].map(async (partitions) => {
        const table = dd.fromColumns({ v }, { partitions, dtypes: { v: "float64" } });
        return (await window(table.get("v") as never).compute()).toArray();
      }),
    );
    for (const found of cut) assert.deepEqual(found, whole, name);
  }
});
