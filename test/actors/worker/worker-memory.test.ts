import assert from "node:assert/strict";
import { test } from "node:test";
import { SpillingChunkStore } from "../../../actors/chunk/spilling-chunk-store.ts";
import { MEMORY_SHARES, MemoryGauge } from "../../../actors/worker/memory-gauge.ts";
import { WorkerScript } from "../../../infra/testing/worker-script.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { type DiskFaults, MemoryDisk } from "../../support/memory-disk.ts";

const BYTES = 8000;
const chunk = (n: number): Float64Array => new Float64Array(1000).fill(n);

/** A worker with a limit, on a disk in memory whose outcomes come into its brain as they do in its shell. */
function tight(limitBytes: number, faults: DiskFaults = {}) {
  const disk = new MemoryDisk(faults);
  const store = new SpillingChunkStore({ disk, clock: new ManualClock() });
  const gauge = new MemoryGauge(limitBytes, MEMORY_SHARES, store);
  const worker = new WorkerScript("A", { store, gauge });
  store.onChange({
    returned: (row) => worker.step({ kind: "returned", row }),
    lost: (row) => worker.step({ kind: "lost", row }),
    relieved: () => {},
  });
  return { worker, store, disk, gauge };
}

const make = (worker: WorkerScript, row: number): void => {
  worker.compute(row, row);
  worker.starts(row);
  worker.finish(row, chunk(row), BYTES);
};

test("a task whose input is on disk waits until it is back, and others run meanwhile", async () => {
  const { worker, store } = tight(5 * BYTES);
  for (let row = 1; row <= 6; row++) {
    make(worker, row);
    await store.whenIdle();
  }
  assert.ok(store.spilledBytes > 0);
  const away = [1, 2, 3, 4, 5, 6].find((row) => !store.isResident(row)) as number;
  worker.compute(10, 10, [[away, away]]);
  worker.compute(11, 11);
  worker.starts(11);
  worker.finish(11, 1);
  await store.whenIdle();
  worker.starts(10);
  assert.deepEqual(worker.brain.chunks.value(away), chunk(away));
  worker.finish(10, 1);
});

test("an input that is freed while it is brought back sends its task back", async () => {
  const { worker, store } = tight(5 * BYTES);
  for (let row = 1; row <= 6; row++) {
    make(worker, row);
    await store.whenIdle();
  }
  const away = [1, 2, 3, 4, 5, 6].find((row) => !store.isResident(row)) as number;
  worker.compute(10, 10, [[away, away]]);
  worker.startsNothing();
  worker.free(away, away);
  worker.startsNothing();
  worker.reports();
  assert.equal(worker.state(10), "absent");
  await store.whenIdle();
});

test("a task that is freed while it waits for its input leaves nothing pinned", async () => {
  const { worker, store } = tight(5 * BYTES);
  for (let row = 1; row <= 6; row++) {
    make(worker, row);
    await store.whenIdle();
  }
  const away = [1, 2, 3, 4, 5, 6].find((row) => !store.isResident(row)) as number;
  worker.compute(10, 10, [[away, away]]);
  worker.startsNothing();
  worker.free(10, 10);
  await store.whenIdle();
  store.setBudget(0);
  await store.whenIdle();
  assert.ok(store.residentBytes <= BYTES);
  for (let row = 1; row <= 6; row++) worker.free(row, row);
  worker.isEmpty();
});

test("a chunk that cannot be read again is reported missing, and its tasks go back", async () => {
  const { worker, store, disk } = tight(5 * BYTES);
  for (let row = 1; row <= 6; row++) {
    make(worker, row);
    await store.whenIdle();
  }
  const away = [1, 2, 3, 4, 5, 6].find((row) => !store.isResident(row)) as number;
  disk.faults = { corrupts: () => true };
  worker.reports();
  worker.compute(10, 10, [[away, away]]);
  worker.startsNothing();
  await store.whenIdle();
  worker.startsNothing();
  const reports = worker.reports();
  assert.ok(reports.includes(`missing 10@10`), reports.join());
  assert.equal(worker.state(away), "absent");
});

test("a worker whose memory is full waits while room is coming; where none is, one task at a time runs", async () => {
  const { worker, store, disk, gauge } = tight(5 * BYTES);
  for (let row = 1; row <= 4; row++) make(worker, row);
  worker.compute(5, 5);
  worker.starts(5);
  worker.compute(6, 6);
  worker.compute(7, 7);
  worker.finish(5, chunk(5), BYTES);
  assert.equal(gauge.pressure, "high");
  worker.startsNothing();
  await store.whenIdle();
  assert.equal(gauge.pressure, "soft");
  disk.faults = { bytesMax: 0 };
  worker.starts(6);
  worker.finish(6, chunk(6), BYTES);
  worker.compute(8, 8);
  worker.starts(7);
  worker.finish(7, chunk(7), BYTES);
  await store.whenIdle();
  assert.equal(gauge.pressure, "high");
  worker.compute(9, 9);
  worker.starts(8);
  worker.startsNothing();
});

test("what else a process takes is taken from what its results may have, and beyond the line it is paused until well below", () => {
  const { store } = tight(100 * BYTES);
  const gauge = new MemoryGauge(100 * BYTES, MEMORY_SHARES, store);
  for (let id = 0; id < 50; id++) store.put(id, chunk(id), BYTES, id);
  assert.equal(store.isRelieving, false);
  gauge.measure(65 * BYTES);
  assert.equal(gauge.pressure, "none");
  gauge.measure(79 * BYTES);
  assert.equal(gauge.pressure, "soft");
  assert.equal(store.isRelieving, true);
  gauge.measure(81 * BYTES);
  assert.equal(gauge.pressure, "high");
  gauge.measure(78 * BYTES);
  assert.equal(gauge.pressure, "high");
  gauge.measure(60 * BYTES);
  assert.equal(gauge.pressure, "none");
});
