import type { DType } from "../dtype.ts";
import { adjoint } from "./complex-dense.ts";
import * as complexMatrices from "./complex-matrices.ts";
import * as complexOrthogonal from "./complex-orthogonal.ts";
import { svd as complexSvd } from "./complex-svd.ts";
import { type Dense, transposeDense } from "./dense.ts";
import * as matrices from "./matrices.ts";
import type { Factored } from "./orthogonal.ts";
import * as orthogonal from "./orthogonal.ts";

/** The numbers that matrices are of, and how they are decomposed. */
export interface Field {
  readonly dtype: "float64" | "complex128";
  /** Doubles each element takes. */
  readonly lanes: 1 | 2;
  multiply(a: Dense, b: Dense): Dense;
  adjoint(a: Dense): Dense;
  factorQr(a: Dense): Factored;
  triangleOf(a: Factored): Dense;
  orthogonalOf(a: Factored): Dense;
  qr(a: Dense): { q: Dense; r: Dense };
  svd(a: Dense): { u: Dense; s: Float64Array; vt: Dense };
  lu(a: Dense): { order: Uint32Array; l: Dense; u: Dense };
  cholesky(a: Dense): Dense;
  solve(a: Dense, b: Dense): Dense;
  solveTriangular(t: Dense, b: Dense, lower: boolean): Dense;
  invert(a: Dense): Dense;
}

const REAL: Field = { ...matrices, ...orthogonal, dtype: "float64", lanes: 1, adjoint: transposeDense };
const COMPLEX: Field = {
  ...complexMatrices,
  ...complexOrthogonal,
  svd: complexSvd,
  dtype: "complex128",
  lanes: 2,
  adjoint,
};

/** Complex numbers where one of the matrices has them, else doubles. */
export const fieldOf = (...matrices: readonly { readonly dtype: DType }[]): Field =>
  matrices.some((one) => one.dtype.startsWith("complex")) ? COMPLEX : REAL;
