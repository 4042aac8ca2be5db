import type { ShoalArray } from "./array.ts";
import type { ArrayLike } from "./array-like.ts";
import { type Ufunc1, type Ufunc2, type UfuncOptions, ufunc1, ufunc2 } from "./ufunc-object.ts";

/** What `angle` is: a universal function that may give degrees. */
export interface AngleUfunc extends Ufunc1 {
  (x: ArrayLike, options?: UfuncOptions & { readonly deg?: boolean }): ShoalArray;
}

const radianAngle = ufunc1("angle");

/** NumPy's universal functions: called on anything that stands for an array; binary ones have `outer` and `reduce`. */
export const negative: Ufunc1 = ufunc1("negative");
export const positive: Ufunc1 = ufunc1("positive");
export const absolute: Ufunc1 = ufunc1("absolute");
export const fabs: Ufunc1 = ufunc1("fabs");
export const sign: Ufunc1 = ufunc1("sign");
export const square: Ufunc1 = ufunc1("square");
export const reciprocal: Ufunc1 = ufunc1("reciprocal");
export const sqrt: Ufunc1 = ufunc1("sqrt");
export const cbrt: Ufunc1 = ufunc1("cbrt");
export const exp: Ufunc1 = ufunc1("exp");
export const exp2: Ufunc1 = ufunc1("exp2");
export const expm1: Ufunc1 = ufunc1("expm1");
export const log: Ufunc1 = ufunc1("log");
export const log2: Ufunc1 = ufunc1("log2");
export const log10: Ufunc1 = ufunc1("log10");
export const log1p: Ufunc1 = ufunc1("log1p");
export const sin: Ufunc1 = ufunc1("sin");
export const cos: Ufunc1 = ufunc1("cos");
export const tan: Ufunc1 = ufunc1("tan");
export const arcsin: Ufunc1 = ufunc1("arcsin");
export const arccos: Ufunc1 = ufunc1("arccos");
export const arctan: Ufunc1 = ufunc1("arctan");
export const sinh: Ufunc1 = ufunc1("sinh");
export const cosh: Ufunc1 = ufunc1("cosh");
export const tanh: Ufunc1 = ufunc1("tanh");
export const arcsinh: Ufunc1 = ufunc1("arcsinh");
export const arccosh: Ufunc1 = ufunc1("arccosh");
export const arctanh: Ufunc1 = ufunc1("arctanh");
export const floor: Ufunc1 = ufunc1("floor");
export const ceil: Ufunc1 = ufunc1("ceil");
export const trunc: Ufunc1 = ufunc1("trunc");
export const rint: Ufunc1 = ufunc1("rint");
export const degrees: Ufunc1 = ufunc1("degrees");
export const radians: Ufunc1 = ufunc1("radians");
export const sinc: Ufunc1 = ufunc1("sinc");
export const i0: Ufunc1 = ufunc1("i0");
export const spacing: Ufunc1 = ufunc1("spacing");
export const isnan: Ufunc1 = ufunc1("isnan");
export const isinf: Ufunc1 = ufunc1("isinf");
export const isfinite: Ufunc1 = ufunc1("isfinite");
export const isposinf: Ufunc1 = ufunc1("isposinf");
export const isneginf: Ufunc1 = ufunc1("isneginf");
export const signbit: Ufunc1 = ufunc1("signbit");
export const isreal: Ufunc1 = ufunc1("isreal");
export const iscomplex: Ufunc1 = ufunc1("iscomplex");
export const isnat: Ufunc1 = ufunc1("isnat");
export const invert: Ufunc1 = ufunc1("invert");
export const logicalNot: Ufunc1 = ufunc1("logical_not");
export const conjugate: Ufunc1 = ufunc1("conjugate");
/** Angles of complex numbers in the plane, in radians; with `deg` in degrees. */
export const angle: AngleUfunc = Object.assign(
  (x: ArrayLike, { deg = false, ...options }: UfuncOptions & { readonly deg?: boolean } = {}) =>
    deg ? degrees(radianAngle(x), options) : radianAngle(x, options),
  { opName: "angle" },
);
export const real: Ufunc1 = ufunc1("real");
export const imag: Ufunc1 = ufunc1("imag");
export const add: Ufunc2 = ufunc2("add");
export const subtract: Ufunc2 = ufunc2("subtract");
export const multiply: Ufunc2 = ufunc2("multiply");
export const divide: Ufunc2 = ufunc2("divide");
export const floorDivide: Ufunc2 = ufunc2("floor_divide");
export const remainder: Ufunc2 = ufunc2("remainder");
export const fmod: Ufunc2 = ufunc2("fmod");
export const power: Ufunc2 = ufunc2("power");
export const floatPower: Ufunc2 = ufunc2("float_power");
export const minimum: Ufunc2 = ufunc2("minimum");
export const maximum: Ufunc2 = ufunc2("maximum");
export const fmin: Ufunc2 = ufunc2("fmin");
export const fmax: Ufunc2 = ufunc2("fmax");
export const equal: Ufunc2 = ufunc2("equal");
export const notEqual: Ufunc2 = ufunc2("not_equal");
export const less: Ufunc2 = ufunc2("less");
export const lessEqual: Ufunc2 = ufunc2("less_equal");
export const greater: Ufunc2 = ufunc2("greater");
export const greaterEqual: Ufunc2 = ufunc2("greater_equal");
export const logicalAnd: Ufunc2 = ufunc2("logical_and");
export const logicalOr: Ufunc2 = ufunc2("logical_or");
export const logicalXor: Ufunc2 = ufunc2("logical_xor");
export const bitwiseAnd: Ufunc2 = ufunc2("bitwise_and");
export const bitwiseOr: Ufunc2 = ufunc2("bitwise_or");
export const bitwiseXor: Ufunc2 = ufunc2("bitwise_xor");
export const leftShift: Ufunc2 = ufunc2("left_shift");
export const rightShift: Ufunc2 = ufunc2("right_shift");
export const arctan2: Ufunc2 = ufunc2("arctan2");
export const hypot: Ufunc2 = ufunc2("hypot");
export const copysign: Ufunc2 = ufunc2("copysign");
export const nextafter: Ufunc2 = ufunc2("nextafter");
export const logaddexp: Ufunc2 = ufunc2("logaddexp");
export const logaddexp2: Ufunc2 = ufunc2("logaddexp2");
export const ldexp: Ufunc2 = ufunc2("ldexp");
export const heaviside: Ufunc2 = ufunc2("heaviside");
export const gcd: Ufunc2 = ufunc2("gcd");
export const lcm: Ufunc2 = ufunc2("lcm");
/** The same as divide. */
export const trueDivide = divide;
/** The same as remainder. */
export const mod = remainder;
/** The same as absolute. */
export const abs = absolute;
/** The same as conjugate. */
export const conj = conjugate;
/** The same as radians. */
export const deg2rad = radians;
/** The same as degrees. */
export const rad2deg = degrees;
/** The same as invert. */
export const bitwiseNot = invert;
/** The same as trunc. */
export const fix = trunc;
/** The same as isnan. */
export const isnull = isnan;
