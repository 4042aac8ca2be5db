import { type Dense, dense, transposeDense } from "./dense.ts";
import { fastGemm } from "./fast-gemm.ts";
import { jacobiSweeps } from "./jacobi-sweeps.ts";
import { openBlas } from "./openblas.ts";
import { qr } from "./orthogonal.ts";

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
  const blas = openBlas();
  if (blas !== null && a.n > 0 && b.n > 0) {
    const columns = transposeDense(b);
    if (!blas.solve(a.n, b.n, a.data.slice(), columns.data)) throw singular();
    return transposeDense(columns);
  }
  const { order, l, u } = lu(a);
  const permuted = dense(b.m, b.n);
  order.forEach((from, to) => {
    permuted.data.set(b.data.subarray(from * b.n, (from + 1) * b.n), to * b.n);
  });
  return solveTriangular(u, solveTriangular(l, permuted, true), false);
}

/** The inverse of a. @throws RangeError if a is singular */
export function invert(a: Dense): Dense {
  const blas = openBlas();
  if (blas !== null && a.n > 0) {
    const data = a.data.slice();
    if (!blas.invert(a.n, data)) throw singular();
    return { ...a, data };
  }
  const identity = dense(a.n, a.n);
  for (let i = 0; i < a.n; i++) identity.data[i * a.n + i] = 1;
  return solve(a, identity);
}

const singular = (): RangeError => new RangeError("The matrix is singular: its factors have a 0 on the diagonal");

/** The lower triangle l with l lᵀ = a. @throws RangeError if a is not positive definite */
export function cholesky(a: Dense): Dense {
  const { n } = a;
  const blas = openBlas();
  if (blas !== null && n > 0) {
    const data = a.data.slice();
    if (!blas.cholesky(n, data))
      throw new RangeError("The matrix is not positive definite: one of its minors is not above 0");
    for (let i = 0; i < n; i++) data.fill(0, i * n + i + 1, (i + 1) * n);
    return { ...a, data };
  }
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

/** Thin singular value decomposition: a = u diag(s) vᵀ, s falling, k = min(m, n); by LAPACK or Jacobi's one-sided rotations. */
export function svd(a: Dense): { u: Dense; s: Float64Array; vt: Dense } {
  const blas = openBlas();
  if (blas !== null && a.m > 0 && a.n > 0) {
    const k = Math.min(a.m, a.n);
    const { u, s, vt } = blas.svd(a.m, a.n, a.data.slice());
    return { u: { m: a.m, n: k, data: u }, s, vt: { m: k, n: a.n, data: vt } };
  }
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
  jacobiSweeps(n, (p, q) => rotate(w, v, m, n, p, q));
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
