import type { HeartbeatMessage, JoinMessage } from "../../runtime/protocol/scheduler-worker.ts";

/** A worker as the scheduler knows it. */
export interface WorkerRecord {
  /** Small number, used in columns; not given again while anything may still refer to it. */
  readonly number: number;
  readonly id: string;
  readonly incarnation: number;
  readonly slots: number;
  readonly pid: number;
  readonly host: string;
  readonly resources: Readonly<Record<string, number>>;
  /** What is left of its resources. */
  readonly resourcesFree: Record<string, number>;
  /** State of the membership chart, and its name. */
  membership: number;
  status: "joining" | "running" | "draining" | "rejoining" | "left";
  /** Rows sent and not finished. */
  processing: number;
  /** How many of them run and take no slot. */
  seceded: number;
  /** How many of the others, by prefix. */
  readonly byPrefix: Map<number, number>;
  /** Estimated run time of what it has, brought up to date at each placement. */
  queueUs: number;
  /** A task that was there when another worker died runs alone. */
  quarantined: number;
  /** State of the hunger chart. */
  hunger: number;
  /** When it was last told of loaded workers, and how long it is not told again. */
  hintedMs: number;
  hintPauseMs: number;
  /** Layers it has been told of. */
  readonly knownLayers: Set<number>;
  managedBytes: number;
  /** Of them on disk alone. */
  spilledBytes: number;
  rssBytes: number;
  /** How tight its memory is. */
  pressure: HeartbeatMessage["pressure"];
  /** Data of clients that lies there and that no client has told of yet, as it said since it is to leave; -1 before. */
  parked: number;
  /** Why its results cannot leave memory; undefined while all is well. */
  diskError: string | undefined;
  lastSeenMs: number;
  /** When its nanny last said that it runs. */
  vouchedMs: number;
  /** Who can end it. */
  nanny: string | undefined;
  /** Since when it should have let go of a task; undefined once it has been heard of since. */
  recalledMs: number | undefined;
  /** When a task that it runs had finished elsewhere; undefined once it has been heard of since. */
  outrunMs: number | undefined;
  /** Since when it is to leave and nobody has room for what it holds. */
  stuckMs: number | undefined;
}

/** A worker that has just joined. */
export function workerRecord(number: number, join: JoinMessage, nowMs: number): WorkerRecord {
  return {
    number,
    id: join.worker,
    incarnation: join.incarnation,
    slots: join.slots,
    pid: join.pid,
    host: join.host,
    resources: join.resources,
    resourcesFree: { ...join.resources },
    membership: 0,
    status: "joining",
    processing: 0,
    seceded: 0,
    byPrefix: new Map(),
    queueUs: 0,
    quarantined: 0,
    hunger: 0,
    hintedMs: Number.NEGATIVE_INFINITY,
    hintPauseMs: 10,
    knownLayers: new Set(),
    managedBytes: 0,
    spilledBytes: 0,
    rssBytes: 0,
    pressure: "none",
    parked: -1,
    diskError: undefined,
    lastSeenMs: nowMs,
    vouchedMs: nowMs,
    nanny: undefined,
    recalledMs: undefined,
    outrunMs: undefined,
    stuckMs: undefined,
  };
}

/** What a worker says of itself; true if its memory is another than before. */
export function noteState(worker: WorkerRecord, message: HeartbeatMessage): boolean {
  const hasChanged = worker.pressure !== message.pressure;
  worker.managedBytes = message.managedBytes;
  worker.spilledBytes = message.spilledBytes;
  worker.rssBytes = message.rssBytes;
  worker.pressure = message.pressure;
  worker.diskError = message.diskError;
  worker.parked = message.parked;
  return hasChanged;
}

/** How it stands, for people. */
export const statusOf = (worker: WorkerRecord): string =>
  worker.status === "running" && worker.pressure === "high" ? "paused" : worker.status;
