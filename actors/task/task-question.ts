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
  /** The bytes, or those of a range: answered by the worker that holds them. */
  | { readonly type: "get"; readonly range?: ByteRange | undefined }
  | { readonly type: "drop" };

/** Bytes of a chunk: of its memory, of its text as JSON, or of how Shoal encodes it. */
export interface ByteRange {
  readonly from: number;
  /** Not this one any more. */
  readonly to: number;
}

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
  /** What it asks for that no worker has, where it is ready and waits for such a one. */
  readonly lacks: string | null;
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

/** @throws ShoalError NOT_SUPPORTED naming what a chunk answers; TypeError for a range that is none */
export function parseChunkQuestion(message: unknown): ChunkQuestion {
  const { type, from, to } = (message ?? {}) as { type?: unknown; from?: unknown; to?: unknown };
  if (type === "get") return from === undefined && to === undefined ? { type } : { type, range: byteRange(from, to) };
  if (type === "meta" || type === "drop") return { type };
  throw new ShoalError(`A chunk does not answer "${String(type)}"; ask ${CHUNK_TYPES.join(", ")}`, {
    code: "NOT_SUPPORTED",
  });
}

function byteRange(from: unknown, to: unknown): ByteRange {
  const isPlace = (place: unknown): place is number => Number.isSafeInteger(place) && (place as number) >= 0;
  if (isPlace(from) && isPlace(to) && from <= to) return { from, to };
  throw new TypeError(`A range of bytes is { "from": 0, "to": 1000 }, not from ${String(from)} to ${String(to)}`);
}
