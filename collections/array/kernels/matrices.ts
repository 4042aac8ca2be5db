import { fastGemm } from "./fast-gemm.ts";

/** Dense matrices in row-major Float64Arrays, and what is computed of them. All shapes are (rows, columns). */
export interface Dense {
  readonly m: number;
  readonly n: number;
  readonly data: Float64Array;
}

export const dense = (m: number, n: number, data = new Float64Array(m * n)): Dense => ({ m, n, data });

export function transposeDense({ m, n, data }: Dense): Dense {
  const out = dense(n, m);
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) out.data[j * m + i] = data[i * n + j] as number;
  return out;
}

/** Reduced QR by Householder's reflections: q (m, k), r (k, n), k = min(m, n). */
export function qr(a: Dense): { q: Dense; r: Dense } {
  const { m, n } = a;
  const k = Math.min(m, n);
  // Columns are walked, so the work is done on the transpose, where they lie in order.
  const w = transposeDense(a).data.slice();
  const scales = new Float64Array(k);
  const heads = new Float64Array(k);
  for (let j = 0; j < k; j++) {
    const [head, scale] = reflectColumn(w, m, j);
    heads[j] = head;
    scales[j] = scale;
    for (let c = j + 1; c < n; c++) applyReflection(w, m, j, scale, w.subarray(c * m, (c + 1) * m));
  }
  const r = dense(k, n);
  for (let i = 0; i < k; i++)
    for (let j = i; j < n; j++) r.data[i * n + j] = (i === j ? heads[i] : w[j * m + i]) as number;
  const q = new Float64Array(k * m);
  for (let c = k - 1; c >= 0; c--) {
    q[c * m + c] = 1;
    for (let j = k - 1; j >= 0; j--) applyReflection(w, m, j, scales[j] as number, q.subarray(c * m, (c + 1) * m));
  }
  return { q: transposeDense({ m: k, n: m, data: q }), r };
}

/** Turns column j below the diagonal into a reflection, whose vector v stays in place: what the diagonal becomes, and 2 / |v|². */
function reflectColumn(w: Float64Array, m: number, j: number): [head: number, scale: number] {
  let norm = 0;
  for (let i = j; i < m; i++) norm = Math.hypot(norm, w[j * m + i] as number);
  const head = w[j * m + j] as number;
  const alpha = head > 0 ? -norm : norm;
  if (norm === 0) return [head, 0];
  w[j * m + j] = head - alpha;
  let square = 0;
  for (let i = j; i < m; i++) square += (w[j * m + i] as number) ** 2;
  return [alpha, square === 0 ? 0 : 2 / square];
}

function applyReflection(w: Float64Array, m: number, j: number, scale: number, x: Float64Array): void {
  if (scale === 0) return;
  let dot = 0;
  for (let i = j; i < m; i++) dot += (w[j * m + i] as number) * (x[i] as number);
  dot *= scale;
  for (let i = j; i < m; i++) x[i] = (x[i] as number) - dot * (w[j * m + i] as number);
}

/** p a = l u with row exchanges: l unit lower (m, k), u upper (k, n), and the row that each place takes. */
export function lu(a: Dense): { order: Uint32Array; l: Dense; u: Dense; sign: number } {
  const { m, n } = a;
  const k = Math.min(m, n);
  const w = a.data.slice();
  const order = Uint32Array.from({ length: m }, (_, i) => i);
  let sign = 1;
  for (let j = 0; j < k; j++) {
    let best = j;
    for (let i = j + 1; i < m; i++)
      if (Math.abs(w[i * n + j] as number) > Math.abs(w[best * n + j] as number)) best = i;
    if (best !== j) {
      swapRows(w, n, best, j);
      [order[best], order[j]] = [order[j] as number, order[best] as number];
      sign = -sign;
    }
    const pivot = w[j * n + j] as number;
    if (pivot === 0) continue;
    for (let i = j + 1; i < m; i++) {
      const factor = (w[i * n + j] as number) / pivot;
      w[i * n + j] = factor;
      for (let c = j + 1; c < n; c++) w[i * n + c] = (w[i * n + c] as number) - factor * (w[j * n + c] as number);
    }
  }
  const l = dense(m, k);
  const u = dense(k, n);
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++) {
      if (j < k && i > j) l.data[i * k + j] = w[i * n + j] as number;
      else if (i < k && i <= j) u.data[i * n + j] = w[i * n + j] as number;
      if (i === j && j < k) l.data[i * k + j] = 1;
    }
  return { order, l, u, sign };
}

function swapRows(w: Float64Array, n: number, a: number, b: number): void {
  for (let c = 0; c < n; c++) {
    const kept = w[a * n + c] as number;
    w[a * n + c] = w[b * n + c] as number;
    w[b * n + c] = kept;
  }
}

