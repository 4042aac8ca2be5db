/**
 * Sines and cosines that stay fast for large arguments, where the engine's take twenty times as long: the argument is
 * reduced by multiples of π/2 in parts (Cody and Waite, 1980), then a polynomial is evaluated, its halves side by side (Estrin): a
 * chain of products one after another would take the processor longer.
 */

/** π/2 in parts of 27 bits: products with whole numbers below 2 ** 26 are exact. */
export const HALF_PI_PARTS: readonly number[] = halfPiParts();
const P1 = HALF_PI_PARTS[0] as number;
const P2 = HALF_PI_PARTS[1] as number;
const P3 = HALF_PI_PARTS[2] as number;
const P4 = HALF_PI_PARTS[3] as number;
export const TWO_OVER_PI = 2 / Math.PI;
/** Added and taken away again, it leaves the nearest whole number. */
export const ROUNDING = 2 ** 52 * 1.5;
/** Larger arguments are left to the engine, and those that come nearer to the n-th multiple of π/2 than n times this. */
export const LARGEST = 1e8;
export const NEAREST = 2 ** -46;

/** Minimax polynomials on [-π/4, π/4], as commonly published. */
export const SINE_TERMS: readonly number[] = [
  0.16666666666666632, 0.00833333333332249, -0.0001984126982985795, 2.7557313707070068e-6, -2.5050760253406863e-8,
  1.58969099521155e-10,
];
export const COSINE_TERMS: readonly number[] = [
  0.0416666666666666, -0.001388888888887411, 2.480158728947673e-5, -2.7557314351390663e-7, 2.087572321298175e-9,
  -1.1359647557788195e-11,
];
const [S1, S2, S3, S4, S5, S6] = SINE_TERMS as [number, number, number, number, number, number];
const [C1, C2, C3, C4, C5, C6] = COSINE_TERMS as [number, number, number, number, number, number];

/** The first 160 bits of π/2 behind its binary point, cut into parts; the digits of π are data. */
function halfPiParts(): number[] {
  const PI_DIGITS = 3141592653589793238462643383279502884197169399375105820974944n;
  let rest = (PI_DIGITS << 160n) / 2n / 10n ** 60n;
  return [26n, 53n, 80n, 133n].map((bits) => {
    const unit = 160n - bits;
    const part = rest >> unit;
    rest -= part << unit;
    return Number(part) * 2 ** -Number(bits);
  });
}

export function sin(x: number): number {
  if (!(Math.abs(x) <= LARGEST)) return Math.sin(x);
  // Its sign would be lost below.
  if (x === 0) return x;
  const n = x * TWO_OVER_PI + ROUNDING - ROUNDING;
  const t = x - n * P1;
  const w = n * P2;
  const high = t - w;
  const back = t - high;
  const low = t - (high + back) + (back - w) - n * P3 - n * P4;
  const y = high + low;
  if (Math.abs(y) < NEAREST * Math.abs(n)) return Math.sin(x);
  const tail = high - y + low;
  const quarter = n & 3;
  const value = (quarter & 1) === 0 ? sinNear(y, tail) : cosNear(y, tail);
  return quarter < 2 ? value : -value;
}

export function cos(x: number): number {
  if (!(Math.abs(x) <= LARGEST)) return Math.cos(x);
  const n = x * TWO_OVER_PI + ROUNDING - ROUNDING;
  const t = x - n * P1;
  const w = n * P2;
  const high = t - w;
  const back = t - high;
  const low = t - (high + back) + (back - w) - n * P3 - n * P4;
  const y = high + low;
  if (Math.abs(y) < NEAREST * Math.abs(n)) return Math.cos(x);
  const tail = high - y + low;
  const quarter = (n + 1) & 3;
  const value = (quarter & 1) === 0 ? sinNear(y, tail) : cosNear(y, tail);
  return quarter < 2 ? value : -value;
}

/** The tail is what the reduced argument lost to rounding. */
function sinNear(x: number, tail: number): number {
  const z = x * x;
  const v = z * x;
  const zz = z * z;
  const r = S2 + z * S3 + zz * (S4 + z * S5 + zz * S6);
  return x - (z * (0.5 * tail - v * r) - tail + v * S1);
}

function cosNear(x: number, tail: number): number {
  const z = x * x;
  const zz = z * z;
  const r = z * (C1 + z * C2 + zz * (C3 + z * C4 + zz * (C5 + z * C6)));
  const half = 0.5 * z;
  const w = 1 - half;
  return w + (1 - w - half + (z * r - x * tail));
}
