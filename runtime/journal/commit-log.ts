/**
 * What shells write their records to. They may only say to others what follows from records that are committed: written, and
 * written by the one who still leads.
 */
export interface CommitLog {
  /** @param isUrgent others wait for it. @returns the position to wait for */
  add(records: readonly unknown[], isUrgent: boolean): number;
  /** Whether everything up to a position is committed, so that what follows from it may be said now. */
  isCommitted(position: number): boolean;
  /** Resolves once it is. It never rejects: a writer that is deposed says no more. */
  whenCommitted(position: number): Promise<void>;
  /** Whether so much was written that a summary would be shorter. */
  readonly wantsSummary: boolean;
  /** Takes the place of all records before it. */
  summarize(records: readonly unknown[]): void;
}

/** Where nobody comes after: all is committed at once. */
export const NO_COMMIT_LOG: CommitLog = {
  add: () => 0,
  isCommitted: () => true,
  whenCommitted: () => Promise.resolve(),
  wantsSummary: false,
  summarize: () => {},
};