/** x with t x = b, for a triangular t (n, n) and b (n, k). @throws RangeError if t has a zero on its diagonal */
export function solveTriangular(t: Dense, b: Dense, lower: boolean): Dense {
  const { n } = t;
  const k = b.n;
  const x = b.data.slice();
  for (let step = 0; step < n; step++) {
    const i = lower ? step : n - 1 - step;
    const pivot = t.data[i * n + i] as number;
    if (pivot === 0) throw new RangeError(`The matrix is singular: element (${i}, ${i}) of its triangle is 0`);
    const [from, to] = lower ? [0, i] : [i + 1, n];
    for (let c = 0; c < k; c++) {
      let sum = x[i * k + c] as number;
      for (let j = from; j < to; j++) sum -= (t.data[i * n + j] as number) * (x[j * k + c] as number);
      x[i * k + c] = sum / pivot;
    }
  }
  return { m: n, n: k, data: x };
}

/** x with a x = b, by LU. @throws RangeError if a is singular */
export function solve(a: Dense, b: Dense): Dense {
  const { order, l, u } = lu(a);
  const permuted = dense(b.m, b.n);
  order.forEach((from, to) => {
    permuted.data.set(b.data.subarray(from * b.n, (from + 1) * b.n), to * b.n);
  });
  return solveTriangular(u, solveTriangular(l, permuted, true), false);
}

/** The lower triangle l with l lᵀ = a. @throws RangeError if a is not positive definite */
export function cholesky(a: Dense): Dense {
  const { n } = a;
  const l = dense(n, n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = a.data[i * n + j] as number;
      for (let k = 0; k < j; k++) sum -= (l.data[i * n + k] as number) * (l.data[j * n + k] as number);
      if (i === j && !(sum > 0))
        throw new RangeError(`The matrix is not positive definite: its minor ${i + 1} is not above 0`);
      l.data[i * n + j] = i === j ? Math.sqrt(sum) : sum / (l.data[j * n + j] as number);
    }
  return l;
}

const SWEEPS_MAX = 60;

/** Thin singular value decomposition by Jacobi's one-sided rotations: a = u diag(s) vᵀ, s falling, k = min(m, n). */
export function svd(a: Dense): { u: Dense; s: Float64Array; vt: Dense } {
  if (a.m < a.n) {
    const { u, s, vt } = svd(transposeDense(a));
    return { u: transposeDense(vt), s, vt: transposeDense(u) };
  }
  const { m, n } = a;
  // A tall matrix is rotated through its small triangle.
  if (m > 2 * n) {
    const { q, r } = qr(a);
    const inner = svd(r);
    return { u: multiply(q, inner.u), s: inner.s, vt: inner.vt };
  }
  const w = transposeDense(a).data;
  const v = new Float64Array(n * n);
  for (let i = 0; i < n; i++) v[i * n + i] = 1;
  for (let sweep = 0; sweep < SWEEPS_MAX; sweep++) {
    let rotated = false;
    for (let p = 0; p < n - 1; p++) for (let q = p + 1; q < n; q++) rotated = rotate(w, v, m, n, p, q) || rotated;
    if (!rotated) break;
  }
  return sortedSvd(w, v, m, n);
}

/** Makes two columns orthogonal; whether they were not. */
function rotate(w: Float64Array, v: Float64Array, m: number, n: number, p: number, q: number): boolean {
  let alpha = 0;
  let beta = 0;
  let gamma = 0;
  for (let i = 0; i < m; i++) {
    const [x, y] = [w[p * m + i] as number, w[q * m + i] as number];
    alpha += x * x;
    beta += y * y;
    gamma += x * y;
  }
  if (Math.abs(gamma) <= 1e-15 * Math.sqrt(alpha * beta)) return false;
  const zeta = (beta - alpha) / (2 * gamma);
  const t = (zeta >= 0 ? 1 : -1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
  const c = 1 / Math.sqrt(1 + t * t);
  turn(w, m, p, q, c, c * t);
  turn(v, n, p, q, c, c * t);
  return true;
}

function turn(w: Float64Array, m: number, p: number, q: number, c: number, s: number): void {
  for (let i = 0; i < m; i++) {
    const [x, y] = [w[p * m + i] as number, w[q * m + i] as number];
    w[p * m + i] = c * x - s * y;
    w[q * m + i] = s * x + c * y;
  }
}

function sortedSvd(w: Float64Array, v: Float64Array, m: number, n: number): { u: Dense; s: Float64Array; vt: Dense } {
  const norms = Float64Array.from({ length: n }, (_, j) =>
    Math.sqrt(w.subarray(j * m, (j + 1) * m).reduce((sum, x) => sum + x * x, 0)),
  );
  const order = Array.from(norms, (_, j) => j).sort((i, j) => (norms[j] as number) - (norms[i] as number));
  const u = dense(m, n);
  const vt = dense(n, n);
  const s = Float64Array.from(order, (j) => norms[j] as number);
  order.forEach((j, at) => {
    const norm = norms[j] as number;
    for (let i = 0; i < m; i++) u.data[i * n + at] = norm === 0 ? 0 : (w[j * m + i] as number) / norm;
    for (let i = 0; i < n; i++) vt.data[at * n + i] = v[j * n + i] as number;
  });
  return { u, s, vt };
}

export function multiply(a: Dense, b: Dense): Dense {
  const out = dense(a.m, b.n);
  fastGemm({ m: a.m, n: b.n, k: a.n }, { data: a.data, at: 0 }, { data: b.data, at: 0 }, { data: out.data, at: 0 });
  return out;
}
