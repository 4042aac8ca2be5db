import { type AxisRuns, axisRuns, input, inputsFrom, literal, location } from "../../runtime/graph/call.ts";
import { blockIndex, gridSize, linearIndex } from "../../runtime/graph/key.ts";
import type { BlockwiseLayer, TaskLayer } from "../../runtime/graph/layer.ts";
import { kernel } from "../../runtime/wire/function-spec.ts";
import { axisOf, type Blocks, gridOf, layerName, requireKnown, samePlace } from "./blocks.ts";
import { axisSize, axisSizes } from "./chunk-spec.ts";
import { type HaloAxis, type HaloPlan, haloBlock, type RimAxis, rimsBlock, type Segment } from "./kernels/halo.ts";
import { type Room, roomyBlock } from "./kernels/room.ts";
import { known } from "./known.ts";
import { type BlockFunction, type MapBlocksOptions, mapBlocksOf } from "./map-blocks.ts";
import { rechunkBlocks } from "./rechunk.ts";
import { sliceBlocksEach } from "./trim.ts";

const HALO = kernel("shoal:collections/array/kernels/halo", "haloBlock", haloBlock);
const ROOM = kernel("shoal:collections/array/kernels/room", "roomyBlock", roomyBlock);
const RIMS = kernel("shoal:collections/array/kernels/halo", "rimsBlock", rimsBlock);

/** What lies beyond the ends of an axis: nothing, mirrored, repeated or wrapped elements, or a constant. */
export type Boundary = "none" | "reflect" | "nearest" | "periodic" | number | boolean;

/** Elements shared with neighbours on each side of an axis; a pair for different sides. */
export type Depth = number | readonly [before: number, after: number];

type PerAxis<T> = T | readonly T[] | Readonly<Record<number, T>>;

/** Options of `overlap` and `mapOverlap`. */
export interface OverlapOptions {
  readonly depth: PerAxis<Depth>;
  /** Default "none". */
  readonly boundary?: PerAxis<Boundary> | null;
}

function perAxis<T>(given: PerAxis<T> | null | undefined, ndim: number, fallback: T): T[] {
  const all = new Array<T>(ndim).fill(fallback);
  if (given === null || given === undefined) return all;
  if (typeof given !== "object") return all.fill(given as T);
  if (Array.isArray(given) && given.length === ndim) return [...(given as T[])];
  for (const [axis, one] of Object.entries(given)) all[axisOf(Number(axis), ndim)] = (one ?? fallback) as T;
  return all;
}

const pair = (depth: Depth): readonly [number, number] => (typeof depth === "number" ? [depth, depth] : depth);

/**
 * Every block with elements of its neighbours around it.
 * @throws RangeError if a depth exceeds the axis, or sizes are unknown
 * @see https://docs.dask.org/en/stable/array-overlap.html
 */
export function overlapBlocks(blocks: Blocks, options: OverlapOptions): Blocks {
  const ndim = blocks.axes.length;
  const depths = perAxis(options.depth, ndim, 0 as Depth).map(pair);
  const boundaries = perAxis(options.boundary, ndim, "none" as Boundary);
  const sides = depths.flatMap((depth, axis): Side[] =>
    Math.max(...depth) > 0 ? [{ axis, depth, boundary: boundaries[axis] as Boundary }] : [],
  );
  let result = sides.reduce((so, { axis, depth }) => withRoom(so, axis, Math.max(...depth)), blocks);
  for (let at = 0; at < sides.length; at += AXES_AT_ONCE) result = haloAxes(result, sides.slice(at, at + AXES_AT_ONCE));
  return result;
}

/** A block reads up to three along each axis: more axes at once would be more inputs than the copies saved are worth. */
const AXES_AT_ONCE = 3;

/** What is put on both ends of an axis. */
interface Side {
  readonly axis: number;
  readonly depth: readonly [number, number];
  readonly boundary: Boundary;
}

