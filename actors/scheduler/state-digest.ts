import { hash128, hashText } from "../../runtime/base/hash.ts";
import type { SchedulerState } from "./scheduler-state.ts";

/** A digest of what a scheduler knows: two brains with the same history have the same. O(tasks). */
export function stateDigest(state: SchedulerState): string {
  const { tasks } = state;
  const facts: number[] = [
    state.epoch,
    state.lineage,
    state.attempts,
    state.generations,
    state.nextSlab,
    state.nextLayer,
  ];
  for (const slab of state.slabs.values()) {
    facts.push(slab.id, slab.base, slab.count, slab.active);
    for (let row = slab.base; row < slab.base + slab.count; row++) {
      facts.push(tasks.state[row] as number, tasks.attempt[row] as number, tasks.worker[row] as number);
      facts.push(tasks.waitCount[row] as number, tasks.needers[row] as number, tasks.bytes[row] as number);
      facts.push(tasks.kills[row] as number, tasks.retriesLeft[row] as number, tasks.flags[row] as number);
    }
  }
  for (const [row, holders] of state.moreHolders) facts.push(row, ...holders);
  for (const [row, { worker, attempt }] of state.races.copies) facts.push(row, worker, attempt);
  for (const worker of state.workerByName.values())
    facts.push(
      worker.number,
      worker.incarnation,
      worker.membership,
      worker.processing,
      worker.hunger,
      worker.lastSeenMs,
    );
  for (const client of state.clients.values()) facts.push(client.number, client.handleCount, client.servedUs);
  return hashText(hash128(new Uint8Array(Float64Array.from(facts).buffer)));
}
