import type { FailedTask } from "../../runtime/protocol/client-scheduler.ts";
import type { FinishedMessage, FromWorker } from "../../runtime/protocol/scheduler-worker.ts";
import { itemAt } from "../../runtime/protocol/value-column.ts";
import { mayCache } from "./cached-results.ts";
import { copyArrived } from "./copies.ts";
import { noteEffect } from "./effects.ts";
import { arrive, failRow, need, recallSentAhead, waitForInputs } from "./needs.ts";
import { leaveWorker } from "./occupancy.ts";
import type { SentResult } from "./outbox.ts";
import { isCopy, leaveRace, winRace } from "./races.ts";
import { dropReplica, markLocated } from "./recovery.ts";
import { restMs } from "./rests.ts";
import { E, FLAG, S, type SchedulerState } from "./scheduler-state.ts";
import { RETRIES_MAX } from "./task-columns.ts";
import type { WorkerRecord } from "./worker-record.ts";

/** What workers report of tasks. Each report names its attempt; one that is not current changes nothing here. */

/** Tasks finished: results lie on the worker. */
export function tasksFinished(state: SchedulerState, worker: WorkerRecord, message: FinishedMessage): void {
  const { rows, attempts } = message;
  learnDurations(state, worker, message);
  let nextResult = 0;
  let nextLocated = 0;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number;
    let result: SentResult | undefined;
    const isLocated = message.located[nextLocated] === i;
    if (isLocated) nextLocated += 1;
    if (message.resultOf[nextResult] === i) result = { value: itemAt(message.results, nextResult++) };
    if (!isCurrent(state, worker, row, attempts[i] as number)) {
      state.out.toWorker(worker.number).free(row, attempts[i] as number);
      continue;
    }
    winRace(state, row, worker);
    const now = state.tasks.state[row];
    if (now === S.processing || now === S.assigned) {
      leaveWorker(state, row);
      if (state.slabOf(row).hasInputs(row)) state.readers.finished(state.nowMs, message.durationsUs[i] as number);
      noteEffect(state, row);
      if (isLocated) markLocated(state, row);
      mayCache(state, row, message.durationsUs[i] as number, message.bytes[i] as number);
      arrive(state, row, E.finished, worker.number, message.bytes[i] as number, result);
    } else state.move(row, E.finished);
  }
}

/** Whether a report speaks of the assignment that is in force. */
export function isCurrent(state: SchedulerState, worker: WorkerRecord, row: number, attempt: number): boolean {
  const { tasks } = state;
  if (!state.slabs.has(tasks.slab[row] as number)) return false;
  if (tasks.attempt[row] !== attempt) return isCopy(state, row, worker, attempt);
  return tasks.worker[row] === worker.number || tasks.worker[row] === -1;
}

function learnDurations(state: SchedulerState, worker: WorkerRecord, message: FinishedMessage): void {
  const sums = new Map<number, { us: number; count: number }>();
  let slabId = -1;
  let layer = -1;
  let first = 0;
  let end = 0;
  let sum = { us: 0, count: 0 };
  let span: string | undefined;
  for (let i = 0; i < message.rows.length; i++) {
    const row = message.rows[i] as number;
    const slab = state.slabs.get(state.tasks.slab[row] as number);
    if (slab === undefined) continue;
    if (slab.id !== slabId || row < first || row >= end) {
      slabId = slab.id;
      layer = slab.layerAt(row);
      const isMixed = slab.layers[layer]?.kinds !== undefined;
      first = isMixed ? row : slab.base + (slab.bases[layer] as number);
      end = isMixed ? row + 1 : slab.base + (slab.bases[layer + 1] as number);
      span = slab.layers[layer]?.layer.annotations?.span;
      const prefix = slab.prefixOf(row, layer);
      sum = sums.get(prefix) ?? { us: 0, count: 0 };
      sums.set(prefix, sum);
    }
    sum.us += message.durationsUs[i] as number;
    sum.count += 1;
    // A straggler's copy counts as what it copies does.
    if (span !== undefined && isCurrent(state, worker, row, message.attempts[i] as number))
      state.spans.finished(span, message.durationsUs[i] as number, message.bytes[i] as number, state.nowMs);
  }
  for (const [prefix, { us, count }] of sums) state.estimates.learn(prefix, us, count);
}

/** Tasks threw: tried again while retries are left, else they fail with all that needs them. */
export function tasksFailed(
  state: SchedulerState,
  worker: WorkerRecord,
  message: FromWorker & { type: "failed" },
): void {
  const { tasks } = state;
  for (let i = 0; i < message.rows.length; i++) {
    const row = message.rows[i] as number;
    if (!isCurrent(state, worker, row, message.attempts[i] as number)) continue;
    // If the other attempt fails too, that failure is the task's.
    if (leaveRace(state, row, worker.number)) {
      noteFailure(state, worker, row, message.errors[i]);
      continue;
    }
    const now = tasks.state[row];
    const isRunning = now === S.processing || now === S.assigned;
    if (isRunning) leaveWorker(state, row);
    if (isRunning) noteFailure(state, worker, row, message.errors[i]);
    if (isRunning && (tasks.retriesLeft[row] as number) > 0) {
      tasks.retriesLeft[row] = (tasks.retriesLeft[row] as number) - 1;
      state.ledger.countsChanged(row);
      tryAgain(state, row);
    } else if (isRunning) {
      tasks.worker[row] = -1;
      const failed: FailedTask = { key: state.slabOf(row).keyOf(row), worker: worker.id, thrown: message.errors[i] };
      failRow(state, row, { error: failed, origin: row });
    } else state.move(row, E.failed);
  }
}

