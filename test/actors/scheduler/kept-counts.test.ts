import assert from "node:assert/strict";
import { test } from "node:test";
import { KeptCounts } from "../../../actors/scheduler/kept-counts.ts";

test("rows are counted anew once one of theirs moved, and not for others' moves", () => {
  const kept = new KeptCounts();
  const [one, other] = [{}, {}];
  let counted = 0;
  const count = () => ({ byState: new Float64Array(0), done: ++counted, bytes: 0 });
  const countOne = () => kept.of(one, [0, 600], count).done;
  const countOther = () => kept.of(other, [1024, 2048], count).done;
  assert.deepEqual([countOne(), countOther()], [1, 2]);
  assert.deepEqual([countOne(), countOther()], [1, 2]);
  kept.touch(599);
  assert.deepEqual([countOne(), countOther()], [3, 2]);
  kept.touch(1024);
  kept.touch(2047);
  assert.deepEqual([countOne(), countOther()], [3, 4]);
  // Rows far away share a block's place: a count too many, never one too few.
  kept.touch((1 << 24) + 5);
  assert.deepEqual([countOne(), countOther()], [5, 4]);
});
