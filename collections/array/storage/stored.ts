import { type AxisRuns, functionArg, literal, location } from "../../../runtime/graph/call.ts";
import type { BlockwiseLayer, Layer } from "../../../runtime/graph/layer.ts";
import type { FunctionSpec, NamedFunction } from "../../../runtime/wire/function-spec.ts";
import { type Blocks, gridOf, layerName } from "../blocks.ts";
import type { DType } from "../dtype.ts";
import type { AxisIndex } from "../indexer.ts";
import type { Window } from "../kernels/stored-block.ts";

/** An array that lies outside: what reads a block of it, and which part of it is meant. */
export interface Stored {
  readonly prefix: string;
  /** A kernel that takes the source, the windows and a location, and gives the block. */
  readonly read: NamedFunction;
  /** A function of the user's that the kernel gets first. */
  readonly argument?: FunctionSpec;
  /** What the kernel needs to know; travels and names the work, so it must change when the content does. */
  readonly source: unknown;
  readonly dtype: DType;
  /** The part of each stored axis. */
  readonly windows: readonly Window[];
}

const known = new WeakMap<Layer, Stored>();

/** The whole of a stored array. */
export const wholeWindows = (shape: readonly number[]): Window[] => shape.map(() => ({ start: 0, step: 1 }));

/** Blocks read from a stored array as they are needed. */
export function storedBlocks(stored: Stored, axes: readonly AxisRuns[]): Blocks {
  const { prefix, read, argument, source, windows, dtype } = stored;
  const first = argument === undefined ? [] : [functionArg(argument)];
  const layer: BlockwiseLayer = {
    kind: "blockwise",
    name: layerName(prefix, argument?.live, source, windows, axes),
    grid: gridOf(axes),
    inputs: [],
    call: { fn: read, args: [...first, literal(source), literal(windows), location(axes)] },
  };
  known.set(layer, stored);
  return { layer, axes, dtype };
}

/**
 * A slice of an array that is read from outside: the same array over a smaller part, so that the rest is never read.
 * Undefined where the array is none, or is read backwards.
 * @param axes chunks of the result
 */
export function slicedSource(
  blocks: Blocks,
  indices: readonly AxisIndex[],
  axes: readonly AxisRuns[],
): Blocks | undefined {
  const stored = known.get(blocks.layer);
  if (stored === undefined || indices.some((index) => index.kind === "range" && index.step < 0)) return undefined;
  let at = 0;
  const windows = stored.windows.map((window): Window => {
    if ("at" in window) return window;
    const index = indices[at++] as AxisIndex;
    if (index.kind === "at") return { at: window.start + window.step * index.at };
    if (index.kind !== "range") return window;
    return { start: window.start + window.step * index.start, step: window.step * index.step };
  });
  return storedBlocks({ ...stored, windows }, axes);
}
