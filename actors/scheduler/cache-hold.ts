import { FLAG, type SchedulerState } from "./scheduler-state.ts";

/** Whether a result stays for the sake of the cache. */
export const isCached = (state: SchedulerState, row: number): boolean =>
  ((state.tasks.flags[row] as number) & FLAG.cached) !== 0;

/** A row in memory is needed anew; where nothing but the cache kept it, that was a find. */
export function noteFound(state: SchedulerState, row: number): void {
  if (isCached(state, row)) state.cache?.found(row, state.nowMs);
}

/** The cache has a row no more. */
export function uncache(state: SchedulerState, row: number): void {
  if (!isCached(state, row)) return;
  state.tasks.flags[row] = (state.tasks.flags[row] as number) & ~FLAG.cached;
  state.cache?.forget(row);
}
