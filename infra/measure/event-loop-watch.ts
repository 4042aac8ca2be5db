import { systemClock, type TimerHandle } from "../../runtime/base/clock.ts";
import { parseDurationMs } from "../../runtime/base/units.ts";

export interface EventLoopWatchOptions {
  /** A thread is told of when it kept others waiting for longer: milliseconds, or text such as "3s" (default). */
  readonly limit?: number | string;
  /** How often it looks; default "20ms". */
  readonly interval?: number | string;
  /** What is done about it; default: a warning of this process. */
  onBlocked?(blockedMs: number): void;
}

const LIMIT = "3s";
const INTERVAL = "20ms";

/**
 * Watches this thread from now on, and tells when something kept its event loop from going on for too long: what waits in it — the
 * scheduler's turns, heartbeats, answers to clients — stood still meanwhile. `npx shoal scheduler` watches itself.
 * @see https://docs.dask.org/en/stable/configuration-reference.html (distributed.admin.tick)
 * @example
 * const watch = new EventLoopWatch({ limit: "1s" });
 * watch.stop();
 */
export class EventLoopWatch {
  private readonly limitMs: number;
  private readonly intervalMs: number;
  private readonly onBlocked: (blockedMs: number) => void;
  private timer: TimerHandle;
  private lookedMs = systemClock.now();
  /** The longest that it was kept so far, in milliseconds. */
  longestMs = 0;

  constructor({ limit = LIMIT, interval = INTERVAL, onBlocked = warnOfBlock }: EventLoopWatchOptions = {}) {
    this.limitMs = parseDurationMs(limit);
    this.intervalMs = parseDurationMs(interval);
    this.onBlocked = onBlocked;
    this.timer = this.lookLater();
  }

  stop(): void {
    systemClock.clearTimer(this.timer);
  }

  [Symbol.dispose](): void {
    this.stop();
  }

  private lookLater(): TimerHandle {
    return systemClock.setTimer(this.intervalMs, () => {
      const now = systemClock.now();
      const blockedMs = now - this.lookedMs - this.intervalMs;
      this.lookedMs = now;
      this.longestMs = Math.max(this.longestMs, blockedMs);
      this.timer = this.lookLater();
      if (blockedMs > this.limitMs) this.onBlocked(blockedMs);
    });
  }
}

function warnOfBlock(blockedMs: number): void {
  process.emitWarning(
    `The event loop of this thread stood still for ${(blockedMs / 1000).toFixed(1)} s: long functions belong into tasks, long loops need pauses`,
    { type: "Shoal", code: "LOOP_BLOCKED" },
  );
}