/** The blocks without what {@link overlapBlocks} put around them. */
export function trimBlocks(blocks: Blocks, options: OverlapOptions): Blocks {
  const ndim = blocks.axes.length;
  const depths = perAxis(options.depth, ndim, 0 as Depth).map(pair);
  const boundaries = perAxis(options.boundary, ndim, "none" as Boundary);
  return sliceBlocksEach(
    blocks,
    depths.map(([before, after], axis) => {
      const last = (blocks.layer.grid[axis] as number) - 1;
      const isOpen = boundaries[axis] === "none";
      return (block: number) => [isOpen && block === 0 ? 0 : before, isOpen && block === last ? 0 : after] as const;
    }),
  );
}

/**
 * A function of blocks with their neighbours' elements around them; the result is trimmed again unless `trim` is false.
 * @see https://docs.dask.org/en/stable/generated/dask.array.map_overlap.html
 */
export function mapOverlapOf(
  fn: BlockFunction,
  blocks: Blocks,
  options: OverlapOptions & MapBlocksOptions & { readonly trim?: boolean },
): Blocks {
  if (options?.depth === undefined)
    throw new TypeError("mapOverlap takes { depth }: how many elements neighbours share");
  known(
    options,
    "mapOverlap",
    "depth",
    "boundary",
    "trim",
    "dtype",
    "meta",
    "chunks",
    "dropAxis",
    "newAxis",
    "args",
    "name",
  );
  const { depth, boundary, trim, ...rest } = options;
  const around: OverlapOptions = boundary === undefined ? { depth } : { depth, boundary };
  const mapped = mapBlocksOf(fn, overlapBlocks(blocks, around), rest);
  return trim === false ? mapped : trimBlocks(mapped, around);
}

/** Blocks smaller than the depth are joined with those before them, as Dask joins them: a halo reaches no further than one block. */
function withRoom(blocks: Blocks, axis: number, depth: number): Blocks {
  requireKnown(blocks, "overlap", [axis]);
  const sizes = axisSizes(blocks.axes[axis] as AxisRuns);
  if (sizes.every((size) => size >= depth) || axisSize(blocks.axes[axis] as AxisRuns) < depth) return blocks;
  const joined: number[] = [];
  let open = 0;
  for (const size of sizes) {
    if (size < depth && open > 2 * depth - size) {
      joined.push(open - (depth - size));
      open = depth;
    } else if (size < depth) open += size;
    if (open >= depth) {
      joined.push(open);
      open = 0;
    }
    if (size >= depth) open += size;
  }
  if (open >= depth) joined.push(open);
  else joined[joined.length - 1] = (joined.at(-1) as number) + open;
  return rechunkBlocks(blocks, { [axis]: joined });
}

/**
 * All blocks with halos along some axes, each written once. Where halos are thin, a block is written with room around it and reads the
 * rims of its neighbours, which are cut where these lie: so no block is copied, and none goes to another worker whole.
 */
function haloAxes(blocks: Blocks, sides: readonly Side[]): Blocks {
  const cuts = rimsOf(blocks, sides);
  const halos = sides.map((side, at) => haloAlong(blocks, side, cuts?.[at]));
  const axes = blocks.axes.map((runs, k): AxisRuns => {
    const halo = halos.find((one) => one.axis === k);
    return halo === undefined
      ? runs
      : axisRuns(halo.plan.map((one) => one.segments.reduce((sum, part) => sum + part.count, 0)));
  });
  const grid = gridOf(axes);
  const roomy = cuts === undefined ? undefined : roomyLayer(blocks, halos);
  return {
    ...blocks,
    axes,
    layer: {
      kind: "tasks",
      name: layerName("overlap", blocks.layer, sides),
      grid,
      calls: [{ fn: HALO, args: [literal(halos), location(axes), inputsFrom(0)] }],
      sources: cuts === undefined || roomy === undefined ? [blocks.layer] : [roomy, rimsLayer(roomy, cuts)],
      ...haloInputs(blocks, grid, halos, cuts !== undefined),
    },
  };
}

