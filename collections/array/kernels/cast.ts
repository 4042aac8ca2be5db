import { type DType, dtypeInfo, registerOf, type TimeUnit } from "../dtype.ts";
import { type Complex, NOT_A_TIME } from "../scalar.ts";

/** An element while it is computed with, as the interpreter holds it. */
export type Element = number | bigint | Complex;

/** C's float to 64-bit integer: NaN and what does not fit give the lowest value. */
export function floatToBig(x: number): bigint {
  return x >= -(2 ** 63) && x < 2 ** 63 ? BigInt(Math.trunc(x)) : NOT_A_TIME;
}

/** C's float to unsigned 64-bit integer. */
export function floatToUnsigned(x: number): bigint {
  return x > -1 && x < 2 ** 64 ? BigInt(Math.trunc(x)) : BigInt.asUintN(64, floatToBig(x));
}

/** A text expression cut down to what a dtype holds: integers wrap, float32 rounds. */
export function wrapText(text: string, dtype: DType): string {
  switch (dtype) {
    case "bool":
      return `(${text}?1:0)`;
    case "int8":
      return `(${text}<<24>>24)`;
    case "int16":
      return `(${text}<<16>>16)`;
    case "int32":
      return `(${text}|0)`;
    case "uint8":
      return `(${text}&255)`;
    case "uint16":
      return `(${text}&65535)`;
    case "uint32":
      return `(${text}>>>0)`;
    case "float32":
    case "complex64":
      return `Math.fround(${text})`;
    case "float64":
    case "complex128":
      return text;
    case "uint64":
      return `BigInt.asUintN(64,${text})`;
    default:
      return `BigInt.asIntN(64,${text})`;
  }
}

const narrow = new Map<string, Int8Array | Int16Array | Int32Array | Uint8Array | Uint16Array | Uint32Array>([
  ["int8", new Int8Array(1)],
  ["int16", new Int16Array(1)],
  ["int32", new Int32Array(1)],
  ["uint8", new Uint8Array(1)],
  ["uint16", new Uint16Array(1)],
  ["uint32", new Uint32Array(1)],
]);

/** What {@link wrapText} writes, done to a value. */
export function wrapValue(value: Element, dtype: DType): Element {
  if (typeof value === "bigint") return dtype === "uint64" ? BigInt.asUintN(64, value) : BigInt.asIntN(64, value);
  if (typeof value === "object")
    return dtype === "complex64" ? { re: Math.fround(value.re), im: Math.fround(value.im) } : value;
  if (dtype === "bool") return value ? 1 : 0;
  if (dtype === "float32") return Math.fround(value);
  const cell = narrow.get(dtype);
  if (cell === undefined) return value;
  cell[0] = value;
  return cell[0] as number;
}

/** Names a function for the text to call. */
export type NameFunction = (fn: unknown) => string;

/** The text that casts `from` (a variable; with r and i behind it if complex) to another dtype; a pair for complex. */
export function castText(
  from: DType,
  to: DType,
  from_: string,
  name: NameFunction,
): string | readonly [string, string] {
  const source = dtypeInfo(from);
  const target = dtypeInfo(to);
  if (target.kind === "c") {
    if (source.kind === "c") return [wrapText(`${from_}r`, to), wrapText(`${from_}i`, to)];
    return [wrapText(source.register === "bigint" ? `Number(${from_})` : from_, to), "0"];
  }
  if (source.kind === "c") {
    if (to === "bool") return `(${from_}r!==0||${from_}i!==0?1:0)`;
    return castText(from === "complex64" ? "float32" : "float64", to, `${from_}r`, name) as string;
  }
  if (source.register === "bigint") return castBigText(from, to, from_, name);
  if (target.register === "bigint") {
    if (source.kind !== "f") return wrapText(`BigInt(${from_})`, to);
    return `${name(to === "uint64" ? floatToUnsigned : floatToBig)}(${from_})`;
  }
  if (to === "bool") return `(${from_}!==0?1:0)`;
  if (target.kind === "f") return wrapText(from_, to);
  return wrapText(`(${from_})`, to);
}

