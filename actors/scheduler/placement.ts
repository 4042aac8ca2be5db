import { LOCAL } from "../../runtime/protocol/scheduler-worker.ts";
import type { LayerDefinition } from "../../runtime/protocol/wire-layer.ts";
import { eachDependent } from "./needs.ts";
import type { Constraint, ReadyQueue } from "./ready-queue.ts";
import { E, S, type SchedulerState } from "./scheduler-state.ts";
import type { Slab, SlabLayer } from "./slab.ts";
import type { WorkerRecord } from "./worker-record.ts";

/** A worker is never sent more, however short its tasks. */
const SENT_PER_WORKER_MAX = 4096;
/** Bytes a microsecond that a transfer between workers is thought to move. */
const BYTES_PER_US = 100;
/** Neighbours in the order that go to one worker together. */
const RUN_MAX = 256;

/**
 * Hands ready rows to workers, most urgent first, as far as there is room. A worker has room while it has a free slot or
 * less than `prefillUs` of estimated work for each: what is sent ahead follows the pace of the work, not a constant, so
 * that short tasks never wait for a round trip and long ones stay here, free to go elsewhere.
 */
export function placeReady(state: SchedulerState): void {
  const open = state.workers.filter(
    (worker) => worker !== undefined && refresh(state, worker) && hasRoom(state, worker),
  ) as WorkerRecord[];
  placeQuarantined(state, open);
  for (const queue of [...state.queues.nonEmpty]) {
    if (open.length === 0) break;
    drainQueue(state, queue, open);
  }
  for (const [number, rows] of state.lookahead) sendAhead(state, number, rows);
}

/** Brings a worker's estimated queue up to date; false if it takes no work. */
function refresh(state: SchedulerState, worker: WorkerRecord): boolean {
  let queueUs = 0;
  for (const [prefix, count] of worker.byPrefix) queueUs += count * state.estimates.durationUs(prefix);
  worker.queueUs = queueUs;
  return worker.status === "running";
}

function hasRoom(state: SchedulerState, worker: WorkerRecord): boolean {
  if (worker.quarantined > 0) return false;
  if (worker.processing < worker.slots) return true;
  return worker.processing < SENT_PER_WORKER_MAX && worker.queueUs < worker.slots * state.options.prefillUs;
}

/** Rows under suspicion run one at a time on a worker that has nothing else. */
function placeQuarantined(state: SchedulerState, open: WorkerRecord[]): void {
  if (state.quarantine.size === 0) return;
  for (const row of [...state.quarantine]) {
    const idle = open.find((worker) => worker.processing === 0 && mayRun(state.queueOf(row).constraint, worker, open));
    if (idle === undefined) break;
    assign(state, row, idle, E.place);
    open.splice(open.indexOf(idle), 1);
  }
  // One worker is let run dry for those that are left, or busy workers would make them wait for ever.
  const least = open.reduce<WorkerRecord | undefined>(
    (best, one) => (best === undefined || one.processing < best.processing ? one : best),
    undefined,
  );
  if (state.quarantine.size > 0 && least !== undefined) open.splice(open.indexOf(least), 1);
}

function drainQueue(state: SchedulerState, queue: ReadyQueue, open: WorkerRecord[]): void {
  let current: WorkerRecord | undefined;
  let runLeft = 0;
  while (queue.size > 0 && open.length > 0) {
    const row = queue.first();
    if (current === undefined || runLeft <= 0 || !hasRoom(state, current) || hasInputs(state.slabOf(row), row)) {
      current = choose(state, queue, row, open);
      if (current === undefined) return;
      runLeft = Math.min(RUN_MAX, Math.max(1, Math.floor(queue.size / (open.length * 2))));
    }
    runLeft -= 1;
    assign(state, row, current, E.place);
    if (!hasRoom(state, current) || !mayRun(queue.constraint, current, open)) {
      const place = open.indexOf(current);
      if (place >= 0 && !hasRoom(state, current)) open.splice(place, 1);
      current = undefined;
    }
  }
}

const hasInputs = (slab: Slab, row: number): boolean => {
  const at = row - slab.base;
  return slab.inputOffsets[at] !== slab.inputOffsets[at + 1];
};

