import type { SchedulerState } from "./scheduler-state.ts";

/** A worker that was told to let go of a task and has given no sign since, and the nanny that can end it. */
export interface StuckWorker {
  readonly nanny: string;
  readonly worker: string;
  readonly reason: string;
}

/** A worker is given this long to come back from a function that nobody wants any more. */
const STUCK_MS = 5000;
/** Signs of life that were on their way when it was told. */
const UNDER_WAY_MS = 1500;

/** A nanny says that these run, though they may be too busy to say so themselves. */
export function vouched(state: SchedulerState, nanny: string, workers: readonly string[], now: number): void {
  for (const id of workers) {
    const worker = state.workerByName.get(id);
    if (worker === undefined) continue;
    worker.vouchedMs = now;
    worker.nanny = nanny;
  }
}

/** A row is taken back from where it may be running. */
export function noteRecall(state: SchedulerState, number: number): void {
  const worker = state.workers[number];
  if (worker !== undefined) worker.recalledMs ??= state.nowMs;
}

/**
 * Workers to be ended: a synchronous function that never returns holds its thread, and hears neither that it is cancelled nor
 * anything else. One that any word came from since is not stuck.
 */
export function stuckWorkers(state: SchedulerState, now: number): StuckWorker[] {
  const stuck: StuckWorker[] = [];
  for (const worker of state.workerByName.values()) {
    const { recalledMs, lastSeenMs, nanny, id } = worker;
    if (recalledMs === undefined) continue;
    if (lastSeenMs > recalledMs + UNDER_WAY_MS) worker.recalledMs = undefined;
    else if (now - recalledMs > STUCK_MS && nanny !== undefined) {
      worker.recalledMs = undefined;
      stuck.push({ nanny, worker: id, reason: "it did not come back from a task that was cancelled" });
    }
  }
  return stuck;
}
