import { assignCopy } from "./assignment.ts";
import { recallSentAhead, sentAhead } from "./needs.ts";
import { hasAllItMay } from "./quotas.ts";
import { mayRun, sentTo } from "./room.ts";
import { S, type SchedulerState } from "./scheduler-state.ts";
import type { WorkerRecord } from "./worker-record.ts";

/** A task is a straggler from so many times as long on as its kind takes, and not before it has had so long. */
const BEYOND = 3;
const LEAST_MS = 1000;
/** Of a kind that finished fewer times it is not known how long it takes. */
const FINISHED_MIN = 3;
/** How often stragglers are looked for, and how many tasks and workers are looked at. */
const LOOK_MS = 200;
const ROWS_MAX = 1024;
const WORKERS_MAX = 16;

/**
 * Where a task runs far beyond what its kind takes and a worker has a slot that nothing else is ready for, it is begun there once more,
 * under an attempt of its own. The first of the two to finish counts. Only tasks that allow it ({@link mayBeCopied}), and each only once
 * before it is sent anew: one that ends its workers ends one more at most. @returns whether something was begun once more
 */
export function copyStragglers(state: SchedulerState): boolean {
  const { races, nowMs } = state;
  if (races.sentMs.size === 0 || nowMs < races.nextMs) return false;
  races.nextMs = nowMs + LOOK_MS;
  const { made } = races;
  let left = ROWS_MAX;
  for (const [row, sentMs] of races.sentMs) {
    if (left-- === 0) break;
    // Until its inputs are there it has not begun.
    if (state.tasks.state[row] === S.assigned) races.sentMs.set(row, nowMs);
    else if (isStraggler(state, row, nowMs - sentMs) && !copy(state, row)) break;
  }
  return races.made > made;
}

function isStraggler(state: SchedulerState, row: number, ageMs: number): boolean {
  const { estimates, tasks } = state;
  if (tasks.state[row] !== S.processing || tasks.kills[row] !== 0 || state.seceded.has(row)) return false;
  const prefix = state.slabOf(row).prefixOf(row);
  if ((estimates.finished[prefix] as number) < FINISHED_MIN) return false;
  return ageMs > Math.max(LEAST_MS, (BEYOND * estimates.durationUs(prefix)) / 1000);
}

/** False if no worker has a free slot for anything. */
function copy(state: SchedulerState, row: number): boolean {
  const { tasks, races } = state;
  const idle = state.loads.hungry.next(WORKERS_MAX).flatMap((number) => {
    const worker = state.workers[number];
    return worker !== undefined && isIdle(worker) ? [worker] : [];
  });
  if (idle.length === 0) return false;
  const { constraint } = state.queueOf(row);
  const second = idle.find((worker) => worker.number !== tasks.worker[row] && mayRun(state, constraint, worker));
  if (second === undefined || hasAllItMay(state, state.slabOf(row).owner)) return true;
  if (!hasInputs(state, row) || !mayBeRecalled(state, row)) return true;
  const first = state.worker(tasks.worker[row] as number);
  // What was sent ahead to where it is made would have to be made elsewhere if the copy wins.
  recallSentAhead(state, row);
  assignCopy(state, row, second);
  races.made += 1;
  const text = `runs on ${first.id} for far longer than its kind does: begun once more on ${second.id}`;
  state.log.note({ atMs: state.nowMs, level: "info", about: "task", name: state.slabOf(row).keyOf(row), text });
  return true;
}

const isIdle = (worker: WorkerRecord): boolean =>
  worker.status === "running" &&
  worker.pressure === "none" &&
  worker.quarantined === 0 &&
  worker.outrunMs === undefined &&
  sentTo(worker) < worker.slots;

/** What was sent ahead of a straggler may begin there before it hears that it is to be made elsewhere: it must bear to run twice, too. */
function mayBeRecalled(state: SchedulerState, row: number): boolean {
  for (const dependent of sentAhead(state, row)) if (!state.races.sentMs.has(dependent)) return false;
  return true;
}

/** Its own worker may have fetched what is lost by now. */
function hasInputs(state: SchedulerState, row: number): boolean {
  const slab = state.slabOf(row);
  const at = row - slab.base;
  for (let e = slab.inputOffsets[at] as number; e < (slab.inputOffsets[at + 1] as number); e++)
    if (state.tasks.state[slab.inputs[e] as number] !== S.memory) return false;
  return true;
}
