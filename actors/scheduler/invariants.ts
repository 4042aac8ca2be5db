import { invariant } from "../../runtime/base/errors.ts";
import { S, type SchedulerState } from "./scheduler-state.ts";

/**
 * What must hold of the whole state between turns: every counter equals its recomputation, every row is where its state
 * says. O(tasks + edges): the simulator and the tests check it after every turn, production samples it.
 * @throws InvariantError naming the row
 */
export function checkScheduler(state: SchedulerState): void {
  const { tasks } = state;
  const needers = new Map<number, number>();
  const processing = new Map<number, number>();
  for (const slab of state.slabs.values()) {
    let active = 0;
    for (let row = slab.base; row < slab.base + slab.count; row++) {
      const now = tasks.state[row] as number;
      if (now !== S.released) active += 1;
      if (isActive(now)) for (const input of inputsOf(state, row)) needers.set(input, (needers.get(input) ?? 0) + 1);
      if (now === S.processing || now === S.assigned) {
        const worker = tasks.worker[row] as number;
        invariant(state.workers[worker] !== undefined, `row ${row} is processing on a worker that is there`);
        processing.set(worker, (processing.get(worker) ?? 0) + 1);
      }
      checkRow(state, row, now);
    }
    invariant(active === slab.active, `slab ${slab.id} has ${active} active rows and counts ${slab.active}`);
  }
  for (const slab of state.slabs.values())
    for (let row = slab.base; row < slab.base + slab.count; row++)
      invariant(
        tasks.needers[row] === (needers.get(row) ?? 0),
        `row ${row} counts its ${needers.get(row) ?? 0} needers, not ${tasks.needers[row]}`,
      );
  for (const worker of state.workerByName.values())
    invariant(
      worker.processing === (processing.get(worker.number) ?? 0),
      `worker ${worker.id} counts what it processes`,
    );
}

const isActive = (now: number): boolean =>
  now === S.waiting || now === S.ready || now === S.assigned || now === S.processing;

function inputsOf(state: SchedulerState, row: number): Uint32Array {
  const slab = state.slabOf(row);
  const at = row - slab.base;
  return slab.inputs.subarray(slab.inputOffsets[at], slab.inputOffsets[at + 1]);
}

function checkRow(state: SchedulerState, row: number, now: number): void {
  const { tasks } = state;
  const isNeeded = tasks.needers[row] !== 0 || tasks.wants[row] !== 0;
  const missing = inputsOf(state, row).filter((input) => tasks.state[input] !== S.memory).length;
  if (now === S.released) {
    invariant(!isNeeded, `released row ${row} is not needed`);
    invariant(tasks.worker[row] === -1, `released row ${row} is on no worker`);
    return;
  }
  invariant(isNeeded, `row ${row} in state ${now} is needed`);
  if (now === S.waiting || now === S.assigned)
    invariant(
      tasks.waitCount[row] === missing,
      `row ${row} waits for ${missing} inputs and counts ${tasks.waitCount[row]}`,
    );
  if (now === S.waiting || now === S.assigned) invariant(missing > 0, `row ${row} waits for something`);
  if (now === S.ready) {
    invariant(missing === 0, `ready row ${row} has all inputs`);
    const isQueued = tasks.kills[row] === 0 ? state.queueOf(row).has(row) : state.quarantine.has(row);
    invariant(isQueued, `ready row ${row} stands in its queue`);
  }
  if (now === S.memory)
    invariant(
      state.workers[tasks.worker[row] as number] !== undefined,
      `row ${row} in memory has a holder that is there`,
    );
  invariant((now === S.erred) === state.failures.has(row), `row ${row} has a failure exactly if it erred`);
}
