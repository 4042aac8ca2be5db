import { denseComplex, put, turned, two } from "./complex-dense.ts";
import { divideComplex } from "./complex-math.ts";
import type { Dense } from "./dense.ts";
import { openBlas } from "./openblas.ts";

/** c = a b. */
export function multiply(a: Dense, b: Dense): Dense {
  const out = denseComplex(a.m, b.n);
  const blas = openBlas();
  if (blas !== null && a.data.length > 0 && b.data.length > 0) {
    blas.gemmComplex(a.m, b.n, a.n, a.data, b.data, out.data, 0);
    return out;
  }
  for (let i = 0; i < a.m; i++)
    for (let p = 0; p < a.n; p++)
      subtractRow(out.data, i * b.n, b.data, p * b.n, b.n, negated(two(a.data, i * a.n + p)));
  return out;
}

const negated = ([re, im]: readonly [number, number]): readonly [number, number] => [-re, -im];

/** Takes a row times a factor from a row. */
function subtractRow(
  to: Float64Array,
  at: number,
  from: Float64Array,
  start: number,
  n: number,
  [re, im]: readonly [number, number],
): void {
  for (let c = 0; c < n; c++) {
    const x = from[2 * (start + c)] as number;
    const y = from[2 * (start + c) + 1] as number;
    to[2 * (at + c)] = (to[2 * (at + c)] as number) - (re * x - im * y);
    to[2 * (at + c) + 1] = (to[2 * (at + c) + 1] as number) - (re * y + im * x);
  }
}

/** As lu() of doubles: p a = l u. Rows are exchanged for the largest |re| + |im|, as LAPACK does. */
export function lu(a: Dense): { order: Uint32Array; l: Dense; u: Dense } {
  const { m, n } = a;
  const k = Math.min(m, n);
  const w = a.data.slice();
  const order = Uint32Array.from({ length: m }, (_, i) => i);
  const size = (at: number): number => Math.abs(w[2 * at] as number) + Math.abs(w[2 * at + 1] as number);
  for (let j = 0; j < k; j++) {
    let best = j;
    for (let i = j + 1; i < m; i++) if (size(i * n + j) > size(best * n + j)) best = i;
    if (best !== j) {
      const kept = w.slice(2 * best * n, 2 * (best + 1) * n);
      w.copyWithin(2 * best * n, 2 * j * n, 2 * (j + 1) * n);
      w.set(kept, 2 * j * n);
      [order[best], order[j]] = [order[j] as number, order[best] as number];
    }
    if (size(j * n + j) === 0) continue;
    for (let i = j + 1; i < m; i++) {
      const factor = divideComplex(...two(w, i * n + j), ...two(w, j * n + j));
      put(w, i * n + j, ...factor);
      subtractRow(w, i * n + j + 1, w, j * n + j + 1, n - j - 1, factor);
    }
  }
  const l = denseComplex(m, k);
  const u = denseComplex(k, n);
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++) {
      if (j < k && i > j) put(l.data, i * k + j, ...two(w, i * n + j));
      else if (i < k && i <= j) put(u.data, i * n + j, ...two(w, i * n + j));
      if (i === j && j < k) put(l.data, i * k + j, 1, 0);
    }
  return { order, l, u };
}

/** x with t x = b, for a triangular t (n, n) and b (n, k). @throws RangeError if t has a zero on its diagonal */
export function solveTriangular(t: Dense, b: Dense, lower: boolean): Dense {
  const { n } = t;
  const k = b.n;
  const x = b.data.slice();
  for (let step = 0; step < n; step++) {
    const i = lower ? step : n - 1 - step;
    const pivot = two(t.data, i * n + i);
    if (pivot[0] === 0 && pivot[1] === 0)
      throw new RangeError(`The matrix is singular: element (${i}, ${i}) of its triangle is 0`);
    const [from, to] = lower ? [0, i] : [i + 1, n];
    for (let j = from; j < to; j++) subtractRow(x, i * k, x, j * k, k, two(t.data, i * n + j));
    for (let c = 0; c < k; c++) put(x, i * k + c, ...divideComplex(...two(x, i * k + c), ...pivot));
  }
  return { m: n, n: k, data: x };
}

/** x with a x = b, by LU. @throws RangeError if a is singular */
export function solve(a: Dense, b: Dense): Dense {
  const blas = openBlas();
  if (blas !== null && a.n > 0 && b.n > 0) {
    const columns = turned(b, 1);
    if (!blas.complex.solve(a.n, b.n, a.data.slice(), columns.data))
      throw new RangeError("The matrix is singular: its factors have a 0 on the diagonal");
    return turned(columns, 1);
  }
  const { order, l, u } = lu(a);
  const permuted = denseComplex(b.m, b.n);
  order.forEach((from, to) => {
    permuted.data.set(b.data.subarray(2 * from * b.n, 2 * (from + 1) * b.n), 2 * to * b.n);
  });
  return solveTriangular(u, solveTriangular(l, permuted, true), false);
}

/** The inverse of a. @throws RangeError if a is singular */
export function invert(a: Dense): Dense {
  const identity = denseComplex(a.n, a.n);
  for (let i = 0; i < a.n; i++) put(identity.data, i * a.n + i, 1, 0);
  return solve(a, identity);
}

/** The lower triangle l with l lᴴ = a, of which the lower half is read. @throws RangeError if a is not positive definite */
export function cholesky(a: Dense): Dense {
  const { n } = a;
  const blas = openBlas();
  if (blas !== null && n > 0) {
    const data = a.data.slice();
    if (!blas.complex.cholesky(n, data))
      throw new RangeError("The matrix is not positive definite: one of its minors is not above 0");
    for (let i = 0; i < n; i++) data.fill(0, 2 * (i * n + i + 1), 2 * (i + 1) * n);
    return { ...a, data };
  }
  const l = denseComplex(n, n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let [re, im] = two(a.data, i * n + j);
      for (let k = 0; k < j; k++) {
        const [x, y] = two(l.data, i * n + k);
        const [v, w] = two(l.data, j * n + k);
        re -= x * v + y * w;
        im -= y * v - x * w;
      }
      if (i === j && !(re > 0))
        throw new RangeError(`The matrix is not positive definite: its minor ${i + 1} is not above 0`);
      const pivot = i === j ? Math.sqrt(re) : (l.data[2 * (j * n + j)] as number);
      put(l.data, i * n + j, i === j ? pivot : re / pivot, i === j ? 0 : im / pivot);
    }
  return l;
}
