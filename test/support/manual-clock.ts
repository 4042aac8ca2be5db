import type { Clock, TimerHandle } from "../../runtime/base/clock.ts";

interface ManualTimer {
  readonly at: number;
  readonly fire: () => void;
}

/** A clock that stands still until it is told to go on. */
export class ManualClock implements Clock {
  private time = 0;
  private timers: ManualTimer[] = [];

  now(): number {
    return this.time;
  }

  setTimer(delayMs: number, fire: () => void): TimerHandle {
    const timer: ManualTimer = { at: this.time + Math.max(0, delayMs), fire };
    this.timers.push(timer);
    return timer;
  }

  clearTimer(timer: TimerHandle): void {
    this.timers = this.timers.filter((other) => other !== timer);
  }

  get timerCount(): number {
    return this.timers.length;
  }

  /** Goes on by so many milliseconds, firing what falls due in order, with room for microtasks after each. */
  async advance(byMs: number): Promise<void> {
    const end = this.time + byMs;
    for (;;) {
      const due = this.timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.clearTimer(due);
      this.time = Math.max(this.time, due.at);
      due.fire();
      await settle();
    }
    this.time = end;
    await settle();
  }
}

/** Lets all microtasks and immediates that are due now run. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 4; i++) await new Promise<void>((resolve) => setImmediate(resolve));
}
