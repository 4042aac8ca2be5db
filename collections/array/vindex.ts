import { type AxisRuns, inputsFrom, literal, location } from "../../runtime/graph/call.ts";
import { blockIndex, gridSize, linearIndex } from "../../runtime/graph/key.ts";
import { kernel } from "../../runtime/wire/function-spec.ts";
import { type Blocks, gridOf, layerName, requireKnown, shapeOf } from "./blocks.ts";
import { axisSizes, regularRuns } from "./chunk-spec.ts";
import { positionOf } from "./indexer.ts";
import { type PointPlan, pickPoints } from "./kernels/points.ts";

const PICK = kernel("shoal:collections/array/kernels/points", "pickPoints", pickPoints);

/**
 * Elements at points: lists of positions for the first axes, which broadcast; null takes an axis whole. Points become
 * the first axis of the result.
 * @throws RangeError for positions out of bounds, or lists of different lengths
 * @see https://docs.dask.org/en/stable/array-slicing.html
 */
export function vindexBlocks(blocks: Blocks, lists: readonly (number | readonly number[] | null)[]): Blocks {
  const shape = shapeOf(blocks);
  if (lists.length > shape.length) throw new RangeError(`${lists.length} lists were given for ${shape.length} axes`);
  const axes = lists.flatMap((one, axis) => (one === null ? [] : [axis]));
  requireKnown(blocks, "vindex", axes);
  const lengths = axes.map((axis) => [lists[axis]].flat().length);
  const count = lengths.find((length) => length !== 1) ?? 1;
  const points = axes.map((axis) => {
    const own = [lists[axis]].flat() as number[];
    if (own.length !== count && own.length !== 1)
      throw new RangeError(`Lists of ${own.length} and ${count} positions do not broadcast together`);
    return Array.from({ length: own.length === 0 ? 0 : count }, (_, i) =>
      positionOf((own[i] ?? own[0]) as number, shape[axis] as number, axis),
    );
  });
  const length = points[0]?.length ?? 0;
  const rest = blocks.axes.flatMap((runs, axis) => (axes.includes(axis) ? [] : [runs]));
  const out: AxisRuns[] = [regularRuns(length, length), ...rest];
  return { ...blocks, axes: out, layer: pointLayer(blocks, axes, points, out) };
}

function pointLayer(
  blocks: Blocks,
  axes: readonly number[],
  points: readonly (readonly number[])[],
  out: readonly AxisRuns[],
): Blocks["layer"] {
  const places = axes.map((axis, k) =>
    (points[k] as readonly number[]).map((at) => placeIn(axisSizes(blocks.axes[axis] as AxisRuns), at)),
  );
  const length = points[0]?.length ?? 0;
  const pieces: number[][] = [];
  const known = new Map<string, number>();
  const piece = new Uint32Array(length);
  for (let i = 0; i < length; i++) {
    const at = places.map((one) => (one[i] as { block: number }).block);
    const key = at.join();
    if (!known.has(key)) known.set(key, pieces.push(at) - 1);
    piece[i] = known.get(key) as number;
  }
  if (pieces.length === 0) pieces.push(axes.map(() => 0));
  const local = places.map((one) => Float64Array.from(one, (place) => place.at));
  const plan: PointPlan = { axes, piece, local, dtype: blocks.dtype };
  const grid = gridOf(out);
  const size = gridSize(grid);
  const rest = blocks.axes.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const inputIndex: number[] = [];
  const inputOffsets = new Uint32Array(size + 1);
  for (let task = 0; task < size; task++) {
    const index = blockIndex(grid, task);
    for (const at of pieces) {
      const source = blocks.axes.map((_, axis) =>
        axes.includes(axis) ? (at[axes.indexOf(axis)] as number) : (index[1 + rest.indexOf(axis)] as number),
      );
      inputIndex.push(linearIndex(blocks.layer.grid, source));
    }
    inputOffsets[task + 1] = inputIndex.length;
  }
  return {
    kind: "tasks",
    name: layerName("vindex", blocks.layer, axes, points),
    grid,
    calls: [{ fn: PICK, args: [literal(plan), location(out), inputsFrom(0)] }],
    sources: [blocks.layer],
    inputOffsets,
    inputIndex: Uint32Array.from(inputIndex),
  };
}

function placeIn(sizes: readonly number[], at: number): { block: number; at: number } {
  let block = 0;
  while (at >= (sizes[block] as number)) at -= sizes[block++] as number;
  return { block, at };
}
