import type { AnyData } from "../../dtype.ts";
import { isInArena, lend, withArena } from "./arena.ts";
import {
  type Code,
  F64,
  f64x2,
  get,
  I32,
  i32,
  i32x4,
  i64x2,
  int,
  int64Of,
  sequence,
  set,
  shuffle,
  V128,
  v128,
  whileTrue,
} from "./instructions.ts";
import { FunctionBuilder, type WasmFunction } from "./wasm-function.ts";

let ramp: WasmFunction | undefined | null = null;
let exactRamp: WasmFunction | undefined | null = null;
let bigRamp: WasmFunction | undefined | null = null;
let uniform: WasmFunction | undefined | null = null;

/** Fills doubles in the arena with start + place * step, place counted from `first`; false where it cannot. */
export function fillRamp(data: AnyData, start: number, step: number, first: number): boolean {
  const call = isInArena(data) ? rampCall({ start, step }, data.byteOffset, data.length, first) : undefined;
  call?.run(...call.args);
  return call !== undefined;
}

/** The call that fills so many doubles at an address with start + place * step; undefined where there is none. */
export function rampCall(
  { start, step }: Spacing,
  address: number,
  count: number,
  first: number,
): FillCall | undefined {
  if (count % 2 !== 0) return undefined;
  const [low, high] = [start + first * step, start + (first + count) * step];
  if (areExact(start, step, low, high)) {
    if (exactRamp === null) exactRamp = makeExactRamp();
    return exactRamp && { run: exactRamp, args: [address, count, low, low + step, 2 * step] };
  }
  if (ramp === null) ramp = makeRamp();
  return ramp && { run: ramp, args: [address, count, start, step, first] };
}

/** A function that fills memory, and its arguments, of which the first is the address. */
export interface FillCall {
  readonly run: WasmFunction;
  readonly args: readonly number[];
}

interface Spacing {
  readonly start: number;
  readonly step: number;
}

/** Whether all sums of these are whole numbers that a double holds: then adding the step gives the bits of the formula. */
const areExact = (...numbers: readonly number[]): boolean => numbers.every(Number.isSafeInteger);

/** Fills 64-bit integers in the arena with start + place * step; false where it cannot, or they would not be exact as doubles. */
export function fillBigRamp(data: AnyData, start: number, step: number): boolean {
  const call = isInArena(data) ? bigRampCall({ start, step }, data.byteOffset, data.length) : undefined;
  call?.run(...call.args);
  return call !== undefined;
}

/** As {@link rampCall}, of 64-bit integers counted from 0. */
export function bigRampCall({ start, step }: Spacing, address: number, count: number): FillCall | undefined {
  const last = start + count * step;
  if (count % 2 !== 0 || Math.max(Math.abs(start), Math.abs(last)) > 2 ** 53) return undefined;
  if (bigRamp === null) bigRamp = makeBigRamp();
  return bigRamp && { run: bigRamp, args: [address, count, start, start + step, 2 * step] };
}

/**
 * Fills a multiple of four doubles in the arena with low + width * u, u uniform in [0, 1), from four streams side by
 * side; false where it cannot.
 * @param state a, b and c of each stream (4 + 4 + 4), advanced; the counter is the same for all
 */
export function fillUniformLanes(
  data: Float64Array,
  state: Int32Array,
  counter: number,
  low: number,
  width: number,
): boolean {
  if (!isInArena(data) || data.length % 4 !== 0) return false;
  if (uniform === null) uniform = makeUniform();
  const fill = uniform;
  if (fill === undefined) return false;
  return withArena(() => {
    const lanes = lend("int32", 12) as Int32Array | undefined;
    if (lanes === undefined) return false;
    lanes.set(state);
    fill(data.byteOffset, data.length, lanes.byteOffset, counter, low, width);
    return true;
  });
}

/** (address, n, start, step, first) */
function makeRamp(): WasmFunction | undefined {
  const build = new FunctionBuilder([I32, I32, F64, F64, F64]);
  const place = f64x2.replaceHigh(f64x2.splat(get(4)), [...get(4), ...oneMore]);
  const value = (lane: Code): Code => f64x2.add(f64x2.splat(get(2)), f64x2.mul(lane, f64x2.splat(get(3))));
  return build.build(fourLanes(build, { add: f64x2.add, first: place, move: f64x2.const(2), value }));
}

