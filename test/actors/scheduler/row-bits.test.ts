import assert from "node:assert/strict";
import { test } from "node:test";
import { RowBits } from "../../../actors/scheduler/row-bits.ts";

test("a set of rows has those it was made of, and no others", () => {
  for (const rows of [[], [0], [7, 8], [100_003, 17, 40, 41, 48, 17]]) {
    const bits = new RowBits(Uint32Array.from(rows));
    const had = Array.from({ length: 100_100 }, (_, row) => row).filter((row) => bits.has(row));
    assert.deepEqual(
      had,
      [...new Set(rows)].sort((a, b) => a - b),
    );
  }
});
