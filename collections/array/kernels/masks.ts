import { type Chunk, viewOf } from "../chunk.ts";
import { concatenateChunks } from "./concatenate.ts";
import { contiguous, type Source } from "./pending.ts";
import { takeAlong } from "./views.ts";

/** Positions where a one-dimensional mask is true. */
function positionsOf(mask: Source): Float64Array {
  const { data, offset, shape } = contiguous(mask);
  const cells = data as Uint8Array;
  const n = shape.reduce((product, one) => product * one, 1);
  let count = 0;
  for (let i = 0; i < n; i++) count += cells[offset + i] as number;
  const found = new Float64Array(count);
  let at = 0;
  for (let i = 0; i < n; i++) if (cells[offset + i]) found[at++] = i;
  return found;
}

/** Elements along an axis where a mask is true. */
export const compressBlock = (axis: number, source: Source, mask: Source): Chunk =>
  takeAlong(source, axis, positionsOf(mask));

/** Elements, in row-major order, where a mask of the same shape is true. */
export function maskBlock(source: Source, mask: Source): Chunk {
  const chunk = contiguous(source);
  const size = chunk.shape.reduce((product, one) => product * one, 1);
  return takeAlong(viewOf(chunk, [size], [1]), 0, positionsOf(mask));
}

/** Elements at computed positions along an axis, out of all its blocks. */
export function gatherBlocks(
  { axis, n }: { readonly axis: number; readonly n: number },
  pieces: readonly Chunk[],
  index: Source,
): Chunk {
  const whole = pieces.length === 1 ? (pieces[0] as Chunk) : concatenateChunks(pieces, axis);
  const at = contiguous(index);
  const positions = Float64Array.from({ length: at.shape[0] ?? 1 }, (_, i) => {
    const given = Number((at.data as Float64Array)[at.offset + i]);
    const counted = given < 0 ? given + n : given;
    if (counted < 0 || counted >= n)
      throw new RangeError(`Index ${given} is out of bounds for axis ${axis} with size ${n}`);
    return counted;
  });
  const taken = takeAlong(whole, axis, positions);
  if (at.shape.length > 0) return taken;
  const kept = taken.shape.map((_, k) => k).filter((k) => k !== axis);
  return viewOf(
    taken,
    kept.map((k) => taken.shape[k] as number),
    kept.map((k) => taken.strides[k] as number),
  );
}
