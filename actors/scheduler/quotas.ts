import type { ClientRecord } from "./client-record.ts";
import { mightRun } from "./room.ts";
import { S, type SchedulerState } from "./scheduler-state.ts";

/**
 * How many more of a client's tasks may be with workers at once; infinite without a quota. A place is kept for each suspected
 * task of its that some worker might run: those wait for a worker of their own, and others would take the place first.
 */
export function placesLeft(state: SchedulerState, client: ClientRecord): number {
  const { atOnceMax, inFlight, number } = client;
  if (atOnceMax === Number.POSITIVE_INFINITY) return atOnceMax;
  let kept = 0;
  for (const row of state.quarantine)
    if (state.slabOf(row).owner === number && state.tasks.state[row] === S.ready && isRunnable(state, row)) kept += 1;
  return Math.max(0, atOnceMax - inFlight - kept);
}

/** Whether whoever submitted a row may have no more with workers than it has. */
export function hasAllItMay(state: SchedulerState, row: number): boolean {
  const client = state.clientByNumber[state.slabOf(row).owner];
  return client !== undefined && placesLeft(state, client) === 0;
}

function isRunnable(state: SchedulerState, row: number): boolean {
  const { constraint } = state.queueOf(row);
  for (const worker of state.workerByName.values()) if (mightRun(state, constraint, worker)) return true;
  return false;
}
