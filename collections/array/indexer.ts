/** Stands for a new axis of length one among indexers; null, as NumPy's is None. */
export const newaxis = null;

/** A range of positions; null or left out means from the start, to the end, step 1. */
export interface Slice {
  readonly start?: number | null;
  readonly stop?: number | null;
  readonly step?: number | null;
}

/** What one axis is indexed with, once positions are known. */
export type AxisIndex =
  | { readonly kind: "whole" }
  | { readonly kind: "at"; readonly at: number }
  /** `stop` is where the range ends, which may be behind its last position. */
  | {
      readonly kind: "range";
      readonly start: number;
      readonly step: number;
      readonly count: number;
      readonly stop?: number;
    }
  | { readonly kind: "list"; readonly positions: Float64Array };

const RANGE = /^\s*(-?\d+)?\s*:\s*(-?\d+)?\s*(?::\s*(-?\d+)?\s*)?$/;

/**
 * Reads "start:stop:step".
 * @throws SyntaxError if it is none
 */
export function parseSlice(text: string): Slice {
  const match = RANGE.exec(text);
  if (match === null)
    throw new SyntaxError(`"${text}" is not a range; write "start:stop:step", any part may be left out`);
  const [start, stop, step] = match.slice(1).map((part) => (part === undefined ? null : Number(part)));
  return { start: start ?? null, stop: stop ?? null, step: step ?? null };
}

/** The positions a slice names on an axis of n elements, by Python's rules. */
export function rangeOf(slice: Slice, n: number): AxisIndex {
  const step = slice.step ?? 1;
  if (step === 0) throw new RangeError("The step of a range is 0");
  const clamp = (at: number | null | undefined, fallback: number): number => {
    if (at === null || at === undefined) return fallback;
    const counted = at < 0 ? at + n : at;
    return step > 0 ? Math.min(Math.max(counted, 0), n) : Math.min(Math.max(counted, -1), n - 1);
  };
  const start = clamp(slice.start, step > 0 ? 0 : n - 1);
  const stop = clamp(slice.stop, step > 0 ? n : -1);
  const count = Math.max(0, Math.ceil((stop - start) / step));
  return count === n && step === 1 ? { kind: "whole" } : { kind: "range", start, step, count, stop };
}

/** A position counted from the front. */
export function positionOf(at: number, n: number, axis: number): number {
  if (!Number.isInteger(at)) throw new TypeError(`Index ${at} of axis ${axis} is not a whole number`);
  const counted = at < 0 ? at + n : at;
  if (counted < 0 || counted >= n) throw new RangeError(`Index ${at} is out of bounds for axis ${axis} with size ${n}`);
  return counted;
}

/** Positions from a list of them, or of booleans of the axis' length. */
export function listOf(items: readonly (number | bigint | boolean)[], n: number, axis: number): AxisIndex {
  if (items.length > 0 && typeof items[0] === "boolean") {
    if (items.length !== n)
      throw new RangeError(`A mask of ${items.length} was given for axis ${axis}, which has ${n} elements`);
    return { kind: "list", positions: Float64Array.from(items.flatMap((on, at) => (on ? [at] : []))) };
  }
  if (items.some((at) => Array.isArray(at)))
    throw new TypeError(
      `The list of positions of axis ${axis} has lists in it; take one list and reshape, or use vindex`,
    );
  return { kind: "list", positions: Float64Array.from(items, (at) => positionOf(Number(at), n, axis)) };
}

/** Fills "…" up with whole axes and says which axis each indexer stands for; null marks a new axis. */
export function spreadIndexers<T>(
  indexers: readonly T[],
  ndim: number,
  axesTaken: (one: T) => number,
  isEllipsis: (one: T) => boolean,
): { one: T | undefined; axis: number | null }[] {
  const taken = indexers.reduce((sum, one) => sum + (isEllipsis(one) ? 0 : axesTaken(one)), 0);
  if (taken > ndim) throw new RangeError(`${taken} indexers were given for an array of ${ndim} dimensions`);
  const spread: { one: T | undefined; axis: number | null }[] = [];
  let axis = 0;
  let isSpread = false;
  for (const one of indexers)
    if (isEllipsis(one)) {
      if (isSpread) throw new SyntaxError('"…" may be given once');
      isSpread = true;
      for (let k = 0; k < ndim - taken; k++) spread.push({ one: undefined, axis: axis++ });
    } else {
      const width = axesTaken(one);
      spread.push({ one, axis: width === 0 ? null : axis });
      axis += width;
    }
  while (axis < ndim) spread.push({ one: undefined, axis: axis++ });
  return spread;
}

/** How many elements an index of an axis of n keeps. */
export function indexedSize(index: AxisIndex, n: number): number {
  if (index.kind === "whole") return n;
  return index.kind === "at" ? 1 : index.kind === "range" ? index.count : index.positions.length;
}
