import type { AnyData } from "../dtype.ts";
import type { Generated } from "./generated.ts";
import type { Step } from "./loop.ts";
import { loopOf } from "./loop-of.ts";
import { Pending } from "./pending.ts";
import { lendOrAllocate, withArena } from "./simd/arena.ts";
import { rowFunction } from "./simd/program-function.ts";
import type { TileCall } from "./simd/spare-threads.ts";

/** Elements evaluated at a time where a fused expression is folded: they stay in the second cache. */
export const TILE_ELEMENTS = 16_384;
export const TILE_BYTES = 8 * TILE_ELEMENTS;

/** More would not fit the bits that tell which arguments of a call are addresses. */
const INPUTS_MAX = 8;

/** How tiles of what formulas give are made by calls of WebAssembly alone. */
export interface TileMaker {
  /** Simple operations an element takes, about. */
  readonly cost: number;
  /** The calls for `count` elements from a place on, at the address `into`; inputs lie at `scratch`. */
  calls(into: number, scratch: number, count: number, from: number): readonly TileCall[];
  /** The same by this thread, in JavaScript where it must be. */
  alone(into: AnyData, count: number, from: number): void;
}

/** Undefined where a source needs JavaScript: formulas without a call, programs without a vector form, other dtypes than doubles. */
export function tileMaker(source: Pending | Generated, inputs: readonly Generated[]): TileMaker | undefined {
  if (
    inputs.length > INPUTS_MAX ||
    source.dtype !== "float64" ||
    inputs.some((one) => one.call?.(0, 2, 0) === undefined)
  )
    return undefined;
  if (!(source instanceof Pending))
    return {
      cost: 1,
      calls: (into, _, count, from) => [{ ...fillOf(source, into, count, from), own: 0 }],
      alone: (into, count, from) => source.fill(into.subarray(0, count) as AnyData, from),
    };
  const row = rowFunction(source.program);
  if (row === undefined) return undefined;
  return {
    cost: row.cost + inputs.length,
    calls: (into, scratch, count, from) => [
      ...inputs.map((one, k) => ({ ...fillOf(one, scratch + k * TILE_BYTES, count, from), own: 1 })),
      {
        run: row.run,
        args: [1, count, into, TILE_BYTES, ...inputs.flatMap((_, k) => [scratch + k * TILE_BYTES, TILE_BYTES, 8])],
        own: inputs.reduce((bits, _, k) => bits | (1 << (4 + 3 * k)), 0),
      },
    ],
    alone: (into, count, from) => aloneInJavaScript(source, inputs, into, count, from),
  };
}

const fillOf = (one: Generated, address: number, count: number, from: number) =>
  one.call?.(address, count, from) as NonNullable<ReturnType<NonNullable<Generated["call"]>>>;

function aloneInJavaScript(
  { program }: Pending,
  inputs: readonly Generated[],
  into: AnyData,
  count: number,
  from: number,
): void {
  withArena(() => {
    const operands = inputs.flatMap((one) => {
      const tile = lendOrAllocate(one.dtype, count);
      one.fill(tile, from);
      return [tile, 0, count, 1];
    });
    loopOf(program, ["next", ...inputs.map((): Step => "next")])(1, count, into, 0, count, 1, ...operands);
  });
}
