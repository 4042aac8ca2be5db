import type { AxisPlace, Call } from "./call.ts";
import { blockIndex, blockKey, gridSize, keyPrefix, type TaskKey } from "./key.ts";

/**
 * A layer is many tasks said at once. Collections hold the layer that makes their blocks; layers point at the
 * layers they read, so a graph is whatever is reachable. Nothing here is an object per task.
 * @see https://docs.dask.org/en/stable/high-level-graphs.html
 */
export type Layer = BlockwiseLayer | TaskLayer | DataLayer | HeldLayer;

interface LayerBase {
  /** Unique in the cluster: two layers of one name are the same work. `prefix-token`. */
  readonly name: string;
  /** Blocks along each axis; a task's number is the row-major position in this grid. */
  readonly grid: readonly number[];
  readonly annotations?: Annotations;
}

/** One call for every block of a grid; which input blocks it reads follows from its index alone. */
export interface BlockwiseLayer extends LayerBase {
  readonly kind: "blockwise";
  readonly inputs: readonly BlockInput[];
  readonly call: Call;
  /** One value of its own per task, reached as `own(0)`. */
  readonly own?: Values;
  /** Blocks come from nothing but their place, and making one again costs less than keeping it: ranges, constants, uniform numbers. */
  readonly isCheap?: boolean;
  /**
   * Operations an element, where they are few, quick, and follow one large input: making a block again from it costs less than keeping the
   * block beside it.
   */
  readonly lightOps?: number;
}

/** The at-th input of a blockwise call: one block, or a list (row-major) if any axis picks several. */
export interface BlockInput {
  readonly source: Layer;
  /** One pick per axis of the source's grid. */
  readonly axes: readonly AxisPick[];
}

export type AxisPick =
  | AxisPlace
  /** `size` neighbouring blocks from position × size on, cut at the end: a tree reduction's step. */
  | { readonly kind: "group"; readonly axis: number; readonly size: number }
  /** Every block of the axis: a contraction. */
  | { readonly kind: "all" };

/** Tasks with edges of their own, in columns. */
export interface TaskLayer extends LayerBase {
  readonly kind: "tasks";
  /** Keys of the user's, one per task; without them tasks are named by layer and index. */
  readonly keys?: readonly TaskKey[];
  readonly calls: readonly Call[];
  /** Which call each task makes; without it all make `calls[0]`. */
  readonly callOf?: Uint32Array;
  /** What tasks go by in displays and estimates, by call; without it all go by the layer's name. */
  readonly kinds?: readonly string[];
  readonly sources: readonly Layer[];
  /** Task i reads inputs inputOffsets[i] … inputOffsets[i + 1] of the two columns below. */
  readonly inputOffsets: Uint32Array;
  /** Position in `sources`, or SELF; without it all inputs are of sources[0]. */
  readonly inputSource?: Uint16Array;
  readonly inputIndex: Uint32Array;
  /** Task i's own values are ownOffsets[i] … ownOffsets[i + 1] of `own`; without it exactly one each if `own` is given. */
  readonly ownOffsets?: Uint32Array;
  readonly own?: Values;
}

/** In `inputSource`: the input is a task of this very layer, with a lower or higher index. */
export const SELF = 0xffff;

/** Values the graph brings along. */
export interface DataLayer extends LayerBase {
  readonly kind: "data";
  readonly keys?: readonly TaskKey[];
  readonly values: Values;
}

/** Blocks that an executor holds already: what `persist` gives back, and futures used as inputs. */
export interface HeldLayer extends LayerBase {
  readonly kind: "held";
  readonly keys: readonly TaskKey[] | undefined;
  /** Kept so that the executor does not release the blocks while the layer is in use. */
  readonly lease: unknown;
}

/** A column of values: plain numbers, live values, or values encoded one by one so that they can be cut out unread. */
export type Values =
  | { readonly kind: "numbers"; readonly data: Float64Array }
  | { readonly kind: "live"; readonly items: readonly unknown[] }
  | { readonly kind: "encoded"; readonly bytes: Uint8Array; readonly offsets: Uint32Array };

/**
 * What a user asks of the tasks of a layer. Layers with different annotations are never fused.
 * @see https://docs.dask.org/en/stable/api.html#dask.annotate
 */
export interface Annotations {
  /** Higher runs earlier; default 0. */
  readonly priority?: number;
  /** How often a task that throws is run again; default 0. */
  readonly retries?: number;
  /** How long the first retry waits, in milliseconds; each further one twice as long, up to a minute. Default: not at all. */
  readonly retryDelayMs?: number;
  /** Names of workers that may run it. */
  readonly workers?: readonly string[];
  /** Other workers may run it when none of `workers` is there. */
  readonly allowOtherWorkers?: boolean;
  /** Amounts of abstract resources a task takes while it runs, such as { gpu: 1 }. */
  readonly resources?: Readonly<Record<string, number>>;
  /** A task that runs longer is cancelled, in milliseconds. */
  readonly timeoutMs?: number;
  /**
   * Whether it may be begun on a second worker too when it runs far longer than its kind does and a slot is free: the first to finish
   * counts, and the other is told to stop. Never for `effectful` tasks. Default: as the cluster says, which is no unless it was told.
   */
  readonly speculate?: boolean;
  /**
   * It does something to the world: no speculation, never merged into what reads it; `taskScope().fence` tells its runs apart. "once": after
   * it has finished it is never run again; should its result be lost, it fails.
   */
  readonly effectful?: boolean | "once";
  /** Keep the layer out of fusion. */
  readonly fuse?: boolean;
  /** Whether the cluster's cache may keep its results (`client.cache()`). Default true, but for `submit` and `map` without a key. */
  readonly cache?: boolean;
  /** Tags that it goes by in figures, outermost first, joined by "/": see `span`. */
  readonly span?: string;
}

/** Hints of tasks that write. */
export const WRITES: Annotations = { effectful: true };

/** The key of the at-th task of a layer. */
export function taskKey(layer: Layer, at: number): TaskKey {
  const key = layer.kind === "blockwise" ? undefined : layer.keys?.[at];
  return key ?? blockKey(layer.name, blockIndex(layer.grid, at));
}

/** What a task goes by in displays: the name of its function where tasks of several kinds are one layer, else its key's prefix. */
export function taskKind(layer: Layer, at: number): string {
  const kinds = layer.kind === "tasks" ? layer.kinds : undefined;
  return kinds?.[(layer as TaskLayer).callOf?.[at] ?? 0] ?? keyPrefix(taskKey(layer, at));
}

/** How many tasks a layer has. */
export const taskCount = (layer: Layer): number => gridSize(layer.grid);

/** The layers a layer reads, each once. */
export function sourcesOf(layer: Layer): readonly Layer[] {
  if (layer.kind === "blockwise") return [...new Set(layer.inputs.map((input) => input.source))];
  return layer.kind === "tasks" ? layer.sources : [];
}

/** The at-th value of a live or numeric column. */
export function valueAt(values: Values, at: number, decode: (bytes: Uint8Array) => unknown = refuseEncoded): unknown {
  if (values.kind === "numbers") return values.data[at];
  if (values.kind === "live") return values.items[at];
  return decode(values.bytes.subarray(values.offsets[at], values.offsets[at + 1]));
}

function refuseEncoded(): never {
  throw new TypeError("The column is encoded; a decoder is needed to read it");
}
