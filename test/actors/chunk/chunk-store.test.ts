import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { chunkMachine } from "../../../actors/chunk/chunk-chart.ts";
import { FolderDisk, sweepSpill } from "../../../actors/chunk/folder-disk.ts";
import { MemoryChunkStore } from "../../../actors/chunk/memory-chunk-store.ts";
import { OriginKeeper } from "../../../actors/chunk/origin-keeper.ts";
import { SpillingChunkStore } from "../../../actors/chunk/spilling-chunk-store.ts";
import { systemClock } from "../../../runtime/base/clock.ts";
import { noteOrigin } from "../../../runtime/base/origin.ts";
import { chunkStoreCases } from "../../cases/chunk-store-cases.ts";
import { spillDiskCases } from "../../cases/spill-disk-cases.ts";
import { assertChartEqualsXState } from "../../support/chart-equals-xstate.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { type DiskFaults, MemoryDisk } from "../../support/memory-disk.ts";

const settle = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
};
const onMemoryDisk = (faults: DiskFaults = {}): { store: SpillingChunkStore; disk: MemoryDisk; clock: ManualClock } => {
  const disk = new MemoryDisk(faults);
  const clock = new ManualClock();
  return { store: new SpillingChunkStore({ disk, clock }), disk, clock };
};
const chunk = (n: number): Float64Array => new Float64Array(1000).fill(n);
const place = mkdtempSync(join(tmpdir(), "shoal-test-"));

spillDiskCases("FolderDisk", () => new FolderDisk(place));
spillDiskCases("MemoryDisk", () => new MemoryDisk());
chunkStoreCases("MemoryChunkStore", () => new MemoryChunkStore(), settle);
chunkStoreCases("SpillingChunkStore with room", () => onMemoryDisk().store, settle);
chunkStoreCases(
  "SpillingChunkStore without room",
  () => {
    const { store } = onMemoryDisk();
    store.setBudget(20_000);
    return store;
  },
  settle,
);
chunkStoreCases(
  "SpillingChunkStore in a folder",
  () => {
    const store = new SpillingChunkStore({ disk: new FolderDisk(place), clock: systemClock });
    store.setBudget(20_000);
    return store;
  },
  (store) => (store as SpillingChunkStore).whenIdle(),
);

test("chunkMachine does as a table what it does in XState, on every pair and on random walks", () => {
  const { chart, triples } = assertChartEqualsXState(chunkMachine, 50, 200);
  assert.equal(triples, chart.states.length * chart.events.length);
  assert.deepEqual(chart.unreachable, []);
  assert.equal(chart.stateId("absent"), 0);
});

test("FolderDisk leaves nothing, and folders of dead processes go", async () => {
  const disk = new FolderDisk(place);
  await disk.write("a", [new Uint8Array(10)]);
  assert.ok(existsSync(disk.folder));
  sweepSpill(place, () => true);
  assert.ok(existsSync(disk.folder));
  sweepSpill(place, (pid) => pid !== process.pid);
  assert.ok(!existsSync(disk.folder));
  await disk.close();
  assert.deepEqual(readdirSync(place), []);
});

test("what is used last leaves memory first, but not what was just put", async () => {
  const { store } = onMemoryDisk();
  for (let i = 0; i < 10; i++) store.put(i, chunk(i), 8000, i);
  store.setBudget(7 * 8000);
  await settle();
  const here = Array.from({ length: 10 }, (_, i) => i).filter((i) => store.isResident(i));
  assert.deepEqual(here, [0, 1, 2, 6, 7, 8, 9]);
});

test("a chunk that came back leaves again without being written", async () => {
  const { store, disk } = onMemoryDisk();
  store.put(1, chunk(1), 8000, 1);
  store.setBudget(0);
  await settle();
  await store.load(1);
  disk.faults = { fails: (operation) => operation === "write" };
  await settle();
  assert.ok(!store.isResident(1));
  assert.deepEqual(await store.load(1), chunk(1));
});

test("a full disk loses no chunk: they stay in memory, the store says why, and goes on when there is room", async () => {
  const { store, disk, clock } = onMemoryDisk({ bytesMax: 20_000 });
  for (let i = 0; i < 10; i++) store.put(i, chunk(i), 8000, i);
  store.setBudget(0);
  await settle();
  assert.equal(store.spilledBytes, 16_000);
  assert.match(store.stats().diskError ?? "", /ENOSPC/);
  assert.equal(store.isRelieving, false);
  for (let i = 0; i < 10; i++) assert.deepEqual(await store.load(i), chunk(i));
  disk.faults = {};
  await clock.advance(60_000);
  await settle();
  assert.equal(store.residentBytes, 0);
  assert.equal(store.stats().diskError, undefined);
});

test("bytes that are not what was written are never given: the chunk is lost, and said to be", async () => {
  const { store, disk } = onMemoryDisk();
  const lost: number[] = [];
  store.onChange({ returned: () => {}, lost: (id) => lost.push(id), relieved: () => {} });
  store.put(1, chunk(1), 8000, 1);
  store.setBudget(0);
  await settle();
  disk.faults = { corrupts: () => true };
  await assert.rejects(store.load(1), { code: "DECODE" });
  assert.deepEqual(lost, [1]);
  assert.equal(disk.files.size, 0);
});

