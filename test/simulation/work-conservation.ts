import { hasRoom, mayMake, mayRun, sentTo } from "../../actors/scheduler/room.ts";
import type { SchedulerBrain } from "../../actors/scheduler/scheduler-brain.ts";
import { S } from "../../actors/scheduler/scheduler-state.ts";
import { isBeyondCredit, isReadSource } from "../../actors/scheduler/source-credit.ts";

/**
 * Work that may run and a slot that is free, and may have it, do not stand side by side, whatever waits before it; but for sources that wait for those
 * who read, what a client left that is gone and whose wants are being let go of, and what is of a client that has as much at once as it may.
 */
export function checkWorkConservation({ state }: SchedulerBrain): void {
  if (state.quarantine.size > 0) return;
  const free = [...state.workerByName.values()].filter(
    (one) => one.status === "running" && sentTo(one) < one.slots && hasRoom(state, one),
  );
  if (free.length === 0) return;
  for (const slab of state.slabs.values()) {
    const owner = state.clientByNumber[slab.owner];
    if (state.departures.has(slab.owner) || owner?.isAtQuota === true) continue;
    for (const queue of slab.queues) {
      if (queue.size === 0) continue;
      const row = queue.first();
      const waits = isReadSource(state, row);
      const idle = free.find(
        (one) => mayRun(state, queue.constraint, one) && !(waits && (isBeyondCredit(state, one) || !mayMake(one))),
      );
      if (idle === undefined) continue;
      throw new Error(
        `${queue.size} ready rows wait (first ${row}, state ${state.tasks.state[row]} of ${S.ready}) while worker ${idle.id} has a slot for them`,
      );
    }
  }
}
