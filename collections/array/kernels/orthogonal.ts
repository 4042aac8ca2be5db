import { type Dense, dense, transposeDense } from "./dense.ts";
import { openBlas } from "./openblas.ts";

/**
 * A QR decomposition in the memory of its matrix, as LAPACK leaves it: r in the upper part, below the diagonal the
 * reflectors (whose first element, 1, is left out), and their scales. Ways to compute it may be mixed.
 */
export interface Factored extends Dense {
  readonly scales: Float64Array;
}

/** Factors a matrix in its own memory. */
export function factorQr(a: Dense): Factored {
  const { m, n, data } = a;
  const blas = openBlas();
  if (blas !== null && data.length > 0) return { ...a, scales: blas.factorQr(m, n, data) };
  // Columns are walked, so the work is done on the transpose, where they lie in order.
  const w = transposeDense(a).data;
  const k = Math.min(m, n);
  const scales = new Float64Array(k);
  for (let j = 0; j < k; j++) {
    const scale = reflectColumn(w, m, j);
    scales[j] = scale;
    applyReflection({ v: w, at: j * m, m, j, scale }, w, j + 1, n);
  }
  data.set(transposeDense({ m: n, n: m, data: w }).data);
  return { ...a, scales };
}

/** The triangle r (k, n) of a factored matrix. */
export function triangleOf({ m, n, data }: Factored): Dense {
  const k = Math.min(m, n);
  const r = dense(k, n);
  for (let i = 0; i < k; i++) for (let j = i; j < n; j++) r.data[i * n + j] = data[i * n + j] as number;
  return r;
}

/** The orthogonal part q (m, k) of a factored matrix, in memory of its own. */
export function orthogonalOf({ m, n, data, scales }: Factored): Dense {
  const k = Math.min(m, n);
  const blas = openBlas();
  if (blas !== null && data.length > 0) {
    const whole = data.slice();
    blas.formQ(m, n, whole, scales);
    return k === n ? dense(m, n, whole) : firstColumns(whole, m, n, k);
  }
  const w = transposeDense({ m, n, data }).data;
  const q = new Float64Array(k * m);
  for (let c = 0; c < k; c++) q[c * m + c] = 1;
  for (let j = k - 1; j >= 0; j--) applyReflection({ v: w, at: j * m, m, j, scale: scales[j] as number }, q, j, k);
  return transposeDense({ m: k, n: m, data: q });
}

/** Reduced QR: q (m, k), r (k, n), k = min(m, n). */
export function qr(a: Dense): { q: Dense; r: Dense } {
  const factored = factorQr({ ...a, data: a.data.slice() });
  return { q: orthogonalOf(factored), r: triangleOf(factored) };
}

function firstColumns(data: Float64Array, m: number, n: number, k: number): Dense {
  const out = dense(m, k);
  for (let i = 0; i < m; i++) out.data.set(data.subarray(i * n, i * n + k), i * k);
  return out;
}

/** Turns column j from the diagonal on into a reflection; its scale. */
function reflectColumn(w: Float64Array, m: number, j: number): number {
  const from = j * m + j;
  const to = (j + 1) * m;
  let largest = 0;
  for (let i = from + 1; i < to; i++) largest = Math.max(largest, Math.abs(w[i] as number));
  if (largest === 0) return 0;
  // Squares of very large or small numbers would leave the range of doubles.
  const head = w[from] as number;
  const unit = Math.max(largest, Math.abs(head));
  let square = (head / unit) ** 2;
  for (let i = from + 1; i < to; i++) square += ((w[i] as number) / unit) ** 2;
  const alpha = (head > 0 ? -1 : 1) * Math.sqrt(square) * unit;
  for (let i = from + 1; i < to; i++) w[i] = (w[i] as number) / (head - alpha);
  w[from] = alpha;
  return (alpha - head) / alpha;
}

interface Reflection {
  readonly v: Float64Array;
  /** Where the column of the reflector starts. */
  readonly at: number;
  readonly m: number;
  /** The row of its first element. */
  readonly j: number;
  readonly scale: number;
}

/** Reflects columns `from` … `to` of x, four at a time: their sums do not wait for each other. */
function applyReflection(reflection: Reflection, x: Float64Array, from: number, to: number): void {
  if (reflection.scale === 0) return;
  let c = from;
  for (; c + 3 < to; c += 4) reflectFour(reflection, x, c);
  for (; c < to; c++) reflectOne(reflection, x, c);
}

function reflectFour({ v, at, m, j, scale }: Reflection, x: Float64Array, c: number): void {
  const [p, q, r, s] = [c * m, (c + 1) * m, (c + 2) * m, (c + 3) * m];
  let d = x[p + j] as number;
  let e = x[q + j] as number;
  let f = x[r + j] as number;
  let g = x[s + j] as number;
  for (let i = j + 1; i < m; i++) {
    const one = v[at + i] as number;
    d += one * (x[p + i] as number);
    e += one * (x[q + i] as number);
    f += one * (x[r + i] as number);
    g += one * (x[s + i] as number);
  }
  d *= scale;
  e *= scale;
  f *= scale;
  g *= scale;
  x[p + j] = (x[p + j] as number) - d;
  x[q + j] = (x[q + j] as number) - e;
  x[r + j] = (x[r + j] as number) - f;
  x[s + j] = (x[s + j] as number) - g;
  for (let i = j + 1; i < m; i++) {
    const one = v[at + i] as number;
    x[p + i] = (x[p + i] as number) - d * one;
    x[q + i] = (x[q + i] as number) - e * one;
    x[r + i] = (x[r + i] as number) - f * one;
    x[s + i] = (x[s + i] as number) - g * one;
  }
}

function reflectOne({ v, at, m, j, scale }: Reflection, x: Float64Array, c: number): void {
  const p = c * m;
  let d = x[p + j] as number;
  for (let i = j + 1; i < m; i++) d += (v[at + i] as number) * (x[p + i] as number);
  d *= scale;
  x[p + j] = (x[p + j] as number) - d;
  for (let i = j + 1; i < m; i++) x[p + i] = (x[p + i] as number) - d * (v[at + i] as number);
}
