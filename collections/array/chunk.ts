import { registerValue } from "../../runtime/base/value-type.ts";
import { type AnyData, allocate, allocateUnwritten, type DataOf, type DType, lanesOf } from "./dtype.ts";

/**
 * A block of an array: elements of one dtype, seen through strides. Plain data, so that it travels; the eager
 * array of users is a Chunk with methods.
 */
export class Chunk<D extends DType = DType> {
  readonly data: DataOf<D>;
  readonly dtype: D;
  readonly shape: readonly number[];
  /** Elements (not bytes) from one to the next along each axis; 0 where one element stands for many. */
  readonly strides: readonly number[];
  /** Elements before the first. */
  readonly offset: number;

  constructor(data: AnyData, dtype: D, shape: readonly number[], strides?: readonly number[], offset = 0) {
    this.data = data as DataOf<D>;
    this.dtype = dtype;
    this.shape = shape;
    this.strides = strides ?? rowMajor(shape);
    this.offset = offset;
  }
}

/** Strides of elements that lie in order, the last axis fastest. */
export function rowMajor(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= shape[axis] as number;
  }
  return strides;
}

/** How many elements a shape has. */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const n of shape) size *= n;
  return size;
}

/** A chunk of zeros in memory of its own. */
export const emptyChunk = <D extends DType>(dtype: D, shape: readonly number[]): Chunk<D> =>
  new Chunk(allocate(dtype, sizeOf(shape)), dtype, shape);

/** A chunk in memory of its own whose elements are all still to be written: what they are until then is left open. */
export const unwrittenChunk = <D extends DType>(dtype: D, shape: readonly number[]): Chunk<D> =>
  new Chunk(allocateUnwritten(dtype, sizeOf(shape)), dtype, shape);

/** Whether the elements lie in order without gaps. */
export function isRowMajor(chunk: Chunk): boolean {
  let step = 1;
  for (let axis = chunk.shape.length - 1; axis >= 0; axis--) {
    const n = chunk.shape[axis] as number;
    if (n !== 1 && chunk.strides[axis] !== step) return false;
    step *= n;
  }
  return true;
}

/** The same data seen with other shape, strides or offset. */
export const viewOf = <D extends DType>(
  chunk: Chunk<D>,
  shape: readonly number[],
  strides: readonly number[],
  offset = chunk.offset,
): Chunk<D> => new Chunk(chunk.data, chunk.dtype, shape, strides, offset);

/** Axes in another order; a view. */
export function transposed<D extends DType>(chunk: Chunk<D>, axes: readonly number[]): Chunk<D> {
  return viewOf(
    chunk,
    axes.map((axis) => chunk.shape[axis] as number),
    axes.map((axis) => chunk.strides[axis] as number),
  );
}

/** The chunk as a larger shape it broadcasts to; a view with zero strides. */
export function broadcasted<D extends DType>(chunk: Chunk<D>, shape: readonly number[]): Chunk<D> {
  const lead = shape.length - chunk.shape.length;
  if (lead === 0 && chunk.shape.every((n, axis) => n === shape[axis])) return chunk;
  const strides = shape.map((n, axis) => {
    const own = axis < lead ? 1 : (chunk.shape[axis - lead] as number);
    if (own !== n && own !== 1)
      throw new RangeError(`Shape (${chunk.shape.join(", ")}) does not broadcast to (${shape.join(", ")})`);
    return axis < lead || own === 1 ? 0 : (chunk.strides[axis - lead] as number);
  });
  return viewOf(chunk, shape, strides);
}

/** Bytes of the elements a chunk shows. */
export const chunkBytes = (chunk: Chunk): number =>
  sizeOf(chunk.shape) * (chunk.data.BYTES_PER_ELEMENT * lanesOf(chunk.dtype));

/**
 * The shape that all broadcast to.
 * @throws RangeError naming the shapes if there is none
 */
export function broadcastShapes(...shapes: ReadonlyArray<readonly number[]>): number[] {
  const ndim = Math.max(0, ...shapes.map((shape) => shape.length));
  const result = new Array<number>(ndim).fill(1);
  for (const shape of shapes)
    for (let i = 1; i <= shape.length; i++) {
      const n = shape[shape.length - i] as number;
      const at = ndim - i;
      if (n === 1 || Object.is(n, result[at])) continue;
      if (result[at] !== 1)
        throw new RangeError(
          `Shapes ${shapes.map((one) => `(${one.join(", ")})`).join(" and ")} do not broadcast together: axis ${at} has ${result[at]} and ${n}`,
        );
      result[at] = n;
    }
  return result;
}

/** A chunk's own elements, in order, as they travel: a view on a larger array leaves the rest behind. */
function travelling(chunk: Chunk): Chunk {
  const lanes = lanesOf(chunk.dtype);
  const size = sizeOf(chunk.shape);
  if (isRowMajor(chunk)) {
    if (chunk.data.length === size * lanes) return chunk;
    const part = chunk.data.subarray(chunk.offset * lanes, (chunk.offset + size) * lanes) as AnyData;
    return new Chunk(part.slice() as AnyData, chunk.dtype, chunk.shape);
  }
  const shown = chunk.strides.reduce((span, step, axis) => span * (step === 0 ? 1 : (chunk.shape[axis] as number)), 1);
  if (shown < size || chunk.data.length === size * lanes) return narrowed(chunk);
  return packed(chunk);
}

/** The same strides over a copy of only the memory they reach. */
function narrowed(chunk: Chunk): Chunk {
  const lanes = lanesOf(chunk.dtype);
  let low = chunk.offset;
  let high = chunk.offset;
  chunk.shape.forEach((n, axis) => {
    const reach = (n - 1) * (chunk.strides[axis] as number);
    if (reach < 0) low += reach;
    else high += reach;
  });
  if (sizeOf(chunk.shape) === 0) return emptyChunk(chunk.dtype, chunk.shape);
  const data = chunk.data.slice(low * lanes, (high + 1) * lanes) as AnyData;
  return new Chunk(data, chunk.dtype, chunk.shape, chunk.strides, chunk.offset - low);
}

function packed(chunk: Chunk): Chunk {
  const lanes = lanesOf(chunk.dtype);
  const out = emptyChunk(chunk.dtype, chunk.shape);
  const from = chunk.data as Float64Array;
  const to = out.data as Float64Array;
  let at = 0;
  const walk = (axis: number, offset: number): void => {
    if (axis === chunk.shape.length) {
      for (let lane = 0; lane < lanes; lane++) to[at++] = from[offset * lanes + lane] as number;
      return;
    }
    for (let i = 0; i < (chunk.shape[axis] as number); i++)
      walk(axis + 1, offset + i * (chunk.strides[axis] as number));
  };
  walk(0, chunk.offset);
  return out;
}

registerValue<Chunk>({
  name: "shoal.Chunk",
  class: Chunk,
  module: "shoal:collections/array/chunk",
  encode: (chunk) => {
    const { data, dtype, shape, strides, offset } = travelling(chunk);
    return [dtype, [...shape], [...strides], offset, data];
  },
  decode: (plain) => {
    const [dtype, shape, strides, offset, data] = plain as [DType, number[], number[], number, AnyData];
    return new Chunk(data, dtype, shape, strides, offset);
  },
});
