import { isCached, noteFound } from "./cache-hold.ts";
import type { Intake } from "./client-record.ts";
import { lostDataError, lostEffectError } from "./failures.ts";
import { isHeldForIntake } from "./held-for-intake.ts";
import { leaveWorker } from "./occupancy.ts";
import type { SentResult } from "./outbox.ts";
import { endRace } from "./races.ts";
import { E, FLAG, S, type SchedulerState, type TaskFailure } from "./scheduler-state.ts";
import type { Slab } from "./slab.ts";
import { noteRecall } from "./stuck-workers.ts";

/**
 * Who needs what. A row is needed while a client wants it or a needed row reads it; needing a row needs its inputs
 * in turn. All walks use a stack: graphs may be as deep as they are long.
 */

/** Makes rows needed: from released to waiting, and on to ready where nothing is missing. */
export function need(state: SchedulerState, first: number): void {
  if (state.tasks.state[first] !== S.released) return;
  needRows(state, [first], Number.POSITIVE_INFINITY);
}

/**
 * Makes the rows on a stack needed, and those they read.
 * @param most rows looked at; where there are more, the rest stays on the stack
 * @returns how many were looked at
 */
export function needRows(state: SchedulerState, stack: number[], most: number): number {
  if (state.phase === "recovering") return 0;
  let looked = 0;
  for (; looked < most; looked++) {
    const row = stack.pop();
    if (row === undefined) break;
    // The reader that asked for it may have failed since.
    if (state.tasks.state[row] !== S.released || !isNeeded(state, row)) continue;
    if (((state.tasks.flags[row] as number) & FLAG.pure) !== 0) {
      failRow(state, row, lostForGood(state, row));
      continue;
    }
    state.move(row, E.need);
    state.slabOf(row).active += 1;
    waitForInputs(state, row, stack, true);
  }
  return looked;
}

/** Whether a row is to be there: somebody needs it, or it stays for the sake of the cache. */
export const isNeeded = (state: SchedulerState, row: number): boolean =>
  state.tasks.needers[row] !== 0 || state.tasks.wants[row] !== 0 || isCached(state, row);

/**
 * Counts what a waiting row still waits for, and moves it on if that is nothing or an input has failed.
 * @param stack rows that become needed by this are pushed here
 * @param claim whether the row newly counts among the needers of its inputs
 */
export function waitForInputs(state: SchedulerState, row: number, stack: number[], claim: boolean): void {
  const { tasks } = state;
  const slab = state.slabOf(row);
  const at = row - slab.base;
  let missing = 0;
  let failed = -1;
  for (let e = slab.inputOffsets[at] as number; e < (slab.inputOffsets[at + 1] as number); e++) {
    const input = slab.inputs[e] as number;
    if (claim) tasks.needers[input] = (tasks.needers[input] as number) + 1;
    const inputState = tasks.state[input] as number;
    if (inputState === S.memory) {
      if (claim && tasks.needers[input] === 1 && tasks.wants[input] === 0) noteFound(state, input);
      continue;
    }
    missing += 1;
    if (inputState === S.erred) failed = input;
    else if (inputState === S.released) stack.push(input);
  }
  tasks.waitCount[row] = missing;
  if (failed >= 0) failRow(state, row, state.failures.get(failed) as TaskFailure);
  else if (missing === 0) state.move(row, E.inputsReady);
}

/** Visits the rows that read a row. */
export function eachDependent(state: SchedulerState, row: number, visit: (dependent: number) => void): void {
  const slab = state.slabOf(row);
  if (slab.outs.length > 0) {
    const at = row - slab.base;
    for (let e = slab.outOffsets[at] as number; e < (slab.outOffsets[at + 1] as number); e++)
      visit(slab.outs[e] as number);
  }
  const later = state.laterDependents.get(row);
  if (later !== undefined) for (const dependent of later) visit(dependent);
}

