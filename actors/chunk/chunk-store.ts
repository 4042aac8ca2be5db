/**
 * Keeps chunks of one owner, known by numbers, in memory as far as there is room and elsewhere beyond that. Its twins, all in
 * memory and with a disk behind it, pass one suite of cases: test/cases/chunk-store-cases.ts.
 */
export interface ChunkStore {
  /** Bytes in memory, those on their way out included. */
  readonly residentBytes: number;
  /** Bytes on disk alone. */
  readonly spilledBytes: number;
  /** Chunks are leaving memory: room is coming. */
  readonly isRelieving: boolean;
  /**
   * Keeps a chunk.
   * @param rank when it is thought to be used: what is used last leaves memory first
   */
  put(id: number, value: unknown, bytes: number, rank: number): void;
  /** Whether it is in memory. */
  isResident(id: number): boolean;
  /** The value of a chunk in memory; undefined if it is not. */
  value(id: number): unknown;
  /** Keeps it in memory until it is unpinned as often; false if it has yet to come back, which listeners are told. */
  pin(id: number): boolean;
  unpin(id: number): void;
  /** Its value, brought back if it must be. @throws ShoalError LOST_DATA if it is not here, or cannot be read */
  load(id: number): Promise<unknown>;
  /** Nobody needs it. What is not here is dropped already. */
  drop(id: number): void;
  /** How much of it may stay in memory. Pinned chunks stay whatever is said, and so do all while the disk fails. */
  setBudget(bytes: number): void;
  onChange(listener: ChunkListener): void;
  stats(): ChunkStats;
  /** Lets go of everything, on disk too. */
  close(): Promise<void>;
}

export interface ChunkListener {
  /** It is in memory again. */
  returned(id: number): void;
  /** It could not be read again, and is not here any more. */
  lost(id: number, error: unknown): void;
  /** There is more room in memory than there was. */
  relieved(): void;
}

/** What a store has done so far. */
export interface ChunkStats {
  readonly spilledBytesTotal: number;
  readonly restoredBytesTotal: number;
  /** Why nothing can leave memory now; undefined while all is well. */
  readonly diskError: string | undefined;
}
