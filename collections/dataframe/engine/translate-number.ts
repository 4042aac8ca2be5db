import { type Dtype, familyOf, isFloat, isInteger } from "../dtype.ts";
import { type PolarsExpr, polars, polarsType } from "./polars.ts";
import { choose, first, lit, native, second, type Translation, type Typed, withoutNaN } from "./typed.ts";

const float = ({ e, dtype }: Typed): PolarsExpr => (isFloat(dtype) ? e : e.cast(polars().Float64));
const numeric = ({ e, dtype }: Typed): PolarsExpr => (dtype === "bool" ? e.cast(polars().Int64) : e);
/** Both operands in the result's type, so that the engine does not choose another. */
const as = (arg: Typed, result: Dtype): PolarsExpr => (arg.dtype === result ? arg.e : arg.e.cast(polarsType(result)));
const isTimeLike = (dtype: Dtype): boolean => ["datetime", "date", "duration"].includes(familyOf(dtype));
const micros = (arg: Typed): PolarsExpr =>
  (arg.dtype === "date" ? arg.e.cast(polarsType("datetime")) : arg.e).cast(polars().Int64);

const add: Translation = (args, _options, result) => {
  const [a, b] = [first(args), second(args)];
  if (result === "string") return as(a, "string").add(as(b, "string"));
  if (isTimeLike(result)) return micros(a).add(micros(b)).cast(polarsType(result));
  return as(a, result).add(as(b, result));
};

const sub: Translation = (args, _options, result) => {
  const [a, b] = [first(args), second(args)];
  if (isTimeLike(result)) return micros(a).sub(micros(b)).cast(polarsType(result));
  return as(a, result).sub(as(b, result));
};

const mul: Translation = (args, _options, result) => {
  const [a, b] = [first(args), second(args)];
  if (result === "string") {
    const [text, times] = a.dtype === "string" ? [a, b] : [b, a];
    return repeatText(text.e, times.e);
  }
  if (result === "duration") {
    const [span, times] = a.dtype === "duration" ? [a, b] : [b, a];
    return micros(span).mul(times.e).cast(polars().Int64).cast(polarsType("duration"));
  }
  return as(a, result).mul(as(b, result));
};

/** Text repeated as often as a column says. */
export const repeatText = (text: PolarsExpr, times: PolarsExpr): PolarsExpr =>
  choose(
    text.isNull().or(times.isNull()),
    lit(null).cast(polars().Utf8),
    native(native(text, "repeatBy", times.clip(0, 1e9).cast(polars().UInt32)), "listJoin", lit(""), true),
  );

const div: Translation = (args, _options, result) => {
  const [a, b] = [first(args), second(args)];
  if (a.dtype === "duration")
    return b.dtype === "duration"
      ? withoutNaN(micros(a).cast(polars().Float64).div(micros(b).cast(polars().Float64)))
      : micros(a).cast(polars().Float64).div(float(b)).cast(polars().Int64).cast(polarsType("duration"));
  return withoutNaN(as(a, result).div(as(b, result)));
};

const floordiv: Translation = (args, _options, result) => {
  const [a, b] = [as(first(args), result), as(second(args), result)];
  return isFloat(result) ? withoutNaN(a.div(b).floor()) : native(a, "floordiv", b);
};

/** The engine's remainder floors, as pandas' does. */
const mod: Translation = (args, _options, result) => {
  const [a, b] = [as(first(args), result), as(second(args), result)];
  if (!isFloat(result)) return native(a, "rem", b);
  return withoutNaN(a.sub(a.div(b).floor().mul(b)));
};

/** JavaScript's remainder has the sign of the dividend. */
const rem: Translation = (args, _options, result) => {
  const [a, b] = [as(first(args), result), as(second(args), result)];
  if (isFloat(result)) return withoutNaN(a.sub(truncate(a.div(b)).mul(b)));
  const floored = native(a, "rem", b);
  return choose(floored.neq(lit(0)).and(a.lt(lit(0)).neq(b.lt(lit(0)))), floored.sub(b), floored);
};

const pow: Translation = (args, _options, result) => {
  const power = withoutNaN(powerOf(float(first(args)), second(args)));
  return isInteger(result) ? wholePower(first(args), second(args), result, power) : power;
};

/** The engine raises to constant powers only; for a column of exponents the power is taken by logarithms. */
function powerOf(base: PolarsExpr, exponent: Typed): PolarsExpr {
  if (typeof exponent.literal === "number") return root(base, exponent.literal);
  const power = float(exponent);
  const size = native(base.abs(), "log", Math.E).mul(power).exp();
  const [whole, odd] = [power.eq(power.floor()), native(power, "rem", lit(2)).neq(lit(0))];
  const signed = choose(base.lt(lit(0)).and(odd), lit(0).sub(size), size);
  const zero = choose(
    power.eq(lit(0)),
    lit(1),
    choose(base.eq(lit(0)), choose(power.gt(lit(0)), lit(0), lit(Number.POSITIVE_INFINITY)), signed),
  );
  return choose(base.lt(lit(0)).and(native(whole, "not")), lit(null), zero);
}

/** Small constant powers of integers are products: exact beyond 2^53. */
function wholePower(base: Typed, exponent: Typed, result: Dtype, power: PolarsExpr): PolarsExpr {
  const times = exponent.literal;
  const one = as(base, result);
  if (typeof times === "number" && times < 0)
    throw new RangeError(
      `A whole number to the power of ${times} is no whole number; make the base a fraction with astype("float64")`,
    );
  // Logarithms come out a little off: the whole number nearest is meant.
  if (typeof times !== "number" || times < 1 || times > 64) {
    const rounded = native(power, "round", 0, "halftoeven").cast(polarsType(result));
    return typeof times === "number" ? rounded : rounded.add(noneBelowZero(exponent));
  }
  let product = one;
  for (let i = 1; i < times; i++) product = product.mul(one);
  return product;
}

