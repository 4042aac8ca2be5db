import { noWorkersError } from "./failures.ts";
import { failRow } from "./needs.ts";
import type { ReadyQueue } from "./ready-queue.ts";
import { mightRun } from "./room.ts";
import type { SchedulerState } from "./scheduler-state.ts";

/**
 * Tasks that no worker may run wait for one, and fail when none has come for `noWorkersTimeoutMs`.
 * @see https://distributed.dask.org/en/stable/configuration.html (no-workers-timeout)
 */
export function failUnrunnable(state: SchedulerState): void {
  const { noWorkersTimeoutMs = Number.POSITIVE_INFINITY } = state.options;
  if (noWorkersTimeoutMs === Number.POSITIVE_INFINITY) return;
  const waiting = new Map<ReadyQueue, number>();
  for (const queue of [...state.queues.nonEmpty]) {
    if ([...state.workerByName.values()].some((worker) => mightRun(state, queue.constraint, worker))) continue;
    const sinceMs = state.unrunnable.get(queue) ?? state.nowMs;
    if (state.nowMs - sinceMs < noWorkersTimeoutMs) waiting.set(queue, sinceMs);
    else
      for (let row = queue.first(); row >= 0; row = queue.first()) {
        const key = state.slabOf(row).keyOf(row);
        failRow(state, row, { error: noWorkersError(key, queue.constraint, state.nowMs - sinceMs), origin: row });
      }
  }
  state.unrunnable = waiting;
}
