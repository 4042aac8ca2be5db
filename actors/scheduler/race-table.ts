import type { Annotations } from "../../runtime/graph/layer.ts";

/** The second of two attempts at a row; the first is in the row's own columns. */
export interface RaceCopy {
  readonly worker: number;
  readonly attempt: number;
}

/** Rows that two workers run at a time, and those that may come to that. */
export class RaceTable {
  /** Rows with workers that may be copied, and since when they are there; the one that was sent first comes first. */
  readonly sentMs = new Map<number, number>();
  readonly copies = new Map<number, RaceCopy>();
  /** No sooner is it looked for stragglers again. */
  nextMs = 0;
  /** Copies that were made so far, and those that were the first to finish. */
  made = 0;
  won = 0;
}

/**
 * Whether a second attempt at such tasks may run beside the first: what acts on the world never does.
 * @param isUsual whether others than those that say so may
 */
export const mayBeCopied = (annotations: Annotations | undefined, isUsual = false): boolean =>
  (annotations?.speculate ?? isUsual) && !annotations?.effectful;
