import { COSINE_TERMS, HALF_PI_PARTS, LARGEST, NEAREST, ROUNDING, SINE_TERMS, TWO_OVER_PI } from "../trigonometry.ts";
import { type Code, f64x2, get, i64x2, int, sequence, set, V128, v128 } from "./instructions.ts";
import type { FunctionBuilder } from "./wasm-function.ts";

const SIGN = i64x2.const(-(2n ** 63n));
const { add, sub, mul } = f64x2;
const constant = f64x2.const;

/**
 * Sine or cosine of two doubles, step by step as in trigonometry.ts and so with the same bits. Lanes that it leaves to the
 * engine there are marked in `bad`.
 */
export function sineCode(build: FunctionBuilder, which: "sin" | "cos", x: number, result: number, bad: number): Code {
  const { n, y, tail, quarter, v, w } = build.locals(V128, "n", "y", "tail", "quarter", "v", "w");
  const [p1, p2, p3, p4] = HALF_PI_PARTS.map(constant) as [Code, Code, Code, Code];
  const isLarge = v128.not(f64x2.le(f64x2.abs(get(x)), constant(LARGEST)));
  const isNearZero = v128.and(f64x2.lt(f64x2.abs(get(y)), constant(NEAREST)), f64x2.ne(get(n), constant(0)));
  const parity = i64x2.neg(v128.and(get(quarter), i64x2.const(1n)));
  const sign = v128.and(i64x2.shl(get(quarter), int(62)), SIGN);
  const reduced = sequence(
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
    ...(which === "cos" ? [set(quarter, i64x2.add(get(quarter), i64x2.const(1n)))] : []),
    set(bad, v128.or(get(bad), v128.or(isLarge, isNearZero))),
  );
  const value = v128.xor(v128.select(cosineNear(y, tail), sineNear(y, tail), parity), sign);
  if (which === "cos") return sequence(reduced, set(result, value));
  const tiny = mul(get(x), sub(constant(1), f64x2.div(mul(get(x), get(x)), constant(6))));
  const isTiny = f64x2.lt(f64x2.abs(get(x)), constant(NEAREST));
  return sequence(reduced, set(result, v128.select(tiny, value, isTiny)));
}

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