/** At once, or after the rest that was asked for. */
function tryAgain(state: SchedulerState, row: number): void {
  const { tasks } = state;
  const slab = state.slabOf(row);
  const { retryDelayMs, retries } = slab.layers[slab.layerAt(row)]?.layer.annotations ?? {};
  if (retryDelayMs === undefined || tasks.state[row] !== S.processing) return sendBack(state, row, E.again);
  const failures = Math.min(RETRIES_MAX, retries ?? 1) - (tasks.retriesLeft[row] as number);
  tasks.worker[row] = -1;
  state.move(row, E.rest);
  recallSentAhead(state, row);
  state.rests.add(row, tasks.attempt[row] as number, state.nowMs + restMs(retryDelayMs, failures, row));
}

/** Rows that have rested wait for a worker again. */
export function wakeRested(state: SchedulerState): void {
  for (const { row, attempt } of state.rests.takeDue(state.nowMs)) {
    // It was let go, cancelled, or its number belongs to another task.
    if (state.tasks.state[row] !== S.resting || state.tasks.attempt[row] !== attempt) continue;
    state.move(row, E.rested);
    const needed: number[] = [];
    waitForInputs(state, row, needed, false);
    for (const input of needed) need(state, input);
  }
}

function noteFailure(state: SchedulerState, worker: WorkerRecord, row: number, thrown: unknown): void {
  const slab = state.slabOf(row);
  const prefix = slab.prefixOf(row);
  state.estimates.noteFailure(prefix);
  const span = slab.layers[slab.layerAt(row)]?.layer.annotations?.span;
  if (span !== undefined) state.spans.failed(span, state.nowMs);
  state.log.noteFailure({
    atMs: state.nowMs,
    key: slab.keyOf(row),
    prefix: state.estimates.names[prefix] as string,
    worker: worker.id,
    thrown,
    retriesLeft: state.tasks.retriesLeft[row] as number,
  });
}

/** Tasks came back since inputs could not be had: the holders that failed are no longer believed. */
export function tasksMissing(
  state: SchedulerState,
  worker: WorkerRecord,
  message: FromWorker & { type: "missing" },
): void {
  for (let i = 0; i < message.rows.length; i++) {
    const row = message.rows[i] as number;
    if (!isCurrent(state, worker, row, message.attempts[i] as number)) continue;
    if (leaveRace(state, row, worker.number)) continue;
    const now = state.tasks.state[row];
    if (now === S.processing || now === S.assigned) {
      leaveWorker(state, row);
      sendBack(state, row, E.missing);
    } else state.move(row, E.missing);
  }
  for (let i = 0; i < message.inputs.length; i++) {
    const input = message.inputs[i] as number;
    const holder = state.workerByName.get(message.holders[i] as string);
    if (holder === undefined || state.tasks.attempt[input] !== message.inputAttempts[i]) continue;
    const holders = state.holdersOf(input);
    if (!holders.includes(holder.number)) continue;
    const attempt = message.inputAttempts[i] as number;
    if (holder !== worker && holders.length === 1 && ((state.tasks.flags[input] as number) & FLAG.pure) !== 0) {
      // It cannot be made again: only its holder itself, asked on the way that its adoption took, can say that it is gone.
      state.out.toWorker(holder.number).verify(input, attempt);
    } else {
      // The holder may have it after all, behind a broken path: it is told to let go, so that no copy is forgotten.
      state.out.toWorker(holder.number).free(input, attempt);
      dropReplica(state, input, holder.number);
    }
  }
}

/** From the worker back to waiting, and on from there. */
export function sendBack(state: SchedulerState, row: number, event: number): void {
  state.tasks.worker[row] = -1;
  state.move(row, event);
  recallSentAhead(state, row);
  const needed: number[] = [];
  waitForInputs(state, row, needed, false);
  for (const input of needed) need(state, input);
}

/** Copies of results lie on a worker that fetched them. */
export function replicasAdded(
  state: SchedulerState,
  worker: WorkerRecord,
  rows: Uint32Array,
  attempts: Float64Array,
): void {
  const { tasks } = state;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number;
    if (tasks.state[row] !== S.memory || tasks.attempt[row] !== attempts[i]) {
      state.out.toWorker(worker.number).free(row, attempts[i] as number);
      continue;
    }
    state.tickets.delete(row);
    if (!state.holdersOf(row).includes(worker.number)) {
      const more = state.moreHolders.get(row);
      if (more === undefined) state.moreHolders.set(row, [worker.number]);
      else more.push(worker.number);
    }
    copyArrived(state, row, worker);
  }
}
