import { uniqueToken } from "../../runtime/base/random.ts";
import type { DataLayer } from "../../runtime/graph/layer.ts";
import { type Blocks, layerName } from "./blocks.ts";
import { Chunk, emptyChunk } from "./chunk.ts";
import { type AnyData, type DType, dtypeInfo, dtypeOfData, lanesOf } from "./dtype.ts";
import { type BlocksOperand, isBlocks } from "./elementwise.ts";
import { chunkOfForeign, type ForeignArray, isForeign } from "./foreign-array.ts";
import { isSource } from "./kernels/elementwise.ts";
import type { Source } from "./kernels/pending.ts";
import { type Complex, isComplex, isScalar, type ScalarLike, toElement, WeakFloat } from "./scalar.ts";

/** Arrays of arrays of numbers. */
export type Nested = readonly (Nested | ScalarLike)[];

/** What stands for an array: lazy or eager ones, plain values, typed arrays, arrays of numbers, arrays of other libraries. */
export type ArrayLike = Blocks | Chunk | ScalarLike | Nested | AnyData | ForeignArray;

/** One chunk, or what will give one, as an array. Its name is new every time: eager data is not hashed. */
export function blocksOfChunk(chunk: Source, name = `chunk-${uniqueToken()}`): Blocks {
  const grid = chunk.shape.map(() => 1);
  const layer: DataLayer = { kind: "data", name, grid, values: { kind: "live", items: [chunk] } };
  return { layer, axes: chunk.shape.map((n) => [[n, 1]]), dtype: chunk.dtype };
}

/** One chunk as an array named by its content, so that equal data is the same work. */
export const blocksOfContent = (chunk: Chunk, prefix = "array"): Blocks =>
  blocksOfChunk(chunk, layerName(prefix, chunk.dtype, chunk.shape, chunk.strides, chunk.offset, chunk.data));

/** An operand as work sees it; plain values stay plain. */
export function operandOf(value: ArrayLike | null): BlocksOperand {
  if (value === null || isScalar(value) || isBlocks(value)) return value;
  return blocksOfChunk(chunkOf(value));
}

/** An array-like as blocks; plain values become arrays without axes. */
export const blocksOf = (value: ArrayLike): Blocks => (isBlocks(value) ? value : blocksOfChunk(chunkOf(value)));

/**
 * An eager array-like as one chunk.
 * @param dtype default: what the values need; whole numbers give int64, as in NumPy
 * @throws TypeError for values that are no numbers, RangeError for rows of different lengths
 */
export function chunkOf(value: Exclude<ArrayLike, Blocks>, dtype?: DType): Chunk {
  if (ArrayBuffer.isView(value))
    return new Chunk(value as AnyData, dtype ?? dtypeOfData(value as AnyData), [lengthOf(value as AnyData, dtype)]);
  if (isSource(value)) return value as Chunk;
  if (isForeign(value)) return chunkOfForeign(value);
  const shape = nestedShape(value as Nested | ScalarLike);
  const flat: ScalarLike[] = [];
  flatten(value as Nested | ScalarLike, shape, 0, flat);
  const to = dtype ?? withRoom(flat.reduce<DType>(widest, flat.length === 0 ? "float64" : "bool"), flat);
  const chunk = emptyChunk(to, shape);
  flat.forEach((item, at) => {
    storeElement(chunk.data, to, at, item);
  });
  return chunk;
}

const lengthOf = (data: AnyData, dtype: DType | undefined): number =>
  data.length / (dtype === undefined ? 1 : lanesOf(dtype));

/** Writes a plain value at a place of a typed array. */
export function storeElement(data: AnyData, dtype: DType, at: number, item: ScalarLike): void {
  const isFloat = dtypeInfo(dtype).kind === "f";
  const value = toElement(isFloat && typeof item === "bigint" ? Number(item) : item, dtype);
  const cells = data as Float64Array;
  if (lanesOf(dtype) === 2) {
    cells[2 * at] = (value as Complex).re;
    cells[2 * at + 1] = (value as Complex).im;
  } else cells[at] = value as number;
}

function nestedShape(value: Nested | ScalarLike): number[] {
  return Array.isArray(value) ? [value.length, ...(value.length === 0 ? [] : nestedShape(value[0] as Nested))] : [];
}

function flatten(value: Nested | ScalarLike, shape: readonly number[], axis: number, into: ScalarLike[]): void {
  if (Array.isArray(value)) {
    if (axis === shape.length)
      throw new TypeError(`A list of ${value.length} stands on axis ${axis} among plain values`);
    if (value.length !== shape[axis])
      throw new RangeError(`Rows of different lengths, ${shape[axis]} and ${value.length}, on axis ${axis}`);
    for (const one of value) flatten(one as Nested, shape, axis + 1, into);
  } else if (axis !== shape.length || !isScalar(value))
    throw new TypeError(
      axis === shape.length
        ? `${value === null ? "null" : typeof value} values cannot be elements of an array; use numbers, bigints, booleans, complex or Date`
        : `A row on axis ${axis} is a number where others are lists of ${shape[axis]}`,
    );
  else into.push(value);
}

const INT64_END = 2n ** 63n;

/** As NumPy reads lists: integers beyond int64 are uint64, beside negative ones float64. */
function withRoom(dtype: DType, values: readonly ScalarLike[]): DType {
  if (dtype !== "int64" || !values.some((one) => typeof one === "bigint" && one >= INT64_END)) return dtype;
  return values.some((one) => (one as number | bigint) < 0) ? "float64" : "uint64";
}

const RANK: readonly DType[] = ["bool", "int64", "float64", "complex128"];

function widest(so: DType, value: ScalarLike): DType {
  if (value instanceof Date) return "datetime64[ms]";
  const needs: DType =
    typeof value === "boolean"
      ? "bool"
      : typeof value === "bigint" || (typeof value === "number" && Number.isInteger(value) && Math.abs(value) < 2 ** 63)
        ? "int64"
        : isComplex(value)
          ? "complex128"
          : "float64";
  const wide = value instanceof WeakFloat ? "float64" : needs;
  return RANK.indexOf(wide) > RANK.indexOf(so) ? wide : so;
}
