import type { Constraint } from "./ready-queue.ts";
import type { SchedulerState } from "./scheduler-state.ts";
import type { WorkerRecord } from "./worker-record.ts";

/** A worker is never sent more, however short its tasks. */
export const SENT_PER_WORKER_MAX = 4096;

/** Brings a worker's estimated queue up to date. */
export function refreshLoad(state: SchedulerState, worker: WorkerRecord): void {
  let queueUs = 0;
  for (const [prefix, count] of worker.byPrefix) queueUs += count * state.estimates.durationUs(prefix);
  worker.queueUs = queueUs;
}

/** Tasks up to so many times `prefillUs` have one more sent ahead for each slot: the way to the scheduler would cost them percents. */
const SHORT = 10;

/**
 * A worker has room while it has a free slot or less than `prefillUs` of estimated work for each: what is sent ahead follows
 * the pace of the work, not a constant, so that short tasks never wait for a round trip and long ones stay at the scheduler,
 * free to go elsewhere.
 */
export function hasRoom(state: SchedulerState, worker: WorkerRecord): boolean {
  if (worker.quarantined > 0 || worker.outrunMs !== undefined) return false;
  const sent = sentTo(worker);
  if (worker.pressure === "high") return sent === 0;
  if (sent < worker.slots) return true;
  if (sent >= SENT_PER_WORKER_MAX) return false;
  const { prefillUs } = state.options;
  if (worker.queueUs < worker.slots * prefillUs) return true;
  return sent < 2 * worker.slots && worker.queueUs < sent * prefillUs * SHORT;
}

/** Rows sent that take a slot, or will. */
export const sentTo = (worker: WorkerRecord): number => worker.processing - worker.seceded;

/**
 * Sources make what others have yet to use: where results do not fit in memory any more, one at a time is sent ahead of need, so that a worker
 * need not wait for it, and has nothing more to do than that.
 */
export const mayMake = (worker: WorkerRecord): boolean =>
  worker.pressure === "none" || sentTo(worker) < (worker.pressure === "soft" ? worker.slots + 1 : 1);

/** Whether a worker satisfies what a queue's rows ask for, right now: resources are taken as rows are sent. */
export function mayRun(state: SchedulerState, constraint: Constraint | null, worker: WorkerRecord): boolean {
  if (constraint === null) return true;
  return hasResources(constraint, worker.resourcesFree) && isAllowed(state, constraint, worker);
}

/** Whether it may once it has nothing else to do. */
export function mightRun(state: SchedulerState, constraint: Constraint | null, worker: WorkerRecord): boolean {
  return constraint === null || (hasResources(constraint, worker.resources) && isAllowed(state, constraint, worker));
}

function hasResources({ resources }: Constraint, supply: Readonly<Record<string, number>>): boolean {
  if (resources !== undefined)
    for (const name in resources) if ((supply[name] ?? 0) < (resources[name] as number)) return false;
  return true;
}

function isAllowed(state: SchedulerState, { workers, allowOtherWorkers }: Constraint, worker: WorkerRecord): boolean {
  if (workers === undefined || workers.includes(worker.id)) return true;
  return allowOtherWorkers && !workers.some((id) => state.workerByName.get(id)?.status === "running");
}
