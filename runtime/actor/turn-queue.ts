/** Whoever takes turns. */
export interface TurnTaker {
  /** One bounded turn. @returns whether there is more to do */
  turn(): boolean;
}

/** After so many turns, or so long, other events of the thread (sockets, timers) get theirs. */
const TURNS_IN_A_ROW_MAX = 256;
const IN_A_ROW_MAX_MS = 3;

/**
 * Hands out turns, first come first served, one at a time. A turn begins after the handlers that are running now, so what
 * arrived together is taken together.
 */
export class TurnQueue {
  private ready: TurnTaker[] = [];
  private isScheduled = false;
  /** What is left until the thread has to look at its other events; undefined when it has just looked. */
  private left: { turns: number; readonly untilMs: number } | undefined;
  private readonly defer: ((run: () => void) => void) | undefined;
  private readonly now: () => number;

  /** @param defer runs a function soon; by default in a microtask, now and then in a macrotask */
  constructor(now: () => number, defer?: (run: () => void) => void) {
    this.now = now;
    this.defer = defer;
  }

  add(taker: TurnTaker): void {
    this.ready.push(taker);
    if (!this.isScheduled) this.schedule();
  }

  private schedule(): void {
    this.isScheduled = true;
    if (this.defer !== undefined) this.defer(this.run);
    // Once it is over, `looked` goes on.
    else if (!this.isOver()) queueMicrotask(this.run);
  }

  private readonly run = (): void => {
    this.isScheduled = false;
    const takers = this.ready;
    this.ready = [];
    for (const [at, taker] of takers.entries()) {
      const left = this.defer === undefined ? this.begin() : undefined;
      if (taker.turn()) this.ready.push(taker);
      if (left === undefined) continue;
      left.turns -= 1;
      if (this.isOver()) {
        this.ready = [...takers.slice(at + 1), ...this.ready];
        break;
      }
    }
    if (this.ready.length > 0 && !this.isScheduled) this.schedule();
  };

  /** The thread's other events have had their time. */
  private readonly looked = (): void => {
    this.left = undefined;
    if (this.isScheduled) this.run();
  };

  private begin(): { turns: number; readonly untilMs: number } {
    if (this.left === undefined) {
      this.left = { turns: TURNS_IN_A_ROW_MAX, untilMs: this.now() + IN_A_ROW_MAX_MS };
      setImmediate(this.looked);
    }
    return this.left;
  }

  private isOver(): boolean {
    const { left } = this;
    return left !== undefined && (left.turns <= 0 || this.now() >= left.untilMs);
  }
}
