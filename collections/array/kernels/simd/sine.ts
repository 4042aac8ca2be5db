import { COSINE_TERMS, HALF_PI_PARTS, LARGEST, NEAREST, ROUNDING, SINE_TERMS, TWO_OVER_PI } from "../trigonometry.ts";
import { type Code, f64x2, get, i64x2, int, sequence, set, V128, v128 } from "./instructions.ts";
import type { FunctionBuilder } from "./wasm-function.ts";

const SIGN = -(2n ** 63n);
const { add, sub, mul } = f64x2;

/** Where the results go; both share all but the last steps. */
export interface SineResults {
  readonly sin?: number | undefined;
  readonly cos?: number | undefined;
}

/**
 * Sine, cosine or both of two doubles, step by step as in trigonometry.ts and so with the same bits. Lanes that it leaves to
 * the engine there are marked in `bad`.
 */
export function sineCode(build: FunctionBuilder, x: number, { sin, cos }: SineResults, left: SineLeft): Code {
  const reduced: Reduced = { build, ...build.locals(V128, "n", "y", "tail", "quarter", "v", "w") };
  const near = build.locals(V128, "sine", "cosine");
  const { quarter, v, w, y } = reduced;
  return sequence(
    reducedCode(x, reduced, left),
    set(v, mul(get(y), get(y))),
    set(w, mul(get(v), get(v))),
    set(near.sine, sineNear(reduced)),
    cosineNear(reduced, near.cosine),
    set(v, i64x2.shl(get(quarter), int(62))),
    set(w, i64x2.neg(v128.and(get(quarter), build.twice(1n)))),
    sin === undefined ? [] : set(sin, zeroAsIs(build, x, sineInQuarter(near, reduced))),
    cos === undefined ? [] : set(cos, cosineInQuarter(near, reduced)),
  );
}

/** Vectors that tell what is left to the engine. */
export interface SineLeft {
  /** Lanes with all bits set came too near a multiple of π/2. */
  readonly bad: number;
  /** The largest absolute value of an argument. */
  readonly largest: number;
}

/** Whether nothing is left to the engine. */
export const anyLeft = (build: FunctionBuilder, { bad, largest }: SineLeft): Code =>
  v128.anyTrue(v128.or(get(bad), f64x2.lt(build.double(LARGEST), get(largest))));

/** Leaves the argument less n quarters of the circle in y and tail, n as a whole number in the low bits of quarter. */
function reducedCode(x: number, { build, n, y, tail, quarter, v, w }: Reduced, { bad, largest }: SineLeft): Code {
  const [p1, p2, p3, p4] = HALF_PI_PARTS.map((part) => build.double(part)) as [Code, Code, Code, Code];
  const isNear = f64x2.lt(f64x2.abs(get(y)), mul(f64x2.abs(get(n)), build.double(NEAREST)));
  return sequence(
    // The low bits of n + 1.5 * 2 ** 52 are those of n as a whole number.
    set(quarter, add(mul(get(x), build.double(TWO_OVER_PI)), build.double(ROUNDING))),
    set(n, sub(get(quarter), build.double(ROUNDING))),
    set(tail, sub(get(x), mul(get(n), p1))),
    set(w, mul(get(n), p2)),
    set(y, sub(get(tail), get(w))),
    // From here on v is what was lost in taking w away.
    set(v, sub(get(tail), get(y))),
    set(v, add(sub(get(tail), add(get(y), get(v))), sub(get(v), get(w)))),
    set(v, sub(sub(get(v), mul(get(n), p3)), mul(get(n), p4))),
    set(w, get(y)),
    set(y, add(get(w), get(v))),
    set(tail, add(sub(get(w), get(y)), get(v))),
    set(bad, v128.or(get(bad), isNear)),
    // NaN is never larger, and needs no care.
    set(largest, f64x2.pmax(get(largest), f64x2.abs(get(x)))),
  );
}

/** The locals of a reduced argument. */
interface Reduced extends Record<"n" | "y" | "tail" | "quarter" | "v" | "w", number> {
  readonly build: FunctionBuilder;
}
type Near = Record<"sine" | "cosine", number>;

/** Odd quarters (w) take the cosine; the third and fourth (the highest bit of v) change the sign. */
const sineInQuarter = ({ sine, cosine }: Near, { build, v, w }: Reduced): Code =>
  v128.xor(v128.select(get(cosine), get(sine), get(w)), v128.and(get(v), build.twice(SIGN)));

/** As one quarter further: odd ones take the sine, the second and third change the sign. */
const cosineInQuarter = ({ sine, cosine }: Near, { build, v, w }: Reduced): Code =>
  v128.xor(v128.select(get(sine), get(cosine), get(w)), v128.and(v128.xor(get(v), get(w)), build.twice(SIGN)));

const zeroAsIs = (build: FunctionBuilder, x: number, value: Code): Code =>
  v128.select(get(x), value, f64x2.eq(get(x), build.double(0)));

type SixTerms = readonly [Code, Code, Code, Code, Code, Code];
const termsOf = (build: FunctionBuilder, terms: readonly number[]): SixTerms =>
  terms.map((one) => build.double(one)) as unknown as SixTerms;

/** a + z b. */
const line = (z: number, a: Code, b: Code): Code => add(mul(get(z), b), a);

/** Here v is the square of the argument, and w the square of that. */
function sineNear({ build, y: x, tail, v: z, w: zz }: Reduced): Code {
  const [s1, s2, s3, s4, s5, s6] = termsOf(build, SINE_TERMS);
  const high = add(mul(get(zz), s6), line(z, s4, s5));
  const r = add(mul(high, get(zz)), line(z, s2, s3));
  const cube = mul(get(z), get(x));
  const inner = sub(mul(get(tail), build.double(0.5)), mul(cube, r));
  return sub(get(x), add(sub(mul(get(z), inner), get(tail)), mul(cube, s1)));
}

function cosineNear({ build, y: x, tail, v: z, w: zz }: Reduced, cosine: number): Code {
  const [c1, c2, c3, c4, c5, c6] = termsOf(build, COSINE_TERMS);
  const high = add(mul(line(z, c5, c6), get(zz)), line(z, c3, c4));
  const r = mul(get(z), add(mul(high, get(zz)), line(z, c1, c2)));
  const half = mul(get(z), build.double(0.5));
  const rest = sub(sub(build.double(1), get(cosine)), half);
  return sequence(
    set(cosine, sub(build.double(1), half)),
    set(cosine, add(get(cosine), add(rest, sub(mul(get(z), r), mul(get(x), get(tail)))))),
  );
}
