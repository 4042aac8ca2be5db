import type { FromWorker } from "../../runtime/protocol/scheduler-worker.ts";
import { assign } from "./assignment.ts";
import { isUnheard } from "./membership.ts";
import { need, recallSentAhead, waitForInputs } from "./needs.ts";
import { leaveWorker } from "./occupancy.ts";
import { isRacing, leaveRace } from "./races.ts";
import { mayRun, refreshLoad, sentTo } from "./room.ts";
import { E, hungerChart, S, type SchedulerState } from "./scheduler-state.ts";
import type { WorkerRecord } from "./worker-record.ts";

/**
 * The scheduler's part in stealing: it tells workers with little to do who has much, and it alone says whose a task is. A victim
 * that gave tasks away says so; they are claimed for the thief, or placed anew. Work per turn is bounded: a few hungry
 * workers, a few victims for each, however many there are.
 * @see https://distributed.dask.org/en/stable/work-stealing.html
 */

const H = hungerChart.eventIds;
const HINTED = hungerChart.stateId("hinted");

/** Workers that are hinted in one turn. */
const HINTS_MAX = 16;
/** Loaded workers that are looked at for one that is hungry, and that it is told of. */
const LOOKED_AT = 8;
const VICTIMS_MAX = 4;
/** Tasks that are given away at once. */
const GIVEN_MAX = 512;
/** A worker is not hinted again sooner; after hints that came to nothing, twice as long, and so on. */
const PAUSE_MS = 10;
const PAUSE_MAX_MS = 1000;
/** A task that waits no longer than this would not begin sooner elsewhere. */
const GAIN_US_MIN = 4000;

/** After placement: whose load changed is looked at anew, and hungry workers are told of loaded ones. */
export function hintHungry(state: SchedulerState): void {
  const { loads } = state;
  for (const number of loads.touched) sortIn(state, number);
  if (loads.loaded.size === 0 || state.workerByName.size < 2) return;
  for (const number of loads.hungry.next(HINTS_MAX)) {
    const thief = state.workers[number];
    if (thief?.status === "running") hint(state, thief);
  }
}

function sortIn(state: SchedulerState, number: number): void {
  const worker = state.workers[number];
  if (worker === undefined) return;
  const isLoaded = sentTo(worker) > worker.slots && worker.quarantined === 0;
  if (isLoaded) state.loads.loaded.add(number);
  else state.loads.loaded.delete(number);
  // One that is paused would hold what it takes, and have it taken from there in turn.
  const isFree = worker.quarantined === 0 && worker.outrunMs === undefined;
  const mayTake = worker.status === "running" && isFree && worker.pressure !== "high";
  const isHungry = mayTake && sentTo(worker) < worker.slots;
  if (isHungry) {
    state.loads.hungry.add(number);
    move(state, worker, H["starve"] as number);
  } else {
    state.loads.hungry.delete(number);
    move(state, worker, H["feed"] as number);
  }
}

function move(state: SchedulerState, worker: WorkerRecord, event: number): void {
  worker.hunger = state.hunger.step(worker.number, worker.hunger, event);
}

function hint(state: SchedulerState, thief: WorkerRecord): void {
  if (state.nowMs - thief.hintedMs < thief.hintPauseMs) return;
  const victims = findVictims(state, thief);
  if (victims.length === 0) return;
  if (thief.hunger === HINTED) move(state, thief, H["lapse"] as number);
  move(state, thief, H["hint"] as number);
  thief.hintedMs = state.nowMs;
  state.steals.hints += 1;
  thief.hintPauseMs = Math.min(PAUSE_MAX_MS, thief.hintPauseMs * 2);
  state.out.toWorker(thief.number).say({
    type: "hint",
    victims: victims.map((one) => one.id),
    most: Uint32Array.from(victims, (one) => shareOf(one, thief)),
    meansUs: Float64Array.from(victims, meanUs),
    bytesPerUs: state.transferRate.bytesPerUs,
    resources: { ...thief.resourcesFree },
  });
}

