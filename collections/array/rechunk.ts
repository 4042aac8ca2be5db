import type { AxisRuns, Call } from "../../runtime/graph/call.ts";
import { input, inputsFrom, literal, location } from "../../runtime/graph/call.ts";
import { blockIndex, gridSize, linearIndex } from "../../runtime/graph/key.ts";
import type { BlockwiseLayer, TaskLayer } from "../../runtime/graph/layer.ts";
import { kernel } from "../../runtime/wire/function-spec.ts";
import { type Blocks, gridOf, layerName, requireKnown, shapeOf, shapeText } from "./blocks.ts";
import { axisSize, axisSizes, type ChunkSpec, chunkRuns, isUnknown, sameRuns } from "./chunk-spec.ts";
import { itemsizeOf } from "./dtype.ts";
import { type Assembly, assemble } from "./kernels/assemble.ts";
import { assembleBoxes, type BoxAssembly } from "./kernels/assemble-boxes.ts";
import { type AxisOverlap, cutBoxes } from "./kernels/boxes.ts";

const BOXES = "shoal:collections/array/kernels/boxes";
const CUT_BOXES = kernel(BOXES, "cutBoxes", cutBoxes);
const ASSEMBLE_BOXES = kernel("shoal:collections/array/kernels/assemble-boxes", "assembleBoxes", assembleBoxes);
const ASSEMBLE = kernel("shoal:collections/array/kernels/assemble", "assemble", assemble);

/**
 * The array cut in another way.
 * @throws RangeError if the chunks do not add up to the shape, or sizes are unknown where they change
 * @see https://docs.dask.org/en/stable/generated/dask.array.rechunk.html
 */
export function rechunkBlocks(blocks: Blocks, spec: ChunkSpec): Blocks {
  return rechunkTo(blocks, chunkRuns(spec, shapeOf(blocks), itemsizeOf(blocks.dtype), blocks.axes));
}

/** {@link rechunkBlocks} to chunks that are known to fit. */
export function rechunkTo(blocks: Blocks, axes: readonly AxisRuns[]): Blocks {
  const moved = axes.flatMap((runs, axis) => (sameRuns(runs, blocks.axes[axis] as AxisRuns) ? [] : [axis]));
  if (moved.length === 0) return blocks;
  for (const axis of moved)
    if (
      !isUnknown(axes[axis] as AxisRuns) &&
      axisSize(axes[axis] as AxisRuns) !== axisSize(blocks.axes[axis] as AxisRuns)
    )
      requireKnown(blocks, "rechunk", [axis]);
  requireKnown(blocks, "rechunk", moved);
  if (shapeOf({ axes }).some((n, axis) => n !== axisSize(blocks.axes[axis] as AxisRuns) && !Number.isNaN(n)))
    throw new RangeError(
      `Chunks for shape ${shapeText(shapeOf({ axes }))} were given to shape ${shapeText(shapeOf(blocks))}`,
    );
  const covers = axes.map((runs, axis) => coverOf(blocks.axes[axis] as AxisRuns, runs));
  const layer = isAllToAll(blocks, covers) ? exchangedLayer(blocks, axes, covers) : assembleLayer(blocks, axes, covers);
  return { layer, axes, dtype: blocks.dtype };
}

/** Elements read for each that is used, from which on old blocks are cut before they move. */
const WASTE_MAX = 4;

/** Whether new blocks need small parts of many old ones: whole, those would be moved and held many times over. */
function isAllToAll(blocks: Blocks, covers: readonly Cover[]): boolean {
  const waste = covers.map((cover, axis) => {
    const olds = axisSizes(blocks.axes[axis] as AxisRuns);
    const size = olds.reduce((sum, n) => sum + n, 0);
    let read = 0;
    cover.first.forEach((first, i) => {
      for (let k = 0; k < (cover.count[i] as number); k++) read += olds[first + k] as number;
    });
    return size > 0 ? read / size : 1;
  });
  // Where each new block is within one or two old ones, those are neighbours anyway.
  const isSpread = covers.some(({ count }) => count.reduce((sum, n) => sum + n, 0) > 2 * count.length);
  return isSpread && waste.reduce((product, one) => product * one, 1) > WASTE_MAX;
}

