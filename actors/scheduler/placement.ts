import { assign } from "./assignment.ts";
import { eachDependent } from "./needs.ts";
import { OpenWorkers } from "./open-workers.ts";
import { hasAllItMay, placesLeft } from "./quotas.ts";
import type { Constraint, ReadyQueue } from "./ready-queue.ts";
import { hasRoom, mayRun, mightRun, refreshLoad, SENT_PER_WORKER_MAX, sentTo } from "./room.ts";
import { E, S, type SchedulerState } from "./scheduler-state.ts";
import type { Slab } from "./slab.ts";
import { isReadSource } from "./source-credit.ts";
import type { WorkerRecord } from "./worker-record.ts";

/** Rows behind a source that has to wait. */
const READERS_LOOKED_AT = 256;
/** Neighbours in the order that go to one worker together. */
const RUN_MAX = 256;

/**
 * Hands ready rows to workers, most urgent first, as far as there is room. Rows that ask for a worker or for resources that
 * are not free stand in queues of their own, so that nothing waits behind them.
 */
export function placeReady(state: SchedulerState): void {
  const { loads, queues } = state;
  if (state.quarantine.size > 0 || queues.nonEmpty.length > 0) {
    const open = new OpenWorkers(state);
    placeQuarantined(state, open);
    if (queues.isContended || state.departures.size > 0) placeFairly(state, open);
    else placeInOrder(state, open);
  }
  for (const number of loads.touched) sendAhead(state, number);
}

function placeInOrder(state: SchedulerState, open: OpenWorkers): void {
  const { nonEmpty } = state.queues;
  // A queue that runs empty leaves the list, and the next one takes its place.
  for (let at = 0; at < nonEmpty.length && open.size > 0; ) {
    const queue = nonEmpty[at] as ReadyQueue;
    drainQueue(state, queue, open, Number.POSITIVE_INFINITY);
    if (queue.size > 0) at += 1;
  }
}

/** Among queues of one priority, the client that was served least has the next turn. */
function placeFairly(state: SchedulerState, open: OpenWorkers): void {
  const blocked = new Set<ReadyQueue>();
  while (open.size > 0) {
    const queue = nextFairly(state, blocked);
    if (queue === undefined) return;
    const client = state.clientByNumber[queue.slab.owner];
    if (client !== undefined) state.servedUs = Math.max(state.servedUs, client.servedUs);
    const most = client === undefined ? TURN_ROWS : Math.min(TURN_ROWS, placesLeft(state, client));
    const before = queue.size;
    drainQueue(state, queue, open, most);
    if (queue.size === before) blocked.add(queue);
  }
}

/** Rows that a client is handed before others are looked at. */
const TURN_ROWS = 8;

function nextFairly(state: SchedulerState, blocked: ReadonlySet<ReadyQueue>): ReadyQueue | undefined {
  let best: ReadyQueue | undefined;
  let bestUs = Number.POSITIVE_INFINITY;
  for (const queue of state.queues.nonEmpty) {
    if (best !== undefined && queue.priority < best.priority) break;
    // What a client that is gone has ready is handed out, where others need it, once all it held is let go of.
    if (blocked.has(queue) || state.departures.has(queue.slab.owner)) continue;
    if (hasAllItMay(state, queue.slab.owner)) continue;
    const servedUs = state.clientByNumber[queue.slab.owner]?.servedUs ?? 0;
    if (servedUs >= bestUs) continue;
    best = queue;
    bestUs = servedUs;
  }
  return best;
}

/** Rows under suspicion run one at a time on a worker that has nothing else. */
function placeQuarantined(state: SchedulerState, open: OpenWorkers): void {
  if (state.quarantine.size === 0) return;
  const waiting = new Set<Constraint | null>();
  for (const row of [...state.quarantine]) {
    const { constraint } = state.queueOf(row);
    // No worker is kept for what its client may not have run now; a place of the client is.
    if (state.clientByNumber[state.slabOf(row).owner]?.isAtQuota === true) continue;
    const idle = open.find((worker) => worker.processing === 0 && mayRun(state, constraint, worker));
    if (idle === undefined) waiting.add(constraint);
    else {
      assign(state, row, idle, E.place);
      open.close(idle);
    }
  }
  // One worker is let run dry for those that are left, or busy workers would make them wait for ever; none for a row that no
  // worker may run.
  const constraints = [...waiting];
  open.closeLeastSent((worker) => constraints.some((constraint) => mightRun(state, constraint, worker)));
}

function drainQueue(state: SchedulerState, queue: ReadyQueue, open: OpenWorkers, most: number): void {
  let current: WorkerRecord | undefined;
  let runLeft = 0;
  for (let left = most; left > 0 && queue.size > 0 && open.size > 0; left--) {
    let row = queue.first();
    if (current === undefined || runLeft <= 0 || state.slabOf(row).hasInputs(row)) {
      current = choose(state, queue, row, open);
      runLeft = Math.min(RUN_MAX, Math.max(1, Math.floor(queue.size / (open.size * 2))));
      if (current === undefined) {
        row = readerBehind(state, queue, row);
        if (row >= 0) current = choose(state, queue, row, open);
        if (current === undefined) return;
        runLeft = 1;
      }
    }
    runLeft -= 1;
    assign(state, row, current, E.place);
    const isFull = !hasRoom(state, current);
    if (isFull) open.close(current);
    const isDone = isFull || current.pressure !== "none" || !mayRun(state, queue.constraint, current);
    if (isDone) current = undefined;
  }
}