const rimsLayer = (source: BlockwiseLayer, cuts: readonly RimAxis[]): BlockwiseLayer => ({
  kind: "blockwise",
  name: layerName("rims", source, cuts),
  grid: source.grid,
  inputs: [samePlace(source)],
  call: { fn: RIMS, args: [literal(cuts), input(0)] },
});

/** The blocks in memory of their own, with room for their halos: no other layer reads them. */
function roomyLayer({ layer, axes }: Blocks, halos: readonly HaloAxis[]): BlockwiseLayer {
  const rooms = axes.map((runs, axis): Room | null => {
    const halo = halos.find((one) => one.axis === axis);
    if (halo === undefined) return null;
    const sizes = axisSizes(runs);
    return halo.plan.map(({ before, segments }, at) => {
      const all = segments.reduce((sum, { count }) => sum + count, 0);
      return [before, all - before - (sizes[at] as number)];
    });
  });
  return {
    kind: "blockwise",
    name: layerName("roomy", layer, rooms),
    grid: layer.grid,
    inputs: [samePlace(layer)],
    call: { fn: ROOM, args: [literal(rooms), location(axes), input(0)] },
  };
}

/** For each block what its plans name: blocks, or with `rims` the block itself and the rims of others. */
function haloInputs(
  blocks: Blocks,
  grid: readonly number[],
  halos: readonly HaloAxis[],
  rims: boolean,
): Pick<TaskLayer, "inputOffsets" | "inputSource" | "inputIndex"> {
  const size = gridSize(grid);
  const inputOffsets = new Uint32Array(size + 1);
  const inputIndex: number[] = [];
  const inputSource: number[] = [];
  const read = (at: number, index: number[], task: number): void => {
    const halo = halos[at];
    if (halo === undefined) {
      const block = linearIndex(blocks.layer.grid, index);
      inputIndex.push(block);
      inputSource.push(rims && block !== task ? 1 : 0);
    } else
      for (const piece of (halo.plan[index[halo.axis] as number] as HaloPlan).pieces)
        read(at + 1, index.with(halo.axis, piece), task);
  };
  for (let task = 0; task < size; task++) {
    read(0, [...blockIndex(grid, task)], task);
    if (rims) {
      inputIndex.push(task);
      inputSource.push(1);
    }
    inputOffsets[task + 1] = inputIndex.length;
  }
  return {
    inputOffsets,
    inputIndex: Uint32Array.from(inputIndex),
    ...(rims ? { inputSource: Uint16Array.from(inputSource) } : {}),
  };
}

/** Rims of more than this part of a block are not worth cutting. */
const RIM_PART_MAX = 1 / 4;

/** What neighbours read of a block at the ends of each axis; undefined if there are none, or if that is much of it. */
function rimsOf(blocks: Blocks, sides: readonly Side[]): readonly RimAxis[] | undefined {
  const rims = sides.map((side) => rimsAlong(blocks, side));
  const cuts = rims.filter((one) => one !== "thick");
  return cuts.length === rims.length && cuts.some((one) => one.head + one.tail > 0) ? cuts : undefined;
}

function rimsAlong(blocks: Blocks, { axis, depth }: Side): RimAxis | "thick" {
  const sizes = axisSizes(blocks.axes[axis] as AxisRuns);
  if (sizes.length === 1) return { axis, head: 0, tail: 0 };
  const [tail, head] = depth;
  return head + tail > Math.min(...sizes) * RIM_PART_MAX ? "thick" : { axis, head, tail };
}

/** @throws RangeError if the depth exceeds the axis, or sizes are unknown */
function haloAlong(blocks: Blocks, { axis, depth, boundary }: Side, rims: RimAxis | undefined): HaloAxis {
  requireKnown(blocks, "overlap", [axis]);
  const n = axisSize(blocks.axes[axis] as AxisRuns);
  if (Math.max(...depth) > n)
    throw new RangeError(`A depth of ${Math.max(...depth)} exceeds axis ${axis} of ${n} elements`);
  const sizes = axisSizes(blocks.axes[axis] as AxisRuns);
  const starts = sizes.map((_, at) => sizes.slice(0, at).reduce((sum, size) => sum + size, 0));
  const plan = sizes.map((size, at) => {
    const from = (starts[at] as number) - depth[0];
    const whole = haloOf(
      { from, start: starts[at] as number, to: (starts[at] as number) + size + depth[1], n, boundary },
      sizes,
      starts,
    );
    return rims === undefined ? whole : { ...whole, segments: inRims(whole, at, sizes, rims) };
  });
  return { axis, plan, fill: typeof boundary === "string" ? 0 : boundary };
}

