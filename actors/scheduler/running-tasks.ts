import type { FromWorker } from "../../runtime/protocol/scheduler-worker.ts";
import { isCurrent } from "./completion.ts";
import { countPrefix } from "./occupancy.ts";
import { winRace } from "./races.ts";
import { S, type SchedulerState } from "./scheduler-state.ts";
import type { WorkerRecord } from "./worker-record.ts";

/** What workers tell of tasks that run on: slots given up and taken again, progress, lines. */

/** @see https://distributed.dask.org/en/stable/task-launch.html#distributed.secede */
export function slotsChanged(
  state: SchedulerState,
  worker: WorkerRecord,
  { rows, attempts, takes }: FromWorker & { type: "slots" },
): void {
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number;
    if (!isCurrent(state, worker, row, attempts[i] as number)) continue;
    // What uses the cluster would have it do everything twice.
    winRace(state, row, worker);
    if (state.tasks.state[row] !== S.processing) continue;
    const slab = state.slabOf(row);
    const prefix = slab.prefixOf(row);
    if (takes[i] === 0 && !state.seceded.has(row)) {
      state.seceded.add(row);
      worker.seceded += 1;
      countPrefix(worker, prefix, -1);
      state.loads.eased(worker.number);
    } else if (takes[i] === 1 && state.seceded.delete(row)) {
      worker.seceded -= 1;
      countPrefix(worker, prefix, 1);
      state.loads.sent(worker.number);
    }
  }
}

export function tasksNoted(
  state: SchedulerState,
  worker: WorkerRecord,
  { rows, attempts, progress, lines }: FromWorker & { type: "notes" },
): void {
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number;
    if (!isCurrent(state, worker, row, attempts[i] as number)) continue;
    const key = state.slabOf(row).keyOf(row);
    const note = { progress: progress[i] as number, line: lines[i] as string };
    state.notes.add(key, worker.id, state.nowMs, note);
    state.out.noted.push({ key, worker: worker.id, ...note });
  }
}
