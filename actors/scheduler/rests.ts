interface Rest {
  readonly atMs: number;
  readonly row: number;
  readonly attempt: number;
}

const DELAY_MAX_MS = 60_000;

/** Rows that failed and are tried again after a while, soonest first. */
export class Rests {
  private readonly list: Rest[] = [];

  /** When the next one has rested; infinite if none rests. */
  get nextMs(): number {
    return this.list[0]?.atMs ?? Number.POSITIVE_INFINITY;
  }

  add(row: number, attempt: number, atMs: number): void {
    let low = 0;
    let high = this.list.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.list[middle] as Rest).atMs <= atMs) low = middle + 1;
      else high = middle;
    }
    this.list.splice(low, 0, { atMs, row, attempt });
  }

  /** Those that have rested by now. */
  takeDue(nowMs: number): readonly Rest[] {
    let due = 0;
    while (due < this.list.length && (this.list[due] as Rest).atMs <= nowMs) due += 1;
    return this.list.splice(0, due);
  }
}

/** How long the n-th retry waits: twice as long each time, and neighbours not exactly as long as each other. */
export function restMs(delayMs: number, n: number, row: number): number {
  return Math.min(DELAY_MAX_MS, delayMs * 2 ** (n - 1)) * (1 + (row % 16) / 160);
}
