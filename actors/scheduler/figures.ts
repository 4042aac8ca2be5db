import type { PrefixFigures, SchedulerFigures, WorkerFigures } from "../../runtime/protocol/events.ts";
import type { StateCounts } from "./kept-counts.ts";
import { CACHE_OFF } from "./result-cache.ts";
import { S, type SchedulerState } from "./scheduler-state.ts";
import { addCounts, countLayer, countMixedStates, noStates } from "./state-counts.ts";
import { lackFigures } from "./unrunnable.ts";
import { statusOf } from "./worker-record.ts";

/** What the scheduler's state alone can tell. */
export type StateFigures = Omit<SchedulerFigures, "type" | "atMs" | "turns" | "system">;

/** The scheduler's figures at this moment. O(tasks). */
export function stateFigures(state: SchedulerState, version: string): StateFigures {
  const counts = countByPrefix(state);
  const { states } = state.chart.chart;
  const sumOf = (at: number): number =>
    [...counts.values()].reduce((sum, { byState }) => sum + (byState[at] as number), 0);
  return {
    epoch: state.epoch,
    version,
    tasks: Object.fromEntries(states.map((name, at) => [name, sumOf(at)])),
    entered: Object.fromEntries(states.map((name, at) => [name, state.entered[at] as number])),
    ready: state.queues.size,
    lacks: lackFigures(state),
    clients: state.clients.size,
    submissions: state.slabs.size,
    prefixes: prefixFigures(state, counts),
    workers: workerFigures(state),
    totals: {
      workersAdded: state.workers.length,
      clientsAdded: state.clientByNumber.length,
      turns: state.turns.count,
      turnMs: state.turns.ms,
      turnMaxMs: state.turns.maxMs,
    },
    more: {
      stealing: state.steals.told(),
      speculation: { copies: state.races.made, won: state.races.won },
      cache: state.cache?.figures() ?? CACHE_OFF,
      memory: { spilledBytes: [...state.workerByName.values()].reduce((sum, one) => sum + one.spilledBytes, 0) },
    },
  };
}

/** Kinds that are told one by one; the rest is told together. */
const PREFIXES_MAX = 100;

/** Tasks by kind and state, the most numerous kinds first. */
export function prefixFigures(
  state: SchedulerState,
  counts: Map<number, StateCounts> = countByPrefix(state),
): PrefixFigures[] {
  const { estimates } = state;
  estimates.names.forEach((_, prefix) => {
    if (!counts.has(prefix) && (estimates.finished[prefix] ?? 0) + (estimates.failed[prefix] ?? 0) > 0)
      counts.set(prefix, noStates());
  });
  const all = [...counts].map(([prefix, count]) => toldFigures(state, prefix, count));
  all.sort((a, b) => openTasks(b) - openTasks(a) || b.finishedTotal - a.finishedTotal);
  return all.length <= PREFIXES_MAX ? all : [...all.slice(0, PREFIXES_MAX - 1), together(all.slice(PREFIXES_MAX - 1))];
}

function countByPrefix(state: SchedulerState): Map<number, StateCounts> {
  const counts = new Map<number, StateCounts>();
  for (const slab of state.slabs.values())
    slab.layers.forEach((own, at) => {
      const { layer, prefix, kinds } = own;
      const first = slab.base + (slab.bases[at] as number);
      const end = slab.base + (slab.bases[at + 1] as number);
      if (kinds === undefined || layer.kind !== "tasks" || layer.callOf === undefined)
        addCounts(countsOf(counts, kinds?.[0] ?? prefix), countLayer(state, own, [first, end]));
      else {
        const byCall = kinds.map((kind) => countsOf(counts, kind));
        countMixedStates(state, { first, callOf: layer.callOf }, byCall);
      }
    });
  return counts;
}

function countsOf(counts: Map<number, StateCounts>, prefix: number): StateCounts {
  let count = counts.get(prefix);
  if (count === undefined) counts.set(prefix, (count = noStates()));
  return count;
}

function toldFigures(state: SchedulerState, prefix: number, count: StateCounts): PrefixFigures {
  const { estimates } = state;
  const of = (at: number): number => count.byState[at] as number;
  return {
    name: estimates.names[prefix] as string,
    waiting: of(S.waiting),
    ready: of(S.ready),
    processing: of(S.processing) + of(S.racing) + of(S.assigned),
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
    spilledBytes: worker.spilledBytes,
    rssBytes: worker.rssBytes,
    lastSeenAgoMs: Math.max(0, state.nowMs - worker.lastSeenMs),
  }));
}
