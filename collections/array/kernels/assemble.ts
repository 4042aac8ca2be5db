import type { BlockLocation } from "../../../runtime/graph/call.ts";
import { broadcasted, type Chunk, sizeOf, unwrittenChunk, viewOf } from "../chunk.ts";
import { type DType, lanesOf } from "../dtype.ts";
import { assign } from "./pending.ts";

/** How blocks of one cut are put together to blocks of another. Per axis null where the cut stays. */
export interface Assembly {
  readonly dtype: DType;
  readonly axes: ReadonlyArray<{ readonly skip: Float64Array; readonly count: Uint32Array } | null>;
}

/** Puts a block together of neighbouring pieces (row-major), of which it takes what lies in it. */
export function assemble(plan: Assembly, location: BlockLocation, pieces: readonly Chunk[]): Chunk {
  const ndim = location.index.length;
  const counts = plan.axes.map((axis, at) =>
    axis === null ? 1 : (axis.count[location.index[at] as number] as number),
  );
  const skips = plan.axes.map((axis, at) => (axis === null ? 0 : (axis.skip[location.index[at] as number] as number)));
  const first = pieces[0] as Chunk;
  const shape = location.shape.map((n, axis) => (plan.axes[axis] === null ? (first.shape[axis] as number) : n));
  if (pieces.length === 1) return partOf(first, skips, shape);
  const same = sameElement(pieces);
  if (same !== undefined) return broadcasted(same, shape);
  const out = unwrittenChunk(plan.dtype, shape);
  let at = 0;
  const walk = (axis: number, from: readonly number[], to: readonly number[]): void => {
    if (axis === ndim) {
      const piece = pieces[at++] as Chunk;
      const size = shape.map((n, k) =>
        Math.max(0, Math.min((piece.shape[k] as number) - (from[k] as number), n - (to[k] as number))),
      );
      if (size.every((n) => n > 0)) assign(partOf(out, to, size), partOf(piece, from, size));
      return;
    }
    let filled = 0;
    for (let k = 0; k < (counts[axis] as number); k++) {
      const skip = k === 0 ? (skips[axis] as number) : 0;
      const here = at;
      walk(axis + 1, [...from, skip], [...to, filled]);
      filled += (pieces[here] as Chunk).shape[axis] as number;
      filled -= skip;
    }
  };
  walk(0, [], []);
  return out;
}

/**
 * The one element that all pieces repeat, as a chunk without axes: what ones() and full() give. Blocks made of such pieces are
 * kept as that element too.
 */
export function sameElement(pieces: readonly Chunk[]): Chunk | undefined {
  const first = pieces[0] as Chunk;
  if (lanesOf(first.dtype) > 1) return undefined;
  const value = first.data[first.offset];
  for (const piece of pieces) {
    if (!Object.is(piece.data[piece.offset], value)) return undefined;
    if (piece.shape.some((n, axis) => n > 1 && piece.strides[axis] !== 0) || sizeOf(piece.shape) === 0)
      return undefined;
  }
  return viewOf(first, [], []);
}

/** A box of a chunk: a view. */
export function partOf(chunk: Chunk, starts: readonly number[], shape: readonly number[]): Chunk {
  let { offset } = chunk;
  starts.forEach((start, axis) => {
    offset += start * (chunk.strides[axis] as number);
  });
  return viewOf(chunk, shape, chunk.strides, offset);
}
