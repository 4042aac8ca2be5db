import type { AxisRuns } from "../../runtime/graph/call.ts";
import type { BlockInput, Layer } from "../../runtime/graph/layer.ts";
import { tokenize } from "../../runtime/graph/tokenize.ts";
import { axisBlocks, axisSize, isUnknown } from "./chunk-spec.ts";
import type { DType } from "./dtype.ts";

/** An array as work sees it: the layer that makes its blocks, how its axes are cut, and what its elements are. */
export interface Blocks {
  readonly layer: Layer;
  readonly axes: readonly AxisRuns[];
  readonly dtype: DType;
}

export const shapeOf = (blocks: Pick<Blocks, "axes">): number[] => blocks.axes.map(axisSize);
export const gridOf = (axes: readonly AxisRuns[]): number[] => axes.map(axisBlocks);
export const ndimOf = (blocks: Pick<Blocks, "axes">): number => blocks.axes.length;

/** A layer's name: a prefix for people, and a token of all that its values depend on. */
export const layerName = (prefix: string, ...of: readonly unknown[]): string => `${prefix}-${tokenize(...of)}`;

/** An input of which each task reads the block at its own place. */
export const samePlace = (source: Layer): BlockInput => ({
  source,
  axes: source.grid.map((_, axis) => ({ kind: "axis", axis })),
});

/** "(3, 4)" or "(3,)". */
export const shapeText = (shape: readonly number[]): string =>
  shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;

/**
 * An axis counted from the front.
 * @throws RangeError with the numbers if the array has no such axis; TypeError if it is no whole number
 */
export function axisOf(axis: number, ndim: number, what = "axis"): number {
  if (!Number.isInteger(axis)) throw new TypeError(`${what} must be a whole number, got ${axis}`);
  const at = axis < 0 ? axis + ndim : axis;
  if (at < 0 || at >= ndim) throw new RangeError(`${what} ${axis} is out of range for an array of ${ndim} dimensions`);
  return at;
}

/** The axes of an option: all for null or undefined. */
export function axesOf(axis: number | readonly number[] | null | undefined, ndim: number): number[] {
  if (axis === null || axis === undefined) return Array.from({ length: ndim }, (_, at) => at);
  const axes = (Array.isArray(axis) ? (axis as readonly number[]) : [axis as number]).map((one) => axisOf(one, ndim));
  if (new Set(axes).size !== axes.length) throw new RangeError(`Axes (${axes.join(", ")}) name one axis twice`);
  return axes;
}

/**
 * Refuses arrays whose chunk sizes are unknown along an axis.
 * @throws RangeError that names the remedy
 */
export function requireKnown(blocks: Pick<Blocks, "axes">, what: string, axes?: readonly number[]): void {
  blocks.axes.forEach((runs, axis) => {
    if ((axes === undefined || axes.includes(axis)) && isUnknown(runs))
      throw new RangeError(
        `${what} needs the chunk sizes of axis ${axis}, which are unknown; call computeChunkSizes() first`,
      );
  });
}
