import type { BlockLocation } from "../../../runtime/graph/call.ts";
import { Chunk, emptyChunk } from "../chunk.ts";
import { type DType, registerOf } from "../dtype.ts";
import { castTo } from "./elementwise.ts";
import { Generated } from "./generated.ts";
import { assign, type Source } from "./pending.ts";
import { bigRampCall, fillBigRamp, fillRamp, rampCall } from "./simd/fill-functions.ts";

/** Evenly spaced values as data. */
export interface Ramp {
  readonly start: number;
  readonly step: number;
  readonly dtype: DType;
}

/** A block of evenly spaced values: each is computed from its place, so that chunks do not change the values. */
export function rampBlock({ start, step, dtype }: Ramp, { start: [from], shape }: BlockLocation): Source {
  const first = from as number;
  if (registerOf(dtype) === "bigint" && Number.isInteger(start) && Number.isInteger(step))
    return new Generated(
      dtype,
      shape,
      (out, at) => fillBig(out as BigInt64Array, start + (first + at) * step, step),
      1,
      undefined,
      (address, count, at) => bigRampCall({ start: start + (first + at) * step, step }, address, count),
    );
  const ramp = new Generated(
    "float64",
    shape,
    (out, at) => fillFloats(out as Float64Array, start, step, first + at),
    1,
    undefined,
    (address, count, at) => rampCall({ start, step }, address, count, first + at),
  );
  return castTo(ramp, dtype);
}

function fillFloats(data: Float64Array, start: number, step: number, first: number): void {
  if (fillRamp(data, start, step, first)) return;
  let place = first;
  for (let i = 0; i < data.length; i++) {
    data[i] = start + place * step;
    place += 1;
  }
}

/** Bigints made one by one would cost an object each: their halves are written, which lie low before high. */
function fillBig(data: BigInt64Array, start: number, step: number): void {
  if (fillBigRamp(data, start, step)) return;
  const halves = new Int32Array(data.buffer, data.byteOffset, 2 * data.length);
  for (let i = 0; i < data.length; i++) {
    const value = start + i * step;
    halves[2 * i] = value;
    halves[2 * i + 1] = Math.floor(value / 4294967296);
  }
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
