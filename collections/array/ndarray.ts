import { registerValue } from "../../runtime/base/value-type.ts";
import { type ArrayLike, blocksOfChunk, chunkOf } from "./array-like.ts";
import type { Blocks } from "./blocks.ts";
import { Chunk, isRowMajor, sizeOf } from "./chunk.ts";
import type { AnyData, DataOf, DType } from "./dtype.ts";
import { allocate, dtypeInfo, itemsizeOf, lanesOf } from "./dtype.ts";
import { isBlocks } from "./elementwise.ts";
import { evaluateNow } from "./evaluate-now.ts";
import { elementAt, formatChunk, timeText } from "./format.ts";
import type { Indexer } from "./get.ts";
import { Deferred, deferredOrNow, showMemory } from "./kernels/deferred.ts";
import { applied } from "./kernels/elementwise.ts";
import { Assigned, copyOf, type Pending } from "./kernels/pending.ts";
import { known } from "./known.ts";
import { BlockMethods } from "./methods/block-methods.ts";
import type { ArrayKind, DTypeOf } from "./methods/kind.ts";
import { type Complex, isScalar } from "./scalar.ts";
import { boxStart } from "./set.ts";

interface EagerKind<D extends DType> extends ArrayKind {
  readonly own: D;
  readonly array: NDArray<DTypeOf<this>>;
}

/** Elements as arrays of arrays, or the element of an array without axes. */
export type NestedValues = number | bigint | boolean | string | Complex | null | NestedValues[];

/**
 * An array whose elements are at hand: what computing an {@link Array} gives, and what functions handed to `mapBlocks`
 * receive. It has the methods of the lazy array, computed at once.
 * @example
 * const x = NDArray.from([[1, 2], [3, 4]]);
 * x.sum({ axis: 0 }).toArray(); // [4, 6]
 */
export class NDArray<out D extends DType = DType> extends BlockMethods<EagerKind<D>> {
  readonly dtype: D;
  readonly shape: readonly number[];
  private held: Chunk | Deferred;

  constructor(data: AnyData, dtype: D, shape: readonly number[], strides?: readonly number[], offset = 0) {
    super();
    this.held = new Chunk(data, dtype, shape, strides, offset);
    this.dtype = dtype;
    this.shape = shape;
  }

  /** The elements; complex numbers as (re, im) pairs, int64 and times as bigints, booleans as 0 and 1. */
  get data(): DataOf<D> {
    const chunk = this.settled();
    showMemory(chunk);
    return chunk.data as DataOf<D>;
  }

  /** Elements from one to the next along each axis. */
  get strides(): readonly number[] {
    return this.settled().strides;
  }

  /** Elements before the first. */
  get offset(): number {
    return this.settled().offset;
  }

  /** The elements as the engine sees them: its looking at them is no user's. */
  private settled(): Chunk {
    if (this.held instanceof Deferred) this.held = this.held.settle();
    return this.held;
  }

  /** An eager array of nested lists, a typed array or a plain value. */
  static from(value: Exclude<ArrayLike, Blocks>, dtype?: DType): NDArray {
    return asNDArray(chunkOf(value, dtype));
  }

  get ndim(): number {
    return this.shape.length;
  }

  /** The number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  get itemsize(): number {
    return itemsizeOf(this.dtype);
  }

  get nbytes(): number {
    return this.size * this.itemsize;
  }

  /** The same elements in memory of their own, row-major. */
  copy(): NDArray<D> {
    return asNDArray(copyOf(chunkOfNDArray(this)) as Chunk<D>);
  }

  asBlocks(): Blocks {
    return blocksOfChunk(sourceOfNDArray(this));
  }

  override set(indexers: readonly Indexer[], value: ArrayLike): NDArray<D> {
    if (!(value instanceof NDArray)) return super.set(indexers, value);
    const start = boxStart(indexers, this.shape, value.shape);
    if (start === undefined || value.dtype !== this.dtype) return super.set(indexers, value.asBlocks());
    const box = sourceOfNDArray(value);
    return putOff(new Assigned(this.settled(), start, box instanceof Assigned ? box.written() : box)) as NDArray<D>;
  }

  protected made<R>(blocks: Blocks): R {
    return asNDArray(evaluateNow(blocks)) as R;
  }

  protected override applied<R>(name: string, ...others: readonly (ArrayLike | null)[]): R {
    const own = sourceOfNDArray(this);
    return putOff(applied(name, own, ...others.map((one) => (one === this ? own : eagerOperand(one))))) as R;
  }

  protected override reflected<R>(name: string, other: ArrayLike): R {
    return putOff(applied(name, eagerOperand(other), sourceOfNDArray(this))) as R;
  }

