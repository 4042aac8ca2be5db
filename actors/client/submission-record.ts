/** Where one wanted task stands, as the client knows it. */
export const STANDING = { pending: 0, value: 1, held: 2, erred: 3, released: 4 } as const;

/** Who waits for a submission as a whole. */
interface WholeWaiter {
  settled(): void;
  failed(handle: number): void;
}

/**
 * Handles that were submitted together, in columns: their standing, the values that came along, where the others lie.
 * One object per submission, not per task.
 */
export class SubmissionRecord {
  readonly first: number;
  readonly count: number;
  /** Handles not yet released. */
  left: number;
  /** Handles still pending. */
  pending: number;
  /** Why it was not taken: the scheduler knows nothing of it. */
  refusal: Error | undefined;
  private readonly standing: Uint8Array;
  private values: unknown[] | undefined;
  private rows: Uint32Array | undefined;
  private attempts: Float64Array | undefined;
  private holders: string[] | undefined;
  private errors: Map<number, unknown> | undefined;
  /** Made when somebody waits: most records are of one call, and their future is all that waits. */
  private waiters: Set<WholeWaiter> | undefined;

  constructor(first: number, count: number) {
    this.first = first;
    this.count = count;
    this.left = count;
    this.pending = count;
    this.standing = new Uint8Array(count);
  }

  standingOf(handle: number): number {
    return this.standing[handle - this.first] as number;
  }

  valueAt(handle: number): unknown {
    return this.values?.[handle - this.first];
  }

  errorOf(handle: number): unknown {
    return this.errors?.get(handle);
  }

  /** Where a result lies. */
  placeOf(handle: number): { readonly row: number; readonly attempt: number; readonly holder: string } {
    const at = handle - this.first;
    return { row: this.rows?.[at] ?? 0, attempt: this.attempts?.[at] ?? 0, holder: this.holders?.[at] ?? "" };
  }

  /** A value arrived, along with the completion or by transfer. */
  setValue(handle: number, value: unknown): void {
    this.values ??= new Array(this.count);
    this.values[handle - this.first] = value;
    this.settle(handle, STANDING.value);
  }

  setHeld(handle: number, row: number, attempt: number, holder: string): void {
    const at = handle - this.first;
    this.rows ??= new Uint32Array(this.count);
    this.attempts ??= new Float64Array(this.count);
    this.holders ??= new Array(this.count);
    this.rows[at] = row;
    this.attempts[at] = attempt;
    this.holders[at] = holder;
    // A value that is here already stays good whatever becomes of the copies.
    if (this.standing[at] !== STANDING.value) this.settle(handle, STANDING.held);
  }

  setError(handle: number, error: unknown): void {
    this.errors ??= new Map();
    this.errors.set(handle, error);
    if (this.settle(handle, STANDING.erred)) for (const waiter of [...(this.waiters ?? [])]) waiter.failed(handle);
  }

  /** The result is gone and made again. */
  setPending(handle: number): void {
    const at = handle - this.first;
    const before = this.standing[at];
    if (before !== STANDING.held && before !== STANDING.erred) return;
    this.refusal = undefined;
    this.errors?.delete(handle);
    this.standing[at] = STANDING.pending;
    this.pending += 1;
  }

  /** True if it was not released before. */
  release(handle: number): boolean {
    const at = handle - this.first;
    const before = this.standing[at];
    if (before === STANDING.released) return false;
    if (before === STANDING.pending) this.pending -= 1;
    this.standing[at] = STANDING.released;
    if (this.values !== undefined) this.values[at] = undefined;
    this.errors?.delete(handle);
    this.left -= 1;
    return true;
  }

  /** Settles when nothing is pending; fails with the first handle that erred. */
  whenAll(): Promise<void> {
    return new Promise((resolve, reject) => {
      for (let i = 0; this.errors !== undefined && i < this.count; i++)
        if (this.standing[i] === STANDING.erred) return reject(this.errors.get(this.first + i));
      if (this.pending === 0) return resolve();
      const waiter: WholeWaiter = {
        settled: () => {
          this.waiters?.delete(waiter);
          resolve();
        },
        failed: (handle) => {
          this.waiters?.delete(waiter);
          reject(this.errorOf(handle));
        },
      };
      this.waiters ??= new Set();
      this.waiters.add(waiter);
      return undefined;
    });
  }

  private settle(handle: number, standing: number): boolean {
    const at = handle - this.first;
    const before = this.standing[at];
    if (before === STANDING.released) return false;
    this.standing[at] = standing;
    if (before === STANDING.pending) this.pending -= 1;
    if (this.pending === 0 && this.waiters !== undefined && standing !== STANDING.erred)
      for (const waiter of [...this.waiters]) waiter.settled();
    return true;
  }
}
