/** Readers that take no time still need a while to come and go. */
const PAUSE_MS_MIN = 1000;
/** Sources wait so many times what a reader takes before they go on though none has finished. */
const PAUSES = 2;

/** How those that read results get on. */
export class Readers {
  /** Rows with inputs that are with workers. */
  underWay = 0;
  /** When one finished last, and how long it took. */
  private finishedMs = Number.NEGATIVE_INFINITY;
  private tookMs = 0;

  finished(nowMs: number, durationUs: number): void {
    this.finishedMs = nowMs;
    this.tookMs = durationUs / 1000;
  }

  /** Whether some are under way, and have finished as often as can be expected. */
  areAtWork(nowMs: number): boolean {
    return this.underWay > 0 && nowMs - this.finishedMs < Math.max(PAUSE_MS_MIN, PAUSES * this.tookMs);
  }
}