function findVictims(state: SchedulerState, thief: WorkerRecord): WorkerRecord[] {
  return state.loads.loaded
    .next(LOOKED_AT)
    .flatMap((number) => {
      const victim = state.workers[number];
      if (victim === undefined || victim === thief || isUnheard(victim)) return [];
      refreshLoad(state, victim);
      return victim.queueUs / victim.slots - meanUs(victim) > GAIN_US_MIN ? [victim] : [];
    })
    .sort((a, b) => b.queueUs / b.slots - a.queueUs / a.slots)
    .slice(0, VICTIMS_MAX);
}

const meanUs = (worker: WorkerRecord): number => worker.queueUs / Math.max(1, sentTo(worker));

/** What a victim has beyond its slots, shared out by the slots of both; not more than a short turn can claim. */
const shareOf = (victim: WorkerRecord, thief: WorkerRecord): number => {
  // One whose memory is tight takes what it can begin, or it would be taken from there in turn.
  const most = thief.pressure === "none" ? GIVEN_MAX : thief.slots - sentTo(thief);
  return Math.min(most, Math.ceil(((sentTo(victim) - victim.slots) * thief.slots) / (victim.slots + thief.slots)));
};

/**
 * A victim gave tasks away: they are its own no more. For whom they are is said at the end of the turn: what a turn sends out
 * comes after what it takes back, so a claim that the same turn takes back would reach the thief all the same.
 */
export function tasksRelinquished(
  state: SchedulerState,
  victim: WorkerRecord,
  message: FromWorker & { type: "relinquish" },
): void {
  const { tasks } = state;
  const { thief, incarnation } = message;
  for (let i = 0; i < message.rows.length; i++) {
    const row = message.rows[i] as number;
    const attempt = message.attempts[i] as number;
    // Another worker has it, so it need not go to a third.
    if (isRacing(state, row, victim, attempt)) {
      leaveRace(state, row, victim.number);
      voidPromise(state, thief, row, attempt);
      continue;
    }
    const now = tasks.state[row];
    // Else it was taken back, or lost to somebody else, before it was given away.
    const isGiven =
      tasks.attempt[row] === attempt &&
      tasks.worker[row] === victim.number &&
      (now === S.processing || now === S.assigned);
    if (isGiven) {
      takeBack(state, row);
      state.claims.push({ row, attempt, victim: victim.id, thief, incarnation });
    } else voidPromise(state, thief, row, attempt);
  }
}

/** Each task that was given away in this turn is claimed for its thief, if that may run it; the others are placed anew. */
export function claimGiven(state: SchedulerState): void {
  for (const { row, attempt, victim, thief: id, incarnation } of state.claims.splice(0)) {
    const known = state.workerByName.get(id);
    const thief = known?.incarnation === incarnation && known.status === "running" ? known : undefined;
    if (thief !== undefined) move(state, thief, H["claim"] as number);
    if (thief === undefined || state.tasks.attempt[row] !== attempt || !mayClaim(state, row, thief)) {
      voidPromise(state, id, row, attempt);
      continue;
    }
    assign(state, row, thief, E.place);
    state.steals.noteMoved(victim, id);
    // What may not be claimed is placed anew, perhaps where it came from: the thief is not told of it again so soon.
    thief.hintPauseMs = PAUSE_MS;
  }
}

function voidPromise(state: SchedulerState, thief: string, row: number, attempt: number): void {
  state.steals.noteReturned();
  const known = state.workerByName.get(thief);
  if (known !== undefined) state.out.toWorker(known.number).void(row, attempt);
}

/** From the victim back to waiting, and on to ready if its inputs are still there. */
function takeBack(state: SchedulerState, row: number): void {
  leaveWorker(state, row);
  state.tasks.worker[row] = -1;
  state.move(row, E.relinquished);
  recallSentAhead(state, row);
  const needed: number[] = [];
  waitForInputs(state, row, needed, false);
  for (const input of needed) need(state, input);
}

function mayClaim(state: SchedulerState, row: number, thief: WorkerRecord): boolean {
  if (state.tasks.state[row] !== S.ready || state.tasks.kills[row] !== 0 || thief.quarantined > 0) return false;
  return mayRun(state, state.queueOf(row).constraint, thief);
}
