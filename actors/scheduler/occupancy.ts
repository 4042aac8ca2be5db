import { mayBeCopied } from "./race-table.ts";
import type { SchedulerState } from "./scheduler-state.ts";
import type { SlabLayer } from "./slab.ts";
import type { WorkerRecord } from "./worker-record.ts";

/** What rows take of the workers they are sent to, from when they are sent until they are done or taken back. */

/** A row counts against a worker from now on. */
export function countOn(state: SchedulerState, row: number, worker: WorkerRecord): void {
  const slab = state.slabOf(row);
  const at = slab.layerAt(row);
  const { layer } = slab.layers[at] as SlabLayer;
  const prefix = slab.prefixOf(row, at);
  worker.processing += 1;
  if (slab.hasInputs(row)) state.readers.underWay += 1;
  countPrefix(worker, prefix, 1);
  worker.queueUs += state.estimates.durationUs(prefix);
  if ((state.tasks.kills[row] as number) > 0) worker.quarantined += 1;
  const { resources } = layer.annotations ?? {};
  if (resources !== undefined)
    for (const [name, amount] of Object.entries(resources))
      worker.resourcesFree[name] = (worker.resourcesFree[name] ?? 0) - amount;
  state.loads.sent(worker.number);
  const owner = state.clientByNumber[slab.owner];
  if (owner !== undefined) {
    owner.inFlight += 1;
    owner.servedUs += state.estimates.chargeUs(prefix) / owner.weight;
  }
  if (mayBeCopied(layer.annotations, state.options.speculate)) state.races.sentMs.set(row, state.nowMs);
}

/** A row no longer counts against a worker it was sent to: the one in its column, if nothing else is said. */
export function leaveWorker(
  state: SchedulerState,
  row: number,
  number: number = state.tasks.worker[row] as number,
): void {
  const worker = state.workers[number];
  if (worker === undefined) return;
  const slab = state.slabOf(row);
  const at = slab.layerAt(row);
  const { layer } = slab.layers[at] as SlabLayer;
  worker.processing -= 1;
  if (slab.hasInputs(row)) state.readers.underWay -= 1;
  state.loads.eased(worker.number);
  const owner = state.clientByNumber[slab.owner];
  if (owner !== undefined) owner.inFlight -= 1;
  if (state.seceded.size > 0 && state.seceded.delete(row)) worker.seceded -= 1;
  else countPrefix(worker, slab.prefixOf(row, at), -1);
  if ((state.tasks.kills[row] as number) > 0) worker.quarantined -= 1;
  for (const [name, amount] of Object.entries(layer.annotations?.resources ?? NO_RESOURCES))
    worker.resourcesFree[name] = (worker.resourcesFree[name] ?? 0) + amount;
  if (state.races.sentMs.size > 0) state.races.sentMs.delete(row);
}

/** One row more or less of a prefix counts for a worker's queue. */
export function countPrefix(worker: WorkerRecord, prefix: number, by: 1 | -1): void {
  const count = (worker.byPrefix.get(prefix) ?? 0) + by;
  if (count > 0) worker.byPrefix.set(prefix, count);
  else worker.byPrefix.delete(prefix);
}

const NO_RESOURCES: Readonly<Record<string, number>> = {};
