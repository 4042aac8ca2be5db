// biome-ignore-all lint/suspicious/noSelfCompare: x !== x is the NaN test that also holds for bigints and is one instruction.
// biome-ignore-all lint/complexity/useMathMinMax: Math.min takes no bigints.
import * as complexMath from "./complex-math.ts";
import * as floatMath from "./float-math.ts";
import { cos, sin } from "./trigonometry.ts";

/**
 * How an operation is written and run for one kind of element. `text` is the form inside a fused loop ($0, $1 …
 * stand for the arguments); without it the loop calls `run`. Both must give the same: the test compares them.
 */
export interface Form {
  readonly text?: string;
  // biome-ignore lint/suspicious/noExplicitAny: numbers or bigints, as the form's kind says.
  readonly run: (...args: any[]) => any;
}

/** Complex forms take re and im of each argument in turn; a pair comes back as [re, im], a real answer as a number. */
export interface ComplexForm {
  /** $0r, $0i, $1r, $1i stand for the parts. One text for a real answer, two for a pair. */
  readonly text?: string | readonly [string, string];
  readonly run: (...parts: number[]) => number | readonly [number, number];
}

/** An operation's forms: floats, integers up to 32 bits (default: as floats), 64-bit integers, complex numbers. */
export interface OpForms {
  readonly float?: Form;
  readonly int?: Form;
  readonly big?: Form;
  readonly complex?: ComplexForm;
}

const bit = (on: boolean): number => (on ? 1 : 0);
const f = (text: string, run: Form["run"]): Form => ({ text, run });
const call = (run: Form["run"]): Form => ({ run });
const c = (text: string | readonly [string, string], run: ComplexForm["run"]): ComplexForm => ({ text, run });
const math = (name: "sin"): OpForms => ({ float: f(`Math.${name}($0)`, Math[name]) });
const mathToo = (name: string, complex: ComplexForm["run"]): OpForms => ({
  ...math(name as "sin"),
  complex: { run: complex },
});

/** A complex form that is called. */
const pair = (run: (re: number, im: number) => complexMath.Pair): ComplexForm => ({ run: run as ComplexForm["run"] });

const compare = (sign: string, run: (a: number, b: number) => boolean, complex: ComplexForm): OpForms => {
  const form = f(`($0${sign}$1?1:0)`, (a, b) => bit(run(a, b)));
  return { float: form, big: form, complex };
};

const less = complexMath.lessComplex;
const lessEqual = complexMath.lessEqualComplex;

