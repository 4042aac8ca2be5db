import assert from "node:assert/strict";
import { test } from "node:test";
import { Chunk } from "../../../../collections/array/chunk.ts";
import { applied, settle } from "../../../../collections/array/kernels/elementwise.ts";
import { rampBlock } from "../../../../collections/array/kernels/ramps.ts";
import { randomBlock } from "../../../../collections/array/kernels/random-blocks.ts";

const location = { index: [0], shape: [10_000], start: [0] };
const ramp = () => rampBlock({ start: 0, step: 1, dtype: "float64" }, location);

test("settle() leaves to its readers what is cheaper to make again, and writes out what is dear", () => {
  assert.ok(!(settle(ramp(), "let") instanceof Chunk));
  assert.ok(!(settle(applied("add", ramp(), 1), "let") instanceof Chunk));
  assert.ok(settle(applied("exp", ramp()), "let") instanceof Chunk);
  const normal = randomBlock({ distribution: "normal", parameters: {}, seed: [1], dtype: "float64" }, location);
  assert.ok(settle(normal, "let") instanceof Chunk);
});

test("settle() writes out all that becomes a chunk", () => {
  assert.ok(settle(ramp()) instanceof Chunk);
  assert.ok(settle(applied("add", ramp(), 1), "chunk") instanceof Chunk);
});
