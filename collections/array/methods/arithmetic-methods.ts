import type { ArrayLike } from "../array-like.ts";
import type { Promoted, QuotientDType } from "../dtype-of.ts";
import { ArrayFoundation, type ArrayKind, type Of } from "./kind.ts";

/** Element-wise operations on two arrays, which broadcast and promote as in NumPy. @see https://docs.dask.org/en/stable/array-api.html */
export abstract class ArithmeticMethods<K extends ArrayKind> extends ArrayFoundation<K> {
  /** Sum. */
  add<O extends ArrayLike>(other: O): Of<K, Promoted<K["own"], O>> {
    return this.applied("add", other);
  }

  /** Difference. */
  sub<O extends ArrayLike>(other: O): Of<K, Promoted<K["own"], O>> {
    return this.applied("subtract", other);
  }

  /** Product. */
  mul<O extends ArrayLike>(other: O): Of<K, Promoted<K["own"], O>> {
    return this.applied("multiply", other);
  }

  /** True quotient: floats, also of integers. */
  div<O extends ArrayLike>(other: O): Of<K, QuotientDType<K["own"], O>> {
    return this.applied("divide", other);
  }

  /** Quotient rounded down. */
  floordiv<O extends ArrayLike>(other: O): Of<K, Promoted<K["own"], O>> {
    return this.applied("floor_divide", other);
  }

  /** Remainder with the sign of the divisor, as Python's. */
  mod<O extends ArrayLike>(other: O): Of<K, Promoted<K["own"], O>> {
    return this.applied("remainder", other);
  }

  /** Remainder with the sign of the dividend, as C's. */
  fmod<O extends ArrayLike>(other: O): Of<K, Promoted<K["own"], O>> {
    return this.applied("fmod", other);
  }

  /** Power; integers wrap. */
  pow<O extends ArrayLike>(other: O): Of<K, Promoted<K["own"], O>> {
    // NumPy squares where the power is written as 2, which matters for booleans: int8, where its function `power` gives int64.
    if ((other as unknown) === 2 && this.asBlocks().dtype === "bool") return this.applied("square");
    return this.applied("power", other);
  }

  /** Power in float64. */
  floatPower(other: ArrayLike): Of<K> {
    return this.applied("float_power", other);
  }

  /** The lesser of each pair; NaN wins. */
  minimum<O extends ArrayLike>(other: O): Of<K, Promoted<K["own"], O>> {
    return this.applied("minimum", other);
  }

  /** The greater of each pair; NaN wins. */
  maximum<O extends ArrayLike>(other: O): Of<K, Promoted<K["own"], O>> {
    return this.applied("maximum", other);
  }

  /** The lesser of each pair; NaN loses. */
  fmin<O extends ArrayLike>(other: O): Of<K, Promoted<K["own"], O>> {
    return this.applied("fmin", other);
  }

  /** The greater of each pair; NaN loses. */
  fmax<O extends ArrayLike>(other: O): Of<K, Promoted<K["own"], O>> {
    return this.applied("fmax", other);
  }

  /** Whether equal. */
  eq(other: ArrayLike): Of<K, "bool"> {
    return this.applied("equal", other);
  }

  /** Whether different. */
  ne(other: ArrayLike): Of<K, "bool"> {
    return this.applied("not_equal", other);
  }

  /** Whether less. */
  lt(other: ArrayLike): Of<K, "bool"> {
    return this.applied("less", other);
  }

  /** Whether at most. */
  le(other: ArrayLike): Of<K, "bool"> {
    return this.applied("less_equal", other);
  }

  /** Whether greater. */
  gt(other: ArrayLike): Of<K, "bool"> {
    return this.applied("greater", other);
  }

  /** Whether at least. */
  ge(other: ArrayLike): Of<K, "bool"> {
    return this.applied("greater_equal", other);
  }

  /** Bits set in both; logical for booleans. */
  and<O extends ArrayLike>(other: O): Of<K, Promoted<K["own"], O>> {
    return this.applied("bitwise_and", other);
  }

