import { ShoalError } from "../../runtime/base/errors.ts";

/** What the actor of a task answers, in JSON or in a frame. */
export type TaskQuestion =
  /** Where it stands: {@link TaskReport}. */
  | { readonly type: "state" }
  /** The same, and how it came to that: {@link TaskStory}. */
  | { readonly type: "story" }
  /** The same, and from then on every change of state is published at `events` of the answer. */
  | { readonly type: "watch" }
  /** How far it said it is, and its last lines, whichever worker ran it. */
  | { readonly type: "notes" }
  | { readonly type: "cancel"; readonly reason: string }
  /** Has a failed task tried again. */
  | { readonly type: "retry" }
  /** Changes how urgent it is, while it is not placed yet. */
  | { readonly type: "priority"; readonly value: number }
  /** Lets its result go, whoever wants it. */
  | { readonly type: "release" };

/** What the actor of a chunk answers. */
export type ChunkQuestion =
  | { readonly type: "meta" }
  /** The bytes: answered by the worker that holds them. */
  | { readonly type: "get" }
  | { readonly type: "drop" };

/** How a task stands. */
export interface TaskReport {
  readonly key: string;
  /** State of the scheduler-task chart. */
  readonly state: string;
  /** Where it is processing, or who holds its result first. */
  readonly worker: string | null;
  readonly holders: readonly string[];
  readonly attempt: number;
  readonly bytes: number;
  /** Inputs that are not in memory. */
  readonly waitingFor: number;
  readonly dependents: number;
  /** Futures of clients that want it. */
  readonly wants: number;
  readonly retriesLeft: number;
  /** Workers that died while they may have been running it. */
  readonly kills: number;
  readonly error: string | null;
}

/** What became of a task, as far as it was noted: steps are noted while somebody watches the cluster. */
export interface TaskStory extends TaskReport {
  readonly prefix: string;
  readonly steps: readonly TaskStep[];
  /** Some of the tasks it reads and of those that read it. */
  readonly inputs: readonly NearTask[];
  readonly readers: readonly NearTask[];
  readonly inputCount: number;
}

export interface TaskStep {
  readonly agoMs: number;
  readonly from: string;
  readonly event: string;
  readonly to: string;
  readonly worker: string | null;
}

export interface NearTask {
  readonly key: string;
  readonly state: string;
}

const TASK_TYPES = ["state", "story", "watch", "notes", "cancel", "retry", "priority", "release"];
const CHUNK_TYPES = ["meta", "get", "drop"];

/** @throws ShoalError NOT_SUPPORTED naming what a task answers */
export function parseTaskQuestion(message: unknown): TaskQuestion {
  const { type, reason, value } = (message ?? {}) as { type?: unknown; reason?: unknown; value?: unknown };
  if (type === "cancel") return { type, reason: typeof reason === "string" ? reason : "asked for at its address" };
  if (type === "priority") {
    if (typeof value !== "number" || !Number.isFinite(value))
      throw new ShoalError('A priority is a finite number: { "type": "priority", "value": 10 }', {
        code: "NOT_SUPPORTED",
      });
    return { type, value };
  }
  const isPlain = type === "state" || type === "story" || type === "watch" || type === "notes";
  if (isPlain || type === "retry" || type === "release") return { type };
  throw new ShoalError(`A task does not answer "${String(type)}"; ask ${TASK_TYPES.join(", ")}`, {
    code: "NOT_SUPPORTED",
  });
}

/** @throws ShoalError NOT_SUPPORTED naming what a chunk answers */
export function parseChunkQuestion(message: unknown): ChunkQuestion {
  const { type } = (message ?? {}) as { type?: unknown };
  if (type === "meta" || type === "get" || type === "drop") return { type };
  throw new ShoalError(`A chunk does not answer "${String(type)}"; ask ${CHUNK_TYPES.join(", ")}`, {
    code: "NOT_SUPPORTED",
  });
}