/** Zeros; where an exponent is below zero the engine refuses to make a whole number of these words, and says them. */
const noneBelowZero = (exponent: Typed): PolarsExpr =>
  choose(float(exponent).lt(lit(0)), lit(BELOW_ZERO), lit("0")).cast(polars().Int64, true);
const BELOW_ZERO = 'powers below zero of whole numbers: make the base a fraction with astype("float64")';

const root = (e: PolarsExpr, power: number): PolarsExpr => e.pow(power as never);

export const truncate = (e: PolarsExpr): PolarsExpr => choose(e.lt(lit(0)), e.ceil(), e.floor());

/** Half goes to the even neighbour, as in NumPy; negative digits round to tens and hundreds. */
const round: Translation = (args, options, result) => {
  const digits = Number(options["digits"] ?? 0);
  const arg = first(args);
  if (digits < 0) {
    const scale = lit(10 ** -digits);
    return native(float(arg).div(scale), "round", 0, "halftoeven").mul(scale).cast(polarsType(result));
  }
  if (!isFloat(result)) return numeric(arg);
  if (digits === 0) return native(arg.e, "round", 0, "halftoeven");
  // NumPy scales, rounds to even and scales back; rounding the decimal text would differ in the last place.
  const scale = lit(10 ** digits);
  return native(arg.e.mul(scale), "round", 0, "halftoeven").div(scale);
};

const whole =
  (method: "floor" | "ceil"): Translation =>
  (args, _options, result) =>
    isFloat(result) ? first(args).e[method]() : numeric(first(args));

const clip: Translation = (args, options, result) => {
  let e = numeric(first(args));
  const bound = (name: string) => options[name] as number | undefined | null;
  const [lower, upper] = [bound("lower"), bound("upper")];
  if (lower !== undefined && lower !== null) e = choose(e.lt(lit(lower)), lit(lower).cast(polarsType(result)), e);
  if (upper !== undefined && upper !== null) e = choose(e.gt(lit(upper)), lit(upper).cast(polarsType(result)), e);
  return e;
};

const ofFloat =
  (build: (e: PolarsExpr) => PolarsExpr): Translation =>
  (args) =>
    withoutNaN(build(float(first(args))));

const sign: Translation = (args, _options, result) => {
  const e = numeric(first(args));
  const is = (n: number) => lit(n).cast(polarsType(result));
  return choose(
    e.isNull(),
    lit(null).cast(polarsType(result)),
    choose(e.gt(lit(0)), is(1), choose(e.lt(lit(0)), is(-1), is(0))),
  );
};

/** Smallest or largest of several; missing if any is, as in JavaScript. */
const extreme =
  (method: "minHorizontal" | "maxHorizontal"): Translation =>
  (args, options, result) => {
    const pl = polars();
    const all = args.map((arg) => as(arg, result));
    const found = pl[method](all as never) as PolarsExpr;
    if (options["skipna"] === true) return found;
    return choose(
      pl.anyHorizontal(all.map((e) => e.isNull()) as never) as PolarsExpr,
      lit(null).cast(polarsType(result)),
      found,
    );
  };

export const NUMBER_TRANSLATIONS: Readonly<Record<string, Translation>> = {
  add,
  sub,
  mul,
  div,
  floordiv,
  mod,
  rem,
  pow,
  neg: (args, _options, result) =>
    result === "duration"
      ? micros(first(args)).mul(lit(-1).cast(polars().Int64)).cast(polarsType(result))
      : lit(0)
          .cast(polarsType(result))
          .sub(numeric(first(args))),
  abs: (args, _options, result) =>
    result === "duration" ? micros(first(args)).abs().cast(polarsType(result)) : numeric(first(args)).abs(),
  sign,
  floor: whole("floor"),
  ceil: whole("ceil"),
  trunc: (args, _options, result) => (isFloat(result) ? truncate(first(args).e) : numeric(first(args))),
  round,
  roundHalfUp: (args, _options, result) =>
    isFloat(result) ? first(args).e.add(lit(0.5)).floor() : numeric(first(args)),
  clip,
  minOf: extreme("minHorizontal"),
  maxOf: extreme("maxHorizontal"),
  sqrt: ofFloat((e) => root(e, 0.5)),
  cbrt: ofFloat((e) => choose(e.lt(lit(0)), lit(0).sub(root(e.abs(), 1 / 3)), root(e, 1 / 3))),
  exp: ofFloat((e) => e.exp()),
  expm1: ofFloat((e) => e.exp().sub(lit(1))),
  log: ofFloat((e) => native(e, "log", Math.E)),
  log1p: ofFloat((e) => native(e, "log1P")),
  log2: ofFloat((e) => native(e, "log", 2)),
  log10: ofFloat((e) => native(e, "log", 10)),
  sin: ofFloat((e) => e.sin()),
  cos: ofFloat((e) => e.cos()),
  tan: ofFloat((e) => e.tan()),
  asin: ofFloat((e) => e.arcsin()),
  acos: ofFloat((e) => e.arccos()),
  atan: ofFloat((e) => e.arctan()),
  sinh: ofFloat((e) => e.sinh()),
  cosh: ofFloat((e) => e.cosh()),
  tanh: ofFloat((e) => e.tanh()),
  atan2: (args) => withoutNaN(native(float(first(args)), "arctan2", float(second(args)))),
  hypot: (args) => {
    let squares = float(first(args)).mul(float(first(args)));
    for (const arg of args.slice(1)) squares = squares.add(float(arg).mul(float(arg)));
    return root(squares, 0.5);
  },
};
