import { adjoint, denseComplex, put, turned, two } from "./complex-dense.ts";
import { multiply } from "./complex-matrices.ts";
import { qr } from "./complex-orthogonal.ts";
import type { Dense } from "./dense.ts";
import { jacobiSweeps } from "./jacobi-sweeps.ts";
import { openBlas } from "./openblas.ts";

/** Thin singular value decomposition: a = u diag(s) vt, s falling; by LAPACK or Jacobi's one-sided rotations. */
export function svd(a: Dense): { u: Dense; s: Float64Array; vt: Dense } {
  const blas = openBlas();
  if (blas !== null && a.m > 0 && a.n > 0) {
    const k = Math.min(a.m, a.n);
    const { u, s, vt } = blas.complex.svd(a.m, a.n, a.data.slice());
    return { u: { m: a.m, n: k, data: u }, s, vt: { m: k, n: a.n, data: vt } };
  }
  if (a.m < a.n) {
    const { u, s, vt } = svd(adjoint(a));
    return { u: adjoint(vt), s, vt: adjoint(u) };
  }
  const { m, n } = a;
  if (m > 2 * n) {
    const { q, r } = qr(a);
    const inner = svd(r);
    return { u: multiply(q, inner.u), s: inner.s, vt: inner.vt };
  }
  const w = turned(a, 1).data;
  const v = denseComplex(n, n).data;
  for (let i = 0; i < n; i++) put(v, i * n + i, 1, 0);
  jacobiSweeps(n, (p, q) => rotate(w, v, m, n, p, q));
  return sortedSvd(w, v, m, n);
}

/** Makes two columns, which lie one after another in w, orthogonal; whether they were not. */
function rotate(w: Float64Array, v: Float64Array, m: number, n: number, p: number, q: number): boolean {
  let alpha = 0;
  let beta = 0;
  let re = 0;
  let im = 0;
  for (let i = 0; i < m; i++) {
    const [a, b] = two(w, p * m + i);
    const [c, d] = two(w, q * m + i);
    alpha += a * a + b * b;
    beta += c * c + d * d;
    re += a * c + b * d;
    im += a * d - b * c;
  }
  const gamma = Math.hypot(re, im);
  if (gamma <= 1e-15 * Math.sqrt(alpha * beta)) return false;
  const zeta = (beta - alpha) / (2 * gamma);
  const t = (zeta >= 0 ? 1 : -1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
  const c = 1 / Math.sqrt(1 + t * t);
  // The second column is first turned so that their product is real.
  const phase = [re / gamma, -im / gamma] as const;
  for (const [data, length] of [
    [w, m],
    [v, n],
  ] as const)
    turnColumns(data, length, [p, q], phase, [c, c * t]);
  return true;
}

function turnColumns(
  data: Float64Array,
  length: number,
  [p, q]: readonly [number, number],
  [re, im]: readonly [number, number],
  [c, s]: readonly [number, number],
): void {
  for (let i = 0; i < length; i++) {
    const [x, y] = two(data, p * length + i);
    const [v, w] = two(data, q * length + i);
    const [a, b] = [v * re - w * im, v * im + w * re];
    put(data, p * length + i, c * x - s * a, c * y - s * b);
    put(data, q * length + i, s * x + c * a, s * y + c * b);
  }
}

function sortedSvd(w: Float64Array, v: Float64Array, m: number, n: number): { u: Dense; s: Float64Array; vt: Dense } {
  const norms = Float64Array.from({ length: n }, (_, j) =>
    Math.sqrt(w.subarray(2 * j * m, 2 * (j + 1) * m).reduce((sum, x) => sum + x * x, 0)),
  );
  const order = Array.from(norms, (_, j) => j).sort((i, j) => (norms[j] as number) - (norms[i] as number));
  const u = denseComplex(m, n);
  const vt = denseComplex(n, n);
  order.forEach((j, at) => {
    const norm = norms[j] as number;
    for (let i = 0; i < m; i++) {
      const [re, im] = two(w, j * m + i);
      put(u.data, i * n + at, norm === 0 ? 0 : re / norm, norm === 0 ? 0 : im / norm);
    }
    for (let i = 0; i < n; i++) {
      const [re, im] = two(v, j * n + i);
      put(vt.data, at * n + i, re, -im);
    }
  });
  return { u, s: Float64Array.from(order, (j) => norms[j] as number), vt };
}
