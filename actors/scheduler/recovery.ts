import type { WorkerDeath } from "../../runtime/protocol/nanny-scheduler.ts";
import type { InventoryMessage } from "../../runtime/protocol/scheduler-worker.ts";
import { uncache } from "./cache-hold.ts";
import { noteEffect } from "./effects.ts";
import { killedWorkerError } from "./failures.ts";
import { moveMember } from "./membership.ts";
import {
  arrive,
  callOffCopies,
  eachDependent,
  failRow,
  need,
  recall,
  recallSentAhead,
  tellInMemory,
  tellLost,
  waitForInputs,
} from "./needs.ts";
import { leaveWorker } from "./occupancy.ts";
import { isRacing, leaveRace, racesOf, winRace } from "./races.ts";
import { E, FLAG, S, type SchedulerState } from "./scheduler-state.ts";
import type { WorkerRecord } from "./worker-record.ts";

/** A result exists only on the worker that made it, which is the first of its holders. */
export function markLocated(state: SchedulerState, row: number): void {
  state.tasks.flags[row] = (state.tasks.flags[row] as number) | FLAG.located;
}

/** A result lost one holder; with the last one it is lost, and made again if it is needed. */
export function dropReplica(state: SchedulerState, row: number, worker: number): void {
  const { tasks } = state;
  const more = state.moreHolders.get(row)?.filter((one) => one !== worker) ?? [];
  if (tasks.worker[row] === worker) {
    if (((tasks.flags[row] as number) & FLAG.located) !== 0) {
      for (const handle of more.splice(0)) state.out.toWorker(handle).free(row, tasks.attempt[row] as number);
      tasks.flags[row] = (tasks.flags[row] as number) & ~FLAG.located;
    }
    const heir = more.shift();
    if (heir !== undefined) {
      tasks.worker[row] = heir;
      tellInMemory(state, row);
    } else {
      state.moreHolders.delete(row);
      loseResult(state, row);
      return;
    }
  }
  if (more.length > 0) state.moreHolders.set(row, more);
  else state.moreHolders.delete(row);
}

/**
 * Whether a result could be made again if it was lost, with all it reads that is not there: none of it was scattered, has had its effect,
 * or has failed since. O(what is not there)
 */
export function canBeMadeAgain(state: SchedulerState, result: number): boolean {
  const { tasks } = state;
  const seen = new Set([result]);
  // What is added while it is gone through is gone through too.
  for (const row of seen) {
    if (tasks.state[row] === S.erred || ((tasks.flags[row] as number) & FLAG.pure) !== 0) return false;
    const { base, inputOffsets, inputs } = state.slabOf(row);
    const ends = inputOffsets.subarray(row - base, row - base + 2);
    for (const input of inputs.subarray(ends[0], ends[1])) if (tasks.state[input] !== S.memory) seen.add(input);
  }
  return true;
}

function loseResult(state: SchedulerState, row: number): void {
  const { tasks } = state;
  state.tickets.delete(row);
  callOffCopies(state, row);
  // Nothing is made again for the sake of the cache.
  uncache(state, row);
  tasks.worker[row] = -1;
  state.move(row, E.replicaLost);
  const slab = state.slabOf(row);
  slab.active -= 1;
  if (slab.active === 0) state.idleSlabs.push(slab.id);
  eachDependent(state, row, (dependent) => {
    const now = tasks.state[dependent] as number;
    if (now === S.assigned) {
      recallSentAhead(state, dependent);
      recall(state, dependent);
    }
    if (now === S.waiting || now === S.ready || now === S.assigned) {
      tasks.waitCount[dependent] = (tasks.waitCount[dependent] as number) + 1;
      if (now === S.assigned) tasks.worker[dependent] = -1;
      state.move(dependent, E.inputLost);
    } else if (now === S.processing || now === S.racing || now === S.erred) state.move(dependent, E.inputLost);
  });
  if (tasks.needers[row] !== 0 || tasks.wants[row] !== 0) {
    tellLost(state, row);
    need(state, row);
  }
}

