import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryChunkStore } from "../../../actors/chunk/memory-chunk-store.ts";
import { MEMORY_SHARES } from "../../../actors/worker/memory-gauge.ts";
import { MemoryWatch } from "../../../actors/worker/memory-watch.ts";
import { ManualClock } from "../../support/manual-clock.ts";

test("garbage is collected beyond the spill line, at most once a second, and at each look while the worker is paused", async () => {
  const clock = new ManualClock();
  let rss = 0;
  let collected = 0;
  const memory = {
    limitBytes: 1000,
    shares: MEMORY_SHARES,
    store: new MemoryChunkStore(),
    measures: "process" as const,
    collectGarbage: () => void collected++,
  };
  const watch = new MemoryWatch(memory, clock, () => rss);
  const look = async (bytes: number): Promise<number> => {
    const before = collected;
    rss = bytes;
    await clock.advance(200);
    watch.measure();
    return collected - before;
  };
  assert.equal(await look(500), 0, "there is room");
  assert.deepEqual([await look(720), await look(720), await look(720)], [1, 0, 0]);
  await clock.advance(1000);
  assert.equal(await look(720), 1, "a second later");
  await look(900);
  assert.equal(watch.gauge.pressure, "high");
  assert.deepEqual([await look(900), await look(900)], [1, 1]);
});
