import { ShardSet } from "../../runtime/graph/shards.ts";
import type { ComputeBatch } from "../../runtime/protocol/scheduler-worker.ts";
import type { ChunkStore } from "../chunk/chunk-store.ts";
import type { WorkerRows } from "./worker-rows.ts";

/** Smaller results lie in the rows themselves: a store would cost them more than it could give. */
export const STORED_BYTES_MIN = 1024;

const NOTHING: ReadonlySet<number> = new Set();
/** Stands in a row whose value the store keeps. */
const STORED = Symbol("in the store");

/** Results that lie on a worker: small ones in its rows, the rest in a store, which may have to bring them back from disk. */
export class LocalChunks {
  readonly store: ChunkStore;
  private readonly rows: WorkerRows;
  private readonly storedBytesMin: number;
  /** What tasks have pinned, until they end. */
  private readonly pinnedBy = new Map<number, Set<number>>();
  /** The same by chunk. */
  private readonly usersOf = new Map<number, Set<number>>();
  /** Chunks on their way back, and the tasks that wait for them. */
  private readonly awaitedBy = new Map<number, Set<number>>();

  constructor(rows: WorkerRows, store: ChunkStore, storedBytesMin = STORED_BYTES_MIN) {
    this.rows = rows;
    this.store = store;
    this.storedBytesMin = storedBytesMin;
  }

  /** Chunks that tasks wait for. */
  get awaited(): number {
    return this.awaitedBy.size;
  }

  /** Whether a task has inputs pinned. */
  isUsing(row: number): boolean {
    return this.pinnedBy.has(row);
  }

  /** Whether inputs of a task are on their way back. */
  isWaiting(row: number): boolean {
    for (const input of this.pinnedBy.get(row) ?? NOTHING) if (this.awaitedBy.get(input)?.has(row)) return true;
    return false;
  }

  isStored(row: number): boolean {
    return this.rows.value(row) === STORED;
  }

  /** @param rank when it is thought to be used, as priorities are: what is used last leaves memory first */
  keep(row: number, value: unknown, bytes: number, rank: number): void {
    // The handle of shards is known by itself, so it is never another one.
    if (bytes < this.storedBytesMin || value instanceof ShardSet) {
      this.rows.setValue(row, value, bytes);
      return;
    }
    this.rows.setValue(row, STORED, bytes);
    this.store.put(row, value, bytes, rank);
  }

  /** The value of a result in memory. */
  value(row: number): unknown {
    const value = this.rows.value(row);
    return value === STORED ? this.store.value(row) : value;
  }

  /** The value, brought back if it must be. @throws ShoalError LOST_DATA */
  load(row: number): unknown | Promise<unknown> {
    const value = this.rows.value(row);
    return value === STORED ? this.store.load(row) : value;
  }

  /** A result goes; gives the tasks that waited until it was back. */
  drop(row: number): number[] {
    if (this.isStored(row)) this.store.drop(row);
    for (const user of this.usersOf.get(row) ?? NOTHING) this.pinnedBy.get(user)?.delete(row);
    this.usersOf.delete(row);
    const waiting = [...(this.awaitedBy.get(row) ?? NOTHING)];
    this.awaitedBy.delete(row);
    return waiting;
  }

  /** Whether a task's inputs are in memory, all of them; else they are being brought back. They stay until the task ends. */
  areAtHand(row: number): boolean {
    const pinned = this.pinnedBy.get(row);
    let areHere = true;
    for (const input of this.storedInputs(row)) {
      // An input may have gone since, and have come again: of the new copy nothing was asked.
      if (pinned?.has(input) === true) continue;
      addTo(this.pinnedBy, row, input);
      addTo(this.usersOf, input, row);
      if (this.store.pin(input)) continue;
      areHere = false;
      addTo(this.awaitedBy, input, row);
    }
    return areHere;
  }

  /** A chunk is back in memory; gives the tasks that wait for nothing else. */
  returned(id: number): number[] {
    const waiting = [...(this.awaitedBy.get(id) ?? NOTHING)];
    this.awaitedBy.delete(id);
    return waiting.filter((row) => !this.isWaiting(row));
  }

  /** A task has ended, or will not run. */
  letGo(row: number): void {
    const pinned = this.pinnedBy.size === 0 ? undefined : this.pinnedBy.get(row);
    if (pinned === undefined) return;
    this.pinnedBy.delete(row);
    for (const input of pinned) {
      removeFrom(this.awaitedBy, input, row);
      removeFrom(this.usersOf, input, row);
      this.store.unpin(input);
    }
  }

  private storedInputs(row: number): Set<number> {
    const batch = this.rows.batch(row) as ComputeBatch;
    const at = this.rows.batchAt(row);
    const stored = new Set<number>();
    for (let e = batch.inputOffsets[at] as number; e < (batch.inputOffsets[at + 1] as number); e++) {
      const input = batch.inputs[e] as number;
      if (this.isStored(input)) stored.add(input);
    }
    return stored;
  }
}

function addTo(sets: Map<number, Set<number>>, key: number, item: number): void {
  const set = sets.get(key);
  if (set === undefined) sets.set(key, new Set([item]));
  else set.add(item);
}

function removeFrom(sets: Map<number, Set<number>>, key: number, item: number): void {
  const set = sets.get(key);
  set?.delete(item);
  if (set?.size === 0) sets.delete(key);
}
