import type { LackFigures } from "../../runtime/protocol/events.ts";
import { CACHE_OFF, type CacheFigures } from "./result-cache.ts";
import type { SchedulerState } from "./scheduler-state.ts";
import type { TurnTotals } from "./turn-totals.ts";
import { lacksOf } from "./unrunnable.ts";
import { statusOf } from "./worker-record.ts";

/** The scheduler's figures at this moment, as plain data. O(tasks). */
export interface SchedulerSnapshot {
  readonly tasks: Readonly<Record<string, number>>;
  readonly entered: Readonly<Record<string, number>>;
  readonly ready: number;
  readonly clients: number;
  readonly slabs: number;
  /**
   * Its own turns so far: how many, how long together, the longest, and how many took more than 20 ms; how many messages wait for one, and of
   * how many turns the words wait for the journal.
   */
  readonly turns: Readonly<Omit<TurnTotals, "note">>;
  readonly workers: readonly {
    readonly id: string;
    readonly status: string;
    readonly pid: number;
    readonly slots: number;
    readonly processing: number;
    readonly managedBytes: number;
    /** Of them on disk alone. */
    readonly spilledBytes: number;
    /** Why its results cannot leave memory. */
    readonly diskError: string | undefined;
    readonly rssBytes: number;
  }[];
  readonly cache: CacheFigures;
  /** Bytes a second that a large transfer between workers moves, as measured of the last ones; a guess before there was any. */
  readonly transferBytesPerS: number;
  /** Tasks that no worker may run, by what they ask for. */
  readonly lacks: readonly LackFigures[];
}

export function snapshot(state: SchedulerState): SchedulerSnapshot {
  const names = state.chart.chart.states;
  const counts = new Array<number>(names.length).fill(0);
  for (const slab of state.slabs.values())
    for (let row = slab.base; row < slab.base + slab.count; row++) {
      const at = state.tasks.state[row] as number;
      counts[at] = (counts[at] as number) + 1;
    }
  return {
    tasks: Object.fromEntries(names.map((name, at) => [name, counts[at] as number])),
    entered: Object.fromEntries(names.map((name, at) => [name, state.entered[at] as number])),
    ready: state.queues.size,
    clients: state.clients.size,
    slabs: state.slabs.size,
    turns: { ...state.turns },
    workers: [...state.workerByName.values()].map((worker) => ({
      id: worker.id,
      status: statusOf(worker),
      pid: worker.pid,
      slots: worker.slots,
      processing: worker.processing,
      managedBytes: worker.managedBytes,
      spilledBytes: worker.spilledBytes,
      diskError: worker.diskError,
      rssBytes: worker.rssBytes,
    })),
    cache: state.cache?.figures() ?? CACHE_OFF,
    transferBytesPerS: state.transferRate.bytesPerUs * 1e6,
    lacks: lacksOf(state),
  };
}
