import { createRequire } from "node:module";
import { invariant } from "../../../runtime/base/errors.ts";
import { gemm, type Matrix } from "./gemm.ts";
import { openBlas } from "./openblas.ts";

/** The part of numpy-ts that is used: its matrix product runs on WebAssembly with SIMD. */
interface WasmArray {
  readonly data: Float64Array;
  reshape(...shape: number[]): WasmArray;
  dispose?(): void;
}
interface WasmLibrary {
  frombuffer(buffer: ArrayBuffer, dtype: string): WasmArray;
  matmul(a: WasmArray, b: WasmArray): WasmArray;
}

/** Products of fewer multiplications are done here: the way into WebAssembly and back costs more. */
const MULTIPLICATIONS_MIN = 4e6;
/** The same for OpenBLAS, which needs no copies. */
const NATIVE_MULTIPLICATIONS_MIN = 2e4;
/** Side of the tiles handed over, so that the library's fixed heap of 256 MiB is never exhausted. */
const TILE = 1024;

let library: WasmLibrary | null | undefined;

/** The library, loaded when first needed; null where it cannot be. */
function wasmLibrary(): WasmLibrary | null {
  if (library === undefined)
    try {
      library = createRequire(import.meta.url)("numpy-ts") as WasmLibrary;
    } catch {
      library = null;
    }
  return library;
}

interface Sizes {
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

/** c = a b, whatever c held: in OpenBLAS, or by tiles in WebAssembly, where that pays. */
export function fastGemm(sizes: Sizes, a: Matrix, b: Matrix, c: Matrix): void {
  const { m, n, k } = sizes;
  const native = m * n * k < NATIVE_MULTIPLICATIONS_MIN ? null : openBlas();
  if (native !== null) {
    const [left, right, product] = startingAt(1, a, b, c);
    native.gemm(m, n, k, left, right, product);
    return;
  }
  c.data.fill(0, c.at, c.at + m * n);
  const wasm = m * n * k < MULTIPLICATIONS_MIN || Math.min(m, n, k) < 8 ? null : wasmLibrary();
  if (wasm === null) {
    gemm(sizes, a, b, c);
    return;
  }
  for (let i = 0; i < m; i += TILE)
    for (let p = 0; p < k; p += TILE) {
      const [rows, depth] = [Math.min(TILE, m - i), Math.min(TILE, k - p)];
      const left = tileOf(wasm, a, k, [i, p, rows, depth]);
      for (let j = 0; j < n; j += TILE) {
        const columns = Math.min(TILE, n - j);
        const right = tileOf(wasm, b, n, [p, j, depth, columns]);
        const product = wasm.matmul(left, right);
        addTile(c, n, product.data, [i, j, rows, columns]);
        right.dispose?.();
        product.dispose?.();
      }
      left.dispose?.();
    }
}

/** Whether products of complex numbers of this size are OpenBLAS's; smaller ones are as quick as sums of products. */
export const hasComplexGemm = ({ m, n, k }: Sizes): boolean =>
  m * n * k >= NATIVE_MULTIPLICATIONS_MIN && openBlas() !== null;

/** c = a b for complex numbers as (re, im) pairs, whose places count pairs; only where {@link hasComplexGemm}. */
export function complexGemm({ m, n, k }: Sizes, a: Matrix, b: Matrix, c: Matrix): void {
  const native = openBlas();
  invariant(native !== null, "complex products need OpenBLAS");
  native.gemmComplex(m, n, k, ...startingAt(2, a, b, c));
}

const startingAt = (lanes: number, ...matrices: readonly [Matrix, Matrix, Matrix]) =>
  matrices.map((one) => one.data.subarray(one.at * lanes)) as [Float64Array, Float64Array, Float64Array];

type Box = readonly [row: number, column: number, rows: number, columns: number];

function tileOf(wasm: WasmLibrary, from: Matrix, width: number, [row, column, rows, columns]: Box): WasmArray {
  const tile = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    const start = from.at + (row + i) * width + column;
    tile.set(from.data.subarray(start, start + columns), i * columns);
  }
  return wasm.frombuffer(tile.buffer, "float64").reshape(rows, columns);
}

function addTile(to: Matrix, width: number, tile: Float64Array, [row, column, rows, columns]: Box): void {
  for (let i = 0; i < rows; i++) {
    const start = to.at + (row + i) * width + column;
    for (let j = 0; j < columns; j++)
      to.data[start + j] = (to.data[start + j] as number) + (tile[i * columns + j] as number);
  }
}
