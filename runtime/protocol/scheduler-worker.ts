import type { ToldActivity } from "../base/activity-meter.ts";
import type { Values } from "../graph/layer.ts";
import type { LayerDefinition } from "./wire-layer.ts";

/** Scheduler → worker. Rows are the scheduler's numbers of tasks; an attempt names one assignment of a row for ever. */
export type ToWorker =
  /** Its session begins: what is said before is of an earlier one, or of a process of its name that is gone. */
  | { readonly type: "welcome"; readonly epoch: number; readonly incarnation: number; readonly join: number }
  /** Something this worker said was lost on the way: it joins again. */
  | { readonly type: "resync" }
  | { readonly type: "beat" }
  | { readonly type: "layers"; readonly layers: readonly LayerDefinition[] }
  | { readonly type: "compute"; readonly holders: readonly string[]; readonly batches: readonly ComputeBatch[] }
  | { readonly type: "free"; readonly rows: Uint32Array; readonly attempts: Float64Array }
  | {
      readonly type: "adopt";
      readonly rows: Uint32Array;
      readonly attempts: Float64Array;
      /** Since when the numbers are of their submission's tasks. */
      readonly since: Float64Array;
      readonly tickets: readonly string[];
    }
  /** Copies of these are to lie here too: they are fetched from the holders named, and told of. */
  | {
      readonly type: "acquire";
      readonly rows: Uint32Array;
      readonly attempts: Float64Array;
      readonly holders: readonly string[];
    }
  /** It is to leave: tasks that have not begun go back, and it takes no data of clients any more. It answers with a heartbeat. */
  | { readonly type: "giveBack" }
  /** It is not to leave after all. */
  | { readonly type: "stay" }
  /** Somebody did not get these from here: what is not here is reported missing. */
  | { readonly type: "verify"; readonly rows: Uint32Array; readonly attempts: Float64Array }
  | { readonly type: "forgetLayers"; readonly ids: Uint32Array }
  /** These workers will answer no more: what is asked of them is given up. */
  | { readonly type: "gone"; readonly workers: readonly string[] }
  /** Something between these workers and others was lost: chunks that were asked of them and have not come are asked for again. */
  | { readonly type: "renewed"; readonly workers: readonly string[] }
  /** It has little to do: these workers have more than they can begin, most loaded first. */
  | {
      readonly type: "hint";
      readonly victims: readonly string[];
      /** How many tasks to ask each for. */
      readonly most: Uint32Array;
      /** The estimated run time of one of its tasks, in microseconds. */
      readonly meansUs: Float64Array;
      /** How fast results moved between workers lately. */
      readonly bytesPerUs: number;
      /** What it has free of its resources: tasks that need more would come back. */
      readonly resources: Readonly<Record<string, number>>;
    }
  /** Tasks that a peer gave away to this worker are not its own: what was promised is dropped. */
  | { readonly type: "void"; readonly rows: Uint32Array; readonly attempts: Float64Array }
  | { readonly type: "refused"; readonly reason: string }
  | { readonly type: "shutdown"; readonly reason: string };

/** Tasks of one layer, in columns. */
export interface ComputeBatch {
  readonly layer: number;
  readonly rows: Uint32Array;
  readonly attempts: Float64Array;
  /** Position of each task in its layer. */
  readonly indices: Uint32Array;
  /** Lower runs first. */
  readonly priorities: Float64Array;
  /** 1: send a small result along with the completion, a client is waiting for it. */
  readonly wanted: Uint8Array;
  /** Which of the layer's calls; empty: the first. */
  readonly callOf: Uint32Array;
  readonly inputOffsets: Uint32Array;
  readonly inputs: Uint32Array;
  /** The attempt that made each input; 0 where it is still to be made, on this worker. */
  readonly inputAttempts: Float64Array;
  /** Position in `holders` of a worker that has the input; LOCAL where it is or will be on this worker. */
  readonly inputHolders: Uint16Array;
  /** Task i's own values are ownOffsets[i] … ownOffsets[i + 1]; empty where tasks have none. */
  readonly ownOffsets: Uint32Array;
  readonly own: Values;
}

/** In `inputHolders`: no transfer is needed. */
export const LOCAL = 0xffff;

