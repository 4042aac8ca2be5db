import assert from "node:assert/strict";
import { test } from "node:test";
import { naturalOrder } from "../../../collections/io/natural-order.ts";

test("naturalOrder() compares numbers in names by their size, and the rest by its letters", () => {
  const sorted = ["a", "a/2/x.1", "a/2/x.10", "a/10/x.2", "b", "part.2", "part.10", "part.10b"];
  assert.deepEqual([...sorted].reverse().sort(naturalOrder), sorted);
  assert.equal(naturalOrder("part.7", "part.7"), 0);
});
