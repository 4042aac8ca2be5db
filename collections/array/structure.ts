import type { AxisRuns } from "../../runtime/graph/call.ts";
import { arrayOf, asArray, type ShoalArray } from "./array.ts";
import type { ArrayLike } from "./array-like.ts";
import { axisOf } from "./blocks.ts";
import { axisSizes, type ChunkSpec, chunkRuns } from "./chunk-spec.ts";
import { arange, type CreateOptions, eye, onesLike, tri, zeros } from "./creation.ts";
import { type DType, itemsizeOf, parseDType } from "./dtype.ts";
import { isBlocks } from "./elementwise.ts";
import { isForeign } from "./foreign-array.ts";
import { broadcastTo, concatenate, stack, where } from "./functions.ts";
import { isSource } from "./kernels/elementwise.ts";
import { known } from "./known.ts";
import { listGiven } from "./list-given.ts";
import { type BlockFunction, inferDType, mapBlocksOf } from "./map-blocks.ts";
import { promote } from "./promote.ts";
import { nonzero } from "./sets.ts";
import { reaxisBlocks } from "./slicing.ts";

/**
 * Chunk sizes per axis from any way to say them.
 * @see https://docs.dask.org/en/stable/generated/dask.array.core.normalize_chunks.html
 * @example
 * normalizeChunks([7, 2], [20, 3]); // [[7, 7, 6], [2, 1]]
 */
export function normalizeChunks(
  chunks: ChunkSpec,
  shape: readonly number[],
  options: { readonly dtype?: DType | (string & {}) } = {},
): number[][] {
  known(options, "normalizeChunks", "dtype");
  return chunkRuns(chunks, shape, itemsizeOf(parseDType(options.dtype ?? "float64"))).map(axisSizes);
}

/** Coordinates of a grid: one array an axis, each in the shape of all. */
export function meshgrid(
  arrays: readonly ArrayLike[],
  options: { readonly indexing?: "xy" | "ij"; readonly sparse?: boolean } = {},
): ShoalArray[] {
  const lists = listGiven("meshgrid", "meshgrid([x, y])", arrays).map((one) => arrayOf(one).ravel());
  known(options, "meshgrid", "indexing", "sparse");
  const isSwapped = (options.indexing ?? "xy") === "xy" && lists.length > 1;
  const order = isSwapped ? [1, 0, ...lists.slice(2).map((_, at) => at + 2)] : lists.map((_, at) => at);
  const shape = order.map((at) => (lists[at] as ShoalArray).size);
  const chunks = order.map((at) => (lists[at] as ShoalArray).chunks[0] as readonly number[]);
  return lists.map((list, at) => {
    const line = asArray(
      reaxisBlocks(
        list,
        order.map((one) => (one === at ? 0 : null)),
      ),
    );
    return options.sparse === true ? line : broadcastTo(line, shape, { chunks });
  });
}

/** Positions along each axis of a grid, as one array with the axis in front. */
export function indices(dimensions: readonly number[], options: CreateOptions = {}): ShoalArray {
  known(options, "indices", "dtype", "chunks");
  const dtype = parseDType(options.dtype ?? "int64");
  const runs = chunkRuns(options.chunks ?? "auto", dimensions, itemsizeOf(dtype));
  const parts = dimensions.map((n, axis) => {
    const line = arange(0, n, { dtype, chunks: [axisSizes(runs[axis] as AxisRuns)] });
    const order = dimensions.map((_, at) => (at === axis ? 0 : null));
    return broadcastTo(asArray(reaxisBlocks(line, order)), dimensions, { chunks: runs.map(axisSizes) });
  });
  return stack(parts);
}

/**
 * An array whose blocks a function makes of their coordinates: it gets one eager array an axis.
 * @see https://docs.dask.org/en/stable/generated/dask.array.fromfunction.html
 */
export function fromfunction(
  fn: BlockFunction,
  options: CreateOptions & { readonly shape: readonly number[] },
): ShoalArray {
  const { shape, dtype = "float64" } = known(options, "fromfunction", "shape", "dtype", "chunks");
  const runs = chunkRuns(options.chunks ?? "auto", shape, 8);
  const lines = shape.map((n, axis) => {
    const line = arange(0, n, { dtype, chunks: [axisSizes(runs[axis] as AxisRuns)] });
    const order = shape.map((_, at) => (at === axis ? 0 : null));
    return broadcastTo(asArray(reaxisBlocks(line, order)), shape, { chunks: runs.map(axisSizes) });
  });
  const [first, ...others] = lines;
  if (first === undefined) throw new RangeError("fromfunction needs a shape of at least one axis");
  const to = inferDType(fn, lines);
  return asArray(mapBlocksOf(fn, first, { args: others, dtype: to, name: "fromfunction" }));
}

