import assert from "node:assert/strict";
import { test } from "node:test";
import { ChunkShelf } from "../../../actors/chunk/chunk-shelf.ts";

test("a chunk that was read while it was being written leaves memory once it is on disk", () => {
  const shelf = new ChunkShelf();
  shelf.budgetBytes = 50;
  shelf.put(1, "value", 100, 0);
  const [write] = shelf.wishes;
  assert.equal(write?.kind, "write");
  shelf.pin(1);
  assert.equal(shelf.stateOf(1), "saving");
  // Nothing else happens on this worker.
  shelf.unpin(1);
  shelf.written(write?.life as number);
  assert.equal(shelf.stateOf(1), "spilled");
  assert.equal(shelf.residentBytes, 0);
});

test("one that is still read then leaves once it is no more", () => {
  const shelf = new ChunkShelf();
  shelf.budgetBytes = 50;
  shelf.put(1, "value", 100, 0);
  shelf.pin(1);
  shelf.written(shelf.wishes[0]?.life as number);
  assert.equal(shelf.stateOf(1), "backed");
  shelf.unpin(1);
  assert.equal(shelf.stateOf(1), "spilled");
});
