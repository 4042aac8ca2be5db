/** One record as it stands in a journal. */
export interface JournalRecord {
  /** Grows by one with every record. */
  readonly sequence: number;
  /** What it was appended under; undefined for one that no writer of a journal's has named. */
  readonly id: string | undefined;
  readonly bytes: Uint8Array;
}

/** What a record is appended under. */
export interface AppendOptions {
  /** The sequence of the newest record its writer knows: the append fails if there is a newer one. */
  readonly expected: number;
  /**
   * The id of that record, where its writer knows it: the append fails if another stands there. Numbers alone do not tell: a
   * machine that fails before its newest records are on its disk gives theirs again.
   */
  readonly expectedId?: string | undefined;
  /** The same text for the same record, when it is said again because its answer was lost: it is appended once. */
  readonly id: string;
}

/**
 * A log that one writer at a time appends to, and that outlives its writers. Whoever appends says what it believes to be the
 * newest record, by its number and its id, so a writer that was replaced fails at its next word.
 */
export interface Journal {
  /** A record may have so many bytes. */
  readonly recordBytesMax: number;
  /** The sequences that are there: newest 0 where nothing was ever written, oldest greater than newest where nothing is kept. */
  range(): Promise<{ readonly oldest: number; readonly newest: number }>;
  /** Records from a sequence on, in order. */
  read(from: number, to: number): AsyncIterable<JournalRecord>;
  /**
   * @returns the sequence of the record
   * @throws ShoalError DEPOSED if another record came before it, CONNECT | TIMEOUT if it is not known whether it was appended
   */
  append(bytes: Uint8Array, options: AppendOptions): Promise<number>;
  /** Records below a sequence are no longer needed. */
  forgetBelow(sequence: number): Promise<void>;
  /** Ends the use of it; the records stay. */
  close(): Promise<void>;
  /** Removes it with all its records. */
  remove(): Promise<void>;
}
