/** Whoever takes turns. */
export interface TurnTaker {
  /** One bounded turn. @returns whether there is more to do */
  turn(): boolean;
}

/** After so many turns other events of the thread (sockets, timers) get theirs. */
const TURNS_IN_A_ROW_MAX = 256;

/**
 * Hands out turns, first come first served, one at a time. A turn begins after the handlers that are running now, so what
 * arrived together is taken together.
 */
export class TurnQueue {
  private ready: TurnTaker[] = [];
  private isScheduled = false;
  private turnsLeft = TURNS_IN_A_ROW_MAX;
  private readonly defer: ((run: () => void) => void) | undefined;

  /** @param defer runs a function soon; by default in a microtask, now and then in a macrotask */
  constructor(defer?: (run: () => void) => void) {
    this.defer = defer;
  }

  add(taker: TurnTaker): void {
    this.ready.push(taker);
    if (!this.isScheduled) this.schedule();
  }

  private schedule(): void {
    this.isScheduled = true;
    if (this.defer !== undefined) this.defer(this.run);
    else if (this.turnsLeft > 0) queueMicrotask(this.run);
    else
      setImmediate(() => {
        this.turnsLeft = TURNS_IN_A_ROW_MAX;
        this.run();
      });
  }

  private readonly run = (): void => {
    this.isScheduled = false;
    const takers = this.ready;
    this.ready = [];
    for (const [at, taker] of takers.entries()) {
      if (taker.turn()) this.ready.push(taker);
      this.turnsLeft -= 1;
      if (this.turnsLeft <= 0 && this.defer === undefined) {
        this.ready = [...takers.slice(at + 1), ...this.ready];
        break;
      }
    }
    if (this.ready.length > 0 && !this.isScheduled) this.schedule();
  };
}
