import { undecodable } from "./sections.ts";

export type TypedArray =
  | Uint8Array
  | Int8Array
  | Uint8ClampedArray
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

type TypedArrayClass = new (buffer: ArrayBufferLike, byteOffset: number, length: number) => TypedArray;

/** The position of a class is its number on the wire: append only. */
const classes: readonly (readonly [string, TypedArrayClass, number])[] = [
  ["Uint8Array", Uint8Array, 1],
  ["Int8Array", Int8Array, 1],
  ["Uint8ClampedArray", Uint8ClampedArray, 1],
  ["Uint16Array", Uint16Array, 2],
  ["Int16Array", Int16Array, 2],
  ["Uint32Array", Uint32Array, 4],
  ["Int32Array", Int32Array, 4],
  ["Float32Array", Float32Array, 4],
  ["Float64Array", Float64Array, 8],
  ["BigInt64Array", BigInt64Array, 8],
  ["BigUint64Array", BigUint64Array, 8],
];
const numbers = new Map(classes.map(([name], at) => [name, at]));

export const isTypedArray = (value: unknown): value is TypedArray =>
  ArrayBuffer.isView(value) && !(value instanceof DataView);

/** The wire number of a typed array's kind; subclasses such as Buffer count as their base. */
export const typedArrayNumber = (array: TypedArray): number => numbers.get(array[Symbol.toStringTag]) as number;

/** The memory under a typed array, as bytes, without copying. */
export const bytesOf = (array: ArrayBufferView): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

/**
 * A typed array over bytes: a view where the bytes are aligned, else over one copy.
 * @throws ShoalError DECODE if the kind is unknown or the bytes are no whole number of elements.
 */
export function typedArrayOver(kind: number, bytes: Uint8Array): TypedArray {
  const entry = classes[kind];
  if (entry === undefined) throw undecodable(`Typed array kind ${kind} is not known here`);
  const [name, Class, size] = entry;
  if (bytes.byteLength % size !== 0)
    throw undecodable(`${bytes.byteLength} bytes are no whole number of ${name} elements`);
  const from = bytes.byteOffset % size === 0 ? bytes : bytes.slice();
  return new Class(from.buffer, from.byteOffset, from.byteLength / size);
}

/** A typed array at an offset of a buffer that is known to be aligned. */
export function typedArrayAt(kind: number, buffer: ArrayBufferLike, byteOffset: number, length: number): TypedArray {
  const entry = classes[kind];
  if (entry === undefined) throw undecodable(`Typed array kind ${kind} is not known here`);
  return new entry[1](buffer, byteOffset, length);
}