/** A source that has to wait holds up no row that reads what there is. -1 if none is near. */
function readerBehind(state: SchedulerState, queue: ReadyQueue, source: number): number {
  if (!isReadSource(state, source)) return -1;
  let row = source;
  for (let left = READERS_LOOKED_AT; left > 0; left--) {
    row = queue.after(row);
    if (row < 0 || state.slabOf(row).hasInputs(row)) return row;
  }
  return -1;
}

/** The worker with room that would finish a row first, as far as a few candidates tell. */
function choose(state: SchedulerState, queue: ReadyQueue, row: number, open: OpenWorkers): WorkerRecord | undefined {
  const { constraint } = queue;
  const slab = state.slabOf(row);
  const isSource = !slab.hasInputs(row);
  const leastBusy = open.leastBusy(constraint, isSource ? (isReadSource(state, row) ? "read" : "unread") : "reader");
  if (leastBusy === undefined || isSource || state.workerByName.size === 1) return leastBusy;
  const held = bytesByHolder(state, slab, row);
  let best = leastBusy;
  const { bytesPerUs } = state.transferRate;
  let bestCost = costUs(best, held, bytesPerUs);
  for (const number of held.byWorker.keys()) {
    const holder = state.workers[number];
    // A holder without room is still the best place for a row whose inputs take longer to move than it to catch up.
    if (holder === undefined || holder.status !== "running" || holder.quarantined > 0) continue;
    if (holder.outrunMs !== undefined) continue;
    if (holder.pressure === "high" && sentTo(holder) > 0) continue;
    if (sentTo(holder) >= SENT_PER_WORKER_MAX || !mayRun(state, constraint, holder)) continue;
    const cost = costUs(holder, held, bytesPerUs);
    if (cost < bestCost || (cost === bestCost && best === leastBusy)) {
      best = holder;
      bestCost = cost;
    }
  }
  return best;
}

interface HeldBytes {
  readonly total: number;
  readonly byWorker: Map<number, number>;
}

function bytesByHolder(state: SchedulerState, slab: Slab, row: number): HeldBytes {
  const byWorker = new Map<number, number>();
  let total = 0;
  const at = row - slab.base;
  for (let e = slab.inputOffsets[at] as number; e < (slab.inputOffsets[at + 1] as number); e++) {
    const input = slab.inputs[e] as number;
    const bytes = Math.max(state.tasks.bytes[input] as number, 1);
    total += bytes;
    for (const holder of state.holdersOf(input)) byWorker.set(holder, (byWorker.get(holder) ?? 0) + bytes);
  }
  return { total, byWorker };
}

const costUs = (worker: WorkerRecord, held: HeldBytes, bytesPerUs: number): number =>
  worker.queueUs / worker.slots + (held.total - (held.byWorker.get(worker.number) ?? 0)) / bytesPerUs;

/**
 * Sends dependents ahead to the worker that is making all their inputs, so that a chain needs no round trip a link. Only
 * where nothing is lost by it: the sole worker, or rows that are the only needed reader of what they wait for.
 */
function sendAhead(state: SchedulerState, number: number): void {
  const frontier = state.lookahead.get(number);
  if (frontier === undefined) return;
  const worker = state.workers[number];
  if (worker === undefined || worker.status !== "running") {
    state.lookahead.delete(number);
    return;
  }
  refreshLoad(state, worker);
  const isSole = state.workerByName.size === 1;
  let at = 0;
  for (; at < frontier.length && hasRoom(state, worker); at++) {
    const row = frontier[at] as number;
    if (!isOn(state, row, number)) continue;
    let needed = 0;
    eachDependent(state, row, (dependent) => {
      if (state.tasks.state[dependent] === S.waiting) needed += 1;
    });
    if (needed === 0 || (needed > 1 && !isSole)) continue;
    eachDependent(state, row, (dependent) => {
      if (hasRoom(state, worker) && maySendAhead(state, dependent, number))
        assign(state, dependent, worker, E.preassign);
    });
  }
  if (at >= frontier.length) state.lookahead.delete(number);
  else frontier.splice(0, at);
}

const isOn = (state: SchedulerState, row: number, worker: number): boolean =>
  state.tasks.worker[row] === worker &&
  (state.tasks.state[row] === S.processing || state.tasks.state[row] === S.assigned);

function maySendAhead(state: SchedulerState, row: number, worker: number): boolean {
  const { tasks } = state;
  if (tasks.state[row] !== S.waiting || tasks.kills[row] !== 0 || state.queueOf(row).constraint !== null) return false;
  const slab = state.slabOf(row);
  if (hasAllItMay(state, slab.owner)) return false;
  const at = row - slab.base;
  for (let e = slab.inputOffsets[at] as number; e < (slab.inputOffsets[at + 1] as number); e++) {
    const input = slab.inputs[e] as number;
    if (tasks.state[input] !== S.memory && !isOn(state, input, worker)) return false;
  }
  return true;
}
