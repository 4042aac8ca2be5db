import { broken } from "../../runtime/base/errors.ts";
import { isCached } from "./cache-hold.ts";
import type { ClientRecord } from "./client-record.ts";
import { isNeeded } from "./needs.ts";
import { sentTo } from "./room.ts";
import { S, type SchedulerState } from "./scheduler-state.ts";
import type { Slab } from "./slab.ts";
import { checkWorkerBooks } from "./worker-books.ts";
import type { WorkerRecord } from "./worker-record.ts";

/**
 * What must hold of the whole state between turns: every counter equals its recomputation, every row is where its state
 * says. O(tasks + edges): the simulator and the tests check it after every turn, and whoever validates a cluster.
 * @throws InvariantError naming the row
 */
export function checkScheduler(state: SchedulerState): void {
  // Until workers have said what they have, nothing is needed, whatever is wanted.
  if (state.phase === "recovering") return;
  const needers = new Uint32Array(state.tasks.state.length);
  const processing = new Uint32Array(state.workers.length);
  // Rows of a submission that is being taken in are needed before they move.
  const departures = [...state.departures.all()];
  const takenIn = [...state.intakes, ...departures.map(({ client }) => client)];
  const soon = new Set(takenIn.flatMap((client) => client.intake?.stack ?? []));
  const going = new Set(departures.flatMap(({ stack }) => stack));
  if (going.has(-1) || soon.has(-1)) broken("what is let go of, or taken in, is a row");
  const inFlight = new Uint32Array(state.clientByNumber.length);
  for (const { intake } of takenIn) for (const row of intake?.held ?? []) needers[row] = (needers[row] as number) + 1;
  const sums = { needers, processing, inFlight, readers: 0, soon, going };
  for (const slab of state.slabs.values()) checkSlab(state, slab, sums);
  for (const slab of state.slabs.values())
    for (let row = slab.base; row < slab.base + slab.count; row++)
      if (state.tasks.needers[row] !== needers[row])
        broken(`row ${row} counts its ${needers[row]} needers, not ${state.tasks.needers[row]}`);
  for (const worker of state.workerByName.values())
    if (worker.processing !== processing[worker.number]) broken(`worker ${worker.id} counts what it processes`);
  for (const client of state.clients.values()) checkShare(client, inFlight[client.number] as number);
  checkWorkerBooks(state);
  for (const [row, more] of state.moreHolders) checkHolders(state, row, more);
  if (state.loads.touched.size === 0) for (const worker of state.workerByName.values()) checkLoad(state, worker);
  if (state.readers.underWay !== sums.readers)
    broken(`${sums.readers} rows that read results are under way, not ${state.readers.underWay}`);
}

/** Copies of what is in memory lie on workers that are here, one on each. */
function checkHolders({ tasks, workers }: SchedulerState, row: number, more: readonly number[]): void {
  if (tasks.state[row] !== S.memory || more.length === 0) broken(`row ${row}, of which there are copies, is in memory`);
  const holders = [tasks.worker[row] as number, ...more];
  if (new Set(holders).size < holders.length) broken(`row ${row} lies on each of ${holders.join(", ")} once`);
  if (holders.some((one) => workers[one] === undefined)) broken(`row ${row} lies on workers that are here`);
}

/** What a client has with workers counts for it, and its share is one. @param inFlight as counted anew */
function checkShare(client: ClientRecord, inFlight: number): void {
  if (client.inFlight !== inFlight)
    broken(`client ${client.id} has ${inFlight} rows with workers, not ${client.inFlight}`);
  if (!(client.weight > 0 && client.atOnceMax >= 1)) broken(`client ${client.id} may have something, in some time`);
}

/** Who has more than it can begin may be asked for some of it, and who can begin more is told of such. */
function checkLoad({ loads }: SchedulerState, worker: WorkerRecord): void {
  const { number, id, slots, quarantined } = worker;
  if (loads.loaded.has(number) !== (quarantined === 0 && sentTo(worker) > slots))
    broken(`${id}, which has ${sentTo(worker)} for ${slots} slots, is known as loaded exactly if it is`);
  if (loads.hungry.has(number) && sentTo(worker) >= slots) broken(`${id}, which has enough, is not known as hungry`);
}