/** As {@link assembleLayer}, but old blocks are cut where they lie, and only the parts move. */
function exchangedLayer(blocks: Blocks, axes: readonly AxisRuns[], covers: readonly Cover[]): TaskLayer {
  const overlap = covers.map((cover, axis) =>
    sameRuns(axes[axis] as AxisRuns, blocks.axes[axis] as AxisRuns)
      ? null
      : axisOverlap(blocks.axes[axis] as AxisRuns, axes[axis] as AxisRuns, cover),
  );
  const cut: BlockwiseLayer = {
    kind: "blockwise",
    name: layerName("rechunk-split", blocks.layer, axes),
    grid: blocks.layer.grid,
    inputs: [{ source: blocks.layer, axes: blocks.layer.grid.map((_, axis) => ({ kind: "axis", axis })) }],
    call: { fn: CUT_BOXES, args: [literal(overlap), location(blocks.axes), input(0)] },
  };
  const plan: BoxAssembly = { dtype: blocks.dtype, overlap };
  const call = { fn: ASSEMBLE_BOXES, args: [literal(plan), location(axes), inputsFrom(0)] };
  return gatheringLayer({ ...blocks, layer: cut }, axes, covers, call);
}

function axisOverlap(old: AxisRuns, now: AxisRuns, cover: Cover): AxisOverlap {
  const olds = axisSizes(old).length;
  const firstNew = new Uint32Array(olds).fill(0xffffffff);
  const newCount = new Uint32Array(olds);
  cover.first.forEach((first, i) => {
    for (let at = first; at < first + (cover.count[i] as number); at++) {
      if (firstNew[at] === 0xffffffff) firstNew[at] = i;
      newCount[at] = i - (firstNew[at] as number) + 1;
    }
  });
  return {
    oldStarts: startsOf(old),
    newStarts: startsOf(now),
    firstNew,
    newCount,
    firstOld: cover.first,
    oldCount: cover.count,
  };
}

function startsOf(runs: AxisRuns): Float64Array {
  const sizes = axisSizes(runs);
  const starts = new Float64Array(sizes.length + 1);
  sizes.forEach((size, at) => {
    starts[at + 1] = (starts[at] as number) + size;
  });
  return starts;
}

/** Which old chunks of an axis each new one is made of: the first, how many, and elements to skip in the first. */
interface Cover {
  readonly first: Uint32Array;
  readonly count: Uint32Array;
  readonly skip: Float64Array;
}

function coverOf(old: AxisRuns, now: AxisRuns): Cover {
  if (sameRuns(old, now)) {
    const n = gridOf([now])[0] as number;
    return {
      first: Uint32Array.from({ length: n }, (_, i) => i),
      count: new Uint32Array(n).fill(1),
      skip: new Float64Array(n),
    };
  }
  const olds = axisSizes(old);
  const news = axisSizes(now);
  const first = new Uint32Array(news.length);
  const count = new Uint32Array(news.length);
  const skip = new Float64Array(news.length);
  let at = 0;
  let used = 0;
  news.forEach((size, i) => {
    while (at < olds.length - 1 && used >= (olds[at] as number)) {
      used -= olds[at] as number;
      at += 1;
    }
    first[i] = at;
    skip[i] = used;
    let last = at;
    let covered = (olds[at] as number) - used;
    while (covered < size && last < olds.length - 1) covered += olds[++last] as number;
    count[i] = last - at + 1;
    used += size;
  });
  return { first, count, skip };
}

function assembleLayer(blocks: Blocks, axes: readonly AxisRuns[], covers: readonly Cover[]): TaskLayer {
  const plan: Assembly = {
    dtype: blocks.dtype,
    axes: covers.map((cover, axis) =>
      sameRuns(axes[axis] as AxisRuns, blocks.axes[axis] as AxisRuns) ? null : { skip: cover.skip, count: cover.count },
    ),
  };
  return gatheringLayer(blocks, axes, covers, {
    fn: ASSEMBLE,
    args: [literal(plan), location(axes), inputsFrom(0)],
  });
}

/** A task for each new block, which reads all old ones that it overlaps. */
function gatheringLayer(blocks: Blocks, axes: readonly AxisRuns[], covers: readonly Cover[], call: Call): TaskLayer {
  const grid = gridOf(axes);
  const size = gridSize(grid);
  const inputOffsets = new Uint32Array(size + 1);
  const inputIndex: number[] = [];
  for (let task = 0; task < size; task++) {
    const index = blockIndex(grid, task);
    const walk = (axis: number, source: number[]): void => {
      if (axis === grid.length) {
        inputIndex.push(linearIndex(blocks.layer.grid, source));
        return;
      }
      const cover = covers[axis] as Cover;
      const at = index[axis] as number;
      for (let k = 0; k < (cover.count[at] as number); k++) {
        source[axis] = (cover.first[at] as number) + k;
        walk(axis + 1, source);
      }
    };
    walk(0, []);
    inputOffsets[task + 1] = inputIndex.length;
  }
  return {
    kind: "tasks",
    name: layerName("rechunk", blocks.layer, axes),
    grid,
    calls: [call],
    sources: [blocks.layer],
    inputOffsets,
    inputIndex: Uint32Array.from(inputIndex),
  };
}
