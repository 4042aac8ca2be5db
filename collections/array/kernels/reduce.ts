import { Chunk, sizeOf, viewOf } from "../chunk.ts";
import { type AnyData, allocate, type DType, dtypeInfo, isTime } from "../dtype.ts";
import { NOT_A_TIME, WeakFloat } from "../scalar.ts";
import { applied, castTo } from "./elementwise.ts";
import { asComplex, asPairs, foldSource, keptShape } from "./fold-source.ts";
import * as folds from "./folds.ts";
import { finishMoments, mergeMoments, momentsOf } from "./moments.ts";
import { materialize, type Source } from "./pending.ts";
import { vectorFold } from "./simd/fold-functions.ts";
import { specialised } from "./specialise.ts";
import { timeKeys, timesOfKeys } from "./time-keys.ts";

/** A reduction as data: the same for its chunk, combine and finish steps. */
export interface Reduction {
  readonly name: ReductionName;
  readonly axes: readonly number[];
  readonly keepdims: boolean;
  /** The dtype of the result. */
  readonly dtype: DType;
  /** NaNs are left out. */
  readonly skipNan: boolean;
  /** Taken off the count in var and std. */
  readonly ddof?: number;
  /** Of a central moment. */
  readonly order?: number;
}

export type ReductionName = "sum" | "prod" | "min" | "max" | "any" | "all" | "mean" | "var" | "std" | "moment";

/** What is known of some blocks: accumulators with the reduced axes of length one. */
export type Partial = readonly Chunk[];

const FOLDS: Readonly<Record<string, folds.Fold>> = {
  sum: folds.foldSum,
  sumBig: folds.foldSumBig,
  prod: folds.foldProduct,
  min: folds.foldMinimum,
  max: folds.foldMaximum,
  nanmin: folds.foldNanMinimum,
  nanmax: folds.foldNanMaximum,
};

/** Folds one block. */
export function reduceChunk(reduction: Reduction, source: Source): Partial {
  switch (reduction.name) {
    case "var":
    case "std":
    case "moment":
      return momentsOf(source, reduction.axes, reduction.skipNan, reduction.order ?? 2);
    case "mean":
      return [folded("sum", prepared("sum", reduction, source), reduction.axes), countOf(reduction, source)];
    default: {
      const total = folded(foldName(reduction), prepared(reduction.name, reduction, source), reduction.axes);
      return reduction.name === "sum" && isTime(source.dtype) ? [total, marks(reduction, source, 0)] : [total];
    }
  }
}

/** Several blocks' partials as one. */
export function reduceCombine(reduction: Reduction, partials: readonly Partial[]): Partial {
  const first = partials[0] as Partial;
  if (partials.length === 1) return first;
  if (reduction.name === "var" || reduction.name === "std" || reduction.name === "moment")
    return mergeMoments(partials);
  return first.map((_, at) => {
    const name = at === 0 ? foldName(reduction) : "sum";
    return merged(
      name,
      partials.map((one) => one[at] as Chunk),
    );
  });
}

/** The result of the last partials. */
export function reduceFinish(reduction: Reduction, partials: readonly Partial[]): Chunk {
  const parts = reduceCombine(reduction, partials);
  const whole = materialize(castTo(finishedSource(reduction, parts), reduction.dtype));
  if (reduction.keepdims) return whole;
  const kept = whole.shape.map((_, axis) => axis).filter((axis) => !reduction.axes.includes(axis));
  return viewOf(
    whole,
    kept.map((axis) => whole.shape[axis] as number),
    kept.map((axis) => whole.strides[axis] as number),
  );
}

/** All steps at once, for eager arrays. */
export const reduceNow = (reduction: Reduction, source: Source): Chunk =>
  reduceFinish(reduction, [reduceChunk(reduction, source)]);

function finishedSource(reduction: Reduction, parts: Partial): Source {
  switch (reduction.name) {
    case "mean":
      return applied("divide", parts[0] as Chunk, parts[1] as Chunk);
    case "var":
    case "std":
    case "moment":
      return finishMoments(parts, reduction);
    case "sum":
      return parts[1] === undefined
        ? (parts[0] as Chunk)
        : applied("where", applied("isnan", parts[1]), NOT_A_TIME, parts[0] as Chunk);
    default:
      return isKeyed(reduction, reduction.dtype)
        ? timesOfKeys(parts[0] as Chunk, reduction.dtype)
        : (parts[0] as Chunk);
  }
}

/** Whether an extreme of times is that of their keys: NaT counts as the greatest where it must win, or lose, against all. */
const isKeyed = ({ name, skipNan }: Reduction, dtype: DType): boolean =>
  isTime(dtype) && name === (skipNan ? "min" : "max");

/** Sums of a number for each time, NaN where one of them is none. */
const marks = ({ axes }: Reduction, source: Source, each: number): Chunk =>
  folded("sum", applied("where", applied("isnat", source), new WeakFloat(Number.NaN), new WeakFloat(each)), axes);

/** The dtype in which a reduction adds up. */
export function accumulatorDType(name: ReductionName, dtype: DType): DType {
  const { kind } = dtypeInfo(dtype);
  if (name === "any" || name === "all") return "bool";
  if (name === "min" || name === "max") return dtype;
  if (kind === "f") return "float64";
  if (kind === "c") return "complex128";
  if (kind === "m" || kind === "M") return "int64";
  return kind === "u" ? "uint64" : "int64";
}

