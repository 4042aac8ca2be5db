import { type Arg, type AxisRuns, input, literal, location } from "../../runtime/graph/call.ts";
import type { AxisPick, BlockwiseLayer, Layer } from "../../runtime/graph/layer.ts";
import { kernel, type NamedFunction } from "../../runtime/wire/function-spec.ts";
import { arrayOf, asArray, type ShoalArray } from "./array.ts";
import type { ArrayLike } from "./array-like.ts";
import { type Blocks, gridOf, layerName, samePlace, shapeOf, shapeText } from "./blocks.ts";
import { axisBlocks, axisSize, regularRuns } from "./chunk-spec.ts";
import type { DType } from "./dtype.ts";
import * as kernels from "./kernels/linalg.ts";
import { openBlas } from "./kernels/openblas.ts";
import { known } from "./known.ts";
import * as random from "./random.ts";
import type { Seed } from "./random-generator.ts";
import { rechunkTo } from "./rechunk.ts";

const MODULE = "shoal:collections/array/kernels/linalg";
const QR = kernel(MODULE, "qrBlock", kernels.qrBlock);
const FACTOR = kernel(MODULE, "factorBlock", kernels.factorBlock);
const QR_STACK = kernel(MODULE, "qrOfStack", kernels.qrOfStack);
const Q_BLOCK = kernel(MODULE, "qOfBlock", kernels.qOfBlock);
const R_STACK = kernel(MODULE, "rOfStack", kernels.rOfStack);
const PART = kernel(MODULE, "partNamed", kernels.partNamed);
const SVD = kernel(MODULE, "svdBlock", kernels.svdBlock);
const LU = kernel(MODULE, "luBlock", kernels.luBlock);
const CHOLESKY = kernel(MODULE, "choleskyBlock", kernels.choleskyBlock);
const SOLVE = kernel(MODULE, "solveBlock", kernels.solveBlock);
const TRIANGULAR = kernel(MODULE, "solveTriangularBlock", kernels.solveTriangularBlock);
const INV = kernel(MODULE, "invBlock", kernels.invBlock);
const LSTSQ = kernel(MODULE, "lstsqBlock", kernels.lstsqBlock);

const one = (n: number): AxisRuns => regularRuns(n, n);

function matrix(x: ArrayLike, what: string, square = false): ShoalArray {
  const array = arrayOf(x);
  const [m, n] = array.shape;
  if (array.ndim !== 2) throw new RangeError(`${what} needs a matrix, got shape ${shapeText(array.shape)}`);
  if (square && m !== n) throw new RangeError(`${what} needs a square matrix, got shape ${shapeText(array.shape)}`);
  return array;
}

/** What decompositions of these arrays are computed in: doubles, or complex numbers of doubles. */
const wideOf = (...arrays: readonly ShoalArray[]): DType =>
  arrays.some((one) => one.dtype.startsWith("complex")) ? "complex128" : "float64";

const isSingle = ({ dtype }: ShoalArray): boolean => dtype === "float32" || dtype === "complex64";

/** Computed in double precision; single precision comes out as it went in, as from NumPy. */
function precise(like: ShoalArray, made: ShoalArray): ShoalArray {
  if (!isSingle(like)) return made;
  return made.astype(made.dtype === "complex128" ? "complex64" : "float32") as ShoalArray;
}

/** The transpose, conjugated where there is something to conjugate. */
const adjointOf = (array: ShoalArray): ShoalArray => (wideOf(array) === "float64" ? array.T : array.T.conj());

/** A kernel on whole arrays, each in one block. */
function wholeLayer(
  prefix: string,
  fn: NamedFunction,
  plan: unknown,
  arrays: readonly Blocks[],
  grid: readonly number[],
): BlockwiseLayer {
  const whole = arrays.map((blocks) => rechunkTo(blocks, shapeOf(blocks).map(one)));
  const given: Arg[] = whole.map((_, at) => input(at));
  return {
    kind: "blockwise",
    name: layerName(
      prefix,
      plan,
      whole.map((blocks) => blocks.layer),
    ),
    grid,
    inputs: whole.map((blocks) => ({
      source: blocks.layer,
      axes: blocks.axes.map((): AxisPick => ({ kind: "at", index: 0 })),
    })),
    call: { fn, args: plan === null ? given : [literal(plan), ...given] },
  };
}

const whole = (
  prefix: string,
  fn: NamedFunction,
  plan: unknown,
  arrays: readonly ShoalArray[],
  shape: readonly number[],
): ShoalArray => {
  const axes = shape.map(one);
  return asArray({ layer: wholeLayer(prefix, fn, plan, arrays, gridOf(axes)), axes, dtype: wideOf(...arrays) });
};

