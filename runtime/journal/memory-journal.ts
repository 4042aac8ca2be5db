import { ShoalError } from "../base/errors.ts";
import type { AppendOptions, Journal, JournalRecord } from "./journal.ts";

const RECORD_BYTES_MAX = 1 << 20;

/** Records in memory, shared by all that were opened on them. */
export class JournalStore {
  records: JournalRecord[] = [];
  oldest = 1;
  newest = 0;
  newestId: string | undefined;
  readonly ids = new Map<string, number>();
}

/** A journal within one process: what a server keeps, without one. */
export class MemoryJournal implements Journal {
  readonly recordBytesMax: number;
  private readonly store: JournalStore;

  constructor(store: JournalStore = new JournalStore(), recordBytesMax = RECORD_BYTES_MAX) {
    this.store = store;
    this.recordBytesMax = recordBytesMax;
  }

  range(): Promise<{ oldest: number; newest: number }> {
    const { oldest, newest } = this.store;
    return Promise.resolve({ oldest, newest });
  }

  async *read(from: number, to: number): AsyncIterable<JournalRecord> {
    for (const record of this.store.records.slice()) if (record.sequence >= from && record.sequence <= to) yield record;
  }

  async append(bytes: Uint8Array, { expected, expectedId, id }: AppendOptions): Promise<number> {
    const { store } = this;
    const known = store.ids.get(id);
    if (known !== undefined) return known;
    if (expected !== store.newest) throw deposedError(expected, store.newest);
    if (expectedId !== undefined && expectedId !== store.newestId) throw deposedError(expected, undefined);
    if (bytes.length > this.recordBytesMax)
      throw new ShoalError(`A record of ${bytes.length} bytes is too large, at most ${this.recordBytesMax} may be`, {
        code: "OVERSIZE",
      });
    store.newest += 1;
    store.newestId = id;
    store.records.push({ sequence: store.newest, id, bytes: bytes.slice() });
    store.ids.set(id, store.newest);
    return store.newest;
  }

  async forgetBelow(sequence: number): Promise<void> {
    const { store } = this;
    store.records = store.records.filter((record) => record.sequence >= sequence);
    store.oldest = Math.min(Math.max(store.oldest, sequence), store.newest + 1);
  }

  async close(): Promise<void> {}

  async remove(): Promise<void> {
    this.store.records = [];
    this.store.ids.clear();
    this.store.oldest = 1;
    this.store.newest = 0;
    this.store.newestId = undefined;
  }
}

/** Somebody else writes now. @param newest undefined where the number is as expected and the record is not, or it is not known */
export function deposedError(expected: number, newest: number | undefined): ShoalError {
  const found = newest === undefined ? "another" : String(newest);
  return new ShoalError(
    `The journal's newest record is ${found}, not ${expected}: another scheduler leads this cluster now`,
    { code: "DEPOSED", details: { expected, ...(newest === undefined ? {} : { newest }) } },
  );
}