/**
 * A worker is gone: what it ran goes back, what only it held is made again where it is needed. The rows it may have been
 * running are suspected of having ended it; they run alone from now on, and fail after `allowedFailures` more deaths.
 * @see https://distributed.dask.org/en/stable/resilience.html
 */
export function workerLost(
  state: SchedulerState,
  worker: WorkerRecord,
  isExpected: boolean,
  death?: WorkerDeath,
): void {
  const { tasks } = state;
  for (const row of racesOf(state, worker.number)) leaveRace(state, row, worker.number);
  moveMember(state, worker, "leave");
  state.workers[worker.number] = undefined;
  if (state.workerByName.get(worker.id) === worker) state.workerByName.delete(worker.id);
  state.ledger.workerGone(worker.id, worker.incarnation);
  state.lookahead.delete(worker.number);
  state.loads.forget(worker.number);
  state.out.dropWorker(worker.number);
  for (const other of state.workerByName.values())
    state.out.toWorker(other.number).say({ type: "gone", workers: [worker.id] });
  const running: number[] = [];
  const held: number[] = [];
  for (const slab of state.slabs.values())
    for (let row = slab.base; row < slab.base + slab.count; row++) {
      if (tasks.worker[row] !== worker.number) continue;
      if (tasks.state[row] === S.memory) held.push(row);
      else running.push(row);
    }
  const suspects = isExpected ? [] : suspectsOf(state, running);
  for (const [row, more] of [...state.moreHolders])
    if (more.includes(worker.number)) dropReplica(state, row, worker.number);
  for (const row of running) {
    state.seceded.delete(row);
    state.races.sentMs.delete(row);
    const owner = state.clientByNumber[state.slabOf(row).owner];
    if (owner !== undefined) owner.inFlight -= 1;
    if (state.slabOf(row).hasInputs(row)) state.readers.underWay -= 1;
    tasks.worker[row] = -1;
    state.move(row, E.workerLost);
  }
  for (const row of suspects) blameForDeath(state, row, worker, { wasAlone: suspects.length === 1, death });
  for (const row of held) if (tasks.worker[row] === worker.number) dropReplica(state, row, worker.number);
  waitAgain(state, running);
}

/**
 * The rows a worker may have been running: all it was sent and had not reported, as it runs many short ones before it reports,
 * in an order of its own. What was sent ahead of its inputs is among them: they may have been made there.
 */
function suspectsOf(state: SchedulerState, rows: readonly number[]): number[] {
  return rows.filter((row) => state.tasks.state[row] === S.processing || state.tasks.state[row] === S.assigned);
}

/** One of several is only marked, so that it runs alone from now on; what was alone when its worker died did it. */
function blameForDeath(
  state: SchedulerState,
  row: number,
  worker: WorkerRecord,
  { wasAlone, death }: { readonly wasAlone: boolean; readonly death: WorkerDeath | undefined },
): void {
  const { tasks } = state;
  const before = tasks.kills[row] as number;
  const kills = wasAlone ? Math.min(255, before + 1) : Math.max(before, 1);
  tasks.kills[row] = kills;
  if (kills !== before) state.ledger.countsChanged(row);
  if (!wasAlone || kills <= state.options.allowedFailures) return;
  const key = state.slabOf(row).keyOf(row);
  const error = killedWorkerError(key, worker.id, kills, death);
  state.log.note({ atMs: state.nowMs, level: "error", about: "task", name: key, text: error.message });
  failRow(state, row, { error, origin: row });
}

function waitAgain(state: SchedulerState, rows: readonly number[]): void {
  const needed: number[] = [];
  for (const row of rows) if (state.tasks.state[row] === S.waiting) waitForInputs(state, row, needed, false);
  for (const input of needed) need(state, input);
}

/**
 * A worker says all it holds and runs, after its session began anew. Its word is the truth about itself; what it should
 * not have it is told to drop, what it should have and has not goes back.
 */
