// biome-ignore-all lint/complexity/useMathMinMax: Math.min takes no bigints.
import { NOT_A_TIME } from "../scalar.ts";
import type { Form } from "./forms.ts";

const isNone = (a: bigint): boolean => a === NOT_A_TIME;
const form = (run: Form["run"]): Form => ({ run });
/** What is none wherever an argument is. */
const spread = (run: (a: bigint, b: bigint) => bigint): Form =>
  form((a: bigint, b: bigint) => (isNone(a) || isNone(b) ? NOT_A_TIME : run(a, b)));
/** A comparison, which never holds with a time that is none. */
const holds = (run: (a: bigint, b: bigint) => boolean): Form =>
  form((a: bigint, b: bigint) => (!isNone(a) && !isNone(b) && run(a, b) ? 1 : 0));
/** What is none only where both arguments are. */
const either = (run: (a: bigint, b: bigint) => bigint): Form =>
  form((a: bigint, b: bigint) => (isNone(a) ? b : isNone(b) ? a : run(a, b)));

const floored = (a: bigint, b: bigint): bigint => {
  const quotient = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
};

/**
 * Operations on times and spans where NaT must be heeded; the others treat them as 64-bit integers.
 * @see https://numpy.org/doc/stable/reference/arrays.datetime.html
 */
export const TIME_FORMS: Readonly<Record<string, Form>> = {
  add: spread((a, b) => a + b),
  subtract: spread((a, b) => a - b),
  multiply: spread((a, b) => a * b),
  floor_divide: spread((a, b) => (b === 0n ? NOT_A_TIME : floored(a, b))),
  remainder: spread((a, b) => (b === 0n ? NOT_A_TIME : a - b * floored(a, b))),
  sign: form((a: bigint) => (isNone(a) ? NOT_A_TIME : a > 0n ? 1n : a < 0n ? -1n : 0n)),
  minimum: spread((a, b) => (a < b ? a : b)),
  maximum: spread((a, b) => (a > b ? a : b)),
  fmin: either((a, b) => (a < b ? a : b)),
  fmax: either((a, b) => (a > b ? a : b)),
  equal: holds((a, b) => a === b),
  not_equal: form((a: bigint, b: bigint) => (isNone(a) || isNone(b) || a !== b ? 1 : 0)),
  less: holds((a, b) => a < b),
  less_equal: holds((a, b) => a <= b),
  greater: holds((a, b) => a > b),
  greater_equal: holds((a, b) => a >= b),
  isfinite: form((a: bigint) => (isNone(a) ? 0 : 1)),
  isnan: form((a: bigint) => (isNone(a) ? 1 : 0)),
};
