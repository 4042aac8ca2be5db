/** Who leads, as it wrote itself down. */
export interface LeaseHolder {
  /** The fencing number of this acquisition or renewal. */
  readonly revision: number;
  readonly holder: string;
}

/**
 * One place that one of several may hold for a time. Revisions grow with every acquisition and renewal. The lease only says who
 * should speak; that a former holder cannot do harm is the journal's affair.
 */
export interface Lease {
  /** A holder that does not renew for so long has lost it. */
  readonly ttlMs: number;
  /** @returns the revision, or undefined while another holds it. @throws ShoalError CONNECT | TIMEOUT */
  acquire(holder: string): Promise<number | undefined>;
  /** @returns the next revision, or undefined if it was lost. @throws ShoalError CONNECT | TIMEOUT */
  renew(holder: string, revision: number): Promise<number | undefined>;
  /** Gives it back, if it is still held under this revision. */
  release(revision: number): Promise<void>;
  /** Who holds it now, as far as the one who is asked knows: it may be behind what was written. */
  find(): Promise<LeaseHolder | undefined>;
  close(): Promise<void>;
}
