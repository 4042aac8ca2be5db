import { chunkOf } from "../array-like.ts";
import { Chunk, emptyChunk, sizeOf, transposed, viewOf } from "../chunk.ts";
import type { DType } from "../dtype.ts";
import { asNDArray, type NDArray } from "../ndarray.ts";
import { rowsAlong } from "./along.ts";
import { concatenateChunks } from "./concatenate.ts";
import { isSource } from "./elementwise.ts";
import { assign, materialize, type Source } from "./pending.ts";
import { chunkOfResult, eager } from "./user-blocks.ts";

type UserFunction = (...args: unknown[]) => unknown;

/** What a user's function gives for one row, as a chunk in its own dtype. */
export function userRows(fn: UserFunction, args: readonly unknown[], row: NDArray): Chunk {
  const result = fn(row, ...args);
  return isSource(result) ? materialize(result) : chunkOf(result as never);
}

/** Applies a user's function to every row of a block along an axis. */
export function applyRows(
  fn: UserFunction,
  {
    axis,
    dtype,
    shape,
    args,
  }: {
    readonly axis: number;
    readonly dtype: DType;
    readonly shape: readonly number[];
    readonly args: readonly unknown[];
  },
  source: Source,
): Chunk {
  const rows = rowsAlong(source, axis);
  const outer = rows.shape.slice(0, -1);
  const n = rows.shape[rows.shape.length - 1] as number;
  const out = emptyChunk(dtype, [...outer, ...shape]);
  const width = sizeOf(shape);
  for (let i = 0; i < sizeOf(outer); i++) {
    const row = asNDArray(viewOf(rows, [n], [1], rows.offset + i * n));
    const made = chunkOfResult(fn(row, ...args), dtype);
    if (sizeOf(made.shape) !== width)
      throw new RangeError(
        `The function gave shape (${made.shape.join(", ")}) for a row, expected (${shape.join(", ")})`,
      );
    assign(viewOf(out, shape, new Chunk(out.data, dtype, shape).strides, i * width), made);
  }
  const order = [
    ...outer.map((_, k) => k).slice(0, axis),
    ...shape.map((_, k) => outer.length + k),
    ...outer.map((_, k) => k).slice(axis),
  ];
  return transposed(out, order);
}

interface UserReduction {
  readonly axes: readonly number[];
  readonly dtype: DType;
  readonly keepdims: boolean;
}

const axisOption = (axes: readonly number[]): number | readonly number[] =>
  axes.length === 1 ? (axes[0] as number) : axes;

/** A user's function on one block of a reduction; what it gives keeps the axes. */
export function reduceUser(fn: UserFunction, { axes }: UserReduction, source: Source): Chunk {
  const result = fn(eager(source), { axis: axisOption(axes), keepdims: true });
  return isSource(result) ? materialize(result) : chunkOf(result as never);
}

/** A user's function on the joined results of several blocks. */
export function combineUser(
  fn: UserFunction,
  { axes, dtype, keepdims }: UserReduction,
  parts: readonly Chunk[],
): Chunk {
  const grid = parts.length === 1 ? parts[0] : concatenateChunks(parts, axes[0] as number);
  const result = fn(asNDArray(grid as Chunk), { axis: axisOption(axes), keepdims });
  const chunk = isSource(result) ? materialize(result) : chunkOf(result as never);
  return chunkOfResult(asNDArray(chunk), dtype);
}
