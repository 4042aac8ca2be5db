import { type AxisRuns, inputsFrom, literal, location } from "../../runtime/graph/call.ts";
import { blockIndex, gridSize, linearIndex } from "../../runtime/graph/key.ts";
import { kernel } from "../../runtime/wire/function-spec.ts";
import { type Blocks, gridOf, layerName, requireKnown, shapeOf } from "./blocks.ts";
import { sizeOf } from "./chunk.ts";
import { axisSizes, regularRuns } from "./chunk-spec.ts";
import { getBlocks } from "./get.ts";
import { positionOf } from "./indexer.ts";
import { type PointPlan, pickPoints } from "./kernels/points.ts";
import { reshapeBlocks } from "./reshape.ts";

const PICK = kernel("shoal:collections/array/kernels/points", "pickPoints", pickPoints);

/** What `vindex` takes for one axis: a position or lists of them, ":" or null for all, or another slice. */
export type PointIndexer = number | string | null | Positions;
type Positions = readonly (number | Positions)[];

/**
 * Elements at points: positions for some axes, in lists that broadcast; null or ":" takes an axis whole, "start:stop:step" a part of
 * it. The axes of the lists come first in the result.
 * @throws RangeError for positions out of bounds, or lists of shapes that do not broadcast
 * @see https://docs.dask.org/en/stable/array-slicing.html
 */
export function vindexBlocks(blocks: Blocks, indexers: readonly PointIndexer[]): Blocks {
  const sliced = indexers.some((one) => typeof one === "string" && one !== ":")
    ? getBlocks(
        blocks,
        indexers.map((one) => (typeof one === "string" ? one : ":")),
      )
    : blocks;
  const lists = indexers.map((one) => (one === null || typeof one === "string" ? null : positionsOf(one)));
  const shape = lists.reduce<readonly number[]>((so, one) => (one === null ? so : metShape(so, one.shape)), []);
  const flat = lists.map((one) => (one === null ? null : spread(one, shape)));
  const made = pointsOf(sliced, flat);
  return shape.length < 2 ? made : reshapeBlocks(made, [...shape, ...shapeOf(made).slice(1)]);
}

interface PositionList {
  readonly shape: readonly number[];
  readonly flat: readonly number[];
}

function positionsOf(given: number | Positions): PositionList {
  if (!Array.isArray(given)) return { shape: [], flat: [given as number] };
  const rows = (given as Positions).map(positionsOf);
  const inner = rows[0]?.shape ?? [];
  const other = rows.find((one) => one.shape.join() !== inner.join());
  if (other !== undefined)
    throw new RangeError(
      `Lists of points differ: shapes (${inner.join(", ")}) and (${other.shape.join(", ")}) in one list`,
    );
  return { shape: [rows.length, ...inner], flat: rows.flatMap((one) => one.flat) };
}

function metShape(a: readonly number[], b: readonly number[]): number[] {
  return Array.from({ length: Math.max(a.length, b.length) }, (_, axis) => {
    const [one, two] = [a, b].map((shape) => shape[axis + shape.length - Math.max(a.length, b.length)] ?? 1) as [
      number,
      number,
    ];
    if (one !== two && one !== 1 && two !== 1)
      throw new RangeError(
        `Lists of points of shapes (${a.join(", ")}) and (${b.join(", ")}) do not broadcast together`,
      );
    return one === 1 ? two : one;
  });
}

/** The positions of a list for every point of a shape that it broadcasts to, in row-major order. */
function spread({ shape: own, flat }: PositionList, shape: readonly number[]): number[] {
  const lead = shape.length - own.length;
  return Array.from({ length: sizeOf(shape) }, (_, point) => {
    const index = blockIndex(shape, point).slice(lead);
    return flat[
      linearIndex(
        own,
        index.map((at, axis) => (own[axis] === 1 ? 0 : at)),
      )
    ] as number;
  });
}

function pointsOf(blocks: Blocks, lists: readonly (readonly number[] | null)[]): Blocks {
  const shape = shapeOf(blocks);
  if (lists.length > shape.length) throw new RangeError(`${lists.length} lists were given for ${shape.length} axes`);
  const axes = lists.flatMap((one, axis) => (one === null ? [] : [axis]));
  requireKnown(blocks, "vindex", axes);
  const points = axes.map((axis) =>
    (lists[axis] as readonly number[]).map((at) => positionOf(at, shape[axis] as number, axis)),
  );
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
