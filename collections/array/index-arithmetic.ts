import { input, literal } from "../../runtime/graph/call.ts";
import type { BlockwiseLayer } from "../../runtime/graph/layer.ts";
import { kernel } from "../../runtime/wire/function-spec.ts";
import { arrayOf, asArray, type ShoalArray } from "./array.ts";
import type { ArrayLike } from "./array-like.ts";
import { type Blocks, layerName, samePlace } from "./blocks.ts";
import { type Bounds, boundedBlock } from "./kernels/bounded-block.ts";
import { known } from "./known.ts";

const BOUNDED = kernel("shoal:collections/array/kernels/bounded-block", "boundedBlock", boundedBlock);

/**
 * Indices along each axis from positions in the flattened array.
 * @throws RangeError when it is computed, for positions that the shape does not have
 * @see https://docs.dask.org/en/stable/generated/dask.array.unravel_index.html
 * @example
 * unravelIndex([5, 0], [2, 3]); // arrays of [1, 0] and [2, 0]
 */
export function unravelIndex(x: ArrayLike, shape: readonly number[]): ShoalArray[] {
  const size = shape.reduce((product, n) => product * n, 1);
  const given = boundedBlocks(arrayOf(x).astype("int64"), { n: size, of: `an array of shape (${shape.join(", ")})` });
  let left: ShoalArray = asArray(given);
  const found: ShoalArray[] = [];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    found.unshift(axis === 0 ? left : left.mod(shape[axis] as number));
    left = left.floordiv(shape[axis] as number);
  }
  return found;
}

/** Options of {@link ravelMultiIndex}. */
export interface RavelOptions {
  /** What becomes of indices beyond an axis: "wrap" counts on from its start, "clip" takes its end; left out, they must lie within. */
  readonly mode?: "wrap" | "clip";
}

/**
 * Positions in the flattened array from indices along each axis.
 * @throws RangeError when it is computed, for indices beyond an axis where no mode says what becomes of them
 * @see https://docs.dask.org/en/stable/generated/dask.array.ravel_multi_index.html
 * @example
 * ravelMultiIndex([[1, 0], [2, 0]], [2, 3]); // an array of [5, 0]
 */
export function ravelMultiIndex(
  lists: readonly ArrayLike[] | ShoalArray,
  shape: readonly number[],
  options: RavelOptions = {},
): ShoalArray {
  const { mode } = known(options, "ravelMultiIndex", "mode");
  if (mode !== undefined && mode !== "wrap" && mode !== "clip")
    throw new TypeError(`"${mode}" is no mode of ravelMultiIndex; use wrap or clip, or leave it out`);
  const within = (one: ArrayLike, axis: number): ShoalArray => {
    const n = shape[axis] as number;
    const index = arrayOf(one).astype("int64");
    if (mode === "wrap") return index.mod(n);
    return mode === "clip" ? index.clip(0, n - 1) : asArray(boundedBlocks(index, { n, of: `axis ${axis}` }));
  };
  const indexes = Array.isArray(lists) ? lists : rowsOf(lists as ShoalArray);
  if (indexes.length !== shape.length)
    throw new RangeError(`${indexes.length} lists of indices for ${shape.length} axes`);
  return indexes.reduce<ShoalArray | undefined>(
    (so, one, axis) => (so === undefined ? within(one, axis) : so.mul(shape[axis] as number).add(within(one, axis))),
    undefined,
  ) as ShoalArray;
}

const rowsOf = (array: ShoalArray): ShoalArray[] => Array.from({ length: array.len() }, (_, at) => array.get(at));

/** Whole numbers as they are; those beyond some bounds are refused when they are computed. */
export function boundedBlocks(blocks: Blocks, bounds: Bounds): Blocks {
  const layer: BlockwiseLayer = {
    kind: "blockwise",
    name: layerName("bounded", blocks.layer, bounds),
    grid: blocks.layer.grid,
    inputs: [samePlace(blocks.layer)],
    call: { fn: BOUNDED, args: [literal(bounds), input(0)] },
  };
  return { ...blocks, layer };
}
