import assert from "node:assert/strict";
import { test } from "node:test";
import type { ChunkStore } from "../../../actors/chunk/chunk-store.ts";
import { LocalChunks } from "../../../actors/worker/local-chunks.ts";
import { WorkerRows } from "../../../actors/worker/worker-rows.ts";
import type { ComputeBatch } from "../../../runtime/protocol/scheduler-worker.ts";

test("areAtHand() pins an input anew that has gone and come again", () => {
  const onDisk = new Set<number>();
  const pins: number[] = [];
  const store = {
    put: () => {},
    drop: () => {},
    unpin: () => {},
    pin: (id: number) => {
      pins.push(id);
      return !onDisk.has(id);
    },
  } as unknown as ChunkStore;
  const rows = new WorkerRows();
  const chunks = new LocalChunks(rows, store, 1);
  const batch = { inputs: Uint32Array.of(1), inputOffsets: Uint32Array.of(0, 1), rows: Uint32Array.of(2) };
  rows.setTask(2, batch as unknown as ComputeBatch, 0);
  chunks.keep(1, "first", 8, 0);
  assert.equal(chunks.areAtHand(2), true);
  assert.equal(chunks.areAtHand(2), true);
  assert.deepEqual(pins, [1], "what is pinned is not pinned twice");
  chunks.drop(1);
  onDisk.add(1);
  chunks.keep(1, "second", 8, 0);
  assert.equal(chunks.areAtHand(2), false, "the new copy is on disk");
  assert.deepEqual(pins, [1, 1]);
  assert.equal(chunks.isWaiting(2), true);
});
