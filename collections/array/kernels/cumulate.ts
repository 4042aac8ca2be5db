import { type Chunk, viewOf } from "../chunk.ts";
import { type DType, isTime } from "../dtype.ts";
import { NOT_A_TIME, WeakFloat } from "../scalar.ts";
import { alongAxis } from "./along.ts";
import { applied, applyNow, castTo, constant } from "./elementwise.ts";
import type { Source } from "./pending.ts";

/** A running sum or product as data. */
export interface Cumulation {
  readonly name: "sum" | "prod";
  readonly axis: number;
  readonly dtype: DType;
  readonly skipNan: boolean;
}

/** The running sum or product inside one block. */
export function cumulateBlock({ name, axis, dtype, skipNan }: Cumulation, source: Source): Chunk {
  const isFloat = /^(float|complex)/.test(source.dtype);
  const filled = skipNan && isFloat ? applied("zero_nan", source, new WeakFloat(name === "sum" ? 0 : 1)) : source;
  const x = castTo(filled, dtype);
  const n = x.shape[axis] as number;
  if (dtype.startsWith("complex")) return cumulateComplex(name, x, axis, dtype);
  const ofTime = isTime(dtype);
  return alongAxis(x, axis, n, dtype, (input, output) => {
    const from = input as Float64Array;
    const to = output as Float64Array;
    const isNone = (one: number | undefined): boolean => (one as unknown) === NOT_A_TIME;
    for (let i = 0; i < n; i++) {
      if (ofTime && (isNone(to[i - 1]) || isNone(from[i]))) to[i] = NOT_A_TIME as unknown as number;
      else if (i === 0) to[i] = from[i] as number;
      else
        to[i] =
          name === "sum" ? (to[i - 1] as number) + (from[i] as number) : (to[i - 1] as number) * (from[i] as number);
    }
  });
}

function cumulateComplex(name: "sum" | "prod", x: Source, axis: number, dtype: DType): Chunk {
  const n = x.shape[axis] as number;
  return alongAxis(x, axis, n, dtype, (input, output) => {
    const from = input as Float64Array;
    const to = output as Float64Array;
    let re = name === "sum" ? 0 : 1;
    let im = 0;
    for (let i = 0; i < n; i++) {
      const [a, b] = [from[2 * i] as number, from[2 * i + 1] as number];
      [re, im] = name === "sum" ? [re + a, im + b] : [re * a - im * b, re * b + im * a];
      to[2 * i] = re;
      to[2 * i + 1] = im;
    }
  });
}

/** The last element along an axis, which is kept; one that changes nothing where there is none. */
export function lastOf({ name, axis, dtype }: Cumulation, chunk: Chunk): Chunk {
  const n = chunk.shape[axis] as number;
  const shape = chunk.shape.map((size, k) => (k === axis ? 1 : size));
  if (n === 0) return constant(name === "sum" ? 0 : 1, dtype, shape);
  return viewOf(chunk, shape, chunk.strides, chunk.offset + (n - 1) * (chunk.strides[axis] as number));
}

/** Two totals as one; without any, what changes nothing. */
export function joinTotals({ name, dtype }: Cumulation, totals: readonly Chunk[]): Chunk {
  const op = name === "sum" ? "add" : "multiply";
  if (totals.length === 0) return constant(name === "sum" ? 0 : 1, dtype, []);
  return totals.slice(1).reduce<Chunk>((so, one) => applyNow(op, so, one), totals[0] as Chunk);
}

/** A block's running values behind what came before it. */
export const behind = ({ name }: Cumulation, block: Source, before: Source): Source =>
  applied(name === "sum" ? "add" : "multiply", block, before);