/** The result of a row lies on a worker: dependents go on, its inputs may go. */
export function arrive(
  state: SchedulerState,
  row: number,
  event: number,
  worker: number,
  bytes: number,
  result?: SentResult,
): void {
  const { tasks } = state;
  const wasReleased = tasks.state[row] === S.released;
  state.move(row, event);
  if (wasReleased) state.slabOf(row).active += 1;
  tasks.worker[row] = worker;
  tasks.bytes[row] = bytes;
  eachDependent(state, row, (dependent) => {
    const dependentState = tasks.state[dependent] as number;
    if (dependentState !== S.waiting && dependentState !== S.assigned) return;
    tasks.waitCount[dependent] = (tasks.waitCount[dependent] as number) - 1;
    if (tasks.waitCount[dependent] === 0) state.move(dependent, E.inputsReady);
  });
  if (!wasReleased) disclaimInputs(state, row);
  tellInMemory(state, row, result);
  releaseIfUnneeded(state, row);
}

/** A needed row no longer reads its inputs: those nobody else needs are released. */
export function disclaimInputs(state: SchedulerState, row: number): void {
  const slab = state.slabOf(row);
  const at = row - slab.base;
  for (let e = slab.inputOffsets[at] as number; e < (slab.inputOffsets[at + 1] as number); e++) {
    const input = slab.inputs[e] as number;
    state.tasks.needers[input] = (state.tasks.needers[input] as number) - 1;
    if (state.tasks.needers[input] === 0) releaseIfUnneeded(state, input);
  }
}

/** Releases a row that neither clients nor dependents need, and what only it needed. */
export function releaseIfUnneeded(state: SchedulerState, first: number): void {
  releaseRows(state, [first], Number.POSITIVE_INFINITY);
}

/**
 * Releases the rows on a stack that nobody needs, and what only they needed.
 * @param most rows looked at; where there are more, the rest stays on the stack
 * @returns how many were looked at
 */
export function releaseRows(state: SchedulerState, stack: number[], most: number): number {
  const { tasks } = state;
  let looked = 0;
  for (; looked < most; looked++) {
    const row = stack.pop();
    if (row === undefined) break;
    if (isNeeded(state, row) || isHeldForIntake(state, row)) continue;
    endRace(state, row);
    const from = tasks.state[row] as number;
    // One that waited for its release may have been released otherwise, and be gone with its slab.
    if (from === S.released || from === S.forgotten) continue;
    if (from === S.memory) freeReplicas(state, row);
    else if (from === S.processing || from === S.assigned) recall(state, row);
    else if (from === S.erred) state.failures.delete(row);
    state.move(row, E.release);
    tasks.worker[row] = -1;
    const slab = state.slabOf(row);
    if (from !== S.memory && from !== S.erred) disclaimInto(state, slab, row, stack);
    slab.active -= 1;
    if (slab.active === 0) state.idleSlabs.push(slab.id);
  }
  return looked;
}

/** Lets go of what was held for a submission. @returns how many rows were looked at */
export function letGoOfHeld(state: SchedulerState, { held }: Intake, most: number): number {
  let looked = 0;
  for (; looked < most; looked++) {
    const row = held.pop();
    if (row === undefined) break;
    state.tasks.needers[row] = (state.tasks.needers[row] as number) - 1;
    if (state.tasks.needers[row] === 0) releaseIfUnneeded(state, row);
  }
  return looked;
}

function disclaimInto(state: SchedulerState, slab: Slab, row: number, stack: number[]): void {
  const at = row - slab.base;
  for (let e = slab.inputOffsets[at] as number; e < (slab.inputOffsets[at + 1] as number); e++) {
    const input = slab.inputs[e] as number;
    state.tasks.needers[input] = (state.tasks.needers[input] as number) - 1;
    if (state.tasks.needers[input] === 0) stack.push(input);
  }
}

/** Tells the holders of a result to drop it. */
export function freeReplicas(state: SchedulerState, row: number): void {
  for (const holder of state.holdersOf(row))
    if (state.workers[holder] !== undefined) state.out.toWorker(holder).free(row, state.tasks.attempt[row] as number);
  state.moreHolders.delete(row);
  state.tickets.delete(row);
  callOffCopies(state, row);
}

/** Copies of a result that goes are not to come: their number may be another task's by the time they would. */
export function callOffCopies(state: SchedulerState, row: number): void {
  const { replicas } = state;
  if (replicas.orders.size === 0 && replicas.wishes.size === 0) return;
  for (const { to, attempt } of replicas.forget(row))
    if (state.workers[to] !== undefined) state.out.toWorker(to).free(row, attempt);
}

