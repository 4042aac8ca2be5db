import { Chunk, rowMajor, sizeOf, unwrittenChunk, viewOf } from "../chunk.ts";
import { lanesOf } from "../dtype.ts";
import { Generated } from "./generated.ts";
import { assign, type Source } from "./pending.ts";
import { lendOrAllocate, withArena } from "./simd/arena.ts";

/** Memory made by {@link roomyBlock} whose room nobody has taken, and the shape of all of it. */
const open = new WeakMap<ArrayBufferLike, readonly number[]>();

/** Elements left free before and after a block at each of its places along an axis. */
export type Room = readonly (readonly [before: number, after: number])[];

/**
 * A block in the middle of memory of its own, with room around it for what its neighbours give: what then puts a halo around
 * it there copies the borders alone.
 * @param rooms for each axis the room at each place, or null where there is none
 */
export function roomyBlock(
  rooms: readonly (Room | null)[],
  { index }: { readonly index: readonly number[] },
  source: Source,
): Chunk {
  const room = rooms.map((one, axis) => one?.[index[axis] as number] ?? [0, 0]);
  const shape = source.shape.map((n, axis) => n + (room[axis]?.[0] ?? 0) + (room[axis]?.[1] ?? 0));
  const whole = unwrittenChunk(source.dtype, shape);
  const at = room.reduce((so, [before], axis) => so + before * (whole.strides[axis] as number), 0);
  const inside = viewOf(whole, source.shape, whole.strides, at);
  if (source instanceof Generated) writeGenerated(inside, source);
  else assign(inside, source);
  open.set(whole.data.buffer, shape);
  return inside;
}

/**
 * The memory that a block lies in the middle of, to be written to around it; undefined where it is not what {@link roomyBlock}
 * made for that shape and place, or its room is taken: who has it may show it to a user.
 */
export function takeRoom(block: Chunk, shape: readonly number[], start: readonly number[]): Chunk | undefined {
  const { buffer } = block.data;
  const found = open.get(buffer);
  if (found === undefined || found.some((n, axis) => n !== shape[axis])) return undefined;
  const strides = rowMajor(shape);
  const at = start.reduce((so, one, axis) => so + one * (strides[axis] as number), 0);
  if (block.offset !== at || block.strides.some((step, axis) => step !== strides[axis])) return undefined;
  open.delete(buffer);
  return new Chunk(block.data, block.dtype, shape);
}

/** Elements of a formula made at a time: a multiple of its pieces that stays in the second cache. */
const ELEMENTS_MIN = 16_384;

/** Writes what a formula gives into a view whose rows lie apart, piece by piece, so that no block of it is made beside. */
function writeGenerated(target: Chunk, source: Generated): void {
  const axes = target.shape.length;
  const row = target.shape[axes - 1] ?? 1;
  const size = sizeOf(source.shape);
  if (!Number.isFinite(source.piece) || lanesOf(source.dtype) > 1 || axes === 0 || row === 0) {
    assign(target, source);
    return;
  }
  const step = Math.ceil(ELEMENTS_MIN / source.piece) * source.piece;
  withArena(() => {
    const memory = lendOrAllocate(source.dtype, Math.min(step, size));
    for (let from = 0; from < size; from += step) {
      const tile = memory.subarray(0, Math.min(step, size - from)) as Float64Array;
      source.fill(tile, from);
      for (let at = 0; at < tile.length; ) {
        const column = (from + at) % row;
        const count = Math.min(row - column, tile.length - at);
        const to = placeOf(target, (from + at - column) / row) + column;
        (target.data as Float64Array).set(tile.subarray(at, at + count), to);
        at += count;
      }
    }
  });
}

/** Where a row begins, counted row-major over all axes but the last. */
function placeOf(target: Chunk, row: number): number {
  let { offset } = target;
  let left = row;
  for (let axis = target.shape.length - 2; axis >= 0; axis--) {
    const n = target.shape[axis] as number;
    offset += (left % n) * (target.strides[axis] as number);
    left = Math.floor(left / n);
  }
  return offset;
}