function prepared(name: ReductionName, reduction: Reduction, source: Source): Source {
  const dtype = accumulatorDType(name, source.dtype);
  if (name === "min" || name === "max") return isKeyed(reduction, source.dtype) ? timeKeys(source) : source;
  const isFloat = dtypeInfo(source.dtype).kind === "f" || dtypeInfo(source.dtype).kind === "c";
  const filled =
    reduction.skipNan && isFloat ? applied("zero_nan", source, new WeakFloat(name === "prod" ? 1 : 0)) : source;
  const wanted = dtypeInfo(reduction.dtype);
  // An explicit float dtype of an integer sum adds up in floats, as NumPy does.
  const to = wanted.kind === "f" && dtype.endsWith("int64") ? "float64" : dtype;
  return castTo(filled, to);
}

function foldName(reduction: Reduction): string {
  const { name, skipNan } = reduction;
  if (name === "mean") return "sum";
  if (name === "any") return "max";
  if (name === "all") return "min";
  return skipNan && (name === "min" || name === "max") ? `nan${name}` : name;
}

function countOf(reduction: Reduction, source: Source): Chunk {
  const isFloat = dtypeInfo(source.dtype).kind === "f" || dtypeInfo(source.dtype).kind === "c";
  if (reduction.skipNan && isFloat) return folded("sum", castTo(applied("not_nan", source), "float64"), reduction.axes);
  if (isTime(source.dtype)) return marks(reduction, source, 1);
  const kept = keptShape(source.shape, reduction.axes);
  const data = allocate("float64", sizeOf(kept)) as Float64Array;
  return new Chunk(data.fill(sizeOf(source.shape) / Math.max(1, sizeOf(kept))), "float64", kept);
}

/** Folds a source into fresh accumulators. */
function folded(name: string, source: Source, axes: readonly number[]): Chunk {
  const kept = keptShape(source.shape, axes);
  if (dtypeInfo(source.dtype).kind === "c") return foldedComplex(name, source, axes);
  const data = startOf(name, source.dtype, sizeOf(kept));
  foldSource(source, axes, [data], foldFor(name, source.dtype));
  return new Chunk(data, source.dtype, kept);
}

function foldedComplex(name: string, source: Source, axes: readonly number[]): Chunk {
  if (name === "sum") return asComplex(folded("sum", asPairs(materialize(source)), axes));
  return foldPairs(name, materialize(source), axes);
}

/** What joins two complex results, and what changes none. */
const PAIRS: Readonly<Record<string, { readonly op: string; readonly start: readonly [re: number, im: number] }>> = {
  sum: { op: "add", start: [0, 0] },
  prod: { op: "multiply", start: [1, 0] },
  min: { op: "minimum", start: [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY] },
  max: { op: "maximum", start: [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY] },
  nanmin: { op: "fmin", start: [Number.NaN, Number.NaN] },
  nanmax: { op: "fmax", start: [Number.NaN, Number.NaN] },
};

/** Complex products and extremes, where parts cannot be folded one by one: pairwise along each axis. */
function foldPairs(name: string, chunk: Chunk, axes: readonly number[]): Chunk {
  const { op, start } = PAIRS[name] as (typeof PAIRS)[string];
  let result = chunk;
  if (sizeOf(chunk.shape) === 0) {
    const shape = keptShape(chunk.shape, axes);
    const data = allocate(chunk.dtype, sizeOf(shape)) as Float64Array;
    return new Chunk(data.map((_, at) => start[at % 2] as number) as AnyData, chunk.dtype, shape);
  }
  for (const axis of axes) {
    const n = result.shape[axis] as number;
    const part = (at: number): Chunk =>
      viewOf(
        result,
        result.shape.map((size, k) => (k === axis ? 1 : size)),
        result.strides,
        result.offset + at * (result.strides[axis] as number),
      );
    let total = part(0);
    for (let at = 1; at < n; at++) total = materialize(applied(op, total, part(at)));
    result = total;
  }
  return result;
}

const foldFor = (name: string, dtype: DType): folds.Fold => {
  const actual = name === "sum" && dtypeInfo(dtype).register === "bigint" ? "sumBig" : name;
  const loop = specialised(FOLDS[actual] as folds.Fold, actual, dtype);
  return dtype === "float64" ? vectorFold(actual, loop) : loop;
};

function merged(name: string, chunks: readonly Chunk[]): Chunk {
  const first = chunks[0] as Chunk;
  const size = sizeOf(first.shape);
  if (dtypeInfo(first.dtype).kind === "c") {
    const { op } = PAIRS[name] as (typeof PAIRS)[string];
    return chunks.reduce((so, one) => materialize(applied(op, so, one)));
  }
  const data = startOf(name, first.dtype, size);
  const fold = foldFor(name, first.dtype);
  for (const one of chunks)
    fold(one.data as folds.Cells, one.offset, 1, size, 0, 1, [data as unknown as folds.Cells], 0, 0, 1);
  return new Chunk(data, first.dtype, first.shape);
}

/** Accumulators filled with what changes nothing. */
function startOf(name: string, dtype: DType, size: number): AnyData {
  const data = allocate(dtype, size);
  const start = startValue(name, dtype);
  if (start !== 0) (data as Float64Array).fill(start as number);
  return data;
}

function startValue(name: string, dtype: DType): number | bigint {
  const { kind, itemsize, register } = dtypeInfo(dtype);
  const big = register === "bigint";
  if (name === "sum") return big ? 0n : 0;
  if (name === "prod") return big ? 1n : 1;
  if (kind === "f") return name.startsWith("nan") ? Number.NaN : name === "min" ? Infinity : -Infinity;
  if (kind === "b") return name.endsWith("min") ? 1 : 0;
  const bits = BigInt(itemsize * 8);
  const low = kind === "u" ? 0n : -(1n << (bits - 1n));
  const high = kind === "u" ? (1n << bits) - 1n : (1n << (bits - 1n)) - 1n;
  const limit = name.endsWith("min") ? high : low;
  return big ? limit : Number(limit);
}
