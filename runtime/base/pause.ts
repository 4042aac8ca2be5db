import type { Clock } from "./clock.ts";
import { onAbort } from "./on-abort.ts";

/** Waits for a time, or until a signal says not to. @returns false if the signal did */
export function pause(clock: Clock, delayMs: number, signal: AbortSignal | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve(false);
    const timer = clock.setTimer(delayMs, () => {
      stay?.();
      resolve(true);
    });
    const stay =
      signal &&
      onAbort(signal, () => {
        clock.clearTimer(timer);
        resolve(false);
      });
  });
}