export const ARITHMETIC: Readonly<Record<string, OpForms>> = {
  add: {
    float: f("($0+$1)", (a, b) => a + b),
    big: f("($0+$1)", (a, b) => a + b),
    complex: c(["($0r+$1r)", "($0i+$1i)"], (ar, ai, br, bi) => [ar! + br!, ai! + bi!]),
  },
  subtract: {
    float: f("($0-$1)", (a, b) => a - b),
    big: f("($0-$1)", (a, b) => a - b),
    complex: c(["($0r-$1r)", "($0i-$1i)"], (ar, ai, br, bi) => [ar! - br!, ai! - bi!]),
  },
  multiply: {
    float: f("($0*$1)", (a, b) => a * b),
    int: f("Math.imul($0,$1)", Math.imul),
    big: f("($0*$1)", (a, b) => a * b),
    complex: c(["($0r*$1r-$0i*$1i)", "($0r*$1i+$0i*$1r)"], (ar, ai, br, bi) => [
      ar! * br! - ai! * bi!,
      ar! * bi! + ai! * br!,
    ]),
  },
  divide: { float: f("($0/$1)", (a, b) => a / b), complex: { run: complexMath.divideComplex as ComplexForm["run"] } },
  floor_divide: {
    float: call(floatMath.floorDivide),
    int: call(floatMath.floorDivideInt),
    big: call(floatMath.floorDivideBig),
  },
  remainder: {
    float: call(floatMath.remainder),
    int: call(floatMath.remainderInt),
    big: call(floatMath.remainderBig),
  },
  fmod: { float: f("($0%$1)", (a, b) => a % b), int: call(floatMath.fmodInt), big: call(floatMath.fmodBig) },
  power: {
    float: call(floatMath.power),
    int: call(floatMath.powerInt),
    big: call(floatMath.powerBig),
    complex: { run: complexMath.powerComplex as ComplexForm["run"] },
  },
  negative: {
    float: f("(-$0)", (a) => -a),
    big: f("(-$0)", (a) => -a),
    complex: c(["(-$0r)", "(-$0i)"], (re, im) => [-re!, -im!]),
  },
  positive: {
    float: f("($0)", (a) => a),
    big: f("($0)", (a) => a),
    complex: c(["$0r", "$0i"], (re, im) => [re!, im!]),
  },
  absolute: {
    float: f("Math.abs($0)", Math.abs),
    big: f("($0<0n?-$0:$0)", (a) => (a < 0n ? -a : a)),
    complex: c("Math.hypot($0r,$0i)", (re, im) => Math.hypot(re!, im!)),
  },
  square: {
    float: f("($0*$0)", (a) => a * a),
    int: f("Math.imul($0,$0)", (a) => Math.imul(a, a)),
    big: f("($0*$0)", (a) => a * a),
    complex: c(["($0r*$0r-$0i*$0i)", "(2*$0r*$0i)"], (re, im) => [re! * re! - im! * im!, 2 * re! * im!]),
  },
  reciprocal: {
    float: f("(1/$0)", (a) => 1 / a),
    big: f("($0===1n?1n:$0===-1n?-1n:0n)", (a) => (a === 1n ? 1n : a === -1n ? -1n : 0n)),
    complex: { run: (re, im) => complexMath.divideComplex(1, 0, re!, im!) },
  },
  sign: {
    float: call(floatMath.sign),
    big: f("($0>0n?1n:$0<0n?-1n:0n)", (a) => (a > 0n ? 1n : a < 0n ? -1n : 0n)),
    complex: { run: complexMath.signComplex as ComplexForm["run"] },
  },
  minimum: {
    float: f("($0!==$0||$0<$1?$0:$1)", floatMath.minimum),
    big: f("($0<$1?$0:$1)", (a, b) => (a < b ? a : b)),
    complex: {
      run: (ar, ai, br, bi) => (ar !== ar || ai !== ai || less(ar!, ai!, br!, bi!) ? [ar!, ai!] : [br!, bi!]),
    },
  },
  maximum: {
    float: f("($0!==$0||$0>$1?$0:$1)", floatMath.maximum),
    big: f("($0>$1?$0:$1)", (a, b) => (a > b ? a : b)),
    complex: {
      run: (ar, ai, br, bi) => (ar !== ar || ai !== ai || less(br!, bi!, ar!, ai!) ? [ar!, ai!] : [br!, bi!]),
    },
  },
  fmin: {
    float: call(floatMath.fmin),
    big: f("($0<$1?$0:$1)", (a, b) => (a < b ? a : b)),
    complex: {
      run: (ar, ai, br, bi) =>
        br !== br || bi !== bi || (ar === ar && ai === ai && !less(br!, bi!, ar!, ai!)) ? [ar!, ai!] : [br!, bi!],
    },
  },
  fmax: {
    float: call(floatMath.fmax),
    big: f("($0>$1?$0:$1)", (a, b) => (a > b ? a : b)),
    complex: {
      run: (ar, ai, br, bi) =>
        br !== br || bi !== bi || (ar === ar && ai === ai && !less(ar!, ai!, br!, bi!)) ? [ar!, ai!] : [br!, bi!],
    },
  },
  gcd: { float: call((a, b) => greatest(a, b)), big: call((a, b) => greatestBig(a, b)) },
  lcm: { float: call((a, b) => least(a, b)), big: call((a, b) => leastBig(a, b)) },
};

