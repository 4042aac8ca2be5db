import { COSINE_TERMS, HALF_PI_PARTS, LARGEST, NEAREST, ROUNDING, SINE_TERMS, TWO_OVER_PI } from "../trigonometry.ts";
import { type Code, f64x2, get, i64x2, int, sequence, set, V128, v128 } from "./instructions.ts";
import type { FunctionBuilder } from "./wasm-function.ts";

const SIGN = i64x2.const(-(2n ** 63n));
const { add, sub, mul } = f64x2;
const constant = f64x2.const;

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
  const reduced = build.locals(V128, "n", "y", "tail", "quarter", "v", "w");
  const near = build.locals(V128, "sine", "cosine");
  return sequence(
    reducedCode(x, reduced, left),
    set(near.sine, sineNear(reduced.y, reduced.tail)),
    set(near.cosine, cosineNear(reduced.y, reduced.tail)),
    set(reduced.v, i64x2.shl(get(reduced.quarter), int(62))),
    set(reduced.w, i64x2.neg(v128.and(get(reduced.quarter), i64x2.const(1n)))),
    sin === undefined ? [] : set(sin, zeroAsIs(x, sineInQuarter(near, reduced))),
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
export const anyLeft = ({ bad, largest }: SineLeft): Code =>
  v128.anyTrue(v128.or(get(bad), f64x2.lt(constant(LARGEST), get(largest))));

/** Leaves the argument less n quarters of the circle in y and tail, n as a whole number in the low bits of quarter. */
function reducedCode(x: number, { n, y, tail, quarter, v, w }: Reduced, { bad, largest }: SineLeft): Code {
  const [p1, p2, p3, p4] = HALF_PI_PARTS.map(constant) as [Code, Code, Code, Code];
  const isNear = f64x2.lt(f64x2.abs(get(y)), mul(constant(NEAREST), f64x2.abs(get(n))));
  return sequence(
    // The low bits of n + 1.5 * 2 ** 52 are those of n as a whole number.
    set(quarter, add(mul(get(x), constant(TWO_OVER_PI)), constant(ROUNDING))),
    set(n, sub(get(quarter), constant(ROUNDING))),
    set(v, sub(get(x), mul(get(n), p1))),
    set(w, mul(get(n), p2)),
    set(y, sub(get(v), get(w))),
    // From here on v is what was lost in taking w away.
    set(v, sub(get(v), get(y))),
    set(tail, sub(get(x), mul(get(n), p1))),
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

type Reduced = Record<"n" | "y" | "tail" | "quarter" | "v" | "w", number>;
type Near = Record<"sine" | "cosine", number>;

/** Odd quarters (w) take the cosine; the third and fourth (the highest bit of v) change the sign. */
const sineInQuarter = ({ sine, cosine }: Near, { v, w }: Reduced): Code =>
  v128.xor(v128.select(get(cosine), get(sine), get(w)), v128.and(get(v), SIGN));

/** As one quarter further: odd ones take the sine, the second and third change the sign. */
const cosineInQuarter = ({ sine, cosine }: Near, { v, w }: Reduced): Code =>
  v128.xor(v128.select(get(sine), get(cosine), get(w)), v128.and(v128.xor(get(v), get(w)), SIGN));

const zeroAsIs = (x: number, value: Code): Code => v128.select(get(x), value, f64x2.eq(get(x), constant(0)));

/** c0 + z (c1 + z (c2 + …)). */
const polynomial = (z: Code, terms: readonly number[]): Code =>
  terms.slice(0, -1).reduceRight((so, term) => add(constant(term), mul(z, so)), constant(terms.at(-1) as number));

function sineNear(x: number, tail: number): Code {
  const z = mul(get(x), get(x));
  const v = mul(z, get(x));
  const r = polynomial(z, SINE_TERMS.slice(1));
  const first = constant(SINE_TERMS[0] as number);
  const inner = sub(mul(constant(0.5), get(tail)), mul(v, r));
  return sub(get(x), add(sub(mul(z, inner), get(tail)), mul(v, first)));
}

function cosineNear(x: number, tail: number): Code {
  const z = mul(get(x), get(x));
  const r = mul(z, polynomial(z, COSINE_TERMS));
  const half = mul(constant(0.5), z);
  const w = sub(constant(1), half);
  return add(w, add(sub(sub(constant(1), w), half), sub(mul(z, r), mul(get(x), get(tail)))));
}
