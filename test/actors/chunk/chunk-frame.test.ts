import assert from "node:assert/strict";
import { test } from "node:test";
import { ChunkFault } from "../../../actors/chunk/chunk-fault.ts";
import { absentChunk, asFault, decodeChunks, encodeChunks } from "../../../actors/chunk/chunk-frame.ts";

test("a value that cannot be written arrives as the reason why, and does not hold up the others", async () => {
  const frame = await encodeChunks(
    [
      { row: 1, since: 7, value: new WeakMap(), bytes: 8 },
      { row: 2, since: 7, value: [1, 2], bytes: 16 },
      absentChunk(3, -1),
    ],
    false,
    asFault,
  );
  const [fault, whole, absent] = await decodeChunks(frame);
  assert.ok(fault?.value instanceof ChunkFault);
  assert.match(fault.value.error.message, /cannot be moved between processes: .*WeakMap/);
  assert.equal(fault.value.error.code, "NOT_PORTABLE");
  assert.deepEqual([whole?.value, whole?.since], [[1, 2], 7]);
  assert.equal(absent?.bytes, -1);
});

test("a fault that is passed on keeps its reason", async () => {
  const [again] = await decodeChunks(
    await encodeChunks([{ row: 1, since: 7, value: new ChunkFault(new Error("no way")), bytes: 0 }], false),
  );
  assert.ok(again?.value instanceof ChunkFault);
  assert.equal(again.value.reason, "no way");
});

test("a value that cannot be written is an error where nobody asked for faults", async () => {
  await assert.rejects(encodeChunks([{ row: 1, since: 7, value: new WeakMap(), bytes: 8 }], false), /WeakMap/);
});
