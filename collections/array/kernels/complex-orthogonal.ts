import { denseComplex, put, turned, two } from "./complex-dense.ts";
import type { Dense } from "./dense.ts";
import { openBlas } from "./openblas.ts";
import type { Factored } from "./orthogonal.ts";

/** As factorQr() of doubles: r has a real diagonal. Ways to compute it may be mixed. */
export function factorQr(a: Dense): Factored {
  const { m, n, data } = a;
  const blas = openBlas();
  if (blas !== null && data.length > 0) return { ...a, scales: blas.complex.factorQr(m, n, data) };
  const w = turned(a, 1).data;
  const k = Math.min(m, n);
  const scales = new Float64Array(2 * k);
  for (let j = 0; j < k; j++) {
    const scale = reflectColumn(w, m, j);
    put(scales, j, ...scale);
    for (let c = j + 1; c < n; c++) reflect({ v: w, at: j * m, m, j, scale }, w, c * m);
  }
  data.set(turned({ m: n, n: m, data: w }, 1).data);
  return { ...a, scales };
}

/** The triangle r (k, n) of a factored matrix. */
export function triangleOf({ m, n, data }: Factored): Dense {
  const k = Math.min(m, n);
  const r = denseComplex(k, n);
  for (let i = 0; i < k; i++) r.data.set(data.subarray(2 * (i * n + i), 2 * (i + 1) * n), 2 * (i * n + i));
  return r;
}

/** The orthogonal part q (m, k) of a factored matrix, in memory of its own. */
export function orthogonalOf({ m, n, data, scales }: Factored): Dense {
  const k = Math.min(m, n);
  const blas = openBlas();
  if (blas !== null && data.length > 0) {
    const whole = data.slice();
    blas.complex.formQ(m, n, whole, scales);
    return k === n ? { m, n, data: whole } : firstColumns(whole, m, n, k);
  }
  const w = turned({ m, n, data }, 1).data;
  const q = denseComplex(k, m);
  for (let c = 0; c < k; c++) put(q.data, c * m + c, 1, 0);
  for (let j = k - 1; j >= 0; j--) {
    const [re, im] = two(scales, j);
    for (let c = j; c < k; c++) reflect({ v: w, at: j * m, m, j, scale: [re, -im] }, q.data, c * m);
  }
  return turned(q, 1);
}

/** Reduced QR: q (m, k), r (k, n), k = min(m, n). */
export function qr(a: Dense): { q: Dense; r: Dense } {
  const factored = factorQr({ ...a, data: a.data.slice() });
  return { q: orthogonalOf(factored), r: triangleOf(factored) };
}

function firstColumns(data: Float64Array, m: number, n: number, k: number): Dense {
  const out = denseComplex(m, k);
  for (let i = 0; i < m; i++) out.data.set(data.subarray(2 * i * n, 2 * (i * n + k)), 2 * i * k);
  return out;
}

/** Turns column j from the diagonal on into a reflection that leaves a real number on the diagonal; its scale. */
function reflectColumn(w: Float64Array, m: number, j: number): readonly [number, number] {
  const at = j * m + j;
  const end = (j + 1) * m;
  let largest = 0;
  for (let i = 2 * at + 1; i < 2 * end; i++) largest = Math.max(largest, Math.abs(w[i] as number));
  if (largest === 0) return [0, 0];
  const [re, im] = two(w, at);
  // Squares of very large or small numbers would leave the range of doubles.
  const unit = Math.max(largest, Math.abs(re));
  let square = 0;
  for (let i = 2 * at; i < 2 * end; i++) square += ((w[i] as number) / unit) ** 2;
  const beta = (re > 0 ? -1 : 1) * Math.sqrt(square) * unit;
  // The rest over (head - beta), in units so that neither overflows.
  const [p, q] = [(re - beta) / unit, im / unit];
  const size = p * p + q * q;
  for (let i = at + 1; i < end; i++) {
    const [x, y] = two(w, i);
    put(w, i, ((x / unit) * p + (y / unit) * q) / size, ((y / unit) * p - (x / unit) * q) / size);
  }
  put(w, at, beta, 0);
  return [(beta - re) / beta, im / beta];
}

interface Reflection {
  readonly v: Float64Array;
  /** Where the column of the reflector starts. */
  readonly at: number;
  readonly m: number;
  /** The row of its first element, which is 1 and left out. */
  readonly j: number;
  readonly scale: readonly [number, number];
}

/** x - scale (vᴴ x) v, for the column of x that starts at p. */
function reflect({ v, at, m, j, scale }: Reflection, x: Float64Array, p: number): void {
  let [re, im] = two(x, p + j);
  for (let i = j + 1; i < m; i++) {
    const [a, b] = two(v, at + i);
    const [c, d] = two(x, p + i);
    re += a * c + b * d;
    im += a * d - b * c;
  }
  [re, im] = [re * scale[0] - im * scale[1], re * scale[1] + im * scale[0]];
  const [headRe, headIm] = two(x, p + j);
  put(x, p + j, headRe - re, headIm - im);
  for (let i = j + 1; i < m; i++) {
    const [a, b] = two(v, at + i);
    const [c, d] = two(x, p + i);
    put(x, p + i, c - (re * a - im * b), d - (re * b + im * a));
  }
}
