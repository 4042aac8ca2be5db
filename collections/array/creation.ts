import { type AxisRuns, literal, location } from "../../runtime/graph/call.ts";
import type { BlockwiseLayer } from "../../runtime/graph/layer.ts";
import { kernel, type NamedFunction } from "../../runtime/wire/function-spec.ts";
import { asArray, type ShoalArray } from "./array.ts";
import { type ArrayLike, blocksOf, blocksOfContent, chunkOf } from "./array-like.ts";
import { type Blocks, gridOf, layerName, shapeOf } from "./blocks.ts";
import { axisSizes, type ChunkSpec, chunkRuns } from "./chunk-spec.ts";
import { type DType, dtypeInfo, itemsizeOf, parseDType } from "./dtype.ts";
import { castBlocks, filledBlocks, isBlocks, SETTLE } from "./elementwise.ts";
import { literalProgram } from "./kernels/program.ts";
import { diagonalBlock, rampBlock, rampOfCount } from "./kernels/ramps.ts";
import { known } from "./known.ts";
import { weakDType } from "./promote.ts";
import { rechunkBlocks } from "./rechunk.ts";
import { type ScalarLike, toElement, weakKindOf } from "./scalar.ts";

const MODULE = "shoal:collections/array/kernels/ramps";
const RAMP = kernel(MODULE, "rampBlock", rampBlock);
const DIAGONAL = kernel(MODULE, "diagonalBlock", diagonalBlock);

/** Options of functions that make arrays. */
export interface CreateOptions<D extends DType = DType> {
  readonly dtype?: D | (string & {});
  /** How the array is cut; "auto" aims at 128 MiB a chunk. */
  readonly chunks?: ChunkSpec;
}

type Shape = number | readonly number[];
export const shapeList = (shape: Shape): readonly number[] => {
  const list = typeof shape === "number" ? [shape] : shape;
  if (!Array.isArray(list)) throw new TypeError(`A shape is a length or a list of lengths, got ${String(shape)}`);
  for (const n of list)
    if (!Number.isInteger(n) || n < 0)
      throw new RangeError(`A length of ${n} in shape (${list.join(", ")}); use whole numbers from 0`);
  return list;
};

const runsOf = (shape: readonly number[], dtype: DType, chunks: ChunkSpec = "auto"): AxisRuns[] =>
  chunkRuns(chunks, shape, itemsizeOf(dtype));

/** An array of zeros. @see https://docs.dask.org/en/stable/generated/dask.array.zeros.html */
export const zeros = <D extends DType = "float64">(shape: Shape, options: CreateOptions<D> = {}): ShoalArray<D> =>
  constantArray(shape, 0, known(options, "zeros", "dtype", "chunks"));

/** An array of ones. */
export const ones = <D extends DType = "float64">(shape: Shape, options: CreateOptions<D> = {}): ShoalArray<D> =>
  constantArray(shape, 1, known(options, "ones", "dtype", "chunks"));

/** An array whose elements are not set; here they are zeros. */
export const empty = zeros;

/** An array of one value; whole numbers give int64 unless a dtype is named. */
export function full<D extends DType = DType>(
  shape: Shape,
  value: ScalarLike,
  options: CreateOptions<D> = {},
): ShoalArray<D> {
  known(options, "full", "dtype", "chunks");
  const dtype = options.dtype ?? (value instanceof Date ? "datetime64[ms]" : weakDType(weakKindOf(value)));
  return constantArray(shape, value, { ...options, dtype }) as ShoalArray<D>;
}

function constantArray<D extends DType>(shape: Shape, value: ScalarLike, options: CreateOptions<D>): ShoalArray<D> {
  const dtype = parseDType(options.dtype ?? "float64");
  // As in NumPy, a fraction is cut off where whole numbers are filled in.
  const isCut = typeof value === "number" && "iu".includes(dtypeInfo(dtype).kind);
  const program = literalProgram(toElement(isCut ? Math.trunc(value) : value, dtype), dtype);
  return asArray(filledBlocks(program, runsOf(shapeList(shape), dtype, options.chunks))) as ShoalArray<D>;
}

function constantLike(
  like: ArrayLike,
  value: ScalarLike,
  options: CreateOptions & { readonly shape?: Shape },
): ShoalArray {
  known(options, "An array like another", "dtype", "chunks", "shape");
  const of = blocksOf(like);
  const chunks = options.chunks ?? (options.shape === undefined ? of.axes.map(axisSizes) : "auto");
  return constantArray(options.shape ?? shapeOf(of), value, { dtype: options.dtype ?? of.dtype, chunks });
}

/** Zeros in the shape, dtype and chunks of another array. */
export const zerosLike = (of: ArrayLike, options: CreateOptions & { readonly shape?: Shape } = {}): ShoalArray =>
  constantLike(of, 0, options);

/** Ones in the shape, dtype and chunks of another array. */
export const onesLike = (of: ArrayLike, options: CreateOptions & { readonly shape?: Shape } = {}): ShoalArray =>
  constantLike(of, 1, options);

/** An array like another whose elements are not set; here they are zeros. */
export const emptyLike = zerosLike;

/** One value in the shape, dtype and chunks of another array. */
export const fullLike = (
  of: ArrayLike,
  value: ScalarLike,
  options: CreateOptions & { readonly shape?: Shape } = {},
): ShoalArray => constantLike(of, value, options);

/**
 * Evenly spaced values from `start` up to but without `stop`: `arange(stop)`, `arange(start, stop)`, with a step.
 * Whole numbers give int64.
 * @throws RangeError if the step is 0
 * @see https://docs.dask.org/en/stable/generated/dask.array.arange.html
 */