/** Segments counted from the start of the rim they lie in: what stands before the block itself is tails of others, what behind heads. */
function inRims(plan: HaloPlan, own: number, sizes: readonly number[], { tail }: RimAxis): Segment[] {
  let isBehind = false;
  return plan.segments.map((segment) => {
    const block = segment.piece < 0 ? own : (plan.pieces[segment.piece] as number);
    if (block === own) {
      isBehind = true;
      return segment;
    }
    if (isBehind) return { ...segment, rim: "head" };
    return { ...segment, rim: "tail", start: segment.start - ((sizes[block] as number) - tail) };
  });
}

interface Span {
  readonly from: number;
  /** Where the block itself begins. */
  readonly start: number;
  readonly to: number;
  readonly n: number;
  readonly boundary: Boundary;
}

/** Runs of source positions for a stretch of positions that may reach beyond the ends, cut at the borders of blocks. */
function haloOf(span: Span, sizes: readonly number[], starts: readonly number[]): HaloPlan {
  const { from, to, n, boundary } = span;
  const runs: { from: number; step: number; count: number }[] = [];
  const before = Math.max(0, -from);
  const after = Math.max(0, to - n);
  if (before > 0) runs.push(...beyond(before, boundary, "before", n));
  runs.push({ from: Math.max(0, from), step: 1, count: Math.min(n, to) - Math.max(0, from) });
  if (after > 0) runs.push(...beyond(after, boundary, "after", n));
  const pieces: number[] = [];
  const segments = runs.flatMap((run): Segment[] => {
    if (Number.isNaN(run.from)) return [{ piece: -1, rim: "whole", start: 0, step: 0, count: run.count }];
    return cutRun(run, sizes, starts).map((part) => {
      const at = pieces.indexOf(part.piece);
      return { ...part, piece: at >= 0 ? at : pieces.push(part.piece) - 1 };
    });
  });
  return { before: boundary === "none" ? span.start - Math.max(0, from) : span.start - from, pieces, segments };
}

function beyond(
  count: number,
  boundary: Boundary,
  side: "before" | "after",
  n: number,
): { from: number; step: number; count: number }[] {
  switch (boundary) {
    case "none":
      return [];
    case "reflect":
      return [side === "before" ? { from: count - 1, step: -1, count } : { from: n - 1, step: -1, count }];
    case "nearest":
      return [{ from: side === "before" ? 0 : n - 1, step: 0, count }];
    case "periodic":
      return [side === "before" ? { from: n - count, step: 1, count } : { from: 0, step: 1, count }];
    default:
      if (typeof boundary === "string")
        throw new TypeError(`"${boundary}" is no boundary; use none, reflect, nearest, periodic or a number`);
      return [{ from: Number.NaN, step: 0, count }];
  }
}

function cutRun(
  run: { from: number; step: number; count: number },
  sizes: readonly number[],
  starts: readonly number[],
): Segment[] {
  const parts: Segment[] = [];
  let at = run.from;
  let left = run.count;
  while (left > 0) {
    const piece = blockAt(at, sizes, starts);
    const start = at - (starts[piece] as number);
    const room = run.step > 0 ? (sizes[piece] as number) - start : run.step < 0 ? start + 1 : left;
    const count = Math.min(left, room);
    parts.push({ piece, rim: "whole", start, step: run.step, count });
    at += count * run.step;
    left -= count;
  }
  return parts;
}

function blockAt(at: number, sizes: readonly number[], starts: readonly number[]): number {
  let low = 0;
  let high = sizes.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] as number) <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}
