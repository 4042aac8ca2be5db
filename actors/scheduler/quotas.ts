import type { ClientRecord } from "./client-record.ts";
import { mightRun } from "./room.ts";
import { S, type SchedulerState } from "./scheduler-state.ts";

/**
 * How many more of a client's tasks may be with workers at once; infinite without a quota. One place is kept where a suspected task
 * of its waits for a worker of its own: others would take the place first, each time. They run one after the other, so one is enough.
 */
export function placesLeft(state: SchedulerState, client: ClientRecord): number {
  const { atOnceMax, inFlight, number } = client;
  if (atOnceMax === Number.POSITIVE_INFINITY) return atOnceMax;
  if (client.isAtQuota) return 0;
  const left = atOnceMax - inFlight;
  for (const row of state.quarantine)
    if (state.slabOf(row).owner === number && state.tasks.state[row] === S.ready && isRunnable(state, row))
      return left - 1;
  return left;
}

/** Whether the client of this number may have no more with workers than it has. */
export function hasAllItMay(state: SchedulerState, owner: number): boolean {
  const client = state.clientByNumber[owner];
  return client !== undefined && placesLeft(state, client) === 0;
}

function isRunnable(state: SchedulerState, row: number): boolean {
  const { constraint } = state.queueOf(row);
  for (const worker of state.workerByName.values())
    if (worker.status === "running" && mightRun(state, constraint, worker)) return true;
  return false;
}