export function arange(stop: number, options?: CreateOptions): ShoalArray;
export function arange(start: number, stop: number, options?: CreateOptions): ShoalArray;
export function arange(start: number, stop: number, step: number, options?: CreateOptions): ShoalArray;
export function arange(...given: (number | CreateOptions | undefined)[]): ShoalArray {
  const numbers = given.filter((one) => typeof one === "number");
  const options = known(
    (given.find((one) => typeof one === "object") ?? {}) as CreateOptions,
    "arange",
    "dtype",
    "chunks",
  );
  const [start, stop, step] =
    numbers.length === 1 ? [0, numbers[0] as number, 1] : [numbers[0] as number, numbers[1] as number, numbers[2] ?? 1];
  if (step === 0) throw Object.assign(new RangeError("The step of arange is 0"), { code: "ZERO_STEP" });
  const isWhole = [start, stop, step].every(Number.isInteger);
  const dtype = parseDType(options.dtype ?? (isWhole ? "int64" : "float64"));
  const n = Math.max(0, Math.ceil((stop - start) / step));
  if (!Number.isFinite(n)) throw new RangeError(`arange from ${start} to ${stop} by ${step} has no end`);
  return ramp(n, start, step, dtype, options.chunks);
}

/**
 * A number of evenly spaced values from `start` to `stop`, both ends included unless `endpoint` is false.
 * @see https://docs.dask.org/en/stable/generated/dask.array.linspace.html
 */
export function linspace(
  start: number,
  stop: number,
  count = 50,
  options: CreateOptions & { readonly endpoint?: boolean } = {},
): ShoalArray {
  known(options, "linspace", "dtype", "chunks", "endpoint");
  if (!Number.isInteger(count) || count < 0)
    throw new RangeError(`linspace of ${count} values; use a whole number from 0`);
  const step = (stop - start) / Math.max(1, options.endpoint === false ? count : count - 1);
  const dtype = parseDType(options.dtype ?? "float64");
  if (dtypeInfo(dtype).kind === "f") return ramp(count, start, step, dtype, options.chunks);
  return asArray(castBlocks(ramp(count, start, step, "float64", options.chunks), dtype));
}

/** The spacing of {@link linspace}'s values. */
export const linspaceStep = (start: number, stop: number, count: number, endpoint = true): number =>
  rampOfCount(start, stop, count, endpoint);

function ramp(n: number, start: number, step: number, dtype: DType, chunks?: ChunkSpec): ShoalArray {
  const axes = runsOf([n], dtype, chunks);
  return asArray(located("arange", RAMP, { start, step, dtype }, axes, dtype, true));
}

/** A layer without inputs whose blocks follow from where they lie. */
export function located(
  prefix: string,
  fn: NamedFunction,
  plan: unknown,
  axes: readonly AxisRuns[],
  dtype: DType,
  isCheap = false,
): Blocks {
  const layer: BlockwiseLayer = {
    kind: "blockwise",
    name: layerName(prefix, plan, axes),
    grid: gridOf(axes),
    inputs: [],
    call: { fn, args: [literal(plan), location(axes)], finish: SETTLE },
    ...(isCheap ? { isCheap } : {}),
  };
  return { layer, axes, dtype };
}

/** Options of {@link eye} and {@link tri}. */
export interface DiagonalOptions extends CreateOptions {
  /** Columns; as many as rows if left out. */
  readonly M?: number;
  /** The diagonal: 0 the main one, above it positive. */
  readonly k?: number;
}

/** Ones on a diagonal, zeros elsewhere. @see https://docs.dask.org/en/stable/generated/dask.array.eye.html */
export const eye = (n: number, options: DiagonalOptions = {}): ShoalArray => diagonalArray(n, "on", options);

/** Ones on and below a diagonal, zeros above. */
export const tri = (n: number, options: DiagonalOptions = {}): ShoalArray => diagonalArray(n, "below", options);

function diagonalArray(n: number, where: "on" | "below", options: DiagonalOptions): ShoalArray {
  known(options, where === "on" ? "eye" : "tri", "dtype", "chunks", "M", "k");
  const dtype = parseDType(options.dtype ?? "float64");
  const axes = runsOf(shapeList([n, options.M ?? n]), dtype, options.chunks);
  return asArray(located(where === "on" ? "eye" : "tri", DIAGONAL, { where, k: options.k ?? 0, dtype }, axes, dtype));
}

/**
 * An array of data at hand: nested lists, a typed array, an eager array. Named by content.
 * @see https://docs.dask.org/en/stable/generated/dask.array.from_array.html
 * @example
 * da.fromArray([[1, 2], [3, 4]], { chunks: [1, 2] });
 */
export function fromArray(value: ArrayLike, options: CreateOptions & { readonly shape?: Shape } = {}): ShoalArray {
  known(options, "fromArray", "dtype", "chunks", "shape");
  if (isBlocks(value)) return asArray(options.chunks === undefined ? value : rechunkBlocks(value, options.chunks));
  const dtype = options.dtype === undefined ? undefined : parseDType(options.dtype);
  const flat = chunkOf(value, ArrayBuffer.isView(value) ? dtype : undefined);
  const whole = asArray(blocksOfContent(flat));
  const shaped = options.shape === undefined ? whole : whole.reshape(shapeList(options.shape) as number[]);
  const cast = dtype === undefined ? shaped : asArray(castBlocks(shaped, dtype));
  return options.chunks === undefined ? cast : cast.rechunk(options.chunks);
}

/** An array of anything that stands for one; lazy arrays as they are. */
export const asarray = fromArray;
