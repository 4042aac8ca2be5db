import { type Chunk, emptyChunk, sizeOf, transposed } from "../chunk.ts";
import { type AnyData, type DType, lanesOf } from "../dtype.ts";
import { contiguous, type Source } from "./pending.ts";

/** A function of one row: reads `input` and fills `output`, both views on whole arrays. */
export type RowFunction = (input: AnyData, output: AnyData) => void;

/** Applies a function to every row along an axis; rows of the result have `length` elements of `dtype`. */
export function alongAxis(source: Source, axis: number, length: number, dtype: DType, row: RowFunction): Chunk {
  const rows = rowsAlong(source, axis);
  const n = rows.shape[rows.shape.length - 1] as number;
  const outer = rows.shape.slice(0, -1);
  const out = emptyChunk(dtype, [...outer, length]);
  const [inLanes, outLanes] = [lanesOf(rows.dtype), lanesOf(dtype)];
  const count = sizeOf(outer);
  for (let i = 0; i < count; i++) {
    const start = (rows.offset + i * n) * inLanes;
    row(
      rows.data.subarray(start, start + n * inLanes) as AnyData,
      out.data.subarray(i * length * outLanes, (i + 1) * length * outLanes) as AnyData,
    );
  }
  return axisBack(out, axis);
}

/** The chunk with an axis moved to the end, in row-major memory. */
export function rowsAlong(source: Source, axis: number): Chunk {
  const order = source.shape.map((_, k) => k).filter((k) => k !== axis);
  const chunk = contiguous(source);
  return axis === chunk.shape.length - 1 ? chunk : contiguous(transposed(chunk, [...order, axis]));
}

/** The last axis moved back to where it was: a view. */
export function axisBack(chunk: Chunk, axis: number): Chunk {
  const last = chunk.shape.length - 1;
  if (axis === last) return chunk;
  const order = chunk.shape.map((_, k) => (k === axis ? last : k < axis ? k : k - 1));
  return transposed(chunk, order);
}
