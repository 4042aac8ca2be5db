import type { WorkerOutbox } from "./worker-outbox.ts";

/** How a held report is come back to. */
export interface PaceClock {
  now(): number;
  /** Has the worker take another turn after so long. */
  wakeAfter(delayMs: number): void;
  /** Calls, and has it take a turn, once the events that are due in its thread had theirs. */
  afterDue(run: () => void): void;
}

/** Tasks that began together end within this time of each other. */
const TOGETHER_MS = 2;

/**
 * When completions go to the scheduler. Each frame costs it many times what a completion in it does, so completions go together. While half of
 * what a worker was sent still waits here, one waits for those that follow, as they do where functions run in bursts: so long and no longer.
 * While others run, one waits for those whose timers and sockets are due now.
 * @see https://distributed.dask.org/en/stable/protocol.html Dask's batched stream holds all it sends for 2 ms
 */
export class ReportPace {
  private readonly holdMs: number;
  private readonly clock: PaceClock;
  private sentMs = Number.NEGATIVE_INFINITY;
  /** Since when the oldest that is held waits. */
  private heldMs: number | undefined;
  /** The most that has waited here to be run since the last report. */
  private most = 0;
  private isTimed = false;
  /** What is due in the thread: not waited for, having its turn, or done. */
  private due: "unasked" | "under way" | "done" = "unasked";

  /** @param holdMs 0: nothing is held */
  constructor(holdMs: number, clock: PaceClock) {
    this.holdMs = holdMs;
    this.clock = clock;
  }

  /**
   * Whether the reports of this turn may wait.
   * @param queued tasks that wait to be run
   * @param executing tasks that run
   */
  holds(out: WorkerOutbox, queued: number, executing: number): boolean {
    if (this.holdMs <= 0 || out.isEmpty) return false;
    this.most = Math.max(this.most, queued);
    if (out.hasOnlyCompletions && (this.waitsForNext(queued, executing) || this.waitsForDue(executing))) return true;
    this.sentMs = this.clock.now();
    this.heldMs = undefined;
    this.most = queued;
    this.isTimed = false;
    if (this.due === "done") this.due = "unasked";
    return false;
  }

  private waitsForNext(queued: number, executing: number): boolean {
    const now = this.clock.now();
    this.heldMs ??= now;
    const untilMs = Math.max(this.sentMs + this.holdMs, executing > 0 ? this.heldMs + TOGETHER_MS : 0);
    if (untilMs <= now || queued * 2 <= this.most) return false;
    if (!this.isTimed) this.clock.wakeAfter(untilMs - now);
    this.isTimed = true;
    return true;
  }

  private waitsForDue(executing: number): boolean {
    if (executing === 0) return false;
    if (this.due === "unasked") {
      this.due = "under way";
      this.clock.afterDue(() => {
        this.due = this.heldMs === undefined ? "unasked" : "done";
      });
    }
    return this.due !== "done";
  }
}