export const COMPARISONS: Readonly<Record<string, OpForms>> = {
  equal: compare(
    "===",
    (a, b) => a === b,
    c("($0r===$1r&&$0i===$1i?1:0)", (ar, ai, br, bi) => bit(ar === br && ai === bi)),
  ),
  not_equal: compare(
    "!==",
    (a, b) => a !== b,
    c("($0r!==$1r||$0i!==$1i?1:0)", (ar, ai, br, bi) => bit(ar !== br || ai !== bi)),
  ),
  less: compare("<", (a, b) => a < b, { run: (ar, ai, br, bi) => bit(less(ar!, ai!, br!, bi!)) }),
  less_equal: compare("<=", (a, b) => a <= b, { run: (ar, ai, br, bi) => bit(lessEqual(ar!, ai!, br!, bi!)) }),
  greater: compare(">", (a, b) => a > b, { run: (ar, ai, br, bi) => bit(less(br!, bi!, ar!, ai!)) }),
  greater_equal: compare(">=", (a, b) => a >= b, { run: (ar, ai, br, bi) => bit(lessEqual(br!, bi!, ar!, ai!)) }),
  logical_and: { int: f("($0&$1)", (a, b) => a & b) },
  logical_or: { int: f("($0|$1)", (a, b) => a | b) },
  logical_xor: { int: f("($0^$1)", (a, b) => a ^ b) },
  logical_not: { int: f("(1-$0)", (a) => 1 - a) },
  bitwise_and: { int: f("($0&$1)", (a, b) => a & b), big: f("($0&$1)", (a, b) => a & b) },
  bitwise_or: { int: f("($0|$1)", (a, b) => a | b), big: f("($0|$1)", (a, b) => a | b) },
  bitwise_xor: { int: f("($0^$1)", (a, b) => a ^ b), big: f("($0^$1)", (a, b) => a ^ b) },
  invert: { int: f("(~$0)", (a) => ~a), big: f("(~$0)", (a) => ~a) },
  left_shift: {
    int: f("($1>=0&&$1<32?$0<<$1:0)", (a, b) => (b >= 0 && b < 32 ? a << b : 0)),
    big: f("($1>=0n&&$1<64n?BigInt.asIntN(64,$0<<$1):0n)", (a: bigint, b: bigint) =>
      b >= 0n && b < 64n ? BigInt.asIntN(64, a << b) : 0n,
    ),
  },
  right_shift: {
    int: f("($1>=0&&$1<32?Math.floor($0/2**$1):$0<0?-1:0)", (a, b) =>
      b >= 0 && b < 32 ? Math.floor(a / 2 ** b) : a < 0 ? -1 : 0,
    ),
    big: f("($1>=0n&&$1<64n?$0>>$1:$0<0n?-1n:0n)", (a, b) => (b >= 0n && b < 64n ? a >> b : a < 0n ? -1n : 0n)),
  },
};

export const FLOAT_FUNCTIONS: Readonly<Record<string, OpForms>> = {
  sqrt: mathToo("sqrt", complexMath.sqrtComplex as ComplexForm["run"]),
  exp: mathToo("exp", complexMath.expComplex as ComplexForm["run"]),
  log: mathToo("log", complexMath.logComplex as ComplexForm["run"]),
  sin: { float: call(sin), complex: { run: complexMath.sinComplex as ComplexForm["run"] } },
  cos: { float: call(cos), complex: { run: complexMath.cosComplex as ComplexForm["run"] } },
  tan: mathToo("tan", complexMath.tanComplex as ComplexForm["run"]),
  sinh: mathToo("sinh", complexMath.sinhComplex as ComplexForm["run"]),
  cosh: mathToo("cosh", complexMath.coshComplex as ComplexForm["run"]),
  tanh: mathToo("tanh", complexMath.tanhComplex as ComplexForm["run"]),
  arcsin: { float: f("Math.asin($0)", Math.asin), complex: pair(complexMath.arcsinComplex) },
  arccos: { float: f("Math.acos($0)", Math.acos), complex: pair(complexMath.arccosComplex) },
  arctan: { float: f("Math.atan($0)", Math.atan), complex: pair(complexMath.arctanComplex) },
  arcsinh: { float: f("Math.asinh($0)", Math.asinh), complex: pair(complexMath.arcsinhComplex) },
  arccosh: { float: f("Math.acosh($0)", Math.acosh), complex: pair(complexMath.arccoshComplex) },
  arctanh: { float: f("Math.atanh($0)", Math.atanh), complex: pair(complexMath.arctanhComplex) },
  expm1: { float: f("Math.expm1($0)", Math.expm1), complex: pair(complexMath.expm1Complex) },
  log1p: { float: f("Math.log1p($0)", Math.log1p), complex: pair(complexMath.log1pComplex) },
  log2: { float: f("Math.log2($0)", Math.log2), complex: pair(complexMath.log2Complex) },
  log10: { float: f("Math.log10($0)", Math.log10), complex: pair(complexMath.log10Complex) },
  exp2: { float: call(floatMath.exp2), complex: pair(complexMath.exp2Complex) },
  cbrt: { float: f("Math.cbrt($0)", Math.cbrt) },
  arctan2: { float: f("Math.atan2($0,$1)", Math.atan2) },
  hypot: { float: f("Math.hypot($0,$1)", (a, b) => Math.hypot(a, b)) },
  copysign: { float: call(floatMath.copysign) },
  nextafter: { float: call(floatMath.nextafter) },
  spacing: { float: call(floatMath.spacing) },
  logaddexp: { float: call(floatMath.logaddexp) },
  logaddexp2: { float: call(floatMath.logaddexp2) },
  heaviside: { float: call(floatMath.heaviside) },
  floor: { float: f("Math.floor($0)", Math.floor), big: f("$0", (a) => a) },
  ceil: { float: f("Math.ceil($0)", Math.ceil), big: f("$0", (a) => a) },
  trunc: { float: f("Math.trunc($0)", Math.trunc), big: f("$0", (a) => a) },
  rint: {
    float: call(floatMath.rint),
    big: f("$0", (a) => a),
    complex: { run: (re, im) => [floatMath.rint(re!), floatMath.rint(im!)] },
  },
  fabs: { float: f("Math.abs($0)", Math.abs) },
  degrees: { float: f("($0*(180/Math.PI))", (a) => a * (180 / Math.PI)) },
  radians: { float: f("($0*(Math.PI/180))", (a) => a * (Math.PI / 180)) },
  sinc: { float: call(floatMath.sinc), complex: pair(complexMath.sincComplex) },
  i0: { float: call(floatMath.i0) },
  float_power: { float: call(floatMath.power), complex: { run: complexMath.powerComplex as ComplexForm["run"] } },
  ldexp: { float: call(floatMath.ldexp) },
  frexp_mantissa: { float: call(floatMath.frexpMantissa) },
  frexp_exponent: { float: call(floatMath.frexpExponent) },
  modf_fraction: {
    float: call((a) => (Math.abs(a) === Infinity ? floatMath.copysign(0, a) : floatMath.copysign(a % 1, a))),
  },
  real: { float: f("$0", (a) => a), big: f("$0", (a) => a), complex: c("$0r", (re) => re!) },
  imag: { float: f("0", () => 0), big: f("0n", () => 0n), complex: c("$0i", (_re, im) => im!) },
  conjugate: {
    float: f("$0", (a) => a),
    big: f("$0", (a) => a),
    complex: c(["$0r", "(-$0i)"], (re, im) => [re!, -im!]),
  },
  angle: {
    float: f("Math.atan2(0,$0)", (a) => Math.atan2(0, a)),
    complex: c("Math.atan2($0i,$0r)", (re, im) => Math.atan2(im!, re!)),
  },
};

