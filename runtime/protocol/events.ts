import type { ThreadSample } from "../base/system-sampler.ts";
import type { ToldSpan } from "../base/tracing.ts";

/**
 * What scheduler and workers let the world see while somebody watches. JSON, for every client of NATS; it may be lost, and
 * nothing depends on it. Times are milliseconds since 1970 by the clock of the host that tells.
 */

/** Said by every observer once a second at `watch`: events leave for {@link WATCH_LEASE_MS} after the last of them. */
export interface WatchBeat {
  readonly type: "watch";
  /** Whether call stacks are to be sampled too. */
  readonly wantsProfile: boolean;
  /** Said if workers are to tell all they have at once: what they tell last bears this name as {@link WorkerEvents.told}. */
  readonly ask?: string;
}

export const WATCH_BEAT_MS = 1000;
export const WATCH_LEASE_MS = 3500;
/** A worker's events leave at most so often. */
export const EVENT_INTERVAL_MS = 250;

export type ClusterEvent = WorkerEvents | SchedulerFigures;

/** What a worker did since it last told, in columns. */
export interface WorkerEvents {
  readonly type: "worker";
  readonly worker: string;
  readonly runs?: TaskRuns;
  readonly transfers?: TransferColumns;
  readonly sample?: WorkerSample;
  readonly profile?: readonly ProfileEntry[];
  /** All that was done until that was asked is told. */
  readonly told?: string;
  /** Tasks of traced submissions, told whether somebody watches or not. */
  readonly spans?: readonly ToldSpan[];
}

/** Tasks that ran: a run is one task, or several short ones of a kind in a row. */
export interface TaskRuns {
  /** Names of kinds; `prefix` has positions in it. */
  readonly prefixes: readonly string[];
  readonly prefix: readonly number[];
  readonly startMs: readonly number[];
  /** From its first task's start to its last one's end. */
  readonly spanUs: readonly number[];
  /** Time its functions took: less than the span, or more where they overlapped. */
  readonly busyUs: readonly number[];
  readonly count: readonly number[];
  readonly failed: readonly number[];
  readonly bytes: readonly number[];
  /** The first task's row and attempt: by them the scheduler knows its key. */
  readonly row: readonly number[];
  readonly attempt: readonly number[];
}

/** Chunks that came from peers. */
export interface TransferColumns {
  readonly from: readonly string[];
  readonly startMs: readonly number[];
  readonly durationUs: readonly number[];
  readonly chunks: readonly number[];
  readonly bytes: readonly number[];
}

/** How a worker's thread and process stand. */
export interface WorkerSample {
  readonly atMs: number;
  readonly executing: number;
  readonly queued: number;
  readonly managedBytes: number;
  readonly system: SystemSample;
}

/** Measured on one thread and its process since the sample before. */
export interface SystemSample extends ThreadSample {
  /** The longest that the thread kept others waiting. */
  readonly lagMs: number;
}

/** Samples of one call stack, outermost frame first: `name file:line`. */
export interface ProfileEntry {
  /** The kind of task it was taken in; empty where it was in none. */
  readonly prefix: string;
  readonly stack: readonly string[];
  readonly samples: number;
  readonly ms: number;
}

/** The scheduler's figures at a moment. */
export interface SchedulerFigures {
  readonly type: "scheduler";
  readonly atMs: number;
  readonly epoch: number;
  readonly version: string;
  /** Tasks by state of the scheduler-task chart. */
  readonly tasks: Readonly<Record<string, number>>;
  /** Transitions so far by the state they led to. */
  readonly entered: Readonly<Record<string, number>>;
  readonly ready: number;
  /** What tasks ask for that no worker has, the longest in waiting first. */
  readonly lacks: readonly LackFigures[];
  readonly clients: number;
  readonly submissions: number;
  readonly prefixes: readonly PrefixFigures[];
  readonly workers: readonly WorkerFigures[];
  /** Since the scheduler began. */
  readonly totals: SchedulerTotals;
  readonly turns: TurnFigures;
  readonly system: SystemSample;
  /** Figures of parts of the scheduler that have their own: stealing, memory … */
  readonly more: Readonly<Record<string, unknown>>;
}

/** Tasks that no worker may run as things are, by what they ask for. */
export interface LackFigures {
  readonly asks: string;
  readonly tasks: number;
  /** How long the first of them has waited. */
  readonly waitedMs: number;
  /** Key of one of them. */
  readonly example: string;
}

export interface PrefixFigures {
  readonly name: string;
  readonly waiting: number;
  readonly ready: number;
  readonly processing: number;
  readonly memory: number;
  readonly erred: number;
  /** Made, and let go since. */
  readonly done: number;
  /** Known, and not needed. */
  readonly idle: number;
  /** Bytes of results in memory. */
  readonly bytes: number;
  /** Since the scheduler began. */
  readonly finishedTotal: number;
  readonly failedTotal: number;
  readonly computeUsTotal: number;
  /** What the scheduler thinks one of them takes. */
  readonly expectedUs: number;
}

export interface WorkerFigures {
  readonly id: string;
  readonly status: string;
  readonly host: string;
  readonly pid: number;
  readonly slots: number;
  readonly processing: number;
  /** Estimated run time of what it was sent. */
  readonly occupancyUs: number;
  readonly managedBytes: number;
  /** Of them on disk alone. */
  readonly spilledBytes: number;
  readonly rssBytes: number;
  readonly lastSeenAgoMs: number;
}

export interface SchedulerTotals {
  readonly workersAdded: number;
  readonly clientsAdded: number;
  readonly turns: number;
  readonly turnMs: number;
  readonly turnMaxMs: number;
}

/** How long the scheduler's turns took since the figures before, and how many there were since it began. */
export interface TurnFigures {
  readonly total: number;
  readonly count: number;
  readonly meanMs: number;
  readonly maxMs: number;
}
