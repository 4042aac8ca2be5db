import { leaveWorker } from "./occupancy.ts";
import type { RaceCopy } from "./race-table.ts";
import { E, type SchedulerState } from "./scheduler-state.ts";
import type { WorkerRecord } from "./worker-record.ts";

/**
 * A row with two attempts at it. Whatever becomes of one of them, the other is then the row's only one, and all goes on as if it had
 * always been: a race has no ways of its own to finish, to fail or to be lost.
 */

/** Whether a report speaks of the second attempt at a row. */
export function isCopy(state: SchedulerState, row: number, worker: WorkerRecord, attempt: number): boolean {
  const copy = state.races.copies.get(row);
  return copy !== undefined && copy.worker === worker.number && copy.attempt === attempt;
}

/** Whether a worker's attempt at a row is one of two. */
export const isRacing = (state: SchedulerState, row: number, worker: WorkerRecord, attempt: number): boolean =>
  isCopy(state, row, worker, attempt) ||
  (state.races.copies.has(row) && state.tasks.worker[row] === worker.number && state.tasks.attempt[row] === attempt);

/** What a worker says of a row is what counts: another attempt at it is called off. */
export function winRace(state: SchedulerState, row: number, winner: WorkerRecord): void {
  const copy = state.races.copies.get(row);
  if (copy === undefined) return;
  const isWonByCopy = copy.worker === winner.number;
  if (isWonByCopy) state.races.won += 1;
  callOff(state, row, isWonByCopy ? (state.tasks.worker[row] as number) : copy.worker);
}

/** Both attempts are one again, so that it can be taken back as any other. */
export function endRace(state: SchedulerState, row: number): void {
  const copy = state.races.copies.get(row);
  if (copy !== undefined) callOff(state, row, copy.worker);
}

/** One of two attempts at a row came to nothing: the other goes on. @returns false if there is no other */
export function leaveRace(state: SchedulerState, row: number, number: number): boolean {
  const { races, tasks } = state;
  const copy = races.copies.get(row);
  if (copy === undefined) return false;
  leaveWorker(state, row, number);
  races.copies.delete(row);
  if (number !== copy.worker) {
    tasks.worker[row] = copy.worker;
    tasks.attempt[row] = copy.attempt;
  }
  state.move(row, E["alone"] as number);
  return true;
}

/** Rows that a worker runs while another does, in a list of their own: they may leave meanwhile. */
export function racesOf(state: SchedulerState, number: number): number[] {
  const has = ([row, copy]: [number, RaceCopy]): boolean =>
    copy.worker === number || state.tasks.worker[row] === number;
  return [...state.races.copies].filter(has).map(([row]) => row);
}

/** The attempt that a worker has at a row. */
function attemptOn(state: SchedulerState, row: number, number: number): number {
  const copy = state.races.copies.get(row);
  return copy?.worker === number ? copy.attempt : (state.tasks.attempt[row] as number);
}

function callOff(state: SchedulerState, row: number, number: number): void {
  state.out.toWorker(number).free(row, attemptOn(state, row, number));
  const loser = state.workers[number];
  if (loser !== undefined) loser.outrunMs = state.nowMs;
  leaveRace(state, row, number);
}

/**
 * A worker gives a sign of life. One that was outrun gets nothing new before: a function that does not give way to others holds its thread,
 * and would hold what is sent there too.
 */
export function heard(state: SchedulerState, worker: WorkerRecord, now: number): void {
  worker.lastSeenMs = now;
  if (worker.outrunMs === undefined || now <= worker.outrunMs) return;
  worker.outrunMs = undefined;
  state.loads.eased(worker.number);
}