/** One of several results of a layer of one block. */
function part(layer: Layer, name: string, shape: readonly number[], dtype: DType = "float64"): ShoalArray {
  const axes = shape.map(one);
  const picked: BlockwiseLayer = {
    kind: "blockwise",
    name: layerName(name, layer),
    grid: gridOf(axes),
    inputs: [{ source: layer, axes: layer.grid.map((): AxisPick => ({ kind: "at", index: 0 })) }],
    call: { fn: PART, args: [literal(name), input(0)] },
  };
  return asArray({ layer: picked, axes, dtype });
}

/**
 * Reduced QR decomposition; q and r. Tall matrices of one column of blocks are decomposed block by block (tsqr), others
 * in one block.
 * @see https://docs.dask.org/en/stable/generated/dask.array.linalg.qr.html
 */
export function qr(x: ArrayLike): [q: ShoalArray, r: ShoalArray] {
  const a = matrix(x, "qr");
  if (axisBlocks(a.axes[0] as AxisRuns) > 1 && axisBlocks(a.axes[1] as AxisRuns) === 1) return tsqr(a);
  const [q, r] = qrWhole(a);
  return [precise(a, q), precise(a, r)];
}

function qrWhole(a: ShoalArray): [ShoalArray, ShoalArray] {
  const [m, n] = a.shape as [number, number];
  const k = Math.min(m, n);
  const layer = wholeLayer("qr", QR, null, [a], []);
  const q = part(layer, "q", [m, k], wideOf(a));
  const r = part(layer, "r", [k, n], wideOf(a));
  return [
    k === n ? q.rechunk([a.chunks[0] as number[], -1]) : q,
    k === m ? r.rechunk([-1, a.chunks[1] as number[]]) : r,
  ];
}

/** QR of a tall matrix cut along its rows: of each block, then of the stacked triangles. */
export function tsqr(x: ArrayLike): [q: ShoalArray, r: ShoalArray] {
  const a = matrix(x, "tsqr");
  const rows = a.axes[0] as AxisRuns;
  const n = axisSize(a.axes[1] as AxisRuns);
  const k = Math.min(axisSize(rows), n);
  const source = rechunkTo(a, [rows, one(n)]);
  const blocks: BlockwiseLayer = {
    kind: "blockwise",
    name: layerName("qr-block", source.layer),
    grid: source.layer.grid,
    inputs: [samePlace(source.layer)],
    call: { fn: FACTOR, args: [input(0)] },
  };
  const stack: BlockwiseLayer = {
    kind: "blockwise",
    name: layerName("qr-stack", source.layer),
    grid: [],
    inputs: [{ source: blocks, axes: [{ kind: "all" }, { kind: "at", index: 0 }] }],
    call: { fn: QR_STACK, args: [input(0)] },
  };
  const q: BlockwiseLayer = {
    kind: "blockwise",
    name: layerName("q", source.layer),
    grid: source.layer.grid,
    inputs: [samePlace(blocks), { source: stack, axes: [] }],
    call: { fn: Q_BLOCK, args: [location([rows, one(k)]), input(0), input(1)] },
  };
  const r: BlockwiseLayer = {
    kind: "blockwise",
    name: layerName("r", source.layer),
    grid: [1, 1],
    inputs: [{ source: stack, axes: [] }],
    call: { fn: R_STACK, args: [input(0)] },
  };
  return [
    precise(a, asArray({ layer: q, axes: [rows, one(k)], dtype: wideOf(a) })),
    precise(a, asArray({ layer: r, axes: [one(k), one(n)], dtype: wideOf(a) })),
  ];
}

/** QR of a wide matrix. */
export const sfqr = (x: ArrayLike): [q: ShoalArray, r: ShoalArray] => qrWhole(matrix(x, "sfqr"));

/**
 * Thin singular value decomposition: u, s falling, v. Signs are chosen so that they do not depend on chunks.
 * @see https://docs.dask.org/en/stable/generated/dask.array.linalg.svd.html
 */
export function svd(
  x: ArrayLike,
  options: { readonly coerceSigns?: boolean } = {},
): [u: ShoalArray, s: ShoalArray, v: ShoalArray] {
  known(options, "svd", "coerceSigns");
  const a = matrix(x, "svd");
  const [m, n] = a.shape as [number, number];
  const plan = { signs: options.coerceSigns ?? true };
  const isTall = axisBlocks(a.axes[0] as AxisRuns) > 1 && axisBlocks(a.axes[1] as AxisRuns) === 1;
  if (!isTall && m < n) {
    const [u, s, v] = svd(a.T, options);
    return [v.T, s, u.T];
  }
  if (!isTall) {
    const [u, s, v] = svdWhole(a, plan);
    // As in Dask, factors are cut as the sides they belong to.
    const cutU = u.rechunk([a.chunks[0] as number[], -1]);
    const cutV = v.rechunk([-1, a.chunks[1] as number[]]);
    return [precise(a, cutU), precise(a, s), precise(a, cutV)];
  }
  const [q, r] = tsqr(a);
  const [u, s, v] = svd(r, options);
  return [q.dot(u), s, v];
}

