import { type DType, dtypeInfo } from "./dtype.ts";
import type { WeakKind } from "./promote.ts";

/** A complex number as a value: the element of complex64 and complex128 arrays. */
export interface Complex {
  readonly re: number;
  readonly im: number;
}

/** A single element, as JavaScript holds it. */
export type ScalarValue = number | bigint | boolean | Complex;

/** What may stand where a number is wanted: Date counts as datetime64[ms]. */
export type ScalarLike = ScalarValue | WeakFloat | Date;

/** A number that counts as floating point even when it is whole, like Python's 2.0. */
export class WeakFloat {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/**
 * A number that counts as floating point even if it is whole: `x.mul(float(2))` gives float64 of an integer array.
 * @example
 * da.float(2)
 */
export const float = (value: number): WeakFloat => new WeakFloat(value);

/** A complex number. */
export const complex = (re: number, im = 0): Complex => ({ re, im });

export const isComplex = (value: unknown): value is Complex =>
  typeof value === "object" && value !== null && "re" in value && "im" in value;

export const isScalar = (value: unknown): value is ScalarLike =>
  typeof value === "number" ||
  typeof value === "bigint" ||
  typeof value === "boolean" ||
  value instanceof WeakFloat ||
  value instanceof Date ||
  isComplex(value);

/** The kind of a plain value: whole numbers are integers. */
export function weakKindOf(value: Exclude<ScalarLike, Date>): WeakKind {
  if (typeof value === "boolean") return "bool";
  if (typeof value === "bigint") return "int";
  if (typeof value === "number") return Number.isInteger(value) && !Object.is(value, -0) ? "int" : "float";
  return value instanceof WeakFloat ? "float" : "complex";
}

/**
 * A plain value as an element of a dtype.
 * @throws RangeError if an integer dtype does not hold it; TypeError if the kind does not fit
 */
export function toElement(value: ScalarLike, dtype: DType): ScalarValue {
  const { kind, register, itemsize, unit } = dtypeInfo(dtype);
  if (value instanceof Date) return dateCount(value, dtype, unit);
  const plain = value instanceof WeakFloat ? value.value : value;
  if (isComplex(plain)) {
    if (kind !== "c") throw new TypeError(`A complex number does not fit ${dtype}`);
    return plain;
  }
  if (kind === "c") return { re: Number(plain), im: 0 };
  if (kind === "f") return itemsize === 4 ? Math.fround(Number(plain)) : Number(plain);
  if (kind === "b") return Boolean(plain);
  if (typeof plain === "number" && !Number.isInteger(plain)) {
    if (unit !== undefined && Number.isNaN(plain)) return NOT_A_TIME;
    throw new TypeError(`${plain} is not a whole number, as ${dtype} needs`);
  }
  const whole = BigInt(plain);
  const bits = itemsize * 8;
  if ((kind === "u" ? BigInt.asUintN(bits, whole) : BigInt.asIntN(bits, whole)) !== whole)
    throw new RangeError(`${whole} does not fit ${dtype}`);
  return register === "bigint" ? whole : Number(whole);
}

/** NumPy's NaT: the count that means no time. */
export const NOT_A_TIME = -(2n ** 63n);

const MICROSECONDS: Readonly<Record<string, bigint>> = {
  W: 604_800_000_000n,
  D: 86_400_000_000n,
  h: 3_600_000_000n,
  m: 60_000_000n,
  s: 1_000_000n,
  ms: 1000n,
  us: 1n,
};

function dateCount(date: Date, dtype: DType, unit: string | undefined): bigint {
  const ms = date.getTime();
  if (unit === undefined) throw new TypeError(`A Date does not fit ${dtype}; use datetime64[ms]`);
  if (Number.isNaN(ms)) return NOT_A_TIME;
  if (unit === "Y") return BigInt(date.getUTCFullYear() - 1970);
  if (unit === "M") return BigInt((date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth());
  const us = BigInt(ms) * 1000n;
  if (unit === "ns") return us * 1000n;
  const per = MICROSECONDS[unit] as bigint;
  return us >= 0n ? us / per : -((-us + per - 1n) / per);
}
