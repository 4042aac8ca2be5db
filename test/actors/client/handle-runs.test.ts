import assert from "node:assert/strict";
import { test } from "node:test";
import { cutRuns } from "../../../actors/client/handle-runs.ts";

test("runs are cut into parts of so many handles, and keep their order", () => {
  const parts = cutRuns(Uint32Array.of(1, 5, 10, 2, 20, 7), 4);
  assert.deepEqual(
    parts.map((part) => [...part]),
    [
      [1, 4],
      [5, 1, 10, 2, 20, 1],
      [21, 4],
      [25, 2],
    ],
  );
  assert.deepEqual(cutRuns(new Uint32Array(0), 4), []);
  assert.deepEqual(
    cutRuns(Uint32Array.of(3, 4), 4).map((part) => [...part]),
    [[3, 4]],
  );
});
