import type { AxisRuns } from "../../runtime/graph/call.ts";
import { arrayOf, asArray, type ShoalArray } from "./array.ts";
import type { ArrayLike } from "./array-like.ts";
import { axisOf, requireKnown, shapeOf } from "./blocks.ts";
import { positionOf } from "./indexer.ts";
import { known } from "./known.ts";
import { takeBlocks } from "./slicing.ts";

/** Chunks may grow or shrink by this much, so that groups stay together. */
const TOLERANCE = 1.25;

/**
 * Positions of an axis regrouped: the groups of a list, one behind the other, each in one chunk. Small groups share chunks of about the
 * size that the axis had.
 * @throws RangeError for positions out of bounds; TypeError if the groups are no lists of positions
 * @see https://docs.dask.org/en/stable/generated/dask.array.shuffle.html
 * @example
 * const x = da.arange(8, { chunks: 4 });
 * da.shuffle(x, [[6, 5, 2], [4, 1], [3, 0, 7]]); // in chunks of 5 and 3
 */
export function shuffle(
  x: ArrayLike,
  groups: readonly (readonly number[])[],
  options: { readonly axis?: number } = {},
): ShoalArray {
  known(options, "shuffle", "axis");
  const array = arrayOf(x);
  const axis = axisOf(options.axis ?? 0, array.ndim);
  requireKnown(array, "shuffle", [axis]);
  if (!Array.isArray(groups) || groups.some((one) => !Array.isArray(one)))
    throw new TypeError("shuffle takes groups of positions, a list of lists such as [[2, 0], [1]]");
  const n = shapeOf(array)[axis] as number;
  const largest = Math.max(1, ...(array.axes[axis] as AxisRuns).map(([size]) => size));
  const chunks = joined(groups, largest).map((one) => Float64Array.from(one, (at) => positionOf(at, n, axis)));
  const positions = Float64Array.from(chunks.flatMap((one) => [...one]));
  return asArray(takeBlocks(array, axis, positions, chunks.length === 0 ? [positions] : chunks));
}

/** Groups joined while they fit into a chunk; a chunk that is nearly full is closed. */
function joined(groups: readonly (readonly number[])[], largest: number): number[][] {
  const chunks: number[][] = [];
  let open: number[] = [];
  const close = (): void => {
    if (open.length > 0) chunks.push(open);
    open = [];
  };
  for (const group of groups) {
    if (open.length + group.length > largest * TOLERANCE) close();
    open.push(...group);
    if (open.length > largest / TOLERANCE) close();
  }
  close();
  return chunks;
}