  /** Bits set in any; logical for booleans. */
  or<O extends ArrayLike>(other: O): Of<K, Promoted<K["own"], O>> {
    return this.applied("bitwise_or", other);
  }

  /** Bits set in one. */
  xor<O extends ArrayLike>(other: O): Of<K, Promoted<K["own"], O>> {
    return this.applied("bitwise_xor", other);
  }

  /** Bits moved left. */
  lshift<O extends ArrayLike>(other: O): Of<K, Promoted<K["own"], O>> {
    return this.applied("left_shift", other);
  }

  /** Bits moved right. */
  rshift<O extends ArrayLike>(other: O): Of<K, Promoted<K["own"], O>> {
    return this.applied("right_shift", other);
  }

  /** Truth of both. */
  logicalAnd(other: ArrayLike): Of<K, "bool"> {
    return this.applied("logical_and", other);
  }

  /** Truth of any. */
  logicalOr(other: ArrayLike): Of<K, "bool"> {
    return this.applied("logical_or", other);
  }

  /** Truth of exactly one. */
  logicalXor(other: ArrayLike): Of<K, "bool"> {
    return this.applied("logical_xor", other);
  }

  /** Angle of the point (other, this). */
  arctan2(other: ArrayLike): Of<K> {
    return this.applied("arctan2", other);
  }

  /** Length of the hypotenuse. */
  hypot(other: ArrayLike): Of<K> {
    return this.applied("hypot", other);
  }

  /** This with the other's sign. */
  copysign(other: ArrayLike): Of<K> {
    return this.applied("copysign", other);
  }

  /** The next double towards the other. */
  nextafter(other: ArrayLike): Of<K> {
    return this.applied("nextafter", other);
  }

  /** log(exp(a) + exp(b)). */
  logaddexp(other: ArrayLike): Of<K> {
    return this.applied("logaddexp", other);
  }

  /** log2(2**a + 2**b). */
  logaddexp2(other: ArrayLike): Of<K> {
    return this.applied("logaddexp2", other);
  }

  /** This times 2 ** other. */
  ldexp(other: ArrayLike): Of<K> {
    return this.applied("ldexp", other);
  }

  /** Step function; the other is its value at 0. */
  heaviside(other: ArrayLike): Of<K> {
    return this.applied("heaviside", other);
  }

  /** Greatest common divisor. */
  gcd<O extends ArrayLike>(other: O): Of<K, Promoted<K["own"], O>> {
    return this.applied("gcd", other);
  }

  /** Least common multiple. */
  lcm<O extends ArrayLike>(other: O): Of<K, Promoted<K["own"], O>> {
    return this.applied("lcm", other);
  }

  /** The other minus this. */
  rsub<O extends ArrayLike>(other: O): Of<K, Promoted<K["own"], O>> {
    return this.reflected("subtract", other);
  }

  /** The other divided by this. */
  rdiv<O extends ArrayLike>(other: O): Of<K, QuotientDType<K["own"], O>> {
    return this.reflected("divide", other);
  }

  /** The other floor-divided by this. */
  rfloordiv<O extends ArrayLike>(other: O): Of<K, Promoted<K["own"], O>> {
    return this.reflected("floor_divide", other);
  }

  /** The other modulo this. */
  rmod<O extends ArrayLike>(other: O): Of<K, Promoted<K["own"], O>> {
    return this.reflected("remainder", other);
  }

  /** The other to the power of this. */
  rpow<O extends ArrayLike>(other: O): Of<K, Promoted<K["own"], O>> {
    return this.reflected("power", other);
  }

  /** The other shifted left by this. */
  rlshift<O extends ArrayLike>(other: O): Of<K, Promoted<K["own"], O>> {
    return this.reflected("left_shift", other);
  }

  /** The other shifted right by this. */
  rrshift<O extends ArrayLike>(other: O): Of<K, Promoted<K["own"], O>> {
    return this.reflected("right_shift", other);
  }
}
