import { ShoalError } from "../../runtime/base/errors.ts";
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

/** Workers that somebody wants ended, each for another in its place. @throws ShoalError UNKNOWN_KEY | NOT_SUPPORTED, and none is ended */
export function askedEnds(state: SchedulerState, names: readonly string[]): StuckWorker[] {
  return names.map((id) => {
    const worker = state.workerByName.get(id);
    const details = { worker: id };
    if (worker === undefined)
      throw new ShoalError(`No worker ${id} is in the cluster`, { code: "UNKNOWN_KEY", details });
    if (worker.nanny === undefined)
      throw new ShoalError(`Worker ${id} has no nanny that could start another in its place`, {
        code: "NOT_SUPPORTED",
        details,
      });
    return { nanny: worker.nanny, worker: id, reason: "it was to be started again" };
  });
}
