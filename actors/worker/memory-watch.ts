import type { Clock } from "../../runtime/base/clock.ts";
import type { ChunkStore } from "../chunk/chunk-store.ts";
import { MEMORY_SHARES, MemoryGauge, type MemoryShares, type Pressure } from "./memory-gauge.ts";

/** What a worker may use of memory, and where else its results may lie. */
export interface WorkerMemory {
  /** Infinity: no limit. */
  readonly limitBytes: number;
  readonly shares: MemoryShares;
  readonly store: ChunkStore;
  /** "process": the process is this worker's alone, so what it takes counts · "results": only results do. */
  readonly measures: "process" | "results";
  /** Has the engine give back what nobody reaches any more, where that can be asked for. */
  collectGarbage?(): void;
}

export const MEASURE_MS = 200;
/** Garbage is not collected more often; a worker that is paused may be full of nothing else, and the next task may be one too many. */
const COLLECT_MS = 1000;

/** Looks at a worker's memory now and then, and knows how tight it is. */
export class MemoryWatch {
  readonly gauge: MemoryGauge;
  /** What the scheduler was last told. */
  private told: { readonly pressure: Pressure; readonly diskError: string | undefined } = {
    pressure: "none",
    diskError: undefined,
  };
  private readonly memory: WorkerMemory;
  private readonly clock: Clock;
  private readonly rssBytes: () => number;
  private collectedMs = Number.NEGATIVE_INFINITY;

  constructor(memory: WorkerMemory, clock: Clock, rssBytes: () => number) {
    this.memory = memory;
    this.clock = clock;
    this.rssBytes = rssBytes;
    this.gauge = new MemoryGauge(memory.limitBytes, memory.shares, memory.store);
  }

  /** Whether there is anything to measure. */
  get measures(): boolean {
    return this.memory.measures === "process" && Number.isFinite(this.memory.limitBytes);
  }

  /** Whether there is something the scheduler should hear now. */
  get hasNews(): boolean {
    return this.gauge.pressure !== this.told.pressure || this.memory.store.stats().diskError !== this.told.diskError;
  }

  noteTold(): void {
    this.told = { pressure: this.gauge.pressure, diskError: this.memory.store.stats().diskError };
  }

  /** @returns whether the process takes more than its spill line, though garbage was collected where that was due */
  measure(): boolean {
    let rss = this.rssBytes();
    const { collectGarbage } = this.memory;
    if (this.gauge.isAboveSpill(rss) && collectGarbage !== undefined) {
      const now = this.clock.now();
      if (now - this.collectedMs >= COLLECT_MS || this.gauge.pressure === "high") {
        this.collectedMs = now;
        collectGarbage();
        rss = this.rssBytes();
      }
    }
    this.gauge.measure(rss);
    return this.gauge.isAboveSpill(rss);
  }
}

/** Memory without a limit. */
export const unlimited = (store: ChunkStore): WorkerMemory => ({
  limitBytes: Number.POSITIVE_INFINITY,
  shares: MEMORY_SHARES,
  store,
  measures: "results",
});
