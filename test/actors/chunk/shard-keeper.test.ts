import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { FolderDisk } from "../../../actors/chunk/folder-disk.ts";
import { ShardKeeper } from "../../../actors/chunk/shard-keeper.ts";
import type { SpillDisk } from "../../../actors/chunk/spill-disk.ts";
import { type ShardSet, Shards, ShardsLostError, takeShards } from "../../../runtime/graph/shards.ts";
import { MemoryDisk } from "../../support/memory-disk.ts";

const keeperOf = (disk: SpillDisk, bytesMax: number): ShardKeeper =>
  new ShardKeeper({ home: "A", life: 7, disk, bytesMax });
const shardsOf = (seed: number): Shards => new Shards([0, 1, 2].map((at) => Float64Array.of(seed, at, seed * at)));
const stateOf = (keeper: ShardKeeper, set: ShardSet): string => keeper.ledger.stateOf(set.id);

async function withEachDisk(run: (disk: SpillDisk) => Promise<void>): Promise<void> {
  await run(new MemoryDisk());
  const folder = await mkdtemp(join(tmpdir(), "shoal-test-"));
  try {
    await run(new FolderDisk(folder));
    assert.deepEqual(await readdir(folder), [], "closing removes the folder");
  } finally {
    await rm(folder, { recursive: true });
  }
}

test("shards beyond the bound go to disk, the oldest first, and come back the same", () =>
  withEachDisk(async (disk) => {
    const keeper = keeperOf(disk, 300);
    const sets = [];
    for (const seed of [1, 2, 3, 4]) sets.push(await keeper.keep(shardsOf(seed)));
    assert.deepEqual(
      sets.map((set) => stateOf(keeper, set)),
      ["stored", "stored", "stored", "resident"],
    );
    assert.ok(keeper.ledger.memoryBytes <= 300);
    assert.deepEqual(await takeShards(sets, [2, 2, 2, 2]), [
      Float64Array.of(1, 2, 2),
      Float64Array.of(2, 2, 4),
      Float64Array.of(3, 2, 6),
      Float64Array.of(4, 2, 8),
    ]);
    await keeper.close();
  }));

test("shards that are meant for the disk go there at once, though memory has room", () =>
  withEachDisk(async (disk) => {
    const keeper = keeperOf(disk, 1e6);
    const kept = await keeper.keep(shardsOf(1));
    const gone = await keeper.keep(new Shards(shardsOf(2).parts, "disk"));
    assert.deepEqual([stateOf(keeper, kept), stateOf(keeper, gone)], ["resident", "stored"]);
    assert.deepEqual(await takeShards([kept, gone], [1, 1]), [Float64Array.of(1, 1, 1), Float64Array.of(2, 1, 2)]);
    await keeper.close();
  }));

test("a set goes when no row has its handle, from disk too; one whose row never came is not kept", () =>
  withEachDisk(async (disk) => {
    const keeper = keeperOf(disk, 0);
    const [one, two] = [await keeper.keep(shardsOf(1)), await keeper.keep(shardsOf(2))];
    keeper.watch(one, 10);
    keeper.watch(two, 11);
    const rows = new Map<number, unknown>([[10, one]]);
    keeper.sweep((row) => rows.get(row));
    assert.deepEqual([stateOf(keeper, one), stateOf(keeper, two)], ["stored", "dropped"]);
    await assert.rejects(keeper.shard(two, 0), ShardsLostError);
    assert.deepEqual(await keeper.shard(one, 1), Float64Array.of(1, 1, 1));
    await keeper.close();
  }));

test("a full disk loses nothing: what it does not take stays in memory, and nobody waits for it", async () => {
  const disk = new MemoryDisk({ bytesMax: 300 });
  const keeper = keeperOf(disk, 0);
  const sets = [await keeper.keep(shardsOf(1)), await keeper.keep(shardsOf(2)), await keeper.keep(shardsOf(3))];
  assert.deepEqual(
    sets.map((set) => stateOf(keeper, set)),
    ["stored", "pinned", "pinned"],
  );
  assert.match(String(keeper.diskError), /ENOSPC/);
  const firsts = (await takeShards(sets, [0, 0, 0])) as Float64Array[];
  assert.deepEqual(
    firsts.map((shard) => shard[0]),
    [1, 2, 3],
  );
});

test("bytes that the disk changed are not believed, and a short file neither", async () => {
  const disk = new MemoryDisk();
  const keeper = keeperOf(disk, 0);
  const set = await keeper.keep(shardsOf(1));
  const file = disk.files.get(set.id) as Uint8Array;
  file[file.byteLength - 1] = 0x55;
  await assert.rejects(keeper.shard(set, 2), /gave back other bytes/);
  assert.deepEqual(await keeper.shard(set, 0), Float64Array.of(1, 0, 0), "its neighbours are whole");
  disk.files.set(set.id, file.subarray(0, 10));
  await assert.rejects(keeper.shard(set, 0), /does not give them back/);
});

test("takeShards() takes the same from shards that nobody keeps, and names a shard that is not there", async () => {
  assert.deepEqual(await takeShards([new Shards(["a", "b"]), new Shards(["c", "d"])], [1, 0]), ["b", "c"]);
  await assert.rejects(takeShards([new Shards(["a"])], [1]), /Shard 1 was asked of a set of 1/);
});

test("where memory is short all shards go to disk, and those that come then", () =>
  withEachDisk(async (disk) => {
    const keeper = keeperOf(disk, 10_000);
    const one = await keeper.keep(shardsOf(1));
    assert.equal(stateOf(keeper, one), "resident");
    keeper.press(true);
    const two = await keeper.keep(shardsOf(2));
    assert.deepEqual([stateOf(keeper, one), stateOf(keeper, two)], ["stored", "stored"]);
    keeper.press(false);
    const three = await keeper.keep(shardsOf(3));
    assert.equal(stateOf(keeper, three), "resident");
    assert.deepEqual(await takeShards([one, two, three], [1, 1, 1]), [
      Float64Array.of(1, 1, 1),
      Float64Array.of(2, 1, 2),
      Float64Array.of(3, 1, 3),
    ]);
    await keeper.close();
  }));
