import { reviewCache } from "./cached-results.ts";
import { isMovable, mayOrder, orderCopy, recipientFor, reviewOrders } from "./copies.ts";
import { isLeaving } from "./membership.ts";
import { reviewLeaving } from "./retirement.ts";
import { S, type SchedulerState } from "./scheduler-state.ts";
import type { WorkerRecord } from "./worker-record.ts";

/**
 * Where results lie, beyond where they were made: copies that were asked for, an even spread, workers that leave. What is asked
 * for is a state of the cluster, not a deed: asked again, the same, it says what is still missing, whoever leads by then.
 */

/** While something is planned it is looked at so often, and when a copy arrives. */
const REVIEW_MS = 100;
/** Workers whose shares differ by less than this of the mean are even enough. */
const UNEVEN = 0.1;

/** Has results lie on so many workers, of those named; gives how many copies are missing. */
export function replicate(
  state: SchedulerState,
  rows: Iterable<number>,
  copies: number,
  workers: readonly string[] | undefined,
): number {
  let missing = 0;
  for (const row of rows) {
    // It is being made (again): asked once more, it may be there.
    if (state.tasks.state[row] !== S.memory) {
      missing += 1;
      continue;
    }
    if (copies > 1 || workers !== undefined) state.replicas.wishes.set(row, { copies, workers });
    else state.replicas.wishes.delete(row);
    missing += missingCopies(state, row);
  }
  state.replicas.nextMs = state.nowMs;
  return missing;
}

/** What a wish lacks, as far as there are workers for it. */
function missingCopies(state: SchedulerState, row: number): number {
  const wish = state.replicas.wishes.get(row);
  if (wish === undefined || state.tasks.state[row] !== S.memory) return 0;
  const may = (worker: WorkerRecord): boolean => wish.workers === undefined || wish.workers.includes(worker.id);
  const there = state.holdersOf(row).filter((one) => {
    const holder = state.workers[one];
    return holder !== undefined && !isLeaving(holder) && may(holder);
  }).length;
  const possible = [...state.workerByName.values()].filter((one) => one.status === "running" && may(one)).length;
  return Math.max(0, Math.min(wish.copies, possible) - there);
}

/**
 * Spreads results evenly over workers; gives how many moves are still to be made. @param among names; undefined: all
 * @see https://distributed.dask.org/en/stable/api.html#distributed.Client.rebalance
 */
export function rebalance(
  state: SchedulerState,
  rows: Iterable<number> | undefined,
  among: readonly string[] | undefined,
): number {
  const open = [...state.replicas.orders.values()].flat().filter(({ kind }) => kind === "move").length;
  if (open > 0) return open;
  const workers = [...state.workerByName.values()].filter(
    ({ id, status }) => status === "running" && (among === undefined || among.includes(id)),
  );
  state.replicas.nextMs = state.nowMs;
  return planMoves(state, rows ?? allRows(state), workers);
}

function* allRows(state: SchedulerState): Generator<number> {
  for (const slab of state.slabs.values()) for (let row = slab.base; row < slab.base + slab.count; row++) yield row;
}

/** From the fullest to the emptiest, the largest results first, each only if that makes the two more alike. */
function planMoves(state: SchedulerState, rows: Iterable<number>, workers: readonly WorkerRecord[]): number {
  const { tasks, moreHolders, replicas } = state;
  const held = new Map<number, number>(workers.map(({ number }) => [number, 0]));
  const movable = new Map<number, number[]>();
  let unheard = 0;
  for (const row of rows) {
    const holder = tasks.worker[row] as number;
    const bytes = held.get(holder);
    if (bytes === undefined || tasks.state[row] !== S.memory) continue;
    held.set(holder, bytes + (tasks.bytes[row] as number));
    // Its worker has yet to say that it took it.
    if (state.tickets.has(row)) unheard += 1;
    if (!isMovable(state, row) || moreHolders.has(row) || replicas.wishes.has(row)) continue;
    const own = movable.get(holder);
    if (own === undefined) movable.set(holder, [row]);
    else own.push(row);
  }
  const mean = [...held.values()].reduce((sum, one) => sum + one, 0) / Math.max(1, held.size);
  let moves = 0;
  for (const [from, own] of movable) {
    own.sort((a, b) => (tasks.bytes[b] as number) - (tasks.bytes[a] as number) || a - b);
    for (const row of own) {
      const bytes = tasks.bytes[row] as number;
      const fullest = held.get(from) as number;
      if (!mayOrder(state) || fullest <= mean * (1 + UNEVEN)) break;
      const [to, least] = emptiest(held);
      if (fullest - least <= bytes || bytes === 0) continue;
      if (!orderCopy(state, row, state.worker(to), "move")) break;
      held.set(from, fullest - bytes);
      held.set(to, least + bytes);
      moves += 1;
    }
  }
  return moves > 0 ? moves : Math.min(unheard, 1);
}

const emptiest = (held: ReadonlyMap<number, number>): [number, number] =>
  [...held].reduce((least, one) => (one[1] < least[1] ? one : least));

/** Goes on with what is planned; gives the workers that may go. */
export function reviewReplicas(state: SchedulerState): readonly WorkerRecord[] {
  const { replicas } = state;
  reviewCache(state);
  if (state.phase === "recovering" || state.nowMs < replicas.nextMs) return [];
  reviewOrders(state);
  for (const [row, { workers }] of replicas.wishes)
    for (let missing = missingCopies(state, row) - (replicas.orders.get(row)?.length ?? 0); missing > 0; missing--) {
      const to = isMovable(state, row)
        ? recipientFor(state, row, (worker) => workers === undefined || workers.includes(worker.id))
        : undefined;
      if (to === undefined || !orderCopy(state, row, to, "copy")) break;
    }
  const done = reviewLeaving(state);
  const isBusy = replicas.openOrders > 0 || [...state.workerByName.values()].some(isLeaving);
  replicas.nextMs = isBusy ? state.nowMs + REVIEW_MS : Number.POSITIVE_INFINITY;
  return done;
}
