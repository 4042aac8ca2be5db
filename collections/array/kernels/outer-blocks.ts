import type { BlockLocation } from "../../../runtime/graph/call.ts";
import { chunkOf } from "../array-like.ts";
import type { Chunk } from "../chunk.ts";
import type { DType } from "../dtype.ts";
import { asNDArray, detached, type NDArray } from "../ndarray.ts";
import { castTo, isSource } from "./elementwise.ts";
import { materialize, type Source } from "./pending.ts";
import { boxOf, type Window, withoutFixed } from "./stored-block.ts";

/** Which elements a block holds: along each axis `count` positions from `start` on, every `step`-th. */
export interface Region {
  readonly start: readonly number[];
  readonly step: readonly number[];
  readonly count: readonly number[];
}

type Read = (region: Region) => unknown;
type Write = (block: NDArray, region: Region) => unknown;

/** Reads a block through a user's function. */
export function readThrough(
  read: Read,
  source: { readonly dtype: DType },
  windows: readonly Window[],
  location: BlockLocation,
): Chunk | Promise<Chunk> {
  const box = boxOf(windows, location);
  const region: Region = {
    start: box.map((span) => span.start),
    step: box.map((span) => span.step),
    count: box.map((span) => span.count),
  };
  const taken = (value: unknown): Chunk =>
    withoutFixed(checkedBlock(value, source.dtype, region.count, "A source's read()"), windows);
  const value = read(region);
  return value instanceof Promise ? value.then(taken) : taken(value);
}

/** Gives a block to a user's function, which puts it where it belongs. */
export function writeThrough(
  write: Write,
  starts: readonly number[],
  location: BlockLocation,
  block: Source,
): number | Promise<number> {
  const chunk = materialize(block);
  const region: Region = {
    start: location.start.map((at, axis) => at + (starts[axis] ?? 0)),
    step: chunk.shape.map(() => 1),
    count: chunk.shape,
  };
  const done = write(asNDArray(chunk), region);
  return done instanceof Promise ? done.then(() => 1) : 1;
}

/** A block as users get it, in memory of its own. */
export const eagerBlock = (source: Source): NDArray => detached(materialize(source));

/** What lazy work gave, as the only block of an array of known shape. */
export const blockOfValue = (dtype: DType, shape: readonly number[], value: unknown): Chunk =>
  checkedBlock(value, dtype, shape, "A lazy value");

/**
 * A value as a block of a known shape.
 * @throws TypeError if it is no array; RangeError with both shapes if it has another
 */
function checkedBlock(value: unknown, dtype: DType, shape: readonly number[], what: string): Chunk {
  if (value === null || value === undefined) throw new TypeError(`${what} gave nothing; it must give an array`);
  const chunk = isSource(value) ? materialize(value) : chunkOf(value as never);
  const flat = ArrayBuffer.isView(value) && shape.length !== 1;
  const shaped = flat ? (asNDArray(chunk).reshape([...shape]) as unknown as Chunk) : chunk;
  const isRight =
    shaped.shape.length === shape.length && shape.every((n, axis) => Number.isNaN(n) || n === shaped.shape[axis]);
  if (!isRight)
    throw new RangeError(`${what} gave shape (${shaped.shape.join(", ")}) where (${shape.join(", ")}) was told of`);
  return materialize(castTo(shaped, dtype));
}
