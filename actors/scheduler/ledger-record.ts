import type { ClientShare, WireWant } from "../../runtime/protocol/client-scheduler.ts";
import type { WireLayer } from "../../runtime/protocol/wire-layer.ts";

/** Rows of a submitted layer: neighbours from a base on, or one by one. */
export type LayerRows = number | Uint32Array;

/** Where a submission's rows and layers stand among the scheduler's; numbers that workers know, so they are kept, not drawn anew. */
export interface SlabPlace {
  readonly slab: number;
  readonly base: number;
  readonly count: number;
  readonly generation: number;
  /** The newest attempt when it came. */
  readonly since: number;
  readonly firstLayer: number;
  /** Slabs whose rows it reads. */
  readonly reads: readonly number[];
}

/**
 * What a scheduler writes down for the one that comes after it: all that workers and clients cannot tell. Where results lie,
 * what runs where, queues and estimates are not among it: inventories tell of them.
 */
export type LedgerRecord =
  | LeaderRecord
  | GraphRecord
  | SlabRecord
  | ScatterRecord
  | WantsRecord
  | { readonly kind: "released"; readonly client: string; readonly handles: Uint32Array }
  | { readonly kind: "clientGone"; readonly client: string }
  | FailureRecord
  | { readonly kind: "mended"; readonly rows: Uint32Array }
  | CountsRecord
  /** Their effects are done: they are not run again. */
  | { readonly kind: "done"; readonly rows: Uint32Array; readonly attempts: Float64Array }
  | { readonly kind: "slabsGone"; readonly slabs: Uint32Array }
  | { readonly kind: "worker"; readonly worker: string; readonly incarnation: number }
  | { readonly kind: "workerGone"; readonly worker: string; readonly incarnation: number }
  /** Of the actor beside the scheduler; read by it alone. */
  | { readonly kind: "coordination"; readonly entry: unknown };

/** Another scheduler leads from here on. */
export interface LeaderRecord {
  readonly kind: "leader";
  readonly epoch: number;
  /** The epoch of the first of the line, whose row numbers are in use. */
  readonly lineage: number;
  /** Of Shoal: another one's records are not read. */
  readonly version: string;
}

/** A submission, as it came, and where it was put. */
export interface GraphRecord {
  readonly kind: "graph";
  readonly client: string;
  readonly request: number;
  readonly layers: readonly WireLayer[];
  readonly wants: readonly WireWant[];
  readonly priority: number;
  readonly retries: number;
  /** 1 for layers that came with it. */
  readonly isNew: Uint8Array;
  readonly rows: readonly LayerRows[];
  readonly place: SlabPlace;
}

/** A submission as it stands: only what is still needed of it, its edges written out. */
export interface SlabRecord {
  readonly kind: "slab";
  /** Whoever submitted it, if it is still here. */
  readonly client?: string;
  readonly place: SlabPlace;
  readonly layers: readonly WireLayer[];
  readonly sourceGrids: readonly (readonly (readonly number[])[])[];
  readonly priority: number;
  readonly inputOffsets: Uint32Array;
  readonly inputs: Uint32Array;
  /** No recipe makes them again. */
  readonly isPure: boolean;
}

/** Data that a client put on workers. */
export interface ScatterRecord {
  readonly kind: "scatter";
  readonly client: string;
  readonly request: number;
  readonly name: string;
  readonly keys: readonly string[];
  readonly handles: Uint32Array;
  readonly bytes: Float64Array;
  /** Where each lies, and under which attempt; "" where its worker was gone. */
  readonly workers: readonly string[];
  readonly attempts: Float64Array;
  readonly place: SlabPlace;
}

/** Handles of a client and their rows: handed out later, or all that it holds. */
export interface WantsRecord {
  readonly kind: "wants";
  readonly client: string;
  /** What it is to have of the cluster, where that is said. */
  readonly share?: ClientShare;
  readonly requestMax: number;
  readonly handles: Uint32Array;
  readonly rows: Uint32Array;
}

export interface FailureRecord {
  readonly kind: "failed";
  readonly rows: Uint32Array;
  readonly failureOf: Uint32Array;
  readonly errors: readonly unknown[];
  readonly origins: Uint32Array;
}

export interface CountsRecord {
  readonly kind: "counts";
  readonly rows: Uint32Array;
  readonly kills: Uint8Array;
  readonly retriesLeft: Uint8Array;
}