export function reconcile(
  state: SchedulerState,
  worker: WorkerRecord,
  message: InventoryMessage,
  isMemory: (chartState: number) => boolean,
): void {
  const { tasks } = state;
  const listed = new Set<number>();
  const out = state.out.toWorker(worker.number);
  moveMember(state, worker, "listed");
  state.loads.eased(worker.number);
  // What it says of another scheduler's rows means nothing here; it drops them when it is welcomed.
  if (message.epoch !== state.lineage) return takeBackUnlisted(state, worker, listed);
  noteLayers(state, worker, message);
  for (let i = 0; i < message.rows.length; i++) {
    const row = message.rows[i] as number;
    const attempt = message.attempts[i] as number;
    if (isRacing(state, row, worker, attempt)) {
      listed.add(row);
      if (!isMemory(message.states[i] as number)) continue;
      winRace(state, row, worker);
    }
    const isSame = tasks.attempt[row] === attempt && state.slabs.has(tasks.slab[row] as number);
    const now = tasks.state[row];
    const isHere = isSame && tasks.worker[row] === worker.number;
    if (isHere && (now === S.processing || now === S.assigned)) {
      listed.add(row);
      if (!isMemory(message.states[i] as number)) continue;
      leaveWorker(state, row);
      noteEffect(state, row);
      if (message.located.includes(i)) markLocated(state, row);
      arrive(state, row, E.finished, worker.number, message.bytes[i] as number);
    } else if (isSame && now === S.memory) {
      // A copy on its way there is as good: it will be told of, and must not be freed under that word.
      if (!isMemory(message.states[i] as number)) continue;
      listed.add(row);
      if (!state.holdersOf(row).includes(worker.number))
        state.moreHolders.set(row, [...(state.moreHolders.get(row) ?? []), worker.number]);
    } else out.free(row, attempt);
  }
  takeBackUnlisted(state, worker, listed);
}

/** Layers it knows that are no more are forgotten there too, and so are others that had the number of one of today's. */
export function noteLayers(
  state: SchedulerState,
  worker: WorkerRecord,
  { layers, layersSince }: Pick<InventoryMessage, "layers" | "layersSince">,
): void {
  const sinceOf = new Map<number, number>();
  for (const slab of state.slabs.values()) for (const { id } of slab.layers) sinceOf.set(id, slab.since);
  for (const [at, id] of layers.entries())
    if (sinceOf.get(id) === layersSince[at]) worker.knownLayers.add(id);
    else state.out.toWorker(worker.number).forgetLayer(id);
}

function takeBackUnlisted(state: SchedulerState, worker: WorkerRecord, listed: ReadonlySet<number>): void {
  const { tasks } = state;
  for (const row of racesOf(state, worker.number)) if (!listed.has(row)) leaveRace(state, row, worker.number);
  const running: number[] = [];
  const held: number[] = [];
  for (const slab of state.slabs.values())
    for (let row = slab.base; row < slab.base + slab.count; row++) {
      if (tasks.worker[row] !== worker.number || listed.has(row)) continue;
      const ticket = state.tickets.get(row);
      // Its adoption may have been lost on the way: the data waits there.
      if (ticket !== undefined)
        state.out.toWorker(worker.number).adopt(row, tasks.attempt[row] as number, slab.since, ticket);
      else if (tasks.state[row] === S.memory) held.push(row);
      else if (tasks.state[row] === S.processing || tasks.state[row] === S.assigned) running.push(row);
    }
  for (const [row, more] of [...state.moreHolders])
    if (more.includes(worker.number) && !listed.has(row)) dropReplica(state, row, worker.number);
  for (const row of running) {
    // It may have come back with a row it was sent ahead of.
    if (tasks.worker[row] !== worker.number) continue;
    leaveWorker(state, row);
    tasks.worker[row] = -1;
    state.move(row, E.workerLost);
    recallSentAhead(state, row);
  }
  for (const row of held) if (tasks.worker[row] === worker.number) dropReplica(state, row, worker.number);
  waitAgain(state, running);
}
