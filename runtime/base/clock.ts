/** A timer that was set; give it back to `clearTimer`. */
export type TimerHandle = unknown;

/** Time as a port: brains get `now` as an argument, shells hold a Clock, the simulator brings its own. */
export interface Clock {
  /** Milliseconds, monotone within a process; only differences mean anything. */
  now(): number;
  setTimer(delayMs: number, fire: () => void): TimerHandle;
  clearTimer(timer: TimerHandle): void;
}

/** The machine's clock. The only caller of `performance.now` and `setTimeout`. A timer never keeps the process alive. */
export const systemClock: Clock = {
  now: () => performance.now(),
  setTimer: (delayMs, fire) => {
    const timer = setTimeout(fire, delayMs);
    timer.unref();
    return timer;
  },
  clearTimer: (timer) => clearTimeout(timer as NodeJS.Timeout),
};

/** Wall time in milliseconds since 1970, for what people and other systems read. Never compare it with `Clock.now`. */
export const wallTimeMs = (): number => Date.now();
