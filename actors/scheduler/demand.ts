import { isLeaving } from "./membership.ts";
import { refreshLoad } from "./room.ts";
import type { SchedulerState } from "./scheduler-state.ts";

/** How many workers the open work wants. */
export interface Demand {
  /** Those that are there, but for those that are leaving. */
  readonly workers: number;
  /** So many would be done with what is open within the time that was asked for. */
  readonly wanted: number;
  /** Those that could go, the one that costs least first: idle ones, then those that hold little. */
  readonly spare: readonly string[];
}

/**
 * What is open in estimated time, shared out so that it would take `targetUs`; never more workers than there are tasks for, at least one while
 * there is anything to do, and one more than there are where memory is tight. O(queues + workers).
 * @see https://distributed.dask.org/en/stable/api.html#distributed.Adaptive
 */
export function demandOf(state: SchedulerState, targetUs: number): Demand {
  const staying = [...state.workerByName.values()].filter((worker) => !isLeaving(worker));
  let openUs = 0;
  let open = 0;
  for (const queue of state.queues.nonEmpty) {
    const first = queue.first();
    const slab = state.slabOf(first);
    openUs += queue.size * state.estimates.durationUs(slab.prefixOf(first));
    open += queue.size;
  }
  open += state.quarantine.size;
  for (const worker of state.workerByName.values()) {
    refreshLoad(state, worker);
    openUs += worker.queueUs;
    open += worker.processing;
  }
  const slots = Math.max(1, staying.reduce((sum, worker) => sum + worker.slots, 0) / Math.max(1, staying.length));
  const byTime = Math.ceil(openUs / targetUs / slots);
  const byCount = Math.ceil(open / slots);
  const isTight = staying.some((worker) => worker.pressure !== "none");
  return {
    workers: staying.length,
    wanted: Math.max(Math.min(byTime, byCount), Math.min(open, 1), isTight ? staying.length + 1 : 0),
    spare: staying
      .sort((a, b) => Math.sign(a.processing) - Math.sign(b.processing) || a.managedBytes - b.managedBytes)
      .map(({ id }) => id),
  };
}
