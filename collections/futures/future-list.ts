import type { ClientSession } from "../../actors/client/client-session.ts";
import { STANDING } from "../../actors/client/submission-record.ts";
import { shown } from "../../runtime/base/known-options.ts";
import { Future } from "./future.ts";
import { type FutureRun, findRun } from "./future-run.ts";

/**
 * The client's numbers of futures that a user gives in a list.
 * @param of the method, as the message says it: "gather"
 * @throws TypeError for anything else
 */
export function handlesOf(futures: unknown, of: string): number[] {
  if (futures instanceof Future)
    throw new TypeError(`${of} takes a list of futures, not one future; write ${of}([future]), or use its own methods`);
  if (!Array.isArray(futures)) throw new TypeError(`${of} takes a list of futures, not ${shown(futures)}`);
  const run = findRun(futures);
  if (run !== undefined) return run.handles;
  return futures.map((future, at) => {
    if (future instanceof Future) return future.handle;
    throw new TypeError(`Item ${at} of the futures of ${of} is ${shown(future)}, and no future`);
  });
}

/** Fails with the name of the first future of a list that was released, if there is one. */
export function refuseReleased(futures: readonly Future<unknown>[]): void {
  const run = findRun(futures);
  if (run !== undefined && isAllHeld(run, run.session)) return;
  for (const future of futures) future.refuseReleased();
}

function isAllHeld({ handles }: FutureRun, session: ClientSession): boolean {
  return handles.every((handle) => {
    const standing = session.findRecord(handle)?.standingOf(handle) ?? STANDING.released;
    return standing !== STANDING.released;
  });
}
