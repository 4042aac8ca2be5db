import type { JoinMessage } from "../../runtime/protocol/scheduler-worker.ts";

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
  /** "joining": until it has said what it holds, it is sent nothing. */
  status: "joining" | "running" | "paused" | "leaving";
  /** Rows sent and not finished. */
  processing: number;
  /** How many of them, by prefix. */
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
  rssBytes: number;
  lastSeenMs: number;
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
    status: "joining",
    processing: 0,
    byPrefix: new Map(),
    queueUs: 0,
    quarantined: 0,
    hunger: 0,
    hintedMs: Number.NEGATIVE_INFINITY,
    hintPauseMs: 10,
    knownLayers: new Set(),
    managedBytes: 0,
    rssBytes: 0,
    lastSeenMs: nowMs,
  };
}
