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

const HOLD_MS = 0x7fffffff;
let holds = 0;
let holder: NodeJS.Timeout | undefined;

/** Keeps the process alive until the result is called: for waits whose timers and sockets do not. */
export function holdProcess(): () => void {
  holds += 1;
  holder ??= setInterval(() => {}, HOLD_MS);
  // One timer for good: making one for each wait would cost more than most waits do.
  if (holds === 1) holder.ref();
  let isHeld = true;
  return () => {
    if (!isHeld) return;
    isHeld = false;
    holds -= 1;
    if (holds === 0) holder?.unref();
  };
}
