import { S, type SchedulerState } from "./scheduler-state.ts";

/** Keys of the results that lie on each worker, the first of each up to a limit. O(tasks). */
export function heldKeys(state: SchedulerState, mostEach: number): Readonly<Record<string, readonly string[]>> {
  const held: Record<string, string[]> = {};
  for (const id of state.workerByName.keys()) held[id] = [];
  for (const slab of state.slabs.values())
    for (let row = slab.base; row < slab.base + slab.count; row++) {
      if (state.tasks.state[row] !== S.memory) continue;
      for (const number of state.holdersOf(row)) {
        const keys = held[state.worker(number).id];
        if (keys !== undefined && keys.length < mostEach) keys.push(slab.keyOf(row));
      }
    }
  return held;
}