/** Worker → scheduler. */
export type FromWorker =
  | JoinMessage
  | InventoryMessage
  | FinishedMessage
  | {
      readonly type: "failed";
      readonly rows: Uint32Array;
      readonly attempts: Float64Array;
      /** Encoded errors, one each. */
      readonly errors: readonly unknown[];
    }
  /** Inputs could not be had from these holders: the tasks go back. */
  | {
      readonly type: "missing";
      readonly rows: Uint32Array;
      readonly attempts: Float64Array;
      readonly inputs: Uint32Array;
      readonly inputAttempts: Float64Array;
      readonly holders: readonly string[];
    }
  /** Copies of results that other workers made lie here now. */
  | { readonly type: "holds"; readonly rows: Uint32Array; readonly attempts: Float64Array }
  /** Running tasks that take no slot any more, or (1) do again. */
  | {
      readonly type: "slots";
      readonly rows: Uint32Array;
      readonly attempts: Float64Array;
      readonly takes: Uint8Array;
    }
  /** What running tasks say of themselves: how far they are (below 0: nothing said), a line ("": none). */
  | {
      readonly type: "notes";
      readonly rows: Uint32Array;
      readonly attempts: Float64Array;
      readonly progress: Float64Array;
      readonly lines: readonly string[];
    }
  /** These were given away to a thief, and are not here any more; whose they are, the scheduler says. */
  | {
      readonly type: "relinquish";
      readonly thief: string;
      readonly incarnation: number;
      readonly rows: Uint32Array;
      readonly attempts: Float64Array;
    }
  | HeartbeatMessage
  | { readonly type: "leaving"; readonly reason: string };

export interface JoinMessage {
  readonly type: "join";
  /** Numbered by the worker; the welcome names it, and until then nothing else from the scheduler counts. */
  readonly join: number;
  readonly worker: string;
  /** Grows when a worker of the same name starts again. */
  readonly incarnation: number;
  readonly slots: number;
  readonly resources: Readonly<Record<string, number>>;
  readonly version: string;
  readonly pid: number;
  readonly host: string;
}

/** All a worker holds and runs, after a session began anew: the scheduler reconciles its view with it. */
export interface InventoryMessage {
  readonly type: "inventory";
  readonly epoch: number;
  readonly rows: Uint32Array;
  readonly attempts: Float64Array;
  /** Which lives of the rows they are of: since when the numbers are of their submission's tasks; 0 where that is not known here. */
  readonly since: Float64Array;
  /** State of the worker-task chart. */
  readonly states: Uint8Array;
  readonly bytes: Float64Array;
  /** Positions in `rows` of results that exist only here, whoever has a copy: see ShardSet. */
  readonly located: Uint32Array;
  /** Positions in `rows` of handles of what exists only elsewhere: nothing can be read through them when that worker is gone. */
  readonly handles: Uint32Array;
  /** Layers it knows. */
  readonly layers: Uint32Array;
  /** Since when each of them counts: a journal that lost its newest records gives their layers' numbers to others. */
  readonly layersSince: Float64Array;
}

export interface FinishedMessage {
  readonly type: "finished";
  readonly rows: Uint32Array;
  readonly attempts: Float64Array;
  readonly bytes: Float64Array;
  readonly durationsUs: Float64Array;
  /** Positions in `rows` of results that exist only here: copies of them are handles, and end with this worker. */
  readonly located: Uint32Array;
  /** Small results that a client waits for: positions in `rows`, and the values. */
  readonly resultOf: Uint32Array;
  readonly results: Values;
}

export interface HeartbeatMessage {
  readonly type: "heartbeat";
  readonly managedBytes: number;
  /** Of them on disk alone. */
  readonly spilledBytes: number;
  readonly rssBytes: number;
  /** `soft`: results do not all fit in memory · `high`: it is paused, one task at a time may run. */
  readonly pressure: "none" | "soft" | "high";
  /** Why results cannot leave memory for the disk; undefined while all is well. */
  readonly diskError: string | undefined;
  readonly executing: number;
  readonly queued: number;
  /** Data of clients that the scheduler has not heard of yet, once it is to leave and takes no more; -1 before. */
  readonly parked: number;
  /** Where its time and bytes went: what has grown since it last told, whole totals of its incarnation. */
  readonly activities?: readonly ToldActivity[];
}
