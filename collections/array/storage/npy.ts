import { fileSystemOf } from "../../io/schemes.ts";
import { arrayOf, asArray, type ShoalArray } from "../array.ts";
import type { ArrayLike } from "../array-like.ts";
import { shapeOf } from "../blocks.ts";
import { sizeOf } from "../chunk.ts";
import type { ChunkSpec } from "../chunk-spec.ts";
import { type DType, itemsizeOf, parseDType } from "../dtype.ts";
import { known } from "../known.ts";
import { checkLength } from "./check-length.ts";
import { fileBlocks, locate, writeFile } from "./file-array.ts";
import { NPY_HEAD_BYTES, npyHeaderBytes, parseNpyHeader } from "./npy-header.ts";

/**
 * An array over a NumPy file. The head is read at once, elements when they are needed, and of them only those of the
 * blocks that are used: slices read less.
 * @throws ShoalError DECODE if it is no .npy file or cut off, NOT_SUPPORTED for text, objects and records; FileError
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 * @example
 * const x = await da.fromNpy("measurements.npy", { chunks: [1000, -1] });
 */
export async function fromNpy(path: string, options: { readonly chunks?: ChunkSpec } = {}): Promise<ShoalArray> {
  known(options, "fromNpy", "chunks");
  const found = await locate(path);
  const header = parseNpyHeader(await fileSystemOf(path).readRange(path, 0, NPY_HEAD_BYTES), path);
  checkLength(path, found.sizeBytes, header.offset + sizeOf(header.shape) * itemsizeOf(header.dtype));
  return asArray(fileBlocks("from-npy", { ...header, path: found.path, version: found.version }, options.chunks));
}

/**
 * Writes an array as one NumPy file, block by block: never more than the blocks being worked on are in memory.
 * Workers must reach the file.
 * @throws RangeError for chunks of unknown sizes
 * @example
 * await da.toNpy(x.add(1), "result.npy");
 */
export async function toNpy(x: ArrayLike, path: string): Promise<void> {
  const array = arrayOf(x);
  await writeFile(array, path, npyHeaderBytes(array.dtype, shapeOf(array)));
}

/** How elements lie in a file without a head. */
export interface RawOptions {
  readonly dtype: DType | (string & {});
  readonly shape: readonly number[];
  readonly chunks?: ChunkSpec;
  /** Bytes before the first element; default 0. */
  readonly offset?: number;
  /** "C" (row-major, the default) or "F". */
  readonly order?: "C" | "F";
  /** Byte order; default "little", or as a dtype such as ">f4" says. */
  readonly endian?: "little" | "big";
}

/**
 * An array over a file of bare elements, as `numpy.memmap` opens them.
 * @throws ShoalError DECODE if the file is too short; FileError
 * @see https://numpy.org/doc/stable/reference/generated/numpy.memmap.html
 * @example
 * const image = await da.fromRaw("scan.bin", { dtype: "uint16", shape: [4096, 4096], chunks: 1024 });
 */
export async function fromRaw(path: string, options: RawOptions): Promise<ShoalArray> {
  known(options, "fromRaw", "dtype", "shape", "chunks", "offset", "order", "endian");
  const { shape, offset = 0, order = "C" } = options;
  const isBig = options.dtype.startsWith(">");
  const dtype = parseDType(options.dtype.replace(/^>/, ""));
  const found = await locate(path);
  checkLength(path, found.sizeBytes, offset + sizeOf(shape) * itemsizeOf(dtype));
  const endian = options.endian ?? (isBig ? "big" : "little");
  const file = { path: found.path, version: found.version, dtype, shape: [...shape], offset, order, endian };
  return asArray(fileBlocks("from-raw", file, options.chunks));
}

/** Writes the elements of an array, little-endian, in row-major order and without a head; see {@link toNpy}. */
export async function toRaw(x: ArrayLike, path: string): Promise<void> {
  await writeFile(arrayOf(x), path, new Uint8Array(0));
}