function svdWhole(a: ShoalArray, plan: { readonly signs: boolean }): [ShoalArray, ShoalArray, ShoalArray] {
  const [m, n] = a.shape as [number, number];
  const k = Math.min(m, n);
  const layer = wholeLayer("svd", SVD, plan, [a], []);
  return [part(layer, "u", [m, k], wideOf(a)), part(layer, "s", [k]), part(layer, "v", [k, n], wideOf(a))];
}

/**
 * The k largest singular values and their vectors, through a random projection.
 * @see https://docs.dask.org/en/stable/generated/dask.array.linalg.svd_compressed.html
 */
export function svdCompressed(
  x: ArrayLike,
  k: number,
  options: { readonly nPowerIter?: number; readonly nOversamples?: number; readonly seed?: Seed } = {},
): [u: ShoalArray, s: ShoalArray, v: ShoalArray] {
  known(options, "svdCompressed", "nPowerIter", "nOversamples", "seed");
  const a = matrix(x, "svdCompressed");
  const [m, n] = a.shape as [number, number];
  const width = Math.min(m, n, k + (options.nOversamples ?? 10));
  const omega = random.normal([n, width], {
    chunks: [a.chunks[1] as number[], -1],
    ...(options.seed === undefined ? {} : { seed: options.seed }),
  });
  let y = a.dot(omega);
  for (let power = 0; power < (options.nPowerIter ?? 0); power++) y = a.dot(adjointOf(a).dot(tsqr(y)[0]));
  const [q] = tsqr(y);
  const [u, s, v] = svd(adjointOf(q).dot(a));
  return [q.dot(u).get(":", `:${k}`), s.get(`:${k}`), v.get(`:${k}`, ":")];
}

/** p, l and u with a = p l u; l is unit lower, u upper. In one block. */
export function lu(x: ArrayLike): [p: ShoalArray, l: ShoalArray, u: ShoalArray] {
  const a = matrix(x, "lu");
  const [m, n] = a.shape as [number, number];
  const k = Math.min(m, n);
  const layer = wholeLayer("lu", LU, null, [a], []);
  const rows = a.chunks[0] as number[];
  return [
    precise(a, part(layer, "p", [m, m])).rechunk([rows, rows]),
    precise(a, part(layer, "l", [m, k], wideOf(a))).rechunk([rows, k === m ? rows : -1]),
    precise(a, part(layer, "u", [k, n], wideOf(a))).rechunk([k === m ? rows : -1, a.chunks[1] as number[]]),
  ];
}

/** The triangle whose product with its adjoint is the matrix; upper unless `lower`. In one block. */
export function cholesky(x: ArrayLike, options: { readonly lower?: boolean } = {}): ShoalArray {
  known(options, "cholesky", "lower");
  const a = matrix(x, "cholesky", true);
  const made = whole("cholesky", CHOLESKY, { lower: options.lower ?? false }, [a], a.shape);
  return precise(a, made).rechunk(a.chunks as number[][]);
}

/** Of two sides the one that is more precise: the result is as it is. */
const widerOf = (a: ShoalArray, right: ShoalArray): ShoalArray => (isSingle(right) ? a : right);

function rightSide(a: ShoalArray, b: ArrayLike, what: string): ShoalArray {
  const right = arrayOf(b);
  if (right.shape[0] !== a.shape[0] || right.ndim > 2 || right.ndim === 0)
    throw new RangeError(`${what}: shapes ${shapeText(a.shape)} and ${shapeText(right.shape)} do not fit`);
  return right;
}

/** x with a x = b. In one block. @throws RangeError if a is singular (when computed) */
export function solve(x: ArrayLike, b: ArrayLike): ShoalArray {
  const a = matrix(x, "solve", true);
  const right = rightSide(a, b, "solve");
  // As in Dask, rows are cut as those of the matrix, columns as those of the right side.
  const cut = [a.chunks[0] as number[], ...(right.chunks.slice(1) as number[][])];
  return precise(widerOf(a, right), whole("solve", SOLVE, {}, [a, right], right.shape)).rechunk(cut);
}

