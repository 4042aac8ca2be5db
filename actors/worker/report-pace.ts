import type { WorkerOutbox } from "./worker-outbox.ts";

/**
 * When completions go to the scheduler. Each frame costs it many times what a completion in it does, so while half of what a worker was
 * sent still waits here, one waits for those that follow, as they do where functions run in bursts: so long and no longer.
 */
export class ReportPace {
  private readonly holdMs: number;
  private sentMs = Number.NEGATIVE_INFINITY;
  /** The most that has waited here to be run since the last report. */
  private most = 0;
  private isTimed = false;

  /** @param holdMs 0: nothing is held */
  constructor(holdMs: number) {
    this.holdMs = holdMs;
  }

  /**
   * Whether the reports of this turn may wait.
   * @param queued tasks that wait to be run
   * @param wakeAfter has the worker take another turn, once for each time that something is held
   */
  holds(out: WorkerOutbox, queued: number, now: number, wakeAfter: (delayMs: number) => void): boolean {
    if (this.holdMs <= 0 || out.isEmpty) return false;
    this.most = Math.max(this.most, queued);
    const leftMs = this.sentMs + this.holdMs - now;
    if (leftMs > 0 && queued * 2 > this.most && out.hasOnlyCompletions) {
      if (!this.isTimed) wakeAfter(leftMs);
      this.isTimed = true;
      return true;
    }
    this.sentMs = now;
    this.most = queued;
    this.isTimed = false;
    return false;
  }
}
