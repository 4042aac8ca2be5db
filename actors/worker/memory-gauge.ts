import type { ChunkStore } from "../chunk/chunk-store.ts";

/** Shares of a worker's memory limit at which something happens; `false`: never. */
export interface MemoryShares {
  /** Results in memory beyond it leave for the disk. Default 0.6. */
  readonly target: number | false;
  /** So do they when the process takes more than this. Default 0.7. */
  readonly spill: number | false;
  /** Beyond it no task is begun while another runs or room is coming. Default 0.8. */
  readonly pause: number | false;
  /** Results on their way from other workers at a time take no more together, as far as several are asked for in one question. Default 0.1. */
  readonly transfer: number | false;
  /** Beyond it the worker is ended and another takes its place. Default 0.95. */
  readonly terminate: number | false;
}

export const MEMORY_SHARES: MemoryShares = { target: 0.6, spill: 0.7, pause: 0.8, transfer: 0.1, terminate: 0.95 };

/** How tight memory is: `soft` results do not all fit, sources hold back · `high` the worker is paused. */
export type Pressure = "none" | "soft" | "high";

/** What a worker's brain asks of whoever watches its memory. */
export type MemoryJudge = Pick<MemoryGauge, "pressure" | "transferBytesMax">;

export const NO_PRESSURE: MemoryJudge = { pressure: "none", transferBytesMax: Number.POSITIVE_INFINITY };

/** A worker is paused until it is this far below the line again. */
const RESUME_SHARE = 0.05;
/** Results may always take so much of the limit, whatever else the process takes. */
const BUDGET_SHARE_MIN = 0.05;

/**
 * Judges how tight memory is, from the results in it and from what the process takes, and says how much of it results may have.
 * @see https://distributed.dask.org/en/stable/worker-memory.html
 */
export class MemoryGauge {
  readonly limitBytes: number;
  private readonly shares: MemoryShares;
  private readonly store: ChunkStore;
  private isPausedByProcess = false;
  private budget: number;

  /** @param limitBytes Infinity: no limit */
  constructor(limitBytes: number, shares: MemoryShares, store: ChunkStore) {
    this.limitBytes = limitBytes;
    this.shares = shares;
    this.store = store;
    this.budget = this.budgetFor(0);
    if (Number.isFinite(this.budget)) store.setBudget(this.budget);
  }

  /** The process takes so many bytes now. */
  measure(rssBytes: number): void {
    const { pause } = this.shares;
    if (pause !== false) {
      const line = (pause - (this.isPausedByProcess ? RESUME_SHARE : 0)) * this.limitBytes;
      this.isPausedByProcess = rssBytes > line;
    }
    this.budget = this.budgetFor(Math.max(0, rssBytes - this.store.residentBytes));
    this.store.setBudget(this.budget);
  }

  /** Whether what the process takes calls for collecting garbage. */
  isAboveSpill(rssBytes: number): boolean {
    return this.shares.spill !== false && rssBytes > this.shares.spill * this.limitBytes;
  }

  /** What may be on its way here at a time. */
  get transferBytesMax(): number {
    const { transfer } = this.shares;
    return transfer === false ? Number.POSITIVE_INFINITY : transfer * this.limitBytes;
  }

  get pressure(): Pressure {
    const { residentBytes, spilledBytes } = this.store;
    if (this.isPausedByProcess) return "high";
    if (this.shares.pause !== false && residentBytes > this.shares.pause * this.limitBytes) return "high";
    return spilledBytes > 0 || residentBytes > this.budget ? "soft" : "none";
  }

  /** What is left for results beside all else that the process takes. */
  private budgetFor(otherBytes: number): number {
    const { target, spill } = this.shares;
    const byTarget = target === false ? Number.POSITIVE_INFINITY : target * this.limitBytes;
    const bySpill = spill === false ? Number.POSITIVE_INFINITY : spill * this.limitBytes - otherBytes;
    return Math.max(Math.min(byTarget, bySpill), BUDGET_SHARE_MIN * this.limitBytes);
  }
}