test("a read that fails is tried again", async () => {
  const { store, disk } = onMemoryDisk();
  store.put(1, chunk(1), 8000, 1);
  store.setBudget(0);
  await settle();
  let failures = 2;
  disk.faults = { fails: (operation) => operation === "read" && failures-- > 0 };
  assert.deepEqual(await store.load(1), chunk(1));
});

/** A chunk that was read from a file, and what became of that file. */
function chunkFromFile(n: number): { value: Float64Array; file: { version: number; readings: number; held: number } } {
  const value = chunk(n);
  const file = { version: 1, readings: 0, held: 0 };
  noteOrigin(value, {
    hold: async () => {
      if (file.version !== 1) return undefined;
      file.held += 1;
      return {
        read: async () => {
          if (file.version !== 1) throw new Error("the file was changed");
          file.readings += 1;
          return chunk(n);
        },
        release: async () => {
          file.held -= 1;
        },
      };
    },
  });
  return { value, file };
}

test("what was read from a file leaves memory unwritten and is read from there, however often; a full disk and its bound do not matter", async () => {
  const disk = new MemoryDisk({ fails: () => true });
  const store = new SpillingChunkStore({ disk, clock: new ManualClock(), diskBytesMax: 0 });
  const { value, file } = chunkFromFile(1);
  store.put(1, value, 8000, 1);
  store.setBudget(0);
  await settle();
  assert.deepEqual([store.residentBytes, store.spilledBytes, file.held], [0, 8000, 1]);
  for (let i = 0; i < 2; i++) {
    assert.deepEqual(await store.load(1), chunk(1));
    await settle();
    assert.equal(store.residentBytes, 0);
  }
  assert.deepEqual([file.readings, file.held], [2, 1]);
  assert.equal(store.stats().diskError, undefined);
  store.drop(1);
  await settle();
  assert.equal(file.held, 0);
});

test("a chunk whose file was changed before it was let go of is written; one whose file is changed after that is lost", async () => {
  const { store, disk } = onMemoryDisk();
  const [before, after] = [chunkFromFile(1), chunkFromFile(2)];
  before.file.version = 2;
  const lost: number[] = [];
  store.onChange({ returned: () => {}, lost: (id) => lost.push(id), relieved: () => {} });
  store.put(1, before.value, 8000, 1);
  store.put(2, after.value, 8000, 2);
  store.setBudget(0);
  await settle();
  assert.equal(disk.files.size, 1);
  after.file.version = 2;
  assert.deepEqual(await store.load(1), chunk(1));
  await assert.rejects(store.load(2), /the file was changed/);
  assert.deepEqual([lost, after.file.held], [[2], 0]);
});

test("no more files are kept open than a process can spare: further chunks are written", async () => {
  const keeper = new OriginKeeper(1);
  const [one, two] = [chunkFromFile(1), chunkFromFile(2)];
  assert.deepEqual([await keeper.hold(1, one.value), await keeper.hold(2, two.value)], [true, false]);
  await keeper.release(1);
  assert.equal(await keeper.hold(2, two.value), true);
  await keeper.close();
  assert.deepEqual([one.file.held, two.file.held], [0, 0]);
});

test("whatever happens in whatever order, counts are right, values their own, and nothing is left on the disk", async () => {
  const step = fc.record({
    what: fc.constantFrom("put", "drop", "pin", "unpin", "load", "budget", "settle"),
    id: fc.nat(7),
    amount: fc.nat(40_000),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.nat(100), async (steps, failing) => {
      let draws = 0;
      const { store, disk } = onMemoryDisk({
        bytesMax: 40_000,
        fails: (operation) => operation === "write" && (draws++ * 37) % 100 < failing / 2,
      });
      const kept = new Map<number, number>();
      const files: ReturnType<typeof chunkFromFile>["file"][] = [];
      const fromFile = (n: number): Float64Array => {
        const { value, file } = chunkFromFile(n);
        files.push(file);
        return value;
      };
      let version = 0;
      for (const { what, id, amount } of steps) {
        if (what === "put") {
          version += 1;
          kept.set(id, version);
          store.put(id, id % 3 === 0 ? fromFile(version) : chunk(version), 8000, id);
        } else if (what === "drop") {
          kept.delete(id);
          store.drop(id);
        } else if (what === "pin") store.pin(id);
        else if (what === "unpin") store.unpin(id);
        else if (what === "budget") store.setBudget(amount);
        else if (what === "settle") await settle();
        else if (kept.has(id)) {
          const expected = chunk(kept.get(id) as number);
          assert.deepEqual(await store.load(id), expected);
        }
        const counted = store.shelf.recount();
        assert.equal(store.residentBytes, counted.resident);
        assert.equal(store.spilledBytes, counted.spilled);
        assert.equal(store.shelf.leavingBytes, counted.leaving);
        assert.equal(counted.resident + counted.spilled, kept.size * 8000);
      }
      for (const id of kept.keys()) store.drop(id);
      await settle();
      assert.equal(disk.files.size, 0);
      assert.ok(files.every((file) => file.held === 0));
    }),
    { numRuns: 150 },
  );
});