/** A diagonal of a matrix, or the matrix that has a list on its diagonal. */
export function diag(x: ArrayLike, options: { readonly k?: number } = {}): ShoalArray {
  known(options, "diag", "k");
  const array = arrayOf(x);
  const k = options.k ?? 0;
  if (array.ndim === 2) return diagonal(array, { offset: k });
  if (array.ndim !== 1) throw new RangeError(`diag needs one or two axes, got ${array.ndim}`);
  const n = array.size;
  const size = n + Math.abs(k);
  if (n === 0) return zeros([size, size], { dtype: array.dtype });
  const sizes = array.chunks[0] as readonly number[];
  const rows = k < 0 ? [-k, ...sizes] : k > 0 ? [...sizes, k] : sizes;
  const columns = k > 0 ? [k, ...sizes] : k < 0 ? [...sizes, -k] : sizes;
  const padding = Math.max(0, k);
  const line = concatenate(
    [zeros([padding], { dtype: array.dtype }), array, zeros([size - n - padding], { dtype: array.dtype })].filter(
      (one) => one.size > 0,
    ),
  ).rechunk([columns]);
  const on = eye(size, { M: size, k, dtype: "bool", chunks: [rows, columns] });
  return where(on, line.get(null, ":"), zeros([1, 1], { dtype: array.dtype }));
}

/** A diagonal of the last two of the named axes, as the last axis. */
export function diagonal(
  x: ArrayLike,
  options: { readonly offset?: number; readonly axis1?: number; readonly axis2?: number } = {},
): ShoalArray {
  known(options, "diagonal", "offset", "axis1", "axis2");
  const array = arrayOf(x);
  const [a, b] = [axisOf(options.axis1 ?? 0, array.ndim), axisOf(options.axis2 ?? 1, array.ndim)];
  if (a === b) throw new RangeError(`A diagonal needs two axes, got ${a} twice`);
  const rest = array.shape.map((_, at) => at).filter((at) => at !== a && at !== b);
  const moved = array.transpose([a, b, ...rest]);
  const k = options.offset ?? 0;
  const [rows, columns] = moved.shape as [number, number];
  const length = Math.max(0, Math.min(rows - Math.max(0, -k), columns - Math.max(0, k)));
  if (length === 0) return zeros([...rest.map((axis) => array.shape[axis] as number), 0], { dtype: array.dtype });
  const at = Array.from({ length }, (_, i) => i);
  const points = moved.vindex(
    at.map((i) => i + Math.max(0, -k)),
    at.map((i) => i + Math.max(0, k)),
  );
  const cut = diagonalCut(moved.chunks[0] as number[], moved.chunks[1] as number[], k, length);
  const line = points.transpose([...rest.map((_, i) => i + 1), 0]);
  return line.rechunk({ [line.ndim - 1]: cut });
}

/** Chunks of a diagonal: cut wherever it passes into another block. */
function diagonalCut(rows: readonly number[], columns: readonly number[], k: number, length: number): number[] {
  const borders = new Set<number>([length]);
  for (const [sizes, shift] of [
    [rows, Math.max(0, -k)],
    [columns, Math.max(0, k)],
  ] as const) {
    let at = -shift;
    for (const size of sizes) {
      at += size;
      if (at > 0 && at < length) borders.add(at);
    }
  }
  const sorted = [...borders].sort((a, b) => a - b);
  return sorted.map((border, at) => border - (sorted[at - 1] ?? 0));
}

/** Sum of a diagonal. */
export const trace = (
  x: ArrayLike,
  options: { readonly offset?: number; readonly axis1?: number; readonly axis2?: number } = {},
): ShoalArray => diagonal(x, options).sum({ axis: -1 });

const triangle = (x: ArrayLike, k: number, keepsLower: boolean): ShoalArray => {
  const array = arrayOf(x);
  if (array.ndim < 2) throw new RangeError(`A triangle needs two axes, got ${array.ndim}`);
  const [rows, columns] = array.shape.slice(-2) as [number, number];
  const mask = tri(rows, {
    M: columns,
    k: keepsLower ? k : k - 1,
    dtype: "bool",
    // As in Dask the mask is cut evenly, by the first chunk of each axis.
    chunks: array.chunks.slice(-2).map((sizes) => sizes[0] || sizes),
  });
  const zero = zeros([], { dtype: array.dtype });
  return keepsLower ? where(mask, array, zero) : where(mask, zero, array);
};

/** The lower triangle; the rest zero. */
export const tril = (x: ArrayLike, options: { readonly k?: number } = {}): ShoalArray =>
  triangle(x, known(options, "tril", "k").k ?? 0, true);
/** The upper triangle; the rest zero. */
export const triu = (x: ArrayLike, options: { readonly k?: number } = {}): ShoalArray =>
  triangle(x, known(options, "triu", "k").k ?? 0, false);

/** Places of the lower triangle of a matrix, as lists of rows and columns. */
export const trilIndices = (n: number, options: TriangleOptions = {}): ShoalArray[] =>
  nonzero(tri(n, { M: known(options, "trilIndices", "k", "m").m ?? n, k: options.k ?? 0, dtype: "bool" }));
/** Places of the upper triangle of a matrix. */
export const triuIndices = (n: number, options: TriangleOptions = {}): ShoalArray[] =>
  nonzero(tri(n, { M: known(options, "triuIndices", "k", "m").m ?? n, k: (options.k ?? 0) - 1, dtype: "bool" }).not());

