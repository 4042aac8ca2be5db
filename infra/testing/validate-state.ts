import { checkScheduler } from "../../actors/scheduler/invariants.ts";
import type { Client } from "../../collections/futures/client.ts";
import { reachOf } from "../../collections/futures/client-reach.ts";
import { systemClock } from "../../runtime/base/clock.ts";
import { ShoalError } from "../../runtime/base/errors.ts";

/**
 * Checks all that must hold of the scheduler's state: counters equal their recomputation, ready tasks have their inputs, results have
 * holders. The scheduler has to run in this process, as that of every local cluster does. O(tasks).
 * @throws InvariantError naming what does not hold; ShoalError NOT_SUPPORTED for a scheduler elsewhere
 * @see https://distributed.dask.org/en/stable/scheduling-state.html
 * @example
 * await client.submit((n: number) => n + 1, 1).result();
 * await validateState(client);
 */
export async function validateState(client: Client): Promise<void> {
  const { brain } = reachOf(client).cluster;
  if (brain === undefined)
    throw new ShoalError(`The scheduler of cluster "${client.clusterName}" runs elsewhere; its state cannot be read`, {
      code: "NOT_SUPPORTED",
    });
  for (let look = 1; ; look++)
    try {
      return checkScheduler(brain.state);
    } catch (error) {
      // A long turn leaves the thread between its parts, and what must hold holds at its end. What is broken stays broken.
      if (look === LOOKS) throw error;
      await new Promise<void>((resolve) => systemClock.setTimer(LOOK_MS, resolve));
    }
}

const LOOKS = 5;
const LOOK_MS = 20;