/** Takes a row back from the worker it was sent to. */
export function recall(state: SchedulerState, row: number): void {
  const number = state.tasks.worker[row] as number;
  if (state.workers[number] === undefined) return;
  state.out.toWorker(number).free(row, state.tasks.attempt[row] as number);
  noteRecall(state, number);
  leaveWorker(state, row);
}

/** Rows that were sent ahead to where this one was to be made, however far away, come back: it is not made there. */
export function recallSentAhead(state: SchedulerState, first: number): void {
  for (const row of sentAhead(state, first)) {
    recall(state, row);
    state.tasks.worker[row] = -1;
    state.move(row, E.inputLost);
  }
}

/** Rows that wait where this one is to be made for what is made of it there, however far away. */
export function sentAhead(state: SchedulerState, first: number): ReadonlySet<number> {
  const found = new Set<number>();
  const stack = [first];
  for (let row = stack.pop(); row !== undefined; row = stack.pop())
    eachDependent(state, row, (dependent) => {
      if (state.tasks.state[dependent] !== S.assigned || found.has(dependent)) return;
      found.add(dependent);
      stack.push(dependent);
    });
  return found;
}

/** A row fails, and every needed row that reads it, however far away. */
export function failRow(state: SchedulerState, first: number, failure: TaskFailure): void {
  const { tasks } = state;
  const stack = [first];
  for (let row = stack.pop(); row !== undefined; row = stack.pop()) {
    const now = tasks.state[row] as number;
    if (now === S.erred || now === S.memory) continue;
    // Dependents that are not needed stay; one that runs may have fetched the input before it was lost.
    if (row !== first && (now === S.released || now === S.processing || now === S.racing)) continue;
    endRace(state, row);
    const from = tasks.state[row] as number;
    if (from === S.released) {
      state.move(row, E.need);
      state.slabOf(row).active += 1;
      claimInputs(state, row);
    }
    const sent = from === S.processing || from === S.assigned;
    if (sent && tasks.worker[row] !== -1) recall(state, row);
    state.move(row, from === S.processing ? E.failed : E.blame);
    tasks.worker[row] = -1;
    state.failures.set(row, failure);
    tellErred(state, row, failure);
    eachDependent(state, row, (dependent) => stack.push(dependent));
    disclaimInputs(state, row);
    releaseIfUnneeded(state, row);
  }
}

function claimInputs(state: SchedulerState, row: number): void {
  const slab = state.slabOf(row);
  const at = row - slab.base;
  for (let e = slab.inputOffsets[at] as number; e < (slab.inputOffsets[at + 1] as number); e++) {
    const input = slab.inputs[e] as number;
    state.tasks.needers[input] = (state.tasks.needers[input] as number) + 1;
  }
}

function lostForGood(state: SchedulerState, row: number): TaskFailure {
  const slab = state.slabOf(row);
  const isEffect = slab.layers[slab.layerAt(row)]?.layer.annotations?.effectful === "once";
  const key = slab.keyOf(row);
  return { error: isEffect ? lostEffectError(key) : lostDataError(key), origin: row };
}

/** Tells every client that wants a row where its result lies. */
export function tellInMemory(state: SchedulerState, row: number, result?: SentResult): void {
  const head = state.tasks.wants[row] as number;
  if (head === 0) return;
  const holder = state.worker(state.tasks.worker[row] as number).id;
  const attempt = state.tasks.attempt[row] as number;
  const bytes = state.tasks.bytes[row] as number;
  state.wants.each(head, (client, handle) =>
    state.out.toClient(client).inMemory(handle, row, attempt, bytes, holder, result),
  );
}

/** Tells every client that wants a row why it failed. */
export function tellErred(state: SchedulerState, row: number, failure: TaskFailure): void {
  state.wants.each(state.tasks.wants[row] as number, (client, handle) =>
    state.out.toClient(client).erred(handle, failure.error),
  );
}

/** Tells every client that wants a row that its result is gone and made again. */
export function tellLost(state: SchedulerState, row: number): void {
  state.wants.each(state.tasks.wants[row] as number, (client, handle) => state.out.toClient(client).lost(handle));
}
