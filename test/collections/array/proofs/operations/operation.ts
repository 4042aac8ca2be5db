import type * as da from "../../../../../collections/array/index.ts";
import type { Random } from "../../../../../runtime/base/random.ts";
import type { NaiveArray } from "../naive/naive-array.ts";

/** Arguments of a step, as JSON. */
export type Args = any;

/** What an operation sees while a step is drawn: chance, what is there so far, and a way to more inputs. */
export interface Draw {
  readonly random: Random;
  readonly values: readonly NaiveArray[];
  /** A new input of a shape; its number. */
  readonly fresh: (shape: readonly number[], dtypes?: readonly string[]) => number;
}

/** Operands by their numbers, and arguments; null where the operation does not suit the array. */
export type Drawn = { readonly operands: readonly number[]; readonly args: Args } | null;

/**
 * One operation, said four times: how a random use of it is drawn, what it gives by plain loops, how the library is
 * asked, and how NumPy is.
 */
export interface Operation {
  readonly draw: (draw: Draw, x: NaiveArray, at: number) => Drawn;
  readonly naive: (args: Args, ...operands: NaiveArray[]) => NaiveArray;
  readonly lazy: (args: Args, ...operands: da.Array[]) => da.Array;
  readonly python: (args: Args, ...names: string[]) => string;
  /** Rounds, so that what follows may not jump at a value. */
  readonly rounds?: true;
  /** Jumps at a value, so that its operands must be exact. */
  readonly jumps?: true;
  /** Its size hangs on the elements, so that the lazy array does not know it. */
  readonly isUnknown?: true;
  /** Takes operands of unknown size. */
  readonly takesUnknown?: true;
}

/** A literal of Python's: lists as tuples where NumPy wants them. */
export function pythonOf(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) return `(${value.map((one) => `${pythonOf(one)},`).join("")})`;
  return JSON.stringify(value);
}

export const camel = (name: string): string => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

/** Some axis of an array, counted from either end. */
export const anyAxis = (random: Random, ndim: number): number => random.below(2 * ndim) - ndim;

/** An axis counted from the front; throws if it is not there. */
export function counted(axis: number, ndim: number): number {
  const found = axis < 0 ? axis + ndim : axis;
  if (found < 0 || found >= ndim) throw new Error("there is no such axis");
  return found;
}

/** Some of an array's axes, in order. */
export const someAxes = (random: Random, ndim: number, share = 0.5): number[] =>
  Array.from({ length: ndim }, (_, axis) => axis).filter(() => random.chance(share));

/** A cut of n elements into chunks, empty ones and single ones among them. */
export function randomCut(random: Random, n: number): number[] {
  if (n === 0) return random.chance(0.8) ? [0] : [0, 0];
  const sizes: number[] = [];
  for (let left = n; left > 0; ) {
    const part = random.chance(0.05) ? 0 : Math.min(left, random.chance(0.3) ? 1 : 1 + random.below(n));
    sizes.push(part);
    left -= part;
  }
  return sizes;
}