/** What is added up on the way. */
interface Sums {
  readonly needers: Uint32Array;
  readonly processing: Uint32Array;
  /** By client. */
  readonly inFlight: Uint32Array;
  /** Attempts under way that read results. */
  readers: number;
  readonly soon: ReadonlySet<number>;
  /** Rows that nobody needs and that have yet to be released. */
  readonly going: ReadonlySet<number>;
}

/** Checks the rows of a slab, and adds up whom they need and where they run. */
function checkSlab(state: SchedulerState, slab: Slab, sums: Sums): void {
  const { needers, soon, going } = sums;
  const { tasks } = state;
  let active = 0;
  for (let at = 0; at < slab.count; at++) {
    const row = slab.base + at;
    const now = tasks.state[row] as number;
    if (now !== S.released) active += 1;
    const needs =
      now === S.waiting ||
      now === S.ready ||
      now === S.assigned ||
      now === S.processing ||
      now === S.racing ||
      now === S.resting;
    let missing = 0;
    if (needs)
      for (let e = slab.inputOffsets[at] as number; e < (slab.inputOffsets[at + 1] as number); e++) {
        const input = slab.inputs[e] as number;
        needers[input] = (needers[input] as number) + 1;
        if (tasks.state[input] !== S.memory) missing += 1;
      }
    const copy = state.races.copies.get(row);
    if ((now === S.racing) !== (copy !== undefined)) broken(`row ${row} has a second attempt exactly if it races`);
    const isSent = now === S.processing || now === S.racing || now === S.assigned;
    if (isSent) countSent(state, row, tasks.worker[row] as number, slab.owner, sums);
    if (copy !== undefined) countSent(state, row, copy.worker, slab.owner, sums);
    if (slab.hasInputs(row)) sums.readers += Number(isSent) + Number(copy !== undefined);
    if (copy?.worker === tasks.worker[row]) broken(`row ${row} races on two workers`);
    if (!(now === S.released ? soon : going).has(row)) checkNeed(state, row, now);
    if (tasks.wants[row] !== 0) checkWants(state, row);
    checkRow(state, row, now, missing);
  }
  if (active !== slab.active) broken(`slab ${slab.id} has ${active} active rows and counts ${slab.active}`);
}

function countSent(state: SchedulerState, row: number, worker: number, owner: number, sums: Sums): void {
  const { processing, inFlight } = sums;
  if (state.workers[worker] === undefined) broken(`row ${row} is processing on a worker that is there`);
  processing[worker] = (processing[worker] as number) + 1;
  inFlight[owner] = (inFlight[owner] as number) + 1;
}

function checkNeed(state: SchedulerState, row: number, now: number): void {
  if (isNeeded(state, row) !== (now !== S.released)) broken(`row ${row} in state ${now} is needed, or released`);
  if (isCached(state, row) && (now !== S.memory || state.cache?.has(row) !== true))
    broken(`row ${row}, which is cached, is in memory and known to the cache`);
}

/** What a client that is gone wanted is wanted until that is let go of, and no longer. */
function checkWants(state: SchedulerState, row: number): void {
  state.wants.each(state.tasks.wants[row] as number, (client, handle) => {
    if (state.clientByNumber[client] === undefined && !state.departures.has(client))
      broken(`row ${row} is wanted, as ${handle}, by a client that is here or goes, not by number ${client}`);
  });
}

/** @param missing its inputs that are not in memory, where its state needs them */
function checkRow(state: SchedulerState, row: number, now: number, missing: number): void {
  const { tasks } = state;
  if (now === S.released && tasks.worker[row] !== -1) broken(`released row ${row} is on no worker`);
  if (now === S.waiting || now === S.assigned) {
    if (tasks.waitCount[row] !== missing)
      broken(`row ${row} waits for ${missing} inputs and counts ${tasks.waitCount[row]}`);
    if (missing === 0) broken(`row ${row} waits for something`);
  }
  if (now === S.ready) {
    if (missing !== 0) broken(`ready row ${row} has all inputs`);
    const isQueued = tasks.kills[row] === 0 ? state.queueOf(row).has(row) : state.quarantine.has(row);
    if (!isQueued) broken(`ready row ${row} stands in its queue`);
  }
  if (now === S.memory && state.workers[tasks.worker[row] as number] === undefined)
    broken(`row ${row} in memory has a holder that is there`);
  if ((now === S.erred) !== state.failures.has(row)) broken(`row ${row} has a failure exactly if it erred`);
}
