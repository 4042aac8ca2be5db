import assert from "node:assert/strict";
import { test } from "node:test";
import type { ChunkStore } from "../../actors/chunk/chunk-store.ts";

const chunk = (n: number): Float64Array => new Float64Array(1000).fill(n);
const BYTES = 8000;

/** What every store must do, with or without room. `settle` lets what it has begun come to its end. */
export function chunkStoreCases(
  name: string,
  open: () => ChunkStore,
  settle: (store: ChunkStore) => Promise<void>,
): void {
  test(`${name}: what was put is there, and gives its own value`, async () => {
    const store = open();
    for (let i = 0; i < 20; i++) store.put(i, chunk(i), BYTES, i);
    await settle(store);
    for (let i = 19; i >= 0; i--) assert.deepEqual(await store.load(i), chunk(i));
    assert.equal(store.residentBytes + store.spilledBytes, 20 * BYTES);
    await store.close();
  });

  test(`${name}: a pinned chunk comes into memory and stays there`, async () => {
    const store = open();
    for (let i = 0; i < 20; i++) store.put(i, chunk(i), BYTES, i);
    store.setBudget(0);
    await settle(store);
    const returned: number[] = [];
    store.onChange({ returned: (id) => returned.push(id), lost: () => {}, relieved: () => {} });
    const isHere = store.pin(7);
    await settle(store);
    assert.deepEqual(returned, isHere ? [] : [7]);
    assert.ok(store.isResident(7));
    assert.deepEqual(store.value(7), chunk(7));
    store.setBudget(0);
    await settle(store);
    assert.ok(store.isResident(7));
    store.unpin(7);
    await store.close();
  });

  test(`${name}: what was dropped is not here, and its number may be given to another`, async () => {
    const store = open();
    store.put(1, chunk(1), BYTES, 1);
    store.setBudget(0);
    await settle(store);
    store.drop(1);
    store.drop(1);
    await assert.rejects(store.load(1), { code: "LOST_DATA" });
    assert.equal(store.residentBytes + store.spilledBytes, 0);
    store.put(1, chunk(2), BYTES, 1);
    await settle(store);
    assert.deepEqual(await store.load(1), chunk(2));
    await store.close();
  });

  test(`${name}: a chunk that is dropped while it is loaded is not here`, async () => {
    const store = open();
    store.put(1, chunk(1), BYTES, 1);
    store.setBudget(0);
    await settle(store);
    const wasResident = store.isResident(1);
    const loading = store.load(1);
    store.drop(1);
    if (wasResident) await loading;
    else await assert.rejects(loading, { code: "LOST_DATA" });
    await settle(store);
    assert.equal(store.residentBytes + store.spilledBytes, 0);
    await store.close();
  });

  test(`${name}: many at once load the same chunk`, async () => {
    const store = open();
    store.put(1, chunk(1), BYTES, 1);
    store.setBudget(0);
    await settle(store);
    assert.deepEqual(await Promise.all([store.load(1), store.load(1), store.load(1)]), [chunk(1), chunk(1), chunk(1)]);
    await store.close();
  });

  test(`${name}: a value that cannot be written as bytes stays`, async () => {
    const store = open();
    const value = { stays: Symbol("here") };
    store.put(1, value, BYTES, 1);
    store.setBudget(0);
    await settle(store);
    assert.equal(await store.load(1), value);
    await store.close();
  });
}