  /**
   * The elements as nested lists.
   * @param options `int64: "bigint"` gives bigints for 64-bit integers
   * @throws RangeError if an integer is too large for a number
   */
  toArray(options: { readonly int64?: "bigint" | "number" } = {}): NestedValues {
    known(options, "toArray", "int64");
    const walk = (axis: number, at: number): NestedValues => {
      if (axis === this.shape.length) return this.plain(at, options.int64 === "bigint");
      return globalThis.Array.from({ length: this.shape[axis] as number }, (_, i) =>
        walk(axis + 1, at + i * (this.strides[axis] as number)),
      );
    };
    return walk(0, this.offset);
  }

  /**
   * The only element.
   * @throws RangeError if there are more or none
   */
  item(): Exclude<NestedValues, NestedValues[]> {
    if (this.size !== 1) throw new RangeError(`An array of ${this.size} elements is no single value`);
    return this.plain(this.offset, false) as Exclude<NestedValues, NestedValues[]>;
  }

  private plain(at: number, keepBig: boolean): NestedValues {
    const value = elementAt(chunkOfNDArray(this), at);
    const { unit, kind } = dtypeInfo(this.dtype);
    if (typeof value !== "bigint") return value;
    if (unit !== undefined && kind === "M") return timeText(value, unit);
    if (keepBig) return value;
    if (value > 2n ** 53n || value < -(2n ** 53n))
      throw new RangeError(`${value} is too large for a number; use toArray({ int64: "bigint" })`);
    return Number(value);
  }

  override toString(): string {
    return formatChunk(chunkOfNDArray(this));
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    const text = this.toString()
      .split("\n")
      .join(`\n${" ".repeat(8)}`);
    const hint = ["float64", "int64", "bool", "complex128"].includes(this.dtype) ? "" : `, dtype=${this.dtype}`;
    return this.shape.length === 0 ? this.toString() : `NDArray(${text}${hint})`;
  }

  /** Rows of the first axis. */
  *[Symbol.iterator](): IterableIterator<NDArray> {
    if (this.shape.length === 0) throw new TypeError("An array without axes cannot be iterated");
    for (let i = 0; i < (this.shape[0] as number); i++) yield this.get(i);
  }
}

/** A chunk with methods. */
export function asNDArray<D extends DType>(chunk: Chunk<D>): NDArray<D> {
  return chunk instanceof NDArray
    ? chunk
    : new NDArray(chunk.data as AnyData, chunk.dtype, chunk.shape, chunk.strides, chunk.offset);
}

/** An eager array without elements: a dtype and a number of dimensions. One of no dimensions has its only element. */
export const emptyLike = <D extends DType>(dtype: D, ndim: number): NDArray<D> =>
  new NDArray<D>(
    allocate(dtype, ndim === 0 ? 1 : 0),
    dtype,
    Array.from({ length: ndim }, () => 0),
  );

/** An eager array of what is still to be computed, or is computed at once. */
function putOff(pending: Pending | Assigned): NDArray {
  const held = deferredOrNow(pending);
  if (held instanceof Chunk) return asNDArray(held);
  const array = new NDArray(allocate(pending.dtype, 0), pending.dtype, pending.shape);
  array["held"] = held;
  return array;
}

/** The plain chunk of an eager array. */
export const chunkOfNDArray = (array: NDArray | Chunk): Chunk =>
  array instanceof NDArray
    ? array["settled"]()
    : new Chunk(array.data as AnyData, array.dtype, array.shape, array.strides, array.offset);

/** What kernels read of an eager array: its elements, or the program that will give them. */
export function sourceOfNDArray(array: NDArray): Chunk | Pending | Assigned {
  const held = array["held"];
  return held instanceof Deferred ? held.operand() : held;
}

/** An eager array in an ArrayBuffer of its own: what users keep. */
export function detached<D extends DType>(chunk: Chunk<D>): NDArray<D> {
  const { data } = chunkOfNDArray(chunk);
  const isOwn =
    isRowMajor(chunk) &&
    data.buffer instanceof ArrayBuffer &&
    data.length === sizeOf(chunk.shape) * lanesOf(chunk.dtype) &&
    data.byteLength === data.buffer.byteLength;
  return asNDArray(isOwn ? chunk : (copyOf(chunkOfNDArray(chunk)) as Chunk<D>));
}

function eagerOperand(value: ArrayLike | null): Parameters<typeof applied>[1] {
  if (value instanceof NDArray) return sourceOfNDArray(value);
  if (value === null || isScalar(value)) return value;
  if (isBlocks(value))
    throw new TypeError("A lazy array was given to an eager one; put the lazy one first, or compute it");
  return chunkOf(value);
}

registerValue<NDArray>({
  name: "shoal.NDArray",
  class: NDArray as never,
  module: "shoal:collections/array/ndarray",
  encode: (array) => chunkOfNDArray(array),
  decode: (plain) => asNDArray(plain as Chunk),
});
