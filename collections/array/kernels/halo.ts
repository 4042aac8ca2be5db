import type { BlockLocation } from "../../../runtime/graph/call.ts";
import { type Chunk, unwrittenChunk, viewOf } from "../chunk.ts";
import type { ScalarLike } from "../scalar.ts";
import { partOf } from "./assemble.ts";
import { constant } from "./elementwise.ts";
import { assign, copyOf } from "./pending.ts";
import { takeRoom } from "./room.ts";

/** The part of a block along an axis that a neighbour reads: its first or last elements, or all. */
export type Rim = "whole" | "head" | "tail";
const RIMS: readonly Rim[] = ["whole", "head", "tail"];

/** How many elements at each end of an axis neighbours read. */
export interface RimAxis {
  readonly axis: number;
  readonly head: number;
  readonly tail: number;
}

/**
 * What neighbours read of a block, in memory of its own, so that no whole block travels to them: a box for each way to take the
 * whole, the head or the tail of each axis, but for the whole of all.
 */
export function rimsBlock(axes: readonly RimAxis[], block: Chunk): readonly Chunk[] {
  const boxes: Chunk[] = [];
  const walk = (at: number, box: Chunk): void => {
    const along = axes[at];
    if (along === undefined) {
      boxes.push(box);
      return;
    }
    const n = box.shape[along.axis] as number;
    walk(at + 1, box);
    walk(at + 1, stretch(box, along.axis, 0, along.head));
    walk(at + 1, stretch(box, along.axis, n - along.tail, along.tail));
  };
  walk(0, block);
  return boxes.slice(1).map(copyOf);
}

const stretch = (chunk: Chunk, axis: number, start: number, count: number): Chunk =>
  viewOf(chunk, chunk.shape.with(axis, count), chunk.strides, chunk.offset + start * (chunk.strides[axis] as number));

/** A run of elements of one piece: from a start by a step (0 repeats); piece -1 is the constant. */
export interface Segment {
  readonly piece: number;
  /** Where pieces are rims: the part that the run lies in, from which its start is counted. */
  readonly rim: Rim;
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

/** What a block with its halo is made of along one axis. */
export interface HaloPlan {
  /** Elements before those of the block itself. */
  readonly before: number;
  readonly pieces: readonly number[];
  readonly segments: readonly Segment[];
}

/** An axis along which blocks get a halo: what each block is made of there, and the constant beyond the ends. */
export interface HaloAxis {
  readonly axis: number;
  readonly plan: readonly HaloPlan[];
  readonly fill: ScalarLike;
}

/** A block, or the rims of one. */
export type HaloPiece = Chunk | readonly Chunk[];

const isRims = (piece: HaloPiece): piece is readonly Chunk[] => Array.isArray(piece);

/**
 * A block with elements of its neighbours around it, along several axes at once: where it was made with room for them, in its own memory.
 * @param pieces what the plans name, those of the last axis next to each other; the block itself is whole. With rims, those of the
 *   block itself come last: they are not read, but were cut before anybody is shown the memory they were cut from
 */
export function haloBlock(axes: readonly HaloAxis[], location: BlockLocation, pieces: readonly HaloPiece[]): Chunk {
  const first = pieces.find((piece) => !isRims(piece)) as Chunk;
  const shape = [...first.shape];
  for (const { axis } of axes) shape[axis] = location.shape[axis] as number;
  const out = takeRoom(first, shape, startOf(axes, location)) ?? unwrittenChunk(first.dtype, shape);
  const walk = (at: number, part: Part): void => {
    const along = axes[at];
    if (along === undefined) {
      write(out, part, pieces);
      return;
    }
    const { pieces: own, segments } = along.plan[location.index[along.axis] as number] as HaloPlan;
    let start = 0;
    for (const segment of segments) {
      walk(at + 1, narrowed(part, { along, segment, start, pieces: own.length }));
      start += segment.count;
    }
  };
  walk(0, {
    piece: 0,
    rim: 0,
    fill: undefined,
    from: shape.map(() => 0),
    steps: shape.map(() => 1),
    to: shape.map(() => 0),
    shape,
  });
  return out;
}

/** Where the block itself begins in what it becomes: behind what stands before it along each axis. */
function startOf(axes: readonly HaloAxis[], { index }: BlockLocation): readonly number[] {
  const start = index.map(() => 0);
  for (const { axis, plan } of axes) start[axis] = (plan[index[axis] as number] as HaloPlan).before;
  return start;
}

/** A box of the result that comes from one piece, or is a constant. */
interface Part {
  readonly piece: number;
  /** Which of the boxes of {@link rimsBlock}, counted from one, where the piece is rims. */
  readonly rim: number;
  /** Not undefined: this value everywhere. */
  readonly fill: ScalarLike | undefined;
  readonly from: readonly number[];
  readonly steps: readonly number[];
  readonly to: readonly number[];
  readonly shape: readonly number[];
}

interface Narrowing {
  readonly along: HaloAxis;
  readonly segment: Segment;
  /** Where the segment begins in the result. */
  readonly start: number;
  /** How many pieces there are along the axis. */
  readonly pieces: number;
}

function narrowed(part: Part, { along: { axis, fill }, segment, start, pieces }: Narrowing): Part {
  return {
    piece: part.piece * pieces + Math.max(0, segment.piece),
    rim: part.rim * RIMS.length + RIMS.indexOf(segment.rim),
    // Where axes disagree, the later one's constant stands, as if halos were put on one axis after another.
    fill: segment.piece < 0 ? fill : part.fill,
    from: part.from.with(axis, segment.start),
    steps: part.steps.with(axis, segment.step),
    to: part.to.with(axis, start),
    shape: part.shape.with(axis, segment.count),
  };
}

function write(out: Chunk, { piece, rim, fill, from, steps, to, shape }: Part, pieces: readonly HaloPiece[]): void {
  if (shape.some((n) => n === 0)) return;
  const target = partOf(out, to, shape);
  if (fill !== undefined) {
    assign(target, constant(fill, out.dtype, [1]));
    return;
  }
  const given = pieces[piece] as HaloPiece;
  const chunk = isRims(given) ? (given[rim - 1] as Chunk) : given;
  const strides = chunk.strides.map((one, axis) => one * (steps[axis] as number));
  const offset = from.reduce((so, start, axis) => so + start * (chunk.strides[axis] as number), chunk.offset);
  const source = viewOf(chunk, shape, strides, offset);
  const isThere = source.data === target.data && source.offset === target.offset && steps.every((step) => step === 1);
  if (!isThere) assign(target, source);
}
