import type { BlockLocation } from "../../../runtime/graph/call.ts";
import { Chunk, emptyChunk } from "../chunk.ts";
import { allocate, type DType, registerOf } from "../dtype.ts";
import { assign } from "./pending.ts";

/** Evenly spaced values as data. */
export interface Ramp {
  readonly start: number;
  readonly step: number;
  readonly dtype: DType;
}

/** A block of evenly spaced values: each is computed from its place, so that chunks do not change the values. */
export function rampBlock({ start, step, dtype }: Ramp, { start: [from], shape: [count] }: BlockLocation): Chunk {
  const n = count as number;
  const first = from as number;
  if (registerOf(dtype) === "bigint" && Number.isInteger(start) && Number.isInteger(step)) {
    const data = allocate(dtype, n) as BigInt64Array;
    fillBig(data, start + first * step, step);
    return new Chunk(data, dtype, [n]);
  }
  const data = new Float64Array(n);
  for (let i = 0; i < n; i++) data[i] = start + (first + i) * step;
  const chunk = new Chunk(data, "float64", [n]);
  if (dtype === "float64") return chunk;
  const out = emptyChunk(dtype, [n]);
  assign(out, chunk);
  return out;
}

function fillBig(data: BigInt64Array, start: number, step: number): void {
  for (let i = 0; i < data.length; i++) data[i] = BigInt(start + i * step);
}

/** The spacing of a number of values between two ends. */
export const rampOfCount = (start: number, stop: number, count: number, endpoint: boolean): number =>
  (stop - start) / Math.max(1, endpoint ? count - 1 : count);

/** A diagonal as data. */
export interface Diagonal {
  readonly where: "on" | "below";
  readonly k: number;
  readonly dtype: DType;
}

/** A block of ones on, or on and below, a diagonal. */
export function diagonalBlock({ where, k, dtype }: Diagonal, { start, shape }: BlockLocation): Chunk {
  const [rows, columns] = shape as [number, number];
  const ones = new Chunk(new Uint8Array(rows * columns), "bool", [rows, columns]);
  for (let i = 0; i < rows; i++) {
    const on = i + (start[0] as number) + k - (start[1] as number);
    for (let j = where === "on" ? Math.max(0, on) : 0; j <= Math.min(on, columns - 1); j++)
      ones.data[i * columns + j] = 1;
  }
  const out = emptyChunk(dtype, [rows, columns]);
  assign(out, ones);
  return out;
}