function castBigText(from: DType, to: DType, text: string, name: NameFunction): string {
  const source = dtypeInfo(from);
  const target = dtypeInfo(to);
  if (to === "bool") return `(${text}!==0n?1:0)`;
  if (target.kind === "f")
    return wrapText(source.unit === undefined ? `Number(${text})` : `${name(timeToNumber)}(${text})`, to);
  if (target.register === "bigint") {
    if (source.unit !== undefined && target.unit !== undefined && source.unit !== target.unit)
      return `${name(unitChange(source.unit, target.unit))}(${text})`;
    return wrapText(text, to);
  }
  return wrapText(`Number(BigInt.asIntN(32,${text}))`, to);
}

const timeToNumber = (count: bigint): number => (count === NOT_A_TIME ? Number.NaN : Number(count));

/** What {@link castText} writes, as a function. */
export function castFunction(from: DType, to: DType): (value: Element) => Element {
  if (from === to) return (value) => value;
  const source = dtypeInfo(from);
  const target = dtypeInfo(to);
  if (target.kind === "c")
    return (value) => wrapValue(typeof value === "object" ? value : { re: Number(value), im: 0 }, to);
  if (source.kind === "c") {
    if (to === "bool") return (value) => ((value as Complex).re !== 0 || (value as Complex).im !== 0 ? 1 : 0);
    const real = castFunction("float64", to);
    return (value) => real((value as Complex).re);
  }
  if (to === "bool") return (value) => (Number(value) !== 0 ? 1 : 0);
  if (registerOf(from) === "bigint") return castBig(from, to);
  if (target.register === "bigint") {
    if (source.kind !== "f") return (value) => wrapValue(BigInt(value as number), to);
    return (value) => (to === "uint64" ? floatToUnsigned : floatToBig)(value as number);
  }
  return (value) => wrapValue(value, to);
}

function castBig(from: DType, to: DType): (value: Element) => Element {
  const source = dtypeInfo(from);
  const target = dtypeInfo(to);
  if (target.kind === "f")
    return source.unit === undefined
      ? (value) => wrapValue(Number(value), to)
      : (value) => wrapValue(timeToNumber(value as bigint), to);
  if (target.register !== "bigint") return (value) => wrapValue(Number(BigInt.asIntN(32, value as bigint)), to);
  if (source.unit !== undefined && target.unit !== undefined && source.unit !== target.unit) {
    const change = unitChange(source.unit, target.unit);
    return (value) => change(value as bigint);
  }
  return (value) => wrapValue(value, to);
}

const NANOSECONDS: Readonly<Record<string, bigint>> = {
  W: 604_800_000_000_000n,
  D: 86_400_000_000_000n,
  h: 3_600_000_000_000n,
  m: 60_000_000_000n,
  s: 1_000_000_000n,
  ms: 1_000_000n,
  us: 1000n,
  ns: 1n,
};

const floorBig = (a: bigint, b: bigint): bigint => (a >= 0n || a % b === 0n ? a / b : a / b - 1n);

/** Counts of one unit as counts of another; towards earlier where the new unit is coarser. Years and months follow the calendar. */
export function unitChange(from: TimeUnit, to: TimeUnit): (count: bigint) => bigint {
  const change = unitChangeOfTimes(from, to);
  return (count) => (count === NOT_A_TIME ? count : change(count));
}

function unitChangeOfTimes(from: TimeUnit, to: TimeUnit): (count: bigint) => bigint {
  const nsFrom = NANOSECONDS[from];
  const nsTo = NANOSECONDS[to];
  if (nsFrom !== undefined && nsTo !== undefined)
    return nsFrom >= nsTo ? (count) => count * (nsFrom / nsTo) : (count) => floorBig(count, nsTo / nsFrom);
  if (from === "Y" && to === "M") return (count) => count * 12n;
  if (from === "M" && to === "Y") return (count) => floorBig(count, 12n);
  if (nsTo !== undefined) {
    const rest = unitChange("D", to);
    return (count) => rest(monthStartDay(from === "Y" ? count * 12n : count));
  }
  const days = unitChange(from, "D");
  return (count) => {
    const date = new Date(Number(days(count)) * 86_400_000);
    const months = (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth();
    return BigInt(to === "Y" ? Math.floor(months / 12) : months);
  };
}

function monthStartDay(month: bigint): bigint {
  const months = Number(month);
  return BigInt(Date.UTC(1970 + Math.floor(months / 12), ((months % 12) + 12) % 12, 1) / 86_400_000);
}
