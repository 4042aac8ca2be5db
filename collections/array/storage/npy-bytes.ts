import { sizeOf } from "../chunk.ts";
import { itemsizeOf } from "../dtype.ts";
import { bytesOfChunk, chunkOfBytes } from "../kernels/file-blocks.ts";
import { asNDArray, chunkOfNDArray, type NDArray } from "../ndarray.ts";
import { checkLength } from "./check-length.ts";
import { type NpyHeader, npyHeaderBytes, parseNpyHeader } from "./npy-header.ts";

/** An eager array as the bytes of a .npy file. */
export function npyBytes(array: NDArray): Uint8Array {
  return Buffer.concat([npyHeaderBytes(array.dtype, array.shape), bytesOfChunk(chunkOfNDArray(array))]);
}

/**
 * The eager array that the bytes of a .npy file hold.
 * @throws ShoalError DECODE, NOT_SUPPORTED as {@link fromNpy}
 */
export function parseNpy(bytes: Uint8Array, name = "The bytes"): NDArray {
  const header = parseNpyHeader(bytes, name);
  const needed = npyBytesOf(header);
  checkLength(name, bytes.length, header.offset + needed);
  return npyArray(header, bytes.slice(header.offset, header.offset + needed));
}

/** Bytes of the elements that a head tells of. */
export const npyBytesOf = ({ shape, dtype }: NpyHeader): number => sizeOf(shape) * itemsizeOf(dtype);

/** The eager array of a head and its elements, bytes that become its own. */
export function npyArray({ dtype, shape, order, endian }: NpyHeader, own: Uint8Array): NDArray {
  const isTurned = order === "F";
  const array = asNDArray(chunkOfBytes(own, dtype, isTurned ? [...shape].reverse() : shape, endian));
  return isTurned ? array.transpose() : array;
}
