/** Turns beyond this are counted: they keep every task waiting. */
const LONG_TURN_MS = 20;

/** What a scheduler's turns came to, and what waits for one. */
export class TurnTotals {
  count = 0;
  ms = 0;
  maxMs = 0;
  /** How many were long. */
  long = 0;
  /** Messages that came, and did not fit into the turns so far. */
  waiting = 0;
  /** Turns whose words wait for the journal. */
  held = 0;

  note(tookMs: number, waiting: number, held: number): void {
    this.count += 1;
    this.ms += tookMs;
    if (tookMs > this.maxMs) this.maxMs = tookMs;
    if (tookMs > LONG_TURN_MS) this.long += 1;
    this.waiting = waiting;
    this.held = held;
  }
}
