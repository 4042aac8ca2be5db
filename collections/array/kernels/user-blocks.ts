import type { BlockLocation } from "../../../runtime/graph/call.ts";
import { chunkOf } from "../array-like.ts";
import { broadcasted, type Chunk } from "../chunk.ts";
import type { DType } from "../dtype.ts";
import { asNDArray, NDArray, sourceOfNDArray } from "../ndarray.ts";
import { concatenateChunks } from "./concatenate.ts";
import { hidden } from "./deferred.ts";
import { castTo, isSource } from "./elementwise.ts";
import { copyOf, materialize, type Source } from "./pending.ts";

/** Where a block handed to a user's function lies. */
export interface BlockInfo {
  /** The block's place in the grid. */
  readonly chunkLocation: readonly number[];
  /** Blocks along each axis of the result. */
  readonly numChunks: readonly number[];
  /** First and last (excluded) position along each axis of the result; NaN where unknown. */
  readonly arrayLocation: ReadonlyArray<readonly [number, number]>;
  readonly chunkShape: readonly number[];
  readonly dtype: DType;
}

/** How a user's function is called on blocks. */
export interface MapPlan {
  readonly dtype: DType;
  readonly grid: readonly number[];
  /** What each argument is: a block, blocks to be joined along axes, or a value. */
  readonly args: readonly MapArg[];
}

export type MapArg =
  | { readonly kind: "block" }
  /** Blocks (row-major in `grid`) that the function gets as one. */
  | { readonly kind: "blocks"; readonly grid: readonly number[] }
  /** Blocks that the function gets as a list. */
  | { readonly kind: "list" }
  | { readonly kind: "value"; readonly value: unknown };

type UserFunction = (...args: unknown[]) => unknown;

/** Calls a user's function on the blocks of one place; it gets eager arrays and, last, a {@link BlockInfo}. */
export function mapBlock(fn: UserFunction, plan: MapPlan, location: BlockLocation, ...inputs: unknown[]): unknown {
  let at = 0;
  const args = plan.args.map((arg): unknown => {
    if (arg.kind === "value") return arg.value;
    const given = inputs[at++];
    if (arg.kind === "block") return eager(given as Source);
    if (arg.kind === "list") return (given as Source[]).map(eager);
    return asNDArray(joined(given as Chunk[], arg.grid));
  });
  const info: BlockInfo = {
    chunkLocation: location.index,
    numChunks: plan.grid,
    arrayLocation: location.start.map((start, axis) => [start, start + (location.shape[axis] as number)]),
    chunkShape: location.shape,
    dtype: plan.dtype,
  };
  const result = fn(...args, info);
  return result instanceof Promise
    ? result.then((value) => blockOfResult(value, plan.dtype, location))
    : blockOfResult(result, plan.dtype, location);
}

/** A function may give the only element of a block as a plain value. */
function blockOfResult(value: unknown, dtype: DType, { shape, index }: BlockLocation): Source {
  const source = sourceOfResult(value, dtype);
  if (source.shape.length > 0 || shape.length === 0) return source;
  if (shape.some((n) => n > 1))
    throw new RangeError(
      `A function for blocks gave a single value for block (${index.join(", ")}), which has shape (${shape.join(", ")}); it must give an array`,
    );
  return broadcasted(
    materialize(source),
    shape.map(() => 1),
  );
}

/** What a user's function gets: it may look at the elements one after another, so repeated ones are written out. */
export function eager(source: Source): NDArray {
  const chunk = materialize(source);
  const isRepeated = chunk.strides.some((step, axis) => step === 0 && (chunk.shape[axis] as number) > 1);
  return asNDArray(hidden(isRepeated ? copyOf(chunk) : chunk));
}

function joined(pieces: readonly Chunk[], grid: readonly number[]): Chunk {
  let row = [...pieces];
  for (let axis = grid.length - 1; axis >= 0; axis--) {
    const n = grid[axis] as number;
    if (n === 1) continue;
    const next: Chunk[] = [];
    for (let i = 0; i < row.length; i += n) next.push(concatenateChunks(row.slice(i, i + n), axis));
    row = next;
  }
  return row[0] as Chunk;
}

/**
 * What a user's function gave, in a dtype.
 * @throws TypeError if it is no array and no number
 */
export function sourceOfResult(value: unknown, dtype: DType): Source {
  if (value === undefined || value === null)
    throw new TypeError("A function for blocks gave nothing; it must give an array");
  const source = value instanceof NDArray ? sourceOfNDArray(value) : isSource(value) ? value : chunkOf(value as never);
  return castTo(source, dtype);
}

/** As {@link sourceOfResult}, written out. */
export const chunkOfResult = (value: unknown, dtype: DType): Chunk => materialize(sourceOfResult(value, dtype));
