// biome-ignore-all lint/suspicious/noSelfCompare: x !== x is the NaN test that also holds for bigints and is one instruction.
/** Scalar functions with NumPy's meaning where JavaScript has none or another. */

/** Python's floor division of floats: exact for values whose quotient is near a whole number. */
export function floorDivide(a: number, b: number): number {
  if (b === 0) return a / b;
  let rest = a % b;
  let quotient = (a - rest) / b;
  if (rest !== 0 && rest < 0 !== b < 0) {
    rest += b;
    quotient -= 1;
  }
  if (quotient === 0) return (a / b) * 0;
  const floor = Math.floor(quotient);
  return quotient - floor > 0.5 ? floor + 1 : floor;
}

/** Python's remainder: the sign of the divisor. */
export function remainder(a: number, b: number): number {
  const rest = a % b;
  if (rest === 0) return b < 0 || (b === 0 && 1 / b < 0) ? -0 : Math.abs(rest);
  return rest < 0 !== b < 0 ? rest + b : rest;
}

export const floorDivideInt = (a: number, b: number): number => (b === 0 ? 0 : Math.floor(a / b));

export function remainderInt(a: number, b: number): number {
  if (b === 0) return 0;
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
}

export function floorDivideBig(a: bigint, b: bigint): bigint {
  if (b === 0n) return 0n;
  const quotient = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
}

export function remainderBig(a: bigint, b: bigint): bigint {
  if (b === 0n) return 0n;
  const rest = a % b;
  return rest !== 0n && rest < 0n !== b < 0n ? rest + b : rest;
}

export const fmodInt = (a: number, b: number): number => (b === 0 ? 0 : a % b);
export const fmodBig = (a: bigint, b: bigint): bigint => (b === 0n ? 0n : a % b);

/** Integer powers wrap around; by squaring, as doubles would lose low bits. @throws RangeError for a negative exponent */
export function powerInt(base: number, exponent: number): number {
  if (exponent < 0) throw noPower(exponent);
  let result = 1;
  for (let left = exponent; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result = Math.imul(result, base);
    base = Math.imul(base, base);
  }
  return result;
}

export function powerBig(base: bigint, exponent: bigint): bigint {
  if (exponent < 0n) throw noPower(exponent);
  let result = 1n;
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = BigInt.asIntN(64, result * base);
    base = BigInt.asIntN(64, base * base);
  }
  return result;
}

/** What NumPy says too: 2 ** -1 is no whole number, and 0 would be a wrong one. */
const noPower = (exponent: number | bigint): RangeError =>
  new RangeError(`Whole numbers have no power of ${exponent}; make one of them a float with astype("float64")`);

/** C's pow: 1 ** NaN and (-1) ** ±Infinity are 1, where JavaScript says NaN. */
export function power(base: number, exponent: number): number {
  if (base === 1 || (base === -1 && (exponent === Infinity || exponent === -Infinity))) return 1;
  return base ** exponent;
}

/** Rounds half to even. */
export function rint(x: number): number {
  const floor = Math.floor(x);
  const part = x - floor;
  const whole = part < 0.5 ? floor : part > 0.5 ? floor + 1 : floor % 2 === 0 ? floor : floor + 1;
  return whole === 0 ? (Object.is(x, -0) || x < 0 ? -0 : 0) : whole;
}

export const minimum = (a: number, b: number): number => (a !== a || a < b ? a : b);
export const maximum = (a: number, b: number): number => (a !== a || a > b ? a : b);
export const fmin = (a: number, b: number): number => (b !== b || a < b ? a : a !== a ? b : b);
export const fmax = (a: number, b: number): number => (b !== b || a > b ? a : a !== a ? b : b);
export const sign = (x: number): number => (x > 0 ? 1 : x < 0 ? -1 : x === 0 ? 0 : Number.NaN);
export const signbit = (x: number): number => (x < 0 || Object.is(x, -0) ? 1 : 0);
export const copysign = (a: number, b: number): number => (signbit(a) === signbit(b) ? a : -a);
export const exp2 = (x: number): number => 2 ** x;
export const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));
export const heaviside = (x: number, half: number): number => (x !== x ? x : x < 0 ? 0 : x > 0 ? 1 : half);

export function logaddexp(a: number, b: number): number {
  if (a === b) return a + Math.LN2;
  return a > b ? a + Math.log1p(Math.exp(b - a)) : a < b ? b + Math.log1p(Math.exp(a - b)) : a + b;
}

export function logaddexp2(a: number, b: number): number {
  if (a === b) return a + 1;
  return a > b ? a + Math.log1p(2 ** (b - a)) / Math.LN2 : a < b ? b + Math.log1p(2 ** (a - b)) / Math.LN2 : a + b;
}

const bits = new DataView(new ArrayBuffer(8));

/** The next double after `a` towards `b`. */
export function nextafter(a: number, b: number): number {
  if (a !== a || b !== b) return Number.NaN;
  if (a === b) return b;
  if (a === 0) return b > 0 ? Number.MIN_VALUE : -Number.MIN_VALUE;
  bits.setFloat64(0, a);
  bits.setBigInt64(0, bits.getBigInt64(0) + (a < b === a > 0 ? 1n : -1n));
  return bits.getFloat64(0);
}

export const spacing = (x: number): number =>
  Number.isFinite(x) ? nextafter(x, x < 0 ? -Infinity : Infinity) - x : Number.NaN;

/** Binary exponent and mantissa in [0.5, 1): x = mantissa * 2 ** exponent. */
export function frexpExponent(x: number): number {
  if (x === 0 || !Number.isFinite(x)) return 0;
  const size = Math.abs(x);
  let exponent = Math.max(-1023, Math.floor(Math.log2(size)) + 1);
  let mantissa = size * 2 ** -exponent;
  for (; mantissa < 0.5; exponent--) mantissa *= 2;
  for (; mantissa >= 1; exponent++) mantissa /= 2;
  return exponent;
}

export const frexpMantissa = (x: number): number => (x === 0 || !Number.isFinite(x) ? x : ldexp(x, -frexpExponent(x)));

/** x * 2 ** exponent without overflow on the way. */
export function ldexp(x: number, exponent: number): number {
  const half = Math.trunc(exponent / 2);
  return x * 2 ** half * 2 ** (exponent - half);
}

/** The modified Bessel function of order zero: its power series has positive terms only, so it is exact to rounding. */
export function i0(x: number): number {
  const quarter = (x * x) / 4;
  // NumPy finds no value at infinity: its product of exponential and polynomial is infinity times zero there.
  if (!Number.isFinite(quarter)) return Number.isFinite(x) ? Infinity : Number.NaN;
  let term = 1;
  let sum = 1;
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= quarter / (k * k);
    sum += term;
  }
  return sum;
}
