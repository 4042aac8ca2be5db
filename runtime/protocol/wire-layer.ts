import type { Call } from "../graph/call.ts";
import type { Annotations, AxisPick, Values } from "../graph/layer.ts";

/**
 * A layer as messages carry it: sources by position in the same submission, calls either live (within a process)
 * or encoded. The scheduler reads grids, edges and annotations; calls and values pass through it unread.
 */
export type WireLayer = WireBlockwise | WireTasks | WireData | WireHeld;

interface WireLayerBase {
  readonly name: string;
  readonly grid: readonly number[];
  readonly annotations?: Annotations | undefined;
}

export type WireCalls = readonly Call[] | Uint8Array;

export interface WireBlockwise extends WireLayerBase {
  readonly kind: "blockwise";
  readonly calls: WireCalls;
  readonly inputs: readonly { readonly source: number; readonly axes: readonly AxisPick[] }[];
  readonly own?: Values | undefined;
}

export interface WireTasks extends WireLayerBase {
  readonly kind: "tasks";
  readonly calls: WireCalls;
  readonly keys?: readonly string[] | undefined;
  readonly callOf?: Uint32Array | undefined;
  /** What tasks go by in displays and estimates, by call; without it all go by the layer's name. */
  readonly kinds?: readonly string[] | undefined;
  readonly sources: readonly number[];
  readonly inputOffsets: Uint32Array;
  readonly inputSource?: Uint16Array | undefined;
  readonly inputIndex: Uint32Array;
  readonly ownOffsets?: Uint32Array | undefined;
  readonly own?: Values | undefined;
}

export interface WireData extends WireLayerBase {
  readonly kind: "data";
  readonly keys?: readonly string[] | undefined;
  readonly values: Values;
}

/** Blocks that the submitting client holds by these handles. */
export interface WireHeld extends WireLayerBase {
  readonly kind: "held";
  readonly handles: Uint32Array;
}

/** What a worker needs to know of a layer to run its tasks; sent once, before the first of them. */
export interface LayerDefinition {
  readonly id: number;
  /** Attempts up to this one of its rows are of tasks that had the numbers before. */
  readonly since: number;
  readonly kind: "blockwise" | "tasks" | "data";
  readonly name: string;
  /** What its tasks go by in displays, where the name does not say it. */
  readonly prefix?: string | undefined;
  /** The same by call, where tasks of several kinds are one layer. */
  readonly kinds?: readonly string[] | undefined;
  /** The span that its tasks belong to, where they are traced: a `traceparent`. */
  readonly trace?: string | undefined;
  readonly grid: readonly number[];
  readonly annotations?: Annotations | undefined;
  readonly calls: WireCalls;
  /** For blockwise layers: how inputs are grouped, with the grid of each source. */
  readonly inputs: readonly { readonly axes: readonly AxisPick[]; readonly grid: readonly number[] }[];
}
