import type { FloatDType, RealDType, RealFloatDType } from "../dtype-of.ts";
import { ArithmeticMethods } from "./arithmetic-methods.ts";
import type { ArrayKind, Of, Same } from "./kind.ts";

/** Element-wise functions of one array. @see https://docs.dask.org/en/stable/array-api.html */
export abstract class FunctionMethods<K extends ArrayKind> extends ArithmeticMethods<K> {
  /** Negated. */
  neg(): Same<K> {
    return this.applied("negative");
  }

  /** As it is. */
  pos(): Same<K> {
    return this.applied("positive");
  }

  /** Absolute value; modulus of complex numbers. */
  abs(): Of<K, RealDType<K["own"]>> {
    return this.applied("absolute");
  }

  /** Bits inverted; logical for booleans. */
  not(): Same<K> {
    return this.applied("invert");
  }

  /** Whether false. */
  logicalNot(): Of<K, "bool"> {
    return this.applied("logical_not");
  }

  /** -1, 0 or 1. */
  sign(): Same<K> {
    return this.applied("sign");
  }

  /** Square. */
  square(): Same<K> {
    return this.applied("square");
  }

  /** 1 / x. */
  reciprocal(): Same<K> {
    return this.applied("reciprocal");
  }

  /** Square root. */
  sqrt(): Of<K, FloatDType<K["own"]>> {
    return this.applied("sqrt");
  }

  /** Cube root. */
  cbrt(): Of<K, FloatDType<K["own"]>> {
    return this.applied("cbrt");
  }

  /** e ** x. */
  exp(): Of<K, FloatDType<K["own"]>> {
    return this.applied("exp");
  }

  /** 2 ** x. */
  exp2(): Of<K, FloatDType<K["own"]>> {
    return this.applied("exp2");
  }

  /** exp(x) - 1. */
  expm1(): Of<K, FloatDType<K["own"]>> {
    return this.applied("expm1");
  }

  /** Natural logarithm. */
  log(): Of<K, FloatDType<K["own"]>> {
    return this.applied("log");
  }

  /** Logarithm of base 2. */
  log2(): Of<K, FloatDType<K["own"]>> {
    return this.applied("log2");
  }

  /** Logarithm of base 10. */
  log10(): Of<K, FloatDType<K["own"]>> {
    return this.applied("log10");
  }

  /** log(1 + x). */
  log1p(): Of<K, FloatDType<K["own"]>> {
    return this.applied("log1p");
  }

  /** Sine. */
  sin(): Of<K, FloatDType<K["own"]>> {
    return this.applied("sin");
  }

  /** Cosine. */
  cos(): Of<K, FloatDType<K["own"]>> {
    return this.applied("cos");
  }

  /** Tangent. */
  tan(): Of<K, FloatDType<K["own"]>> {
    return this.applied("tan");
  }

  /** Inverse sine. */
  arcsin(): Of<K, FloatDType<K["own"]>> {
    return this.applied("arcsin");
  }

  /** Inverse cosine. */
  arccos(): Of<K, FloatDType<K["own"]>> {
    return this.applied("arccos");
  }

  /** Inverse tangent. */
  arctan(): Of<K, FloatDType<K["own"]>> {
    return this.applied("arctan");
  }

  /** Hyperbolic sine. */
  sinh(): Of<K, FloatDType<K["own"]>> {
    return this.applied("sinh");
  }

  /** Hyperbolic cosine. */
  cosh(): Of<K, FloatDType<K["own"]>> {
    return this.applied("cosh");
  }

  /** Hyperbolic tangent. */
  tanh(): Of<K, FloatDType<K["own"]>> {
    return this.applied("tanh");
  }

  /** Inverse hyperbolic sine. */
  arcsinh(): Of<K, FloatDType<K["own"]>> {
    return this.applied("arcsinh");
  }

  /** Inverse hyperbolic cosine. */
  arccosh(): Of<K, FloatDType<K["own"]>> {
    return this.applied("arccosh");
  }

  /** Inverse hyperbolic tangent. */
  arctanh(): Of<K, FloatDType<K["own"]>> {
    return this.applied("arctanh");
  }

  /** Rounded down. */
  floor(): Of<K, FloatDType<K["own"]>> {
    return this.applied("floor");
  }

  /** Rounded up. */
  ceil(): Of<K, FloatDType<K["own"]>> {
    return this.applied("ceil");
  }

  /** Rounded towards zero. */
  trunc(): Of<K, FloatDType<K["own"]>> {
    return this.applied("trunc");
  }

  /** Rounded, half to even. */
  rint(): Of<K, FloatDType<K["own"]>> {
    return this.applied("rint");
  }

  /** Absolute value as a float. */
  fabs(): Of<K> {
    return this.applied("fabs");
  }

  /** Radians to degrees. */
  degrees(): Of<K> {
    return this.applied("degrees");
  }

  /** Degrees to radians. */
  radians(): Of<K> {
    return this.applied("radians");
  }

  /** sin(pi x) / (pi x). */
  sinc(): Of<K> {
    return this.applied("sinc");
  }

  /** Modified Bessel function of order 0. */
  i0(): Of<K> {
    return this.applied("i0");
  }

  /** Distance to the next double. */
  spacing(): Of<K> {
    return this.applied("spacing");
  }

  /** Whether NaN (or NaT). */
  isnan(): Of<K, "bool"> {
    return this.applied("isnan");
  }

  /** Whether infinite. */
  isinf(): Of<K, "bool"> {
    return this.applied("isinf");
  }

  /** Whether neither NaN nor infinite. */
  isfinite(): Of<K, "bool"> {
    return this.applied("isfinite");
  }

  /** Whether Infinity. */
  isposinf(): Of<K, "bool"> {
    return this.applied("isposinf");
  }

  /** Whether -Infinity. */
  isneginf(): Of<K, "bool"> {
    return this.applied("isneginf");
  }

  /** Whether the sign bit is set. */
  signbit(): Of<K, "bool"> {
    return this.applied("signbit");
  }

  /** Whether the imaginary part is 0. */
  isreal(): Of<K, "bool"> {
    return this.applied("isreal");
  }

  /** Whether the imaginary part is not 0. */
  iscomplex(): Of<K, "bool"> {
    return this.applied("iscomplex");
  }

  /** Whether no time. */
  isnat(): Of<K, "bool"> {
    return this.applied("isnat");
  }

  /** Complex conjugate. */
  conj(): Same<K> {
    return this.applied("conjugate");
  }

  /** Angle of complex numbers, in radians. */
  angle(): Of<K, RealFloatDType<K["own"]>> {
    return this.applied("angle");
  }
}
