/** How much is kept of results that nobody asks for any more, and what of them. */
export interface CacheLimits {
  /** All that is kept together, in bytes of results. */
  readonly bytesMax: number;
  /** What a result was worth counts half after so long. */
  readonly halfLifeMs: number;
  /** What takes less to make again, inputs included, is not kept. */
  readonly leastMs: number;
}

/** What is asked of a cache. */
export interface CacheQuestion {
  readonly type: "cache";
  /** What it goes by from now on; no bytes at all turn it off. */
  readonly limits?: CacheLimits;
  /** All it keeps goes. */
  readonly clear: boolean;
}

/** How a cache stands. */
export interface CacheFigures {
  readonly bytesMax: number;
  /** Of the results it keeps, whether somebody else holds them too or not. */
  readonly bytes: number;
  readonly results: number;
  /** Results that a computation found here, and the time that making them had taken. */
  readonly hits: number;
  readonly savedMs: number;
  /** Results it let go of to stay below its limit, or since memory was short. */
  readonly dropped: number;
}

/** What users need not say. */
export const CACHE_DEFAULTS = { halfLifeMs: 600_000, leastMs: 10 } as const;

/** A cluster without a cache. */
export const CACHE_OFF: CacheFigures = { bytesMax: 0, bytes: 0, results: 0, hits: 0, savedMs: 0, dropped: 0 };

interface Kept {
  readonly bytes: number;
  readonly costUs: number;
  /** Logarithm of what it is worth, as of time zero: all scores fade alike, so that none needs to be brought up to date. */
  score: number;
}

/** What a kept result costs beside its bytes: its row, and its share of the submission that stays known with it. */
const OVERHEAD_BYTES = 256;
/** Where the limit is passed it goes down by this share of it, so that few results are put in order often. */
const SLACK = 1 / 16;

/**
 * Which results are worth their bytes: those that took long to make and are small, and those that were found here before. Plain
 * data, by rows; who keeps them in memory is the scheduler.
 * @see https://docs.dask.org/en/stable/caching.html
 */
export class ResultCache {
  /** When workers whose memory is short last gave some of it up, by number. */
  readonly relievedMs = new Map<number, number>();
  private limits: CacheLimits;
  private readonly kept = new Map<number, Kept>();
  /** What making each row took with all it was made from, one after the other, as far as that was seen. */
  private costsUs = new Float64Array(0);
  private bytes = 0;
  private hits = 0;
  private savedUs = 0;
  private dropped = 0;

  constructor(limits: CacheLimits) {
    this.limits = limits;
  }

  /** Goes by other limits from now on; with another half-life, all is worth what it would be if it were made now. */
  limit(limits: CacheLimits, nowMs: number): void {
    const { halfLifeMs } = this.limits;
    this.limits = limits;
    if (limits.halfLifeMs === halfLifeMs) return;
    for (const one of this.kept.values()) one.score = this.worth(one.costUs, one.bytes, nowMs);
  }

  /** A result was made: notes what it took. @returns whether it is worth keeping */
  made(row: number, ownUs: number, inputs: Iterable<number>, bytes: number): boolean {
    let inputsUs = 0;
    for (const input of inputs) inputsUs = Math.max(inputsUs, this.costsUs[input] ?? 0);
    if (row >= this.costsUs.length) this.grow(row);
    const costUs = ownUs + inputsUs;
    this.costsUs[row] = costUs;
    return costUs >= this.limits.leastMs * 1000 && bytes <= this.limits.bytesMax;
  }

  keep(row: number, bytes: number, nowMs: number): void {
    const costUs = this.costsUs[row] ?? 0;
    this.kept.set(row, { bytes, costUs, score: this.worth(costUs, bytes, nowMs) });
    this.bytes += bytes;
  }

  /** A computation found it here: it is worth as much more as if it had been made anew. */
  found(row: number, nowMs: number): void {
    const one = this.kept.get(row);
    if (one === undefined) return;
    this.hits += 1;
    this.savedUs += one.costUs;
    one.score = logOfSum(one.score, this.worth(one.costUs, one.bytes, nowMs));
  }

  /** It is gone, or somebody said it is to go. */
  forget(row: number): void {
    this.bytes -= this.kept.get(row)?.bytes ?? 0;
    this.kept.delete(row);
  }

  /** What is worth least and has to go, so that the rest stays below the limit. Whoever lets go of it says {@link forget}. */
  surplus(): number[] {
    const { bytesMax } = this.limits;
    if (this.bytes <= bytesMax) return [];
    return this.worst(this.kept.keys(), this.bytes - bytesMax * (1 - SLACK));
  }

  /** What is worth least of some rows, so many bytes of it; it is to go. */
  worst(rows: Iterable<number>, bytes: number): number[] {
    const ordered = [...rows].map((row) => [row, this.kept.get(row) as Kept] as const);
    ordered.sort(([a, one], [b, other]) => one.score - other.score || a - b);
    const taken: number[] = [];
    let left = bytes;
    for (const [row, one] of ordered) {
      if (left <= 0) break;
      left -= one.bytes;
      taken.push(row);
    }
    this.dropped += taken.length;
    return taken;
  }

  has(row: number): boolean {
    return this.kept.has(row);
  }

  rows(): Iterable<number> {
    return this.kept.keys();
  }

  figures(): CacheFigures {
    const { bytes, hits, savedUs, dropped } = this;
    return {
      bytesMax: this.limits.bytesMax,
      bytes,
      results: this.kept.size,
      hits,
      savedMs: savedUs / 1000,
      dropped,
    };
  }

  private worth(costUs: number, bytes: number, nowMs: number): number {
    return Math.log2(Math.max(costUs, 1) / (bytes + OVERHEAD_BYTES)) + nowMs / this.limits.halfLifeMs;
  }

  private grow(row: number): void {
    const grown = new Float64Array(Math.max(1024, 2 ** Math.ceil(Math.log2(row + 1))));
    grown.set(this.costsUs);
    this.costsUs = grown;
  }
}

/** log2(2^a + 2^b), without numbers that are too large. */
const logOfSum = (a: number, b: number): number => Math.max(a, b) + Math.log2(1 + 2 ** -Math.abs(a - b));
