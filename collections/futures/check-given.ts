import { refuseUnknownOptions, shown } from "../../runtime/base/known-options.ts";
import { Future } from "./future.ts";

/** @param of what goes by it, as the message says it: "a queue". @throws TypeError unless it is a text that is not empty */
export function checkName(name: unknown, of: string): void {
  if (typeof name !== "string" || name === "")
    throw new TypeError(`The name of ${of} is a text that is not empty, not ${shown(name)}`);
}

/** Options of what waits. @param more names of options beside these. @throws TypeError for one that nobody reads */
export function checkWait(options: unknown, of: string, more: readonly string[] = []): void {
  refuseUnknownOptions(options, ["timeout", "signal", ...more], of);
}

/** @param of the method, as the message says it. @throws TypeError for what is no list of futures, or has something else in it */
export function checkFutures(futures: unknown, of: string): void {
  if (futures instanceof Future || typeof (futures as Iterable<unknown> | undefined)?.[Symbol.iterator] !== "function")
    throw new TypeError(`${of} takes a list of futures, not ${futures instanceof Future ? "one" : shown(futures)}`);
  let at = 0;
  for (const future of futures as Iterable<unknown>) {
    if (!(future instanceof Future))
      throw new TypeError(`Item ${at} of the futures of ${of} is ${shown(future)}, and no future`);
    at += 1;
  }
}