/** x with a x = b for a triangular a. In one block. */
export function solveTriangular(x: ArrayLike, b: ArrayLike, options: { readonly lower?: boolean } = {}): ShoalArray {
  known(options, "solveTriangular", "lower");
  const a = matrix(x, "solveTriangular", true);
  const right = rightSide(a, b, "solveTriangular");
  const made = whole("solve-triangular", TRIANGULAR, { lower: options.lower ?? false }, [a, right], right.shape);
  return precise(widerOf(a, right), made).rechunk(right.chunks as number[][]);
}

/** The inverse. In one block. */
export function inv(x: ArrayLike): ShoalArray {
  const a = matrix(x, "inv", true);
  return whole("inv", INV, {}, [a], a.shape).rechunk(a.chunks as number[][]);
}

/** Least squares: solution, squared residuals, rank, singular values. In one block. */
export function lstsq(
  x: ArrayLike,
  b: ArrayLike,
): [x: ShoalArray, residuals: ShoalArray, rank: ShoalArray, s: ShoalArray] {
  const a = matrix(x, "lstsq");
  const right = rightSide(a, b, "lstsq");
  const [m, n] = a.shape as [number, number];
  const layer = wholeLayer("lstsq", LSTSQ, {}, [a, right], []);
  const wider = widerOf(a, right);
  return [
    precise(wider, part(layer, "x", [n, ...right.shape.slice(1)], wideOf(a, right))),
    precise(wider, part(layer, "residuals", [m > n ? (right.shape[1] ?? 1) : 0])),
    part(layer, "rank", [], "int64"),
    precise(wider, part(layer, "s", [Math.min(m, n)])),
  ];
}

/** Options of {@link norm}. */
export interface NormOptions {
  /** Which norm: a number, Infinity, -Infinity, "fro" or "nuc". */
  readonly ord?: number | "fro" | "nuc";
  readonly axis?: number | readonly [number, number];
  readonly keepdims?: boolean;
}

/** Vector and matrix norms. @see https://docs.dask.org/en/stable/generated/dask.array.linalg.norm.html */
export function norm(x: ArrayLike, options: NormOptions = {}): ShoalArray {
  known(options, "norm", "ord", "axis", "keepdims");
  const array = arrayOf(x);
  const { ord, keepdims = false } = options;
  const size = array.abs().astype(array.dtype === "float32" ? "float32" : "float64");
  const axis = options.axis === undefined ? array.shape.map((_, at) => at) : [options.axis].flat();
  if (ord === undefined || ord === "fro") return size.square().sum({ axis, keepdims }).sqrt();
  if (axis.length === 1) return vectorNorm(size, ord, { axis, keepdims });
  if (axis.length !== 2) throw new RangeError(`The norm ${ord} needs one or two axes, got ${axis.length}`);
  return matrixNorm(array, size, ord, axis as [number, number], keepdims);
}

function vectorNorm(
  size: ShoalArray,
  ord: number | "nuc",
  options: { axis: readonly number[]; keepdims: boolean },
): ShoalArray {
  if (ord === "nuc") throw new RangeError('The norm "nuc" needs a matrix');
  if (ord === Infinity) return size.max(options);
  if (ord === -Infinity) return size.min(options);
  if (ord === 0) return size.ne(0).astype(size.dtype).sum(options);
  if (ord === 1) return size.sum(options);
  return size
    .pow(ord)
    .sum(options)
    .pow(1 / ord);
}

function matrixNorm(
  array: ShoalArray,
  size: ShoalArray,
  ord: number | "nuc",
  [rows, columns]: [number, number],
  keepdims: boolean,
): ShoalArray {
  const extreme = (sums: ShoalArray, axis: number): ShoalArray =>
    ord === Infinity || ord === 1 ? sums.max({ axis, keepdims: true }) : sums.min({ axis, keepdims: true });
  if (typeof ord === "number" && (Math.abs(ord) === Infinity || Math.abs(ord) === 1)) {
    const [summed, other] = Math.abs(ord) === 1 ? [rows, columns] : [columns, rows];
    const result = extreme(size.sum({ axis: summed, keepdims: true }), other);
    return keepdims ? result : result.squeeze([rows, columns]);
  }
  if (array.ndim !== 2) throw new RangeError(`The norm ${ord} needs a matrix, got shape ${shapeText(array.shape)}`);
  const [, s] = svd(array);
  const result = ord === "nuc" ? s.sum() : ord === 2 ? s.max() : ord === -2 ? s.min() : undefined;
  if (result === undefined) throw new RangeError(`There is no matrix norm ${ord}`);
  return keepdims ? result.reshape([1, 1]) : result;
}

/** What computes products and decompositions in this process: the system's OpenBLAS, or WebAssembly and plain loops. */
export const engine = (): string =>
  openBlas()?.config ?? "WebAssembly and plain loops (no OpenBLAS was found, or array.openblas is false)";
