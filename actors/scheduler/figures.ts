import type { PrefixFigures, SchedulerFigures, WorkerFigures } from "../../runtime/protocol/events.ts";
import { S, type SchedulerState } from "./scheduler-state.ts";
import { snapshot } from "./snapshot.ts";
import { statusOf } from "./worker-record.ts";

/** What the scheduler's state alone can tell. */
export type StateFigures = Omit<SchedulerFigures, "type" | "atMs" | "turns" | "system">;

/** The scheduler's figures at this moment. O(tasks). */
export function stateFigures(state: SchedulerState, version: string): StateFigures {
  const { tasks, entered, ready, clients, slabs } = snapshot(state);
  return {
    epoch: state.epoch,
    version,
    tasks,
    entered,
    ready,
    clients,
    submissions: slabs,
    prefixes: prefixFigures(state),
    workers: workerFigures(state),
    totals: {
      workersAdded: state.workers.length,
      clientsAdded: state.clientByNumber.length,
      turns: state.turns.count,
      turnMs: state.turns.ms,
      turnMaxMs: state.turns.maxMs,
    },
    more: {},
  };
}

/** Kinds that are told one by one; the rest is told together. */
const PREFIXES_MAX = 100;

/** Rows of one prefix by state, and the bytes of those in memory. */
class PrefixCount {
  readonly byState = new Float64Array(Object.keys(S).length);
  done = 0;
  bytes = 0;
}

/** Tasks by kind and state, the most numerous kinds first. O(tasks), about 2 ns each: asked a few times a second at most. */
export function prefixFigures(state: SchedulerState): PrefixFigures[] {
  const counts = new Map<number, PrefixCount>();
  for (const slab of state.slabs.values())
    slab.layers.forEach(({ prefix }, at) => {
      let count = counts.get(prefix);
      if (count === undefined) counts.set(prefix, (count = new PrefixCount()));
      const first = slab.base + (slab.bases[at] as number);
      countRows(state, first, slab.base + (slab.bases[at + 1] as number), count);
    });
  const { estimates } = state;
  estimates.names.forEach((_, prefix) => {
    if (!counts.has(prefix) && (estimates.finished[prefix] ?? 0) + (estimates.failed[prefix] ?? 0) > 0)
      counts.set(prefix, new PrefixCount());
  });
  const all = [...counts].map(([prefix, count]) => toldFigures(state, prefix, count));
  all.sort((a, b) => openTasks(b) - openTasks(a) || b.finishedTotal - a.finishedTotal);
  return all.length <= PREFIXES_MAX ? all : [...all.slice(0, PREFIXES_MAX - 1), together(all.slice(PREFIXES_MAX - 1))];
}

function countRows(state: SchedulerState, from: number, to: number, count: PrefixCount): void {
  const { state: states, attempt, bytes } = state.tasks;
  const { byState } = count;
  for (let row = from; row < to; row++) {
    const at = states[row] as number;
    byState[at] = (byState[at] as number) + 1;
    if (at === S.memory) count.bytes += bytes[row] as number;
    else if (at === S.released && (attempt[row] as number) > 0) count.done += 1;
  }
}

function toldFigures(state: SchedulerState, prefix: number, count: PrefixCount): PrefixFigures {
  const { estimates } = state;
  const of = (at: number): number => count.byState[at] as number;
  return {
    name: estimates.names[prefix] as string,
    waiting: of(S.waiting),
    ready: of(S.ready),
    processing: of(S.processing) + of(S.assigned),
    memory: of(S.memory),
    erred: of(S.erred),
    done: count.done,
    idle: of(S.released) - count.done,
    bytes: count.bytes,
    finishedTotal: estimates.finished[prefix] ?? 0,
    failedTotal: estimates.failed[prefix] ?? 0,
    computeUsTotal: Math.round(estimates.computeUs[prefix] ?? 0),
    expectedUs: estimates.durationUs(prefix),
  };
}

const openTasks = (one: PrefixFigures): number => one.waiting + one.ready + one.processing + one.memory + one.erred;

function together(few: readonly PrefixFigures[]): PrefixFigures {
  const sum = (name: Exclude<keyof PrefixFigures, "name">): number => few.reduce((total, one) => total + one[name], 0);
  return {
    name: `${few.length} other kinds`,
    waiting: sum("waiting"),
    ready: sum("ready"),
    processing: sum("processing"),
    memory: sum("memory"),
    erred: sum("erred"),
    done: sum("done"),
    idle: sum("idle"),
    bytes: sum("bytes"),
    finishedTotal: sum("finishedTotal"),
    failedTotal: sum("failedTotal"),
    computeUsTotal: sum("computeUsTotal"),
    expectedUs: sum("expectedUs") / few.length,
  };
}

/** The workers as the scheduler knows them. */
export function workerFigures(state: SchedulerState): WorkerFigures[] {
  return [...state.workerByName.values()].map((worker) => ({
    id: worker.id,
    status: statusOf(worker),
    host: worker.host,
    pid: worker.pid,
    slots: worker.slots,
    processing: worker.processing,
    occupancyUs: [...worker.byPrefix].reduce((sum, [prefix, n]) => sum + n * state.estimates.durationUs(prefix), 0),
    managedBytes: worker.managedBytes,
    rssBytes: worker.rssBytes,
    lastSeenAgoMs: Math.max(0, state.nowMs - worker.lastSeenMs),
  }));
}
