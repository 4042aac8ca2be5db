import { Chunk } from "../chunk.ts";
import { concatenateChunks } from "./concatenate.ts";
import { type Dense, dense } from "./dense.ts";
import { castTo } from "./elementwise.ts";
import { type Field, fieldOf } from "./fields.ts";
import { contiguous, type Source } from "./pending.ts";

/** A block as a dense matrix; a list is one column. */
function matrixOf(source: Source, { dtype, lanes }: Field): Dense {
  const chunk = contiguous(castTo(source, dtype));
  const [m, n] = [chunk.shape[0] as number, chunk.shape[1] ?? 1];
  return dense(m, n, (chunk.data as Float64Array).slice(chunk.offset * lanes, (chunk.offset + m * n) * lanes));
}

const chunkOf = ({ m, n, data }: Dense, { dtype }: Field): Chunk => new Chunk(data, dtype, [m, n]);
const realChunk = (data: Float64Array): Chunk => new Chunk(data, "float64", [data.length]);
const shapedLike = (made: Dense, source: Source, field: Field): Chunk =>
  source.shape.length === 1 ? new Chunk(made.data, field.dtype, [made.m]) : chunkOf(made, field);

/** Several results of one call. */
export type Parts = Readonly<Record<string, Chunk>>;

/** One result of a call that gave several. */
export const partNamed = (name: string, parts: Parts): Chunk => parts[name] as Chunk;

export function qrBlock(source: Source): Parts {
  const field = fieldOf(source);
  const { q, r } = field.qr(matrixOf(source, field));
  return { q: chunkOf(q, field), r: chunkOf(r, field) };
}

/** A block of a tall matrix, factored: its q is made only where it is asked for. */
export function factorBlock(source: Source): Parts {
  const field = fieldOf(source);
  const factored = field.factorQr(matrixOf(source, field));
  const { scales } = factored;
  return {
    factors: chunkOf(factored, field),
    scales: new Chunk(scales, field.dtype, [scales.length / field.lanes]),
    r: chunkOf(field.triangleOf(factored), field),
  };
}

/** QR of stacked triangles: the parts of q that belong to each of them, and r. */
export function qrOfStack(triangles: readonly Parts[]): { readonly parts: readonly Chunk[]; readonly r: Chunk } {
  const blocks = triangles.map((one) => one["r"] as Chunk);
  const field = fieldOf(...blocks);
  const { q, r } = field.qr(matrixOf(concatenateChunks(blocks, 0), field));
  const row = q.n * field.lanes;
  let at = 0;
  const parts = blocks.map(({ shape: [height] }) => {
    const part = dense(height as number, q.n, q.data.slice(at * row, (at + (height as number)) * row));
    at += height as number;
    return chunkOf(part, field);
  });
  return { parts, r: chunkOf(r, field) };
}

type Stacked = ReturnType<typeof qrOfStack>;

/** A block of q: the block's own q with its part of the stack's. */
export function qOfBlock(location: { readonly index: readonly number[] }, own: Parts, stacked: Stacked): Chunk {
  const part = stacked.parts[location.index[0] as number] as Chunk;
  const field = fieldOf(part);
  const scales = contiguous(own["scales"] as Chunk).data as Float64Array;
  const q = field.orthogonalOf({ ...matrixOf(own["factors"] as Chunk, field), scales });
  return chunkOf(field.multiply(q, matrixOf(part, field)), field);
}

export const rOfStack = (stacked: Stacked): Chunk => stacked.r;

/** u, s and v of a matrix, signs chosen so that results do not depend on the method. */
export function svdBlock({ signs }: { readonly signs: boolean }, source: Source): Parts {
  const field = fieldOf(source);
  const { u, s, vt } = field.svd(matrixOf(source, field));
  if (signs) chooseSigns(u, vt, field.lanes);
  return { u: chunkOf(u, field), s: realChunk(s), v: chunkOf(vt, field) };
}

/** Makes the (real) sum of each row of v at least 0. */
function chooseSigns(u: Dense, vt: Dense, lanes: number): void {
  const width = vt.n * lanes;
  for (let k = 0; k < vt.m; k++) {
    let sum = 0;
    for (let j = 0; j < width; j += lanes) sum += vt.data[k * width + j] as number;
    if (sum >= 0) continue;
    for (let j = 0; j < width; j++) vt.data[k * width + j] = -(vt.data[k * width + j] as number);
    for (let i = 0; i < u.m; i++)
      for (let at = (i * u.n + k) * lanes; at < (i * u.n + k + 1) * lanes; at++) u.data[at] = -(u.data[at] as number);
  }
}

export function luBlock(source: Source): Parts {
  const field = fieldOf(source);
  const a = matrixOf(source, field);
  const { order, l, u } = field.lu(a);
  const p = dense(a.m, a.m);
  order.forEach((from, to) => {
    p.data[from * a.m + to] = 1;
  });
  return { p: new Chunk(p.data, "float64", [a.m, a.m]), l: chunkOf(l, field), u: chunkOf(u, field) };
}

export function choleskyBlock({ lower }: { readonly lower: boolean }, source: Source): Chunk {
  const field = fieldOf(source);
  const l = field.cholesky(matrixOf(source, field));
  return chunkOf(lower ? l : field.adjoint(l), field);
}

export function solveBlock(_plan: unknown, a: Source, b: Source): Chunk {
  const field = fieldOf(a, b);
  return shapedLike(field.solve(matrixOf(a, field), matrixOf(b, field)), b, field);
}

export function solveTriangularBlock({ lower }: { readonly lower: boolean }, a: Source, b: Source): Chunk {
  const field = fieldOf(a, b);
  return shapedLike(field.solveTriangular(matrixOf(a, field), matrixOf(b, field), lower), b, field);
}

export function invBlock(_plan: unknown, source: Source): Chunk {
  const field = fieldOf(source);
  return chunkOf(field.invert(matrixOf(source, field)), field);
}

/** Least squares by the singular values: x, squared residuals, rank and singular values, as NumPy gives them. */
export function lstsqBlock(_plan: unknown, a: Source, b: Source): Parts {
  const field = fieldOf(a, b);
  const [left, right] = [matrixOf(a, field), matrixOf(b, field)];
  const { u, s, vt } = field.svd(left);
  const limit = Number.EPSILON * Math.max(left.m, left.n) * (s[0] ?? 0);
  const rank = s.filter((one) => one > limit).length;
  const scaled = field.multiply(field.adjoint(u), right);
  const width = scaled.n * field.lanes;
  scaled.data.forEach((one, at) => {
    const row = Math.floor(at / width);
    scaled.data[at] = row < rank ? one / (s[row] as number) : 0;
  });
  const x = field.multiply(field.adjoint(vt), scaled);
  const fitted = field.multiply(left, x);
  const residuals = new Float64Array(right.n);
  right.data.forEach((one, at) => {
    const column = Math.floor(at / field.lanes) % right.n;
    residuals[column] = (residuals[column] as number) + (one - (fitted.data[at] as number)) ** 2;
  });
  const isFull = rank === left.n && left.m > left.n;
  return {
    x: shapedLike(x, b, field),
    residuals: realChunk(isFull ? residuals : new Float64Array(0)),
    rank: new Chunk(new BigInt64Array([BigInt(rank)]), "int64", []),
    s: realChunk(s),
  };
}
