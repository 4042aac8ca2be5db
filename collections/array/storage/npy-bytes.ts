import { sizeOf } from "../chunk.ts";
import { itemsizeOf } from "../dtype.ts";
import { bytesOfChunk, chunkOfBytes } from "../kernels/file-blocks.ts";
import { asNDArray, chunkOfNDArray, type NDArray } from "../ndarray.ts";
import { checkLength } from "./check-length.ts";
import { npyHeaderBytes, parseNpyHeader } from "./npy-header.ts";

/** An eager array as the bytes of a .npy file. */
export function npyBytes(array: NDArray): Uint8Array {
  return Buffer.concat([npyHeaderBytes(array.dtype, array.shape), bytesOfChunk(chunkOfNDArray(array))]);
}

/**
 * The eager array that the bytes of a .npy file hold.
 * @throws ShoalError DECODE, NOT_SUPPORTED as {@link fromNpy}
 */
export function parseNpy(bytes: Uint8Array, name = "The bytes"): NDArray {
  const { dtype, shape, order, endian, offset } = parseNpyHeader(bytes, name);
  const needed = sizeOf(shape) * itemsizeOf(dtype);
  checkLength(name, bytes.length, offset + needed);
  const own = bytes.slice(offset, offset + needed);
  const isTurned = order === "F";
  const array = asNDArray(chunkOfBytes(own, dtype, isTurned ? [...shape].reverse() : shape, endian));
  return isTurned ? array.transpose() : array;
}