/** (address, n, first, second, twice the step), where no sum is rounded */
function makeExactRamp(): WasmFunction | undefined {
  const build = new FunctionBuilder([I32, I32, F64, F64, F64]);
  const first = f64x2.replaceHigh(f64x2.splat(get(2)), get(3));
  return build.build(fourLanes(build, { add: f64x2.add, first, move: f64x2.splat(get(4)), value: (lane) => lane }));
}

/** (address, n, first, second, twice the step) */
function makeBigRamp(): WasmFunction | undefined {
  const build = new FunctionBuilder([I32, I32, F64, F64, F64]);
  const first = i64x2.replaceHigh(i64x2.splat(int64Of(get(2))), int64Of(get(3)));
  const move = i64x2.splat(int64Of(get(4)));
  return build.build(fourLanes(build, { add: i64x2.add, first, move, value: (lane) => lane }));
}

interface Walk {
  readonly add: (a: Code, b: Code) => Code;
  /** The lanes' first pair, and what leads from one pair to the next. */
  readonly first: Code;
  readonly move: Code;
  /** The pair to be stored, of where the walk stands. */
  readonly value: (lane: Code) => Code;
}

/** Stores pairs at (address, n), four side by side while they last, so that none waits for the one before it. */
function fourLanes(build: FunctionBuilder, { add, first, move, value }: Walk): Code {
  const { a, b, c, d, four } = build.locals(V128, "a", "b", "c", "d", "four");
  const lanes = [a, b, c, d];
  const step = (pairs: number): Code =>
    sequence(set(0, i32.add(get(0), int(16 * pairs))), set(1, i32.sub(get(1), int(2 * pairs))));
  const store = (lane: number, at: number): Code => v128.store(i32.add(get(0), int(16 * at)), value(get(lane)));
  return sequence(
    set(a, first),
    ...lanes.slice(1).map((lane, k) => set(lane, add(get(lanes[k] as number), move))),
    set(four, add(add(move, move), add(move, move))),
    whileTrue(
      i32.le(int(8), get(1)),
      sequence(...lanes.map(store), ...lanes.map((lane) => set(lane, add(get(lane), get(four)))), step(4)),
    ),
    whileTrue(i32.le(int(2), get(1)), sequence(store(a, 0), set(a, get(b)), set(b, get(c)), set(c, get(d)), step(1))),
  );
}

/** Adds one to the double on the stack. */
const oneMore: Code = [0x44, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0xa0];

/** Low halves of (a, b) as 64-bit integers with a below b, and high halves. */
const joinLow = shuffle(0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
const joinHigh = shuffle(8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);

/** (address, n, state, counter, low, width): two draws of sfc32 for each double, as in UniformStreams. */
function makeUniform(): WasmFunction | undefined {
  const build = new FunctionBuilder([I32, I32, I32, I32, F64, F64]);
  const { a, b, c, counter, first, second, low, width } = build.locals(
    V128,
    "a",
    "b",
    "c",
    "counter",
    "first",
    "second",
    "low",
    "width",
  );
  const draw = (into: number): Code =>
    sequence(
      set(into, i32x4.add(i32x4.add(get(a), get(b)), get(counter))),
      set(counter, i32x4.add(get(counter), i32x4.splat(int(1)))),
      set(a, v128.xor(get(b), i32x4.shr(get(b), int(9)))),
      set(b, i32x4.add(get(c), i32x4.shl(get(c), int(3)))),
      set(c, i32x4.add(v128.or(i32x4.shl(get(c), int(21)), i32x4.shr(get(c), int(11))), get(into))),
    );
  // 52 bits as the fraction of a double in [1, 2).
  const unit = (bits: Code): Code =>
    f64x2.sub(v128.or(i64x2.shr(bits, int(12)), i64x2.const(0x3ff0000000000000n)), f64x2.const(1));
  const scaled = (bits: Code): Code => f64x2.add(get(low), f64x2.mul(get(width), unit(bits)));
  const lanes = [a, b, c].map((lane, k) => set(lane, v128.load(i32.add(get(2), int(16 * k)))));
  return build.build(
    sequence(
      ...lanes,
      set(counter, i32x4.splat(get(3))),
      set(low, f64x2.splat(get(4))),
      set(width, f64x2.splat(get(5))),
      whileTrue(
        i32.le(int(4), get(1)),
        sequence(
          draw(first),
          draw(second),
          v128.store(get(0), scaled(joinLow(get(second), get(first)))),
          v128.store(i32.add(get(0), int(16)), scaled(joinHigh(get(second), get(first)))),
          set(0, i32.add(get(0), int(32))),
          set(1, i32.sub(get(1), int(4))),
        ),
      ),
    ),
  );
}
