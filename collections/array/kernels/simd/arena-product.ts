import type { Matrix } from "../gemm.ts";
import { arenaMemory, lend, withArena } from "./arena.ts";
import { productFunction, SIDE, UNROLLED } from "./product-function.ts";
import { sparesFor, type TileCall, type TileWork } from "./spare-threads.ts";
import type { WasmFunction } from "./wasm-function.ts";

/** Sides of the tiles that are packed at a time: three of them take a fifth of the arena. */
const TILE = 1024;
/** Steps along the inner dimension that strips of both matrices stay in the first cache for. */
const DEPTH = 256;
/** Rows that are one call: with {@link DEPTH} they stay in the second cache. */
const ROWS = 64;

interface Sizes {
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

/**
 * Adds the product a (m × k) b (k × n) to c, by tiles packed into the arena, with SIMD and the help of spare threads; false where there is
 * no SIMD, or no room: nothing is written then.
 */
export function addProduct({ m, n, k }: Sizes, a: Matrix, b: Matrix, c: Matrix): boolean {
  const run = productFunction();
  if (run === undefined) return false;
  for (let i = 0; i < m; i += TILE)
    for (let j = 0; j < n; j += TILE)
      for (let p = 0; p < k; p += TILE) {
        const size = { m: Math.min(TILE, m - i), n: Math.min(TILE, n - j), k: Math.min(TILE, k - p) };
        const isDone = addTile(
          run,
          size,
          { data: a.data, at: a.at + i * k + p, across: k },
          { data: b.data, at: b.at + p * n + j, across: n },
          { data: c.data, at: c.at + i * n + j, across: n },
        );
        // The arena is as full for the first tile as for all.
        if (!isDone) return false;
      }
  return true;
}

/** A box of a matrix: numbers from row to row. */
interface Box extends Matrix {
  readonly across: number;
}

const upTo = (n: number, side: number): number => Math.ceil(n / side) * side;

function addTile(run: WasmFunction, size: Sizes, a: Box, b: Box, c: Box): boolean {
  const [m, n, k] = [upTo(size.m, SIDE), upTo(size.n, SIDE), upTo(size.k, UNROLLED)];
  return withArena(() => {
    const lent = [m * k, k * n, m * n].map((count) => lend("float64", count) as Float64Array | undefined);
    const [left, right, sum] = lent;
    if (left === undefined || right === undefined || sum === undefined) return false;
    packRows(left, a, size, m);
    packColumns(right, b, size, n);
    sum.fill(0);
    const work = workOf(run, [m, n, k], [left, right, sum]);
    const spares = sparesFor(m * n, k, arenaMemory() as NonNullable<ReturnType<typeof arenaMemory>>);
    if (spares !== undefined) spares.run(work);
    else for (let tile = 0; tile < work.count; tile++) alone(work, tile);
    addBack(c, sum, size, n);
    return true;
  });
}

function alone(work: TileWork, tile: number): void {
  for (const { run, args } of work.calls(tile, 0)) run(...args);
}

/** A band of rows a tile: all of its calls add to that band alone. */
function workOf(
  run: WasmFunction,
  [m, n, k]: readonly [number, number, number],
  [left, right, sum]: readonly [Float64Array, Float64Array, Float64Array],
): TileWork {
  const [a, b, c] = [left.byteOffset, right.byteOffset, sum.byteOffset];
  const work: TileWork = {
    count: Math.ceil(m / ROWS),
    laneBytes: 0,
    calls: (tile) => {
      const row = tile * ROWS;
      const rows = Math.min(ROWS, m - row);
      const calls: TileCall[] = [];
      for (let p = 0; p < k; p += DEPTH) {
        const depth = Math.min(DEPTH, k - p);
        const args = [a + 8 * (p * m + row * depth), b + 8 * p * n, c + 8 * row * n, rows, n, depth, 8 * n];
        calls.push({ run, args, own: 0 });
      }
      return calls;
    },
    take: (tile, _, isLeft) => {
      if (!isLeft) return;
      sum.fill(0, tile * ROWS * n, Math.min(m, (tile + 1) * ROWS) * n);
      alone(work, tile);
    },
  };
  return work;
}

/** Strips of four rows for each stretch of the inner dimension, four numbers a step; zeros beyond the ends. */
function packRows(to: Float64Array, { data, at, across }: Box, { m, k }: Sizes, rows: number): void {
  to.fill(0);
  for (let p0 = 0; p0 < k; p0 += DEPTH) {
    const depth = Math.min(DEPTH, k - p0);
    const stride = SIDE * upTo(depth, UNROLLED);
    for (let i = 0; i < m; i++) {
      const from = at + i * across + p0;
      const start = p0 * rows + Math.floor(i / SIDE) * stride + (i % SIDE);
      for (let p = 0; p < depth; p++) to[start + p * SIDE] = data[from + p] as number;
    }
  }
}

/** Strips of four columns for each stretch of the inner dimension. */
function packColumns(to: Float64Array, { data, at, across }: Box, { n, k }: Sizes, columns: number): void {
  to.fill(0);
  for (let p0 = 0; p0 < k; p0 += DEPTH) {
    const depth = Math.min(DEPTH, k - p0);
    const stride = SIDE * upTo(depth, UNROLLED);
    const q = p0 * columns;
    for (let p = 0; p < depth; p++) {
      const from = at + (p0 + p) * across;
      for (let j = 0; j < n; j++) to[q + (j >> 2) * stride + p * SIDE + (j & 3)] = data[from + j] as number;
    }
  }
}

function addBack({ data, at, across }: Box, from: Float64Array, { m, n }: Sizes, width: number): void {
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++)
      data[at + i * across + j] = (data[at + i * across + j] as number) + (from[i * width + j] as number);
}
