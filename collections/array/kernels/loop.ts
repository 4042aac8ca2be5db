import type { AnyData } from "../dtype.ts";

/**
 * Runs a program over two nested axes: sizes, then the output and each input as (data, offset, outer stride, inner
 * stride), all in elements.
 */
export type Loop = (n0: number, n1: number, ...operands: (AnyData | number)[]) => void;

/** How an operand moves along the inner axis: in order, not at all, or by a stride. */
export type Step = "next" | "same" | "stride";

let generates: boolean | undefined;

/** Whether this process may make code from text (`--disallow-code-generation-from-strings` forbids it). */
export function canGenerate(): boolean {
  if (generates === undefined)
    try {
      generates = new Function("return true")() === true;
    } catch {
      generates = false;
    }
  return generates;
}
