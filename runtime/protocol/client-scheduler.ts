import type { Values } from "../graph/layer.ts";
import type { WireLayer } from "./wire-layer.ts";

/** Client → scheduler. A handle is the client's number for one wanted task; it lives until the client releases it. */
export type FromClient =
  | {
      readonly type: "hello";
      readonly hello: number;
      readonly version: string;
      readonly share?: ClientShare | undefined;
    }
  | SubmitMessage
  | { readonly type: "release"; readonly handles: HandleRuns }
  /** After a broken link: every handle the client still holds. */
  | { readonly type: "resume"; readonly handles: HandleRuns }
  | {
      readonly type: "scattered";
      readonly request: number;
      readonly handles: Uint32Array;
      readonly keys: readonly string[];
      readonly bytes: Float64Array;
      readonly workers: readonly string[];
    }
  | { readonly type: "retry"; readonly handles: Uint32Array }
  | { readonly type: "cancel"; readonly handles: Uint32Array; readonly reason: string }
  | { readonly type: "clientHeartbeat" }
  | { readonly type: "goodbye" };

/** What a client has of a cluster that others use too. */
export interface ClientShare {
  /** While others wait as well, it gets so many parts of the work where another gets one; default 1. */
  readonly weight?: number;
  /** Tasks of its that may be with workers at once; default: no limit. */
  readonly atOnceMax?: number;
}

export interface SubmitMessage {
  readonly type: "submit";
  /** Numbered by the client; a repeated submission is applied once. */
  readonly request: number;
  readonly layers: readonly WireLayer[];
  readonly wants: readonly WireWant[];
  readonly priority: number;
  readonly retries: number;
  /** The span it belongs to, where the client traces: a `traceparent`. */
  readonly trace?: string | undefined;
}

/** Tasks of a layer that are wanted, known from now on by handles from `handleBase` on. */
export interface WireWant {
  readonly layer: number;
  readonly indices: Uint32Array | null;
  readonly handleBase: number;
}

/** Runs of handles: first, count, first, count … */
export type HandleRuns = Uint32Array;

/** Scheduler → client. */
export type ToClient =
  | {
      readonly type: "clientWelcome";
      /** The hello it answers; until then nothing else from the scheduler counts. */
      readonly hello: number;
      readonly epoch: number;
      readonly version: string;
      readonly workers: readonly WorkerSummary[];
    }
  /** Something this client said was lost on the way: it says hello again, with all it wants. */
  | { readonly type: "resync" }
  | { readonly type: "beat" }
  | { readonly type: "workers"; readonly workers: readonly WorkerSummary[] }
  | { readonly type: "accepted"; readonly request: number; readonly tasks: number }
  | { readonly type: "declined"; readonly request: number; readonly error: unknown }
  | InMemoryMessage
  /** The tasks failed, or an ancestor did. */
  | {
      readonly type: "erred";
      readonly handles: Uint32Array;
      readonly errors: readonly unknown[];
      readonly errorOf: Uint32Array;
    }
  /** Results that were in memory are being made again. */
  | { readonly type: "lost"; readonly handles: Uint32Array };

/** A task's function threw: what, where. */
export interface FailedTask {
  readonly key: string;
  readonly worker: string;
  /** The encoded error; within a process `{ thrown }`. */
  readonly thrown: unknown;
}

export interface InMemoryMessage {
  readonly type: "inMemory";
  readonly handles: Uint32Array;
  readonly rows: Uint32Array;
  readonly attempts: Float64Array;
  readonly bytes: Float64Array;
  readonly holders: readonly string[];
  readonly holderOf: Uint16Array;
  /** Values that came along: positions in `handles`, and the values. */
  readonly resultOf: Uint32Array;
  readonly results: Values;
}

export interface WorkerSummary {
  readonly id: string;
  /** Tells it from one that had its name before. */
  readonly incarnation: number;
  readonly slots: number;
  readonly pid: number;
  readonly host: string;
}
