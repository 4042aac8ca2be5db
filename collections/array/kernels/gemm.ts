/** A matrix in row-major order inside a typed array. */
export interface Matrix {
  readonly data: Float64Array;
  readonly at: number;
}

/** Rows of the inner dimension walked at a time: a panel of the right matrix that stays in the second cache. */
const PANEL = 128;

/**
 * c (m × n) = a (m × k) b (k × n), all row-major float64. Four rows of the result are built together so that each
 * element of b is read once for four products.
 */
export function gemm(
  { m, n, k }: { readonly m: number; readonly n: number; readonly k: number },
  a: Matrix,
  b: Matrix,
  c: Matrix,
): void {
  for (let p0 = 0; p0 < k; p0 += PANEL) {
    const p1 = Math.min(k, p0 + PANEL);
    let i = 0;
    for (; i + 3 < m; i += 4) fourRows([i, n, k, p0, p1], a, b, c);
    for (; i < m; i++) oneRow([i, n, k, p0, p1], a, b, c);
  }
}

type Strip = readonly [i: number, n: number, k: number, p0: number, p1: number];

function fourRows(
  [i, n, k, p0, p1]: Strip,
  { data: a, at: a0 }: Matrix,
  { data: b, at: b0 }: Matrix,
  { data: c, at: c0 }: Matrix,
): void {
  const r0 = c0 + i * n;
  const r1 = r0 + n;
  const r2 = r1 + n;
  const r3 = r2 + n;
  const q0 = a0 + i * k;
  for (let p = p0; p < p1; p++) {
    const w = a[q0 + p] as number;
    const x = a[q0 + k + p] as number;
    const y = a[q0 + 2 * k + p] as number;
    const z = a[q0 + 3 * k + p] as number;
    const row = b0 + p * n;
    for (let j = 0; j < n; j++) {
      const v = b[row + j] as number;
      c[r0 + j] = (c[r0 + j] as number) + w * v;
      c[r1 + j] = (c[r1 + j] as number) + x * v;
      c[r2 + j] = (c[r2 + j] as number) + y * v;
      c[r3 + j] = (c[r3 + j] as number) + z * v;
    }
  }
}

function oneRow(
  [i, n, k, p0, p1]: Strip,
  { data: a, at: a0 }: Matrix,
  { data: b, at: b0 }: Matrix,
  { data: c, at: c0 }: Matrix,
): void {
  const r = c0 + i * n;
  for (let p = p0; p < p1; p++) {
    const w = a[a0 + i * k + p] as number;
    const row = b0 + p * n;
    for (let j = 0; j < n; j++) c[r + j] = (c[r + j] as number) + w * (b[row + j] as number);
  }
}
