import { E, S, type SchedulerState } from "./scheduler-state.ts";

/** Forgets slabs that fell idle: no row of theirs is needed and no later slab reads them. */
export function dropIdleSlabs(state: SchedulerState): void {
  const { idleSlabs } = state;
  for (let id = idleSlabs.pop(); id !== undefined; id = idleSlabs.pop()) {
    const slab = state.slabs.get(id);
    if (slab === undefined || slab.active > 0 || slab.readers > 0) continue;
    forgetRows(state, slab.base, slab.count);
    forgetNames(state, id);
    state.ledger.slabGone(id);
    state.forgetSlab(id);
    const owner = state.clientByNumber[slab.owner];
    if (owner !== undefined) owner.rows -= slab.count;
    state.tasks.free(slab.base, slab.count);
    // Who is given these numbers next counts since a later attempt than who had them, even if nothing was sent meanwhile.
    state.nextAttempt();
    if (slab.reads.length > 0) forgetLaterDependents(state, slab.base, slab.base + slab.count, slab.inputs);
    for (const read of slab.reads) {
      const source = state.slabs.get(read);
      if (source === undefined) continue;
      source.readers -= 1;
      if (source.readers === 0 && source.active === 0) idleSlabs.push(read);
    }
  }
}

function forgetRows(state: SchedulerState, base: number, count: number): void {
  for (const row of state.movedQueues.keys()) if (row >= base && row < base + count) state.movedQueues.delete(row);
  for (let row = base; row < base + count; row++) if (state.tasks.state[row] === S.released) state.move(row, E.forget);
}

function forgetNames(state: SchedulerState, id: number): void {
  const slab = state.slabs.get(id);
  if (slab === undefined) return;
  for (const { id: layerId, layer } of slab.layers) {
    if (state.layers.get(layer.name)?.slab === id) state.layers.delete(layer.name);
    if ((layer.kind === "tasks" || layer.kind === "data") && layer.keys !== undefined)
      for (const key of layer.keys) {
        const row = state.keyRows.get(key);
        if (row !== undefined && row >= slab.base && row < slab.base + slab.count) state.keyRows.delete(key);
      }
    for (const worker of state.workerByName.values())
      if (worker.knownLayers.delete(layerId)) state.out.toWorker(worker.number).forgetLayer(layerId);
  }
}

function forgetLaterDependents(state: SchedulerState, from: number, to: number, inputs: Uint32Array): void {
  for (const input of new Set(inputs)) {
    if (input >= from && input < to) continue;
    const left = state.laterDependents.get(input)?.filter((row) => row < from || row >= to);
    if (left === undefined || left.length === 0) state.laterDependents.delete(input);
    else state.laterDependents.set(input, left);
  }
}
