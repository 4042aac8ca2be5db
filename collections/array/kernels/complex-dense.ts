import type { Dense } from "./dense.ts";

/** Matrices of complex numbers: as {@link Dense}, with (re, im) pairs for elements. */
export const denseComplex = (m: number, n: number, data = new Float64Array(2 * m * n)): Dense => ({ m, n, data });

/** The at-th element. */
export const two = (data: Float64Array, at: number): readonly [number, number] => [
  data[2 * at] as number,
  data[2 * at + 1] as number,
];

/** Writes the at-th element. */
export function put(data: Float64Array, at: number, re: number, im: number): void {
  data[2 * at] = re;
  data[2 * at + 1] = im;
}

/** The transpose, conjugated where `sign` is -1. */
export function turned({ m, n, data }: Dense, sign: 1 | -1): Dense {
  const out = denseComplex(n, m);
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++) {
      const [re, im] = two(data, i * n + j);
      put(out.data, j * m + i, re, sign * im);
    }
  return out;
}

export const adjoint = (a: Dense): Dense => turned(a, -1);
