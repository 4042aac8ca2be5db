import type { SchedulerBrain } from "../../actors/scheduler/scheduler-brain.ts";
import { S } from "../../actors/scheduler/scheduler-state.ts";
import { isBeyondCredit, isReadSource } from "../../actors/scheduler/source-credit.ts";

/**
 * Work that may run and a worker that is free do not stand side by side; but for sources that wait for those who read, what a client left that is gone
 * and whose wants are being let go of, and what is of a client that has as much at once as it may.
 */
export function checkWorkConservation({ state }: SchedulerBrain): void {
  if (state.quarantine.size > 0) return;
  const free = [...state.workerByName.values()].filter(
    (one) => one.status === "running" && one.processing === 0 && one.outrunMs === undefined,
  );
  if (free.length === 0) return;
  for (const slab of state.slabs.values()) {
    const owner = state.clientByNumber[slab.owner];
    if (state.departures.has(slab.owner) || owner?.isAtQuota === true) continue;
    for (const queue of slab.queues) {
      if (queue.size === 0 || queue.constraint !== null) continue;
      const row = queue.first();
      const idle = free.find((one) => !isReadSource(state, row) || !isBeyondCredit(state, one));
      if (idle === undefined) continue;
      throw new Error(
        `${queue.size} ready rows wait (first ${row}, state ${state.tasks.state[row]} of ${S.ready}) while worker ${idle.id} has nothing to do`,
      );
    }
  }
}
