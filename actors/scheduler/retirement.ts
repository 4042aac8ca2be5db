import { isMovable, orderCopy, recipientFor } from "./copies.ts";
import { isLeaving, moveMember } from "./membership.ts";
import { placeReady } from "./placement.ts";
import { canBeMadeAgain } from "./recovery.ts";
import { FLAG, S, type SchedulerState } from "./scheduler-state.ts";
import { tellWorkers } from "./sessions.ts";
import { claimGiven } from "./stealing.ts";
import type { WorkerRecord } from "./worker-record.ts";

/**
 * Workers that leave in order: they give back what they have not begun, what they run ends, and what only they hold is copied
 * to others before they go, so that nothing is computed twice.
 * @see https://distributed.dask.org/en/stable/api.html#distributed.Client.retire_workers
 */

/** So long a worker tries to hand over what nobody has room for. */
const TRIES_MS = 10_000;

/** Workers are to leave; those that are the last that could work stay, and it is noted why. */
export function retire(state: SchedulerState, workers: readonly string[]): void {
  for (const id of workers) {
    const worker = state.workerByName.get(id);
    if (worker === undefined || isLeaving(worker)) continue;
    state.replicas.stays.delete(id);
    moveMember(state, worker, "retire");
    state.log.note({ atMs: state.nowMs, level: "info", about: "worker", name: id, text: "is to leave" });
    tellWorkers(state);
  }
  state.replicas.nextMs = state.nowMs;
}

/** Goes on with what leaves; gives those that nothing holds here any more. O(tasks) for each that leaves, a few times a second. */
export function reviewLeaving(state: SchedulerState): WorkerRecord[] {
  const leaving = [...state.workerByName.values()].filter(isLeaving);
  if (leaving.length === 0) return [];
  // Between two tasks nothing is under way unless what can begin has.
  claimGiven(state);
  placeReady(state);
  const isGettingOn = getsOn(state);
  let isAnyoneLeft = [...state.workerByName.values()].some((worker) => !isLeaving(worker));
  const done: WorkerRecord[] = [];
  for (const worker of leaving) {
    const { open, stuck } = evacuate(state, worker, isGettingOn);
    worker.stuckMs = stuck === undefined ? undefined : (worker.stuckMs ?? state.nowMs);
    const isDone = worker.processing === 0 && worker.parked === 0;
    const isEmpty = worker.status === "draining" && open === 0 && isDone;
    if (isEmpty && (isAnyoneLeft || !hasWork(state))) done.push(worker);
    // What has nothing to do and nothing to hand over only has to say so yet.
    else if (!isAnyoneLeft && (hasWork(state) || worker.parked > 0)) {
      stay(state, worker, "no other worker is there to take over what it has");
      // The others can go then.
      isAnyoneLeft = true;
    } else if (stuck !== undefined && state.nowMs - (worker.stuckMs as number) >= TRIES_MS)
      // What may run only here would wait for as long as the others are full.
      stay(state, worker, stuck);
    else if (worker.status === "draining" && !isDone)
      // What it is told while its session begins anew is lost, so it is told again.
      state.out.toWorker(worker.number).say({ type: "giveBack" });
  }
  return done;
}

/** Without it nobody could go on. */
function stay(state: SchedulerState, worker: WorkerRecord, why: string): void {
  worker.stuckMs = undefined;
  moveMember(state, worker, "stay");
  state.out.toWorker(worker.number).say({ type: "stay" });
  state.loads.eased(worker.number);
  const text = `stays: ${why}`;
  state.replicas.stays.set(worker.id, text);
  tellWorkers(state);
  state.log.note({ atMs: state.nowMs, level: "warn", about: "worker", name: worker.id, text });
}

const hasWork = (state: SchedulerState): boolean => [...state.slabs.values()].some((slab) => slab.active > 0);

/**
 * Whether what reads what exists only on workers that leave may get to it. With nothing under way, and nothing that rests before it is
 * tried again, it waits for what nobody makes but those, and would wait for ever.
 */
function getsOn(state: SchedulerState): boolean {
  const isUnderWay = [...state.workerByName.values()].some((one) => one.processing > 0);
  return isUnderWay || state.replicas.openOrders > 0 || state.rests.nextMs < Number.POSITIVE_INFINITY;
}

/** What a worker that leaves has yet to hand over. */
interface Evacuation {
  /** Results that exist only on workers that leave. */
  readonly open: number;
  /** Why some of them will not get elsewhere as things are. */
  readonly stuck: string | undefined;
}

/**
 * Orders copies of what only workers that leave hold.
 * @param isGettingOn whether what exists only there is to wait for its readers; else it is made again for them
 */
function evacuate(state: SchedulerState, worker: WorkerRecord, isGettingOn: boolean): Evacuation {
  const { tasks, replicas } = state;
  let open = 0;
  let stuck: string | undefined;
  for (const slab of state.slabs.values())
    for (let row = slab.base; row < slab.base + slab.count; row++) {
      if (tasks.worker[row] !== worker.number || tasks.state[row] !== S.memory) continue;
      // Others that hold what exists only there have a handle of it, no more.
      const isLocated = ((tasks.flags[row] as number) & FLAG.located) !== 0;
      const others = isLocated ? [] : (state.moreHolders.get(row) ?? []);
      if (others.some((one) => state.workers[one]?.status === "running")) continue;
      const canMove = isMovable(state, row);
      if (!canMove && !isGettingOn) {
        if (canBeMadeAgain(state, row)) continue;
        stuck ??= "what exists only there can never be made again";
      }
      open += 1;
      if (!canMove || replicas.orders.has(row)) continue;
      const to = recipientFor(state, row);
      if (to === undefined) stuck ??= "no other worker has room for what it has";
      else orderCopy(state, row, to, "copy");
    }
  return { open, stuck };
}
