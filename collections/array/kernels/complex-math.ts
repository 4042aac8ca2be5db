// biome-ignore-all lint/suspicious/noSelfCompare: x !== x is the NaN test that also holds for bigints and is one instruction.
/** Complex functions over (re, im); each gives [re, im] in an array of its own. */
export type Pair = readonly [re: number, im: number];

export function divideComplex(ar: number, ai: number, br: number, bi: number): Pair {
  if (Math.abs(br) >= Math.abs(bi)) {
    if (br === 0 && bi === 0) return [ar / Math.abs(br), ai / Math.abs(br)];
    const ratio = bi / br;
    const scale = 1 / (br + bi * ratio);
    return [(ar + ai * ratio) * scale, (ai - ar * ratio) * scale];
  }
  const ratio = br / bi;
  const scale = 1 / (bi + br * ratio);
  return [(ar * ratio + ai) * scale, (ai * ratio - ar) * scale];
}

export const expComplex = (re: number, im: number): Pair => {
  const size = Math.exp(re);
  return im === 0 ? [size, im] : [size * Math.cos(im), size * Math.sin(im)];
};

export const logComplex = (re: number, im: number): Pair => [Math.log(Math.hypot(re, im)), Math.atan2(im, re)];

export function sqrtComplex(re: number, im: number): Pair {
  if (re === 0 && im === 0) return [0, im];
  const size = Math.sqrt((Math.abs(re) + Math.hypot(re, im)) / 2);
  if (re >= 0) return [size, im / (2 * size)];
  return [Math.abs(im) / (2 * size), im < 0 || Object.is(im, -0) ? -size : size];
}

export function powerComplex(ar: number, ai: number, br: number, bi: number): Pair {
  if (br === 0 && bi === 0) return [1, 0];
  if (ar === 0 && ai === 0) return br > 0 && bi === 0 ? [0, 0] : [Number.NaN, Number.NaN];
  if (bi === 0 && Number.isInteger(br) && Math.abs(br) < 100) return wholePower(ar, ai, br);
  const [lr, li] = logComplex(ar, ai);
  return expComplex(br * lr - bi * li, br * li + bi * lr);
}

function wholePower(ar: number, ai: number, exponent: number): Pair {
  let re = 1;
  let im = 0;
  for (let left = Math.abs(exponent); left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) [re, im] = [re * ar - im * ai, re * ai + im * ar];
    [ar, ai] = [ar * ar - ai * ai, 2 * ar * ai];
  }
  return exponent < 0 ? divideComplex(1, 0, re, im) : [re, im];
}

export const sinComplex = (re: number, im: number): Pair => [
  Math.sin(re) * Math.cosh(im),
  Math.cos(re) * Math.sinh(im),
];
export const cosComplex = (re: number, im: number): Pair => [
  Math.cos(re) * Math.cosh(im),
  -Math.sin(re) * Math.sinh(im),
];
export const sinhComplex = (re: number, im: number): Pair => [
  Math.sinh(re) * Math.cos(im),
  Math.cosh(re) * Math.sin(im),
];
export const coshComplex = (re: number, im: number): Pair => [
  Math.cosh(re) * Math.cos(im),
  Math.sinh(re) * Math.sin(im),
];

export function tanComplex(re: number, im: number): Pair {
  const scale = Math.cos(2 * re) + Math.cosh(2 * im);
  return [Math.sin(2 * re) / scale, Math.sinh(2 * im) / scale];
}

export function tanhComplex(re: number, im: number): Pair {
  const scale = Math.cosh(2 * re) + Math.cos(2 * im);
  return [Math.sinh(2 * re) / scale, Math.sin(2 * im) / scale];
}

/** Products and sums of pairs, for the formulas below. */
const times = ([ar, ai]: Pair, [br, bi]: Pair): Pair => [ar * br - ai * bi, ar * bi + ai * br];
const scaled = ([re, im]: Pair, by: number): Pair => [re * by, im * by];
/** i times a pair. */
const turned = ([re, im]: Pair): Pair => [-im, re];

/** The inverse hyperbolic sine, log(z + sqrt(z² + 1)), by the half plane where nothing cancels. */
export function arcsinhComplex(re: number, im: number): Pair {
  if (re < 0 || Object.is(re, -0)) return scaled(arcsinhComplex(-re, -im), -1);
  const [sr, si] = sqrtComplex(re * re - im * im + 1, 2 * re * im);
  return logComplex(re + sr, im + si);
}

export function arccoshComplex(re: number, im: number): Pair {
  const [a, b] = times(sqrtComplex(re + 1, im), sqrtComplex(re - 1, im));
  return logComplex(re + a, im + b);
}

export function arctanhComplex(re: number, im: number): Pair {
  const real = 0.25 * Math.log1p((4 * re) / ((1 - re) ** 2 + im * im));
  return [real, 0.5 * Math.atan2(2 * im, (1 - re) * (1 + re) - im * im)];
}

export const arcsinComplex = (re: number, im: number): Pair => scaled(turned(arcsinhComplex(-im, re)), -1);
export function arccosComplex(re: number, im: number): Pair {
  const [a, b] = arcsinComplex(re, im);
  return [Math.PI / 2 - a, -b];
}
export const arctanComplex = (re: number, im: number): Pair => scaled(turned(arctanhComplex(-im, re)), -1);

export const log2Complex = (re: number, im: number): Pair => scaled(logComplex(re, im), Math.LOG2E);
export const log10Complex = (re: number, im: number): Pair => scaled(logComplex(re, im), Math.LOG10E);
export const log1pComplex = (re: number, im: number): Pair => [
  0.5 * Math.log1p(2 * re + re * re + im * im),
  Math.atan2(im, 1 + re),
];
export const exp2Complex = (re: number, im: number): Pair => expComplex(re * Math.LN2, im * Math.LN2);
export function expm1Complex(re: number, im: number): Pair {
  const half = Math.sin(im / 2);
  return [Math.expm1(re) * Math.cos(im) - 2 * half * half, Math.exp(re) * Math.sin(im)];
}
export function sincComplex(re: number, im: number): Pair {
  if (re === 0 && im === 0) return [1, 0];
  const [a, b] = [Math.PI * re, Math.PI * im];
  return divideComplex(...sinComplex(a, b), a, b);
}

export function signComplex(re: number, im: number): Pair {
  if (re !== re || im !== im) return [Number.NaN, 0];
  const of = re !== 0 ? re : im;
  return [Math.sign(of) + 0, 0];
}

/** NumPy orders complex numbers by real part, then imaginary; a NaN in any part is neither less nor greater. */
export const lessComplex = (ar: number, ai: number, br: number, bi: number): boolean =>
  (ar < br && ai === ai && bi === bi) || (ar === br && ai < bi);
export const lessEqualComplex = (ar: number, ai: number, br: number, bi: number): boolean =>
  (ar < br && ai === ai && bi === bi) || (ar === br && ai <= bi);