/** Options of {@link trilIndices} and {@link triuIndices}. */
export interface TriangleOptions {
  /** The diagonal; 0 the main one. */
  readonly k?: number;
  /** Columns; as many as rows if left out. */
  readonly m?: number;
}

/** Places of the lower triangle of an array of two axes. */
export const trilIndicesFrom = (x: ArrayLike, options: Pick<TriangleOptions, "k"> = {}): ShoalArray[] =>
  trilIndices(...matrixSize(x, options));
/** Places of the upper triangle of an array of two axes. */
export const triuIndicesFrom = (x: ArrayLike, options: Pick<TriangleOptions, "k"> = {}): ShoalArray[] =>
  triuIndices(...matrixSize(x, options));

function matrixSize(x: ArrayLike, options: Pick<TriangleOptions, "k">): [number, TriangleOptions] {
  known(options, "Indices of a triangle", "k");
  const { shape } = arrayOf(x);
  if (shape.length !== 2) throw new RangeError(`Indices of a triangle need two axes, got ${shape.length}`);
  return [shape[0] as number, { ...options, m: shape[1] as number }];
}

/** Options of {@link average}. */
export interface AverageOptions {
  readonly axis?: number | readonly number[];
  readonly weights?: ArrayLike;
}

/** Weighted mean; with `returned` also the sums of the weights. */
export function average(x: ArrayLike, options: AverageOptions & { readonly returned: true }): [ShoalArray, ShoalArray];
export function average(x: ArrayLike, options?: AverageOptions & { readonly returned?: boolean }): ShoalArray;
export function average(
  x: ArrayLike,
  { weights, returned = false, ...axis }: AverageOptions & { readonly returned?: boolean } = {},
): ShoalArray | [ShoalArray, ShoalArray] {
  const array = arrayOf(x);
  if (weights === undefined) {
    const mean = array.mean(axis);
    return returned ? [mean, onesLike(array, { dtype: mean.dtype }).sum(axis)] : mean;
  }
  const wide = wideWeights(array, arrayOf(weights), axis.axis);
  const total = broadcastTo(wide, array.shape).sum(axis);
  const mean = array.mul(wide).sum(axis).div(total);
  return returned ? [mean, total.astype(mean.dtype)] : mean;
}

/** Weights of one axis, as an array that broadcasts along the others. */
function wideWeights(array: ShoalArray, given: ShoalArray, axis: AverageOptions["axis"]): ShoalArray {
  if (given.ndim !== 1 || array.ndim === 1) return given;
  if (typeof axis !== "number") throw new TypeError("Weights of one axis need that axis: { axis, weights }");
  const at = axisOf(axis, array.ndim);
  if (given.size !== array.shape[at])
    throw new RangeError(`${given.size} weights were given for axis ${at} of ${array.shape[at]} elements`);
  return asArray(
    reaxisBlocks(
      given,
      array.shape.map((_, k) => (k === at ? 0 : null)),
    ),
  );
}

/** Options of {@link cov} and {@link corrcoef}. */
export interface CovarianceOptions {
  readonly y?: ArrayLike;
  /** Whether rows are variables; else columns. */
  readonly rowvar?: boolean;
  readonly bias?: boolean;
  readonly ddof?: number;
}

/** Covariances of variables. */
export function cov(x: ArrayLike, options: CovarianceOptions = {}): ShoalArray {
  refuseSecond("cov", options);
  known(options, "cov", "y", "rowvar", "bias", "ddof");
  const rows = (one: ArrayLike): ShoalArray => {
    const array = arrayOf(one);
    if (array.ndim > 2) throw new RangeError(`Covariances need one or two axes, got ${array.ndim}`);
    const wide = array.ndim === 1 ? array.get(null, ":") : options.rowvar === false ? array.T : array;
    return wide.astype(promote(wide.dtype, "float64"));
  };
  const all = options.y === undefined ? rows(x) : concatenate([rows(x), rows(options.y)]);
  const count = Math.max(0, (all.shape[1] as number) - (options.ddof ?? (options.bias === true ? 0 : 1)));
  const centred = all.sub(all.mean({ axis: 1, keepdims: true }));
  const result = centred.dot(centred.T.conj()).div(count);
  return result.size === 1 ? result.squeeze() : result;
}

/** Correlations of variables. */
export function corrcoef(x: ArrayLike, options: Pick<CovarianceOptions, "y" | "rowvar"> = {}): ShoalArray {
  refuseSecond("corrcoef", options);
  known(options, "corrcoef", "y", "rowvar");
  const c = cov(x, options);
  if (c.ndim === 0) return c.div(c);
  const sd = diag(c).sqrt();
  return c.div(sd.get(":", null)).div(sd.get(null, ":"));
}

/** NumPy takes more variables as a second argument; here they are an option. */
function refuseSecond(name: string, options: object): void {
  if (isBlocks(options) || isSource(options) || isForeign(options) || Array.isArray(options))
    throw new TypeError(`${name} takes more variables as an option: ${name}(x, { y })`);
}
