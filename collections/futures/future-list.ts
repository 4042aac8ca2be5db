import { shown } from "../../runtime/base/known-options.ts";
import { Future } from "./future.ts";

/**
 * The client's numbers of futures that a user gives in a list.
 * @param of the method, as the message says it: "gather"
 * @throws TypeError for anything else
 */
export function handlesOf(futures: unknown, of: string): number[] {
  if (futures instanceof Future)
    throw new TypeError(`${of} takes a list of futures, not one future; write ${of}([future]), or use its own methods`);
  if (!Array.isArray(futures)) throw new TypeError(`${of} takes a list of futures, not ${shown(futures)}`);
  return futures.map((future, at) => {
    if (future instanceof Future) return future.handle;
    throw new TypeError(`Item ${at} of the futures of ${of} is ${shown(future)}, and no future`);
  });
}

/** Fails with the name of the first future of a list that was released, if there is one. */
export function refuseReleased(futures: readonly Future<unknown>[]): void {
  for (const future of futures) future.refuseReleased();
}
