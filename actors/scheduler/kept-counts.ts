/** Rows by state. */
export interface StateCounts {
  readonly byState: Float64Array;
  /** Released rows that were made before. */
  done: number;
  /** Bytes of those in memory. */
  bytes: number;
}

const BLOCK_SHIFT = 8;
/** Blocks of rows that are told apart; further ones share a place with these, and are counted anew more often. */
const BLOCKS = 1 << 16;

/** What was counted, and when. */
interface Kept {
  readonly counts: StateCounts;
  readonly tick: number;
}

/**
 * Counts of neighbouring rows, counted anew only if one of them moved since: of many rows most are results that rest. A move costs the store of a number.
 */
export class KeptCounts {
  /** By block of 256 rows: the tick at its last move. */
  private readonly moved = new Uint32Array(BLOCKS);
  private readonly kept = new WeakMap<object, Kept>();
  /** Grows with every count. */
  private tick = 1;

  /** A row moves. */
  touch(row: number): void {
    this.moved[(row >>> BLOCK_SHIFT) & (BLOCKS - 1)] = this.tick;
  }

  /** What `count` gives for the rows from `first` to before `end`. @param whose whom the rows belong to as long as it lives */
  of(whose: object, [first, end]: readonly [number, number], count: () => StateCounts): StateCounts {
    const kept = this.kept.get(whose);
    if (kept !== undefined && this.restSince(kept.tick, first, end)) return kept.counts;
    const counts = count();
    this.kept.set(whose, { counts, tick: this.tick++ });
    return counts;
  }

  private restSince(tick: number, first: number, end: number): boolean {
    for (let block = first >>> BLOCK_SHIFT; block << BLOCK_SHIFT < end; block++)
      if ((this.moved[block & (BLOCKS - 1)] as number) > tick) return false;
    return true;
  }
}
