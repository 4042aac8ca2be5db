/** Dense matrices in row-major Float64Arrays. All shapes are (rows, columns). */
export interface Dense {
  readonly m: number;
  readonly n: number;
  readonly data: Float64Array;
}

export const dense = (m: number, n: number, data = new Float64Array(m * n)): Dense => ({ m, n, data });

/** Side of the tiles in which matrices are turned. */
const TILE = 32;

export function transposeDense({ m, n, data }: Dense): Dense {
  const out = dense(n, m);
  const to = out.data;
  for (let i0 = 0; i0 < m; i0 += TILE)
    for (let j0 = 0; j0 < n; j0 += TILE) {
      const [i1, j1] = [Math.min(m, i0 + TILE), Math.min(n, j0 + TILE)];
      for (let i = i0; i < i1; i++) for (let j = j0; j < j1; j++) to[j * m + i] = data[i * n + j] as number;
    }
  return out;
}
