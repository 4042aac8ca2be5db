/**
 * WebAssembly instructions as their bytes: an expression is the bytes that leave its value on the stack, so that
 * expressions nest like calls.
 * @see https://webassembly.github.io/spec/core/binary/instructions.html
 */
export type Code = readonly number[];

/** Types of locals, parameters and results, by their byte. */
export const I32 = 0x7f;
export const F64 = 0x7c;
export const V128 = 0x7b;
export type ValueType = typeof I32 | typeof F64 | typeof V128;

const NO_VALUE = 0x40;
const EIGHT_BYTES = 3;

/** An unsigned whole number in LEB128. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest & 127;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? low | 128 : low);
  } while (rest > 0);
  return bytes;
}

/** A signed whole number of up to 32 bits in LEB128. */
function signed(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (;;) {
    const low = rest & 127;
    rest >>= 7;
    const isLast = (rest === 0 && (low & 64) === 0) || (rest === -1 && (low & 64) !== 0);
    bytes.push(isLast ? low : low | 128);
    if (isLast) return bytes;
  }
}

const bytesOf = (value: number): number[] => [...new Uint8Array(Float64Array.of(value).buffer)];

export const get = (local: number): Code => [0x20, ...unsigned(local)];
export const set = (local: number, value: Code): Code => [...value, 0x21, ...unsigned(local)];
export const int = (value: number): Code => [0x41, ...signed(value)];
export const float = (value: number): Code => [0x44, ...bytesOf(value)];
export const sequence = (...codes: readonly Code[]): Code => codes.flat();

/** An instruction on the values of its arguments. */
const instruction =
  (...bytes: number[]) =>
  (...args: readonly Code[]): Code => [...args.flat(), ...bytes];
const vector = (code: number) => instruction(0xfd, ...unsigned(code));
const lane = (code: number, at: number) => instruction(0xfd, ...unsigned(code), at);
const memory = (code: number) => instruction(0xfd, ...unsigned(code), EIGHT_BYTES, 0);

export const i32 = { add: instruction(0x6a), sub: instruction(0x6b), mul: instruction(0x6c), le: instruction(0x4c) };
export const f64 = {
  add: instruction(0xa0),
  ofInt64: instruction(0xb9),
  load: instruction(0x2b, EIGHT_BYTES, 0),
  store: instruction(0x39, EIGHT_BYTES, 0),
};
/** A double as a 64-bit integer. */
export const int64Of = instruction(0xb0);
/** Loads a 64-bit integer. */
export const loadInt64 = instruction(0x29, EIGHT_BYTES, 0);

/** Loads and stores a fixed number of bytes behind an address. */
export const behind = (bytes: number) => ({
  load: instruction(0xfd, 0, EIGHT_BYTES, ...unsigned(bytes)),
  loadSplat: instruction(0xfd, 10, EIGHT_BYTES, ...unsigned(bytes)),
  store: instruction(0xfd, 11, EIGHT_BYTES, ...unsigned(bytes)),
});

/** Whole vectors of 128 bits, whatever they hold. */
export const v128 = {
  load: memory(0),
  store: memory(11),
  loadLow: memory(93),
  /** Four bytes, and zeros behind them. */
  loadQuarter: instruction(0xfd, 92, 2, 0),
  loadSplat: memory(10),
  /** Replaces the second half by what lies at an address: (address, vector). */
  loadHigh: instruction(0xfd, 87, EIGHT_BYTES, 0, 1),
  /** Stores the first half: (address, vector). */
  storeLow: instruction(0xfd, 91, EIGHT_BYTES, 0, 0),
  and: vector(78),
  or: vector(80),
  xor: vector(81),
  /** Bits of the first where the mask has ones, else of the second. */
  select: vector(82),
  anyTrue: vector(83),
};

/** Two doubles. */
export const f64x2 = {
  splat: vector(20),
  const: (value: number): Code => [0xfd, 12, ...bytesOf(value), ...bytesOf(value)],
  low: lane(33, 0),
  high: lane(33, 1),
  replaceLow: lane(34, 0),
  replaceHigh: lane(34, 1),
  add: vector(240),
  sub: vector(241),
  mul: vector(242),
  div: vector(243),
  abs: vector(236),
  neg: vector(237),
  sqrt: vector(239),
  ceil: vector(116),
  floor: vector(117),
  trunc: vector(122),
  nearest: vector(148),
  /** The second where it is larger, else the first: NaN in the second never comes through. */
  pmax: vector(247),
  eq: vector(71),
  ne: vector(72),
  lt: vector(73),
  le: vector(75),
  ofFloats: vector(95),
};

/** Two 64-bit integers. */
export const i64x2 = {
  splat: vector(18),
  replaceHigh: lane(30, 1),
  const: (value: bigint): Code => [0xfd, 12, ...new Uint8Array(BigInt64Array.of(value, value).buffer)],
  add: vector(206),
  neg: vector(193),
  shl: vector(203),
  shr: vector(205),
};

/** Four 32-bit integers. */
export const i32x4 = { splat: vector(17), add: vector(174), shl: vector(171), shr: vector(173) };

/** Bytes of two vectors by their numbers, 0–15 of the first and 16–31 of the second. */
export const shuffle =
  (...bytes: readonly number[]) =>
  (a: Code, b: Code): Code => [...a, ...b, 0xfd, 13, ...bytes];

/** Repeats `body` while `condition` holds. */
export const whileTrue = (condition: Code, body: Code): Code => [
  ...[0x02, NO_VALUE, 0x03, NO_VALUE],
  ...condition,
  ...[0x45, 0x0d, 1],
  ...body,
  ...[0x0c, 0, 0x0b, 0x0b],
];

/** Runs `body` if `condition` holds. */
export const when = (condition: Code, body: Code): Code => [...condition, 0x04, NO_VALUE, ...body, 0x0b];
