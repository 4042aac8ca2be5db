import { isLeaving } from "./membership.ts";
import { tellInMemory } from "./needs.ts";
import { dropReplica } from "./recovery.ts";
import type { CopyOrder } from "./replica-table.ts";
import { FLAG, S, type SchedulerState } from "./scheduler-state.ts";
import type { WorkerRecord } from "./worker-record.ts";

/**
 * Copies of results: ordered, arrived, dropped. A worker is told to fetch one and says when it holds it; nothing is dropped
 * on the strength of a copy that is only on its way.
 * @see https://distributed.dask.org/en/stable/active_memory_manager.html
 */

/** Orders that are open at once, in the cluster and in bytes for one worker; beyond the first, the rest waits. */
const ORDERS_MAX = 512;
const INCOMING_BYTES_MAX = 256 * 1024 * 1024;
/** An order that nothing was heard of is told again: its transfer may have failed. */
const TELL_AGAIN_MS = 2000;
/** Rows with several holders that are looked at in one go. */
const SURPLUS_LOOKS = 1024;

/** Whether a result can lie in several places, and its one copy is where the scheduler believes it is. */
export function isMovable(state: SchedulerState, row: number): boolean {
  return (
    state.tasks.state[row] === S.memory &&
    ((state.tasks.flags[row] as number) & FLAG.located) === 0 &&
    !state.tickets.has(row)
  );
}

/** Whether more copies may be ordered now. */
export const mayOrder = (state: SchedulerState): boolean => state.replicas.openOrders < ORDERS_MAX;

/** Orders a copy on a worker that has none and expects none; false if it has to wait. */
export function orderCopy(state: SchedulerState, row: number, to: WorkerRecord, kind: CopyOrder["kind"]): boolean {
  const { replicas, tasks } = state;
  if (!mayOrder(state) || replicas.incomingBytes(to.number) > INCOMING_BYTES_MAX) return false;
  const order: CopyOrder = {
    row,
    attempt: tasks.attempt[row] as number,
    bytes: tasks.bytes[row] as number,
    to: to.number,
    kind,
    toldMs: state.nowMs,
  };
  replicas.add(order);
  tell(state, order);
  return true;
}

function tell(state: SchedulerState, { row, attempt, to }: CopyOrder): void {
  const holders = state.holdersOf(row);
  const holder = state.worker(holders[(row + holders.length) % holders.length] as number);
  state.out.toWorker(to).acquire(row, attempt, holder.id);
}

/** The worker for one more copy: a running one with room in memory, that holds least. */
export function recipientFor(
  state: SchedulerState,
  row: number,
  may: (worker: WorkerRecord) => boolean = () => true,
): WorkerRecord | undefined {
  const { replicas } = state;
  const holders = state.holdersOf(row);
  const expected = replicas.orders.get(row) ?? [];
  let best: WorkerRecord | undefined;
  let bestBytes = Number.POSITIVE_INFINITY;
  for (const worker of state.workerByName.values()) {
    if (worker.status !== "running" || worker.pressure === "high" || !may(worker)) continue;
    if (holders.includes(worker.number) || expected.some(({ to }) => to === worker.number)) continue;
    const bytes = worker.managedBytes + replicas.incomingBytes(worker.number);
    if (bytes >= bestBytes) continue;
    best = worker;
    bestBytes = bytes;
  }
  return best;
}

/** A worker says that it holds a result it was told to fetch. */
export function copyArrived(state: SchedulerState, row: number, worker: WorkerRecord): void {
  const order = state.replicas.take(row, worker.number);
  if (order === undefined) return;
  state.replicas.nextMs = state.nowMs;
  if (order.kind === "move") lead(state, row, worker.number);
}

/** A holder becomes the one that others are told of; the former one's copy is surplus where nobody reads it. */
function lead(state: SchedulerState, row: number, number: number): void {
  const former = state.tasks.worker[row] as number;
  const more = state.moreHolders.get(row);
  if (former === number || more === undefined) return;
  state.tasks.worker[row] = number;
  state.moreHolders.set(row, [...more.filter((one) => one !== number), former]);
  tellInMemory(state, row);
  if (state.tasks.needers[row] === 0) drop(state, row, former);
}

/** Open orders: what will not come is called off, what should have come is told again. */
export function reviewOrders(state: SchedulerState): void {
  const { replicas } = state;
  for (const orders of [...replicas.orders.values()])
    for (const order of [...orders]) {
      const { row, to, attempt } = order;
      const isOpen = state.workers[to]?.status === "running" && isMovable(state, row);
      if (isOpen && state.nowMs - order.toldMs < TELL_AGAIN_MS) continue;
      replicas.take(row, to);
      if (!isOpen || state.tasks.attempt[row] !== attempt) continue;
      const again = { ...order, toldMs: state.nowMs };
      replicas.add(again);
      tell(state, again);
    }
}

/** Copies that no task reads and nobody asked for go, a few rows at a time; never the one that others are told of. */
export function dropSurplus(state: SchedulerState): void {
  const { moreHolders, replicas, tasks } = state;
  if (moreHolders.size === 0) return;
  const from = replicas.surplusCursor < moreHolders.size ? replicas.surplusCursor : 0;
  replicas.surplusCursor = from + SURPLUS_LOOKS;
  let at = 0;
  for (const [row, more] of moreHolders) {
    if (at++ < from) continue;
    if (at > from + SURPLUS_LOOKS) return;
    if (tasks.needers[row] !== 0 || !isMovable(state, row) || replicas.orders.has(row)) continue;
    const copies = Math.max(1, replicas.wishes.get(row)?.copies ?? 1);
    // What lies on a worker that leaves is none of them: it would be copied again at once.
    let spare = state.holdersOf(row).filter((holder) => isStaying(state, holder)).length - copies;
    for (const holder of fullestFirst(state, more)) {
      if (spare < 0 || (spare === 0 && isStaying(state, holder))) break;
      if (isStaying(state, holder)) spare -= 1;
      drop(state, row, holder);
    }
  }
}

const isStaying = (state: SchedulerState, number: number): boolean => {
  const worker = state.workers[number];
  return worker !== undefined && !isLeaving(worker);
};

function drop(state: SchedulerState, row: number, holder: number): void {
  state.out.toWorker(holder).free(row, state.tasks.attempt[row] as number);
  dropReplica(state, row, holder);
}

/** One copy of several goes; the last one stays while it is needed. @returns whether there was one */
export function dropFirstCopy(state: SchedulerState, row: number): boolean {
  const [first, second] = state.holdersOf(row);
  if (state.tasks.state[row] !== S.memory || first === undefined || second === undefined) return false;
  drop(state, row, first);
  return true;
}

/** Those that leave, then those that hold most. */
function fullestFirst(state: SchedulerState, holders: readonly number[]): number[] {
  const weight = (number: number): number => {
    const worker = state.workers[number];
    return worker?.status === "running" ? worker.managedBytes : Number.POSITIVE_INFINITY;
  };
  return [...holders].sort((a, b) => weight(b) - weight(a) || b - a);
}
