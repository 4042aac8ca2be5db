import { Chunk } from "../chunk.ts";
import { concatenateChunks } from "./concatenate.ts";
import { type Dense, dense, transposeDense } from "./dense.ts";
import { castTo } from "./elementwise.ts";
import * as matrices from "./matrices.ts";
import { factorQr, orthogonalOf, qr, triangleOf } from "./orthogonal.ts";
import { contiguous, type Source } from "./pending.ts";

/** A block as a dense matrix; a list is one column. */
export function matrixOf(source: Source): Dense {
  const chunk = contiguous(castTo(source, "float64"));
  const [m, n] = [chunk.shape[0] as number, chunk.shape[1] ?? 1];
  return dense(m, n, (chunk.data as Float64Array).slice(chunk.offset, chunk.offset + m * n));
}

const chunkOf = ({ m, n, data }: Dense): Chunk => new Chunk(data, "float64", [m, n]);
const shapedLike = (made: Dense, source: Source): Chunk =>
  source.shape.length === 1 ? new Chunk(made.data, "float64", [made.m]) : chunkOf(made);

/** Several results of one call. */
export type Parts = Readonly<Record<string, Chunk>>;

/** One result of a call that gave several. */
export const partNamed = (name: string, parts: Parts): Chunk => parts[name] as Chunk;

export function qrBlock(source: Source): Parts {
  const { q, r } = qr(matrixOf(source));
  return { q: chunkOf(q), r: chunkOf(r) };
}

/** A block of a tall matrix, factored: its q is made only where it is asked for. */
export function factorBlock(source: Source): Parts {
  const factored = factorQr(matrixOf(source));
  return {
    factors: chunkOf(factored),
    scales: new Chunk(factored.scales, "float64", [factored.scales.length]),
    r: chunkOf(triangleOf(factored)),
  };
}

/** QR of stacked triangles: the parts of q that belong to each of them, and r. */
export function qrOfStack(triangles: readonly Parts[]): { readonly parts: readonly Chunk[]; readonly r: Chunk } {
  const heights = triangles.map((one) => (one["r"] as Chunk).shape[0] as number);
  const { q, r } = qr(
    matrixOf(
      concatenateChunks(
        triangles.map((one) => one["r"] as Chunk),
        0,
      ),
    ),
  );
  let at = 0;
  const parts = heights.map((height) => {
    const part = dense(height, q.n, q.data.slice(at * q.n, (at + height) * q.n));
    at += height;
    return chunkOf(part);
  });
  return { parts, r: chunkOf(r) };
}

type Stacked = ReturnType<typeof qrOfStack>;

/** A block of q: the block's own q with its part of the stack's. */
export function qOfBlock(location: { readonly index: readonly number[] }, own: Parts, stacked: Stacked): Chunk {
  const part = stacked.parts[location.index[0] as number] as Chunk;
  const scales = contiguous(own["scales"] as Chunk).data as Float64Array;
  const q = orthogonalOf({ ...matrixOf(own["factors"] as Chunk), scales });
  return chunkOf(matrices.multiply(q, matrixOf(part)));
}

export const rOfStack = (stacked: Stacked): Chunk => stacked.r;

/** u, s and v of a matrix, signs chosen so that results do not depend on the method. */
export function svdBlock({ signs }: { readonly signs: boolean }, source: Source): Parts {
  const { u, s, vt } = matrices.svd(matrixOf(source));
  if (signs) chooseSigns(u, vt);
  return { u: chunkOf(u), s: new Chunk(s, "float64", [s.length]), v: chunkOf(vt) };
}

/** Makes the sum of each row of v at least 0. */
function chooseSigns(u: Dense, vt: Dense): void {
  for (let k = 0; k < vt.m; k++) {
    let sum = 0;
    for (let j = 0; j < vt.n; j++) sum += vt.data[k * vt.n + j] as number;
    if (sum >= 0) continue;
    for (let j = 0; j < vt.n; j++) vt.data[k * vt.n + j] = -(vt.data[k * vt.n + j] as number);
    for (let i = 0; i < u.m; i++) u.data[i * u.n + k] = -(u.data[i * u.n + k] as number);
  }
}

export function luBlock(source: Source): Parts {
  const a = matrixOf(source);
  const { order, l, u } = matrices.lu(a);
  const p = dense(a.m, a.m);
  order.forEach((from, to) => {
    p.data[from * a.m + to] = 1;
  });
  return { p: chunkOf(p), l: chunkOf(l), u: chunkOf(u) };
}

export function choleskyBlock({ lower }: { readonly lower: boolean }, source: Source): Chunk {
  const l = matrices.cholesky(matrixOf(source));
  return chunkOf(lower ? l : transposeDense(l));
}

export const solveBlock = (_plan: unknown, a: Source, b: Source): Chunk =>
  shapedLike(matrices.solve(matrixOf(a), matrixOf(b)), b);

export const solveTriangularBlock = ({ lower }: { readonly lower: boolean }, a: Source, b: Source): Chunk =>
  shapedLike(matrices.solveTriangular(matrixOf(a), matrixOf(b), lower), b);

export const invBlock = (_plan: unknown, source: Source): Chunk => chunkOf(matrices.invert(matrixOf(source)));

/** Least squares by the singular values: x, squared residuals, rank and singular values, as NumPy gives them. */
export function lstsqBlock(_plan: unknown, a: Source, b: Source): Parts {
  const [left, right] = [matrixOf(a), matrixOf(b)];
  const { u, s, vt } = matrices.svd(left);
  const limit = Number.EPSILON * Math.max(left.m, left.n) * (s[0] ?? 0);
  const rank = s.filter((one) => one > limit).length;
  const scaled = matrices.multiply(transposeDense(u), right);
  for (let i = 0; i < scaled.m; i++)
    for (let j = 0; j < scaled.n; j++)
      scaled.data[i * scaled.n + j] = i < rank ? (scaled.data[i * scaled.n + j] as number) / (s[i] as number) : 0;
  const x = matrices.multiply(transposeDense(vt), scaled);
  const fitted = matrices.multiply(left, x);
  const residuals = new Float64Array(right.n);
  for (let i = 0; i < right.m; i++)
    for (let j = 0; j < right.n; j++)
      residuals[j] =
        (residuals[j] as number) +
        ((right.data[i * right.n + j] as number) - (fitted.data[i * right.n + j] as number)) ** 2;
  const isFull = rank === left.n && left.m > left.n;
  return {
    x: shapedLike(x, b),
    residuals: new Chunk(isFull ? residuals : new Float64Array(0), "float64", [isFull ? right.n : 0]),
    rank: new Chunk(new BigInt64Array([BigInt(rank)]), "int64", []),
    s: new Chunk(s, "float64", [s.length]),
  };
}