const NOT_A_TIME_TEXT = "-9223372036854775808n";
const isNoTime = (a: bigint): boolean => a === -(2n ** 63n);

export const PREDICATES: Readonly<Record<string, OpForms>> = {
  isnan: {
    float: f("($0!==$0?1:0)", (a) => bit(a !== a)),
    big: f("0", () => 0),
    complex: c("($0r!==$0r||$0i!==$0i?1:0)", (re, im) => bit(re !== re || im !== im)),
  },
  isnat: { big: f(`($0===${NOT_A_TIME_TEXT}?1:0)`, (a) => bit(isNoTime(a))) },
  isinf: {
    float: f("($0===Infinity||$0===-Infinity?1:0)", (a) => bit(Math.abs(a) === Infinity)),
    big: f("0", () => 0),
    complex: { run: (re, im) => bit(Math.abs(re!) === Infinity || Math.abs(im!) === Infinity) },
  },
  isfinite: {
    float: f("($0-$0===0?1:0)", (a) => bit(a - a === 0)),
    big: f("1", () => 1),
    complex: { run: (re, im) => bit(Number.isFinite(re) && Number.isFinite(im)) },
  },
  isposinf: { float: f("($0===Infinity?1:0)", (a) => bit(a === Infinity)), big: f("0", () => 0) },
  isneginf: { float: f("($0===-Infinity?1:0)", (a) => bit(a === -Infinity)), big: f("0", () => 0) },
  signbit: { float: call(floatMath.signbit), big: f("($0<0n?1:0)", (a) => bit(a < 0n)) },
  isreal: { float: f("1", () => 1), big: f("1", () => 1), complex: c("($0i===0?1:0)", (_re, im) => bit(im === 0)) },
  iscomplex: { float: f("0", () => 0), big: f("0", () => 0), complex: c("($0i!==0?1:0)", (_re, im) => bit(im !== 0)) },
};

const greatest = (a: number, b: number): number => (b === 0 ? Math.abs(a) : greatest(b, a % b));

function greatestBig(a: bigint, b: bigint): bigint {
  while (b !== 0n) [a, b] = [b, a % b];
  return a < 0n ? -a : a;
}

const least = (a: number, b: number): number => (a === 0 ? 0 : Math.abs((a / greatest(a, b)) * b));

function leastBig(a: bigint, b: bigint): bigint {
  const product = a === 0n ? 0n : (a / greatestBig(a, b)) * b;
  return product < 0n ? -product : product;
}

/** Every operation by NumPy's name. */
export const FORMS: Readonly<Record<string, OpForms>> = {
  ...ARITHMETIC,
  ...COMPARISONS,
  ...FLOAT_FUNCTIONS,
  ...PREDICATES,
};
