import { invariant } from "../../../runtime/base/errors.ts";
import { gemm, type Matrix } from "./gemm.ts";
import { type Beta, openBlas } from "./openblas.ts";
import { addProduct } from "./simd/arena-product.ts";

/** Products of fewer multiplications are plain loops: packing matrices for WebAssembly costs more. */
const MULTIPLICATIONS_MIN = 2e5;
/** The same of fewer rows, columns or steps: packed matrices have strips of four. */
const SIDE_MIN = 8;
/** The same for OpenBLAS, which needs no copies. */
const NATIVE_MULTIPLICATIONS_MIN = 2e4;
interface Sizes {
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

/** c = a b + beta c, whatever c held where beta is 0: in OpenBLAS, or with SIMD in WebAssembly, where that pays. */
export function fastGemm(sizes: Sizes, a: Matrix, b: Matrix, c: Matrix, beta: Beta = 0): void {
  const { m, n, k } = sizes;
  const native = m * n * k < NATIVE_MULTIPLICATIONS_MIN ? null : openBlas();
  if (native !== null) {
    const [left, right, product] = startingAt(1, a, b, c);
    native.gemm(m, n, k, left, right, product, beta);
    return;
  }
  if (beta === 0) c.data.fill(0, c.at, c.at + m * n);
  const isWorth = m * n * k >= MULTIPLICATIONS_MIN && Math.min(m, n, k) >= SIDE_MIN;
  if (!isWorth || !addProduct(sizes, a, b, c)) gemm(sizes, a, b, c);
}

/** Whether products of complex numbers of this size are OpenBLAS's; smaller ones are as quick as sums of products. */
export const hasComplexGemm = ({ m, n, k }: Sizes): boolean =>
  m * n * k >= NATIVE_MULTIPLICATIONS_MIN && openBlas() !== null;

/** c = a b + beta c for complex numbers as (re, im) pairs, whose places count pairs; only where {@link hasComplexGemm}. */
export function complexGemm({ m, n, k }: Sizes, a: Matrix, b: Matrix, c: Matrix, beta: Beta = 0): void {
  const native = openBlas();
  invariant(native !== null, "complex products need OpenBLAS");
  native.gemmComplex(m, n, k, ...startingAt(2, a, b, c), beta);
}

const startingAt = (lanes: number, ...matrices: readonly [Matrix, Matrix, Matrix]) =>
  matrices.map((one) => one.data.subarray(one.at * lanes)) as [Float64Array, Float64Array, Float64Array];