/** The worker with room that would finish a row first, as far as a few candidates tell. */
function choose(
  state: SchedulerState,
  queue: ReadyQueue,
  row: number,
  open: readonly WorkerRecord[],
): WorkerRecord | undefined {
  const { constraint } = queue;
  const slab = state.slabOf(row);
  const allowed = constraint === null ? open : open.filter((worker) => mayRun(constraint, worker, open));
  if (allowed.length <= 1 && state.workerByName.size === 1) return allowed[0];
  const leastBusy = allowed.reduce<WorkerRecord | undefined>(
    (best, one) => (best === undefined || one.queueUs / one.slots < best.queueUs / best.slots ? one : best),
    undefined,
  );
  if (leastBusy === undefined || !hasInputs(slab, row)) return leastBusy;
  const held = bytesByHolder(state, slab, row);
  let best = leastBusy;
  let bestCost = costUs(best, held);
  for (const number of held.byWorker.keys()) {
    const holder = state.workers[number];
    // A holder without room is still the best place for a row whose inputs take longer to move than it to catch up.
    if (holder === undefined || holder.status !== "running" || holder.quarantined > 0) continue;
    if (holder.processing >= SENT_PER_WORKER_MAX || !mayRun(constraint, holder, open)) continue;
    const cost = costUs(holder, held);
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

const costUs = (worker: WorkerRecord, held: HeldBytes): number =>
  worker.queueUs / worker.slots + (held.total - (held.byWorker.get(worker.number) ?? 0)) / BYTES_PER_US;

/** Whether a worker satisfies what a queue's rows ask for, right now. */
function mayRun(constraint: Constraint | null, worker: WorkerRecord, open: readonly WorkerRecord[]): boolean {
  if (constraint === null) return true;
  for (const [name, amount] of Object.entries(constraint.resources ?? {}))
    if ((worker.resourcesFree[name] ?? 0) < amount) return false;
  if (constraint.workers === undefined || constraint.workers.includes(worker.id)) return true;
  return constraint.allowOtherWorkers && !open.some((other) => constraint.workers?.includes(other.id));
}

/** Sends a row to a worker with a new attempt. */
function assign(state: SchedulerState, row: number, worker: WorkerRecord, event: number): void {
  const { tasks } = state;
  const slab = state.slabOf(row);
  const at = slab.layerAt(row);
  const entry = slab.layers[at] as SlabLayer;
  state.move(row, event);
  const attempt = state.nextAttempt();
  tasks.attempt[row] = attempt;
  tasks.worker[row] = worker.number;
  worker.processing += 1;
  worker.byPrefix.set(entry.prefix, (worker.byPrefix.get(entry.prefix) ?? 0) + 1);
  worker.queueUs += state.estimates.durationUs(entry.prefix);
  if ((tasks.kills[row] as number) > 0) worker.quarantined += 1;
  const { resources } = entry.layer.annotations ?? {};
  if (resources !== undefined)
    for (const [name, amount] of Object.entries(resources))
      worker.resourcesFree[name] = (worker.resourcesFree[name] ?? 0) - amount;
  writeCompute(state, worker, slab, row, at, entry);
  const frontier = state.lookahead.get(worker.number);
  if (frontier !== undefined) frontier.push(row);
  else state.lookahead.set(worker.number, [row]);
}

function writeCompute(
  state: SchedulerState,
  worker: WorkerRecord,
  slab: Slab,
  row: number,
  at: number,
  entry: SlabLayer,
): void {
  const { tasks } = state;
  const out = state.out.toWorker(worker.number);
  if (!worker.knownLayers.has(entry.id)) {
    worker.knownLayers.add(entry.id);
    out.define(layerDefinition(entry, slab.since, state.estimates.names[entry.prefix]));
  }
  const builder = out.builder(entry.id, entry.layer);
  const priority = slab.generation * GENERATION_STEP + slab.rankOf(row) - queuePriority(slab, at) * PRIORITY_STEP;
  const index = row - slab.base - (slab.bases[at] as number);
  builder.addTask(row, tasks.attempt[row] as number, index, priority, tasks.wants[row] !== 0);
  const local = row - slab.base;
  for (let e = slab.inputOffsets[local] as number; e < (slab.inputOffsets[local + 1] as number); e++) {
    const input = slab.inputs[e] as number;
    const attempt = tasks.attempt[input] as number;
    const isHere =
      tasks.worker[input] === worker.number || state.moreHolders.get(input)?.includes(worker.number) === true;
    builder.addInput(input, attempt, isHere ? LOCAL : out.holder(holderName(state, input)));
  }
}

/** Ranks stay below this, so that priorities sort by user priority, then age, then static order. */
const GENERATION_STEP = 2 ** 26;
const PRIORITY_STEP = 2 ** 46;

const queuePriority = (slab: Slab, layerAt: number): number =>
  (slab.queues[slab.queueOfLayer[layerAt] as number] as ReadyQueue).priority;

function holderName(state: SchedulerState, row: number): string {
  const holders = state.holdersOf(row);
  return state.worker(holders[row % holders.length] as number).id;
}

function layerDefinition(entry: SlabLayer, since: number, prefix: string | undefined): LayerDefinition {
  const { layer } = entry;
  return {
    id: entry.id,
    since,
    kind: layer.kind === "held" ? "data" : layer.kind,
    name: layer.name,
    prefix,
    grid: layer.grid,
    annotations: layer.annotations,
    calls: layer.kind === "blockwise" || layer.kind === "tasks" ? layer.calls : [],
    inputs:
      layer.kind === "blockwise"
        ? layer.inputs.map((one, i) => ({ axes: one.axes, grid: entry.sourceGrids[i] as readonly number[] }))
        : [],
  };
}

/**
 * Sends dependents ahead to the worker that is making all their inputs, so that a chain needs no round trip a link. Only
 * where nothing is lost by it: the sole worker, or rows that are the only needed reader of what they wait for.
 */
function sendAhead(state: SchedulerState, number: number, frontier: number[]): void {
  const worker = state.workers[number];
  if (worker === undefined || worker.status !== "running") {
    state.lookahead.delete(number);
    return;
  }
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
  const at = row - slab.base;
  for (let e = slab.inputOffsets[at] as number; e < (slab.inputOffsets[at + 1] as number); e++) {
    const input = slab.inputs[e] as number;
    if (tasks.state[input] !== S.memory && !isOn(state, input, worker)) return false;
  }
  return true;
}
