import type { FunctionSpec } from "../wire/function-spec.ts";

/**
 * One call of a function, as data. Where its arguments come from is said by {@link Arg}; the same Call serves
 * every task of a layer that differs in inputs and own values alone.
 */
export interface Call {
  readonly fn: FunctionSpec;
  readonly args: readonly Arg[];
  /** Calls whose results are used more than once below; evaluated first, in order. */
  readonly lets?: readonly Call[];
  /**
   * Applied to the result where it becomes a chunk or a `let`, not where it feeds another call: a fused chain of
   * lazy streams is written out once, at its end. It is told which of the two: what several calls read may be cheaper to make again
   * than to write out. Rewrites of a call must keep it.
   */
  readonly finish?: FunctionSpec;
}

export type Arg =
  /** The task's at-th input: a chunk, or the list of chunks where an input picks several blocks. */
  | { readonly kind: "input"; readonly at: number }
  /** All inputs from `from` on, as one list. */
  | { readonly kind: "inputs"; readonly from: number; readonly count: number }
  /** The task's own at-th value. */
  | { readonly kind: "own"; readonly at: number }
  /** The same value for every task of the call. */
  | { readonly kind: "literal"; readonly value: unknown }
  /** A function as a value, for kernels that call what a user gave them; it travels like any other function. */
  | { readonly kind: "function"; readonly spec: FunctionSpec }
  /**
   * The block's index, size and start, from the chunks of the layer's axes. Where the call was fused into a layer whose blocks
   * lie otherwise, `places` says where along each axis its own block is.
   */
  | { readonly kind: "location"; readonly chunks: readonly AxisRuns[]; readonly places?: readonly AxisPlace[] }
  | { readonly kind: "list"; readonly items: readonly Arg[] }
  | { readonly kind: "record"; readonly names: readonly string[]; readonly items: readonly Arg[] }
  /** The result of another call: how fused and inlined work is written. */
  | { readonly kind: "call"; readonly call: Call }
  /** The at-th of the enclosing call's `lets`. */
  | { readonly kind: "let"; readonly at: number };

/** Where a block lies along an axis, seen from a task. */
export type AxisPlace =
  /** At the task's own position on `axis`, times `step` (default 1; -1 goes backwards), moved by `offset` (default 0). */
  | { readonly kind: "axis"; readonly axis: number; readonly offset?: number; readonly step?: number }
  /** Always the same: broadcasting, or an index. */
  | { readonly kind: "at"; readonly index: number };

/** The block at `step` times the task's own position, moved by `offset`. */
export const axisPlace = (axis: number, offset: number, step = 1): AxisPlace => ({
  kind: "axis",
  axis,
  ...(offset === 0 ? {} : { offset }),
  ...(step === 1 ? {} : { step }),
});

/** Where along its axis a place is, for the task at `index`. */
export const placeAt = (one: AxisPlace, index: readonly number[]): number =>
  one.kind === "at" ? one.index : (index[one.axis] as number) * (one.step ?? 1) + (one.offset ?? 0);

/** Chunk sizes of one axis, run-length encoded: [[1000, 19], [37, 1]] is nineteen chunks of 1000 and one of 37. */
export type AxisRuns = ReadonlyArray<readonly [size: number, count: number]>;

/** Where a block lies in the whole: what an Arg of kind "location" becomes. */
export interface BlockLocation {
  readonly index: readonly number[];
  readonly shape: readonly number[];
  readonly start: readonly number[];
}

/** Argument constructors, so that call sites read like calls. */
export const input = (at: number): Arg => ({ kind: "input", at });
export const inputsFrom = (from: number, count = -1): Arg => ({ kind: "inputs", from, count });
export const own = (at: number): Arg => ({ kind: "own", at });
export const literal = (value: unknown): Arg => ({ kind: "literal", value });
export const functionArg = (spec: FunctionSpec): Arg => ({ kind: "function", spec });
export const nested = (call: Call): Arg => ({ kind: "call", call });
export const location = (chunks: readonly AxisRuns[]): Arg => ({ kind: "location", chunks });

/** Run-length encodes the chunk sizes of one axis. */
export function axisRuns(sizes: Iterable<number>): AxisRuns {
  const runs: [number, number][] = [];
  for (const size of sizes) {
    const last = runs[runs.length - 1];
    if (last !== undefined && last[0] === size) last[1] += 1;
    else runs.push([size, 1]);
  }
  return runs;
}

/** Size and start of the at-th chunk of an axis. */
export function chunkAt(runs: AxisRuns, at: number): { size: number; start: number } {
  let start = 0;
  let left = at;
  for (const [size, count] of runs) {
    if (left < count) return { size, start: start + size * left };
    left -= count;
    start += size * count;
  }
  throw new RangeError(`Chunk ${at} lies outside the axis`);
}
