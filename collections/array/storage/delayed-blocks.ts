import { input, literal } from "../../../runtime/graph/call.ts";
import { blockIndex, gridSize } from "../../../runtime/graph/key.ts";
import type { BlockwiseLayer } from "../../../runtime/graph/layer.ts";
import { kernel } from "../../../runtime/wire/function-spec.ts";
import { delayedBlock, placesOf } from "../../delayed/delayed.ts";
import type { Delayed, DelayedValue } from "../../delayed/delayed-value.ts";
import type { Place } from "../../delayed/node.ts";
import { arrayOf, asArray, type ShoalArray } from "../array.ts";
import type { ArrayLike } from "../array-like.ts";
import { layerName, samePlace } from "../blocks.ts";
import { type DType, parseDType } from "../dtype.ts";
import { blockOfValue, eagerBlock } from "../kernels/outer-blocks.ts";
import { known } from "../known.ts";

const BLOCK = kernel("shoal:collections/array/kernels/outer-blocks", "blockOfValue", blockOfValue);
const EAGER = kernel("shoal:collections/array/kernels/outer-blocks", "eagerBlock", eagerBlock);

/**
 * An array of one chunk that a lazy value will give: an eager array, a typed array, nested lists. NaN stands for a length that is not known.
 * @throws TypeError, RangeError when it is computed, if the value is no array or has another shape
 * @see https://docs.dask.org/en/stable/generated/dask.array.from_delayed.html
 * @example
 * const image = da.fromDelayed(delayed(readImage)("a.png"), { shape: [480, 640], dtype: "uint8" });
 */
export function fromDelayed(
  value: DelayedValue<unknown>,
  options: { readonly shape: readonly number[]; readonly dtype: DType | (string & {}) },
): ShoalArray {
  known(options, "fromDelayed", "shape", "dtype");
  const [place] = placesOf([value]) as [Place];
  const { layer: source, index } = place;
  const dtype = parseDType(options.dtype);
  const { shape } = options;
  const layer: BlockwiseLayer = {
    kind: "blockwise",
    name: layerName("from-value", source, index, dtype, shape),
    grid: shape.map(() => 1),
    inputs: [{ source, axes: blockIndex(source.grid, index).map((at) => ({ kind: "at", index: at })) }],
    call: { fn: BLOCK, args: [literal(dtype), literal([...shape]), input(0)] },
  };
  return asArray({ layer, axes: shape.map((n) => [[n, 1]]), dtype });
}

/** Lazy values in lists, nested as the grid of blocks is. */
export type NestedDelayed = Delayed<unknown> | NestedDelayed[];

/**
 * Every block as a lazy {@link NDArray}, in lists nested as the grid is.
 * @see https://docs.dask.org/en/stable/generated/dask.array.Array.to_delayed.html
 */
export function toDelayed(x: ArrayLike): NestedDelayed {
  const { layer: source } = arrayOf(x);
  const layer: BlockwiseLayer = {
    kind: "blockwise",
    name: layerName("block", source),
    grid: source.grid,
    inputs: [samePlace(source)],
    call: { fn: EAGER, args: [input(0)] },
  };
  const walk = (axis: number, from: number, span: number): NestedDelayed => {
    if (axis === layer.grid.length) return delayedBlock(layer, from);
    const n = layer.grid[axis] as number;
    const width = span / n;
    return Array.from({ length: n }, (_, at) => walk(axis + 1, from + at * width, width));
  };
  return walk(0, 0, gridSize(layer.grid));
}
