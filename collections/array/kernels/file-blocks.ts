import { ShoalError } from "../../../runtime/base/errors.ts";
import type { BlockLocation } from "../../../runtime/graph/call.ts";
import type { FileRegions } from "../../io/filesystem.ts";
import { fileSystemOf } from "../../io/schemes.ts";
import { Chunk, rowMajor, sizeOf, transposed, viewOf } from "../chunk.ts";
import { type DType, dtypeInfo, itemsizeOf, lanesOf } from "../dtype.ts";
import { type AxisSpan, type BoxRuns, boxRuns } from "../storage/box.ts";
import { readFromHeld } from "./block-origin.ts";
import { castTo } from "./elementwise.ts";
import { contiguous, materialize, type Source } from "./pending.ts";
import { boxOf, type Window, withoutFixed } from "./stored-block.ts";

/** Blocks in shorter runs cost more to read again than to be written in one piece. */
const HELD_RUN_BYTES_MIN = 1 << 16;

/** Elements of one dtype that lie in a file, in row-major ("C") or column-major ("F") order. */
export interface FileArray {
  readonly path: string;
  /** Changes when the file does. */
  readonly version: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Bytes before the first element. */
  readonly offset: number;
  readonly order: "C" | "F";
  readonly endian: "little" | "big";
}

/** Reads one block of an array in a file: only the bytes that belong to it. */
export async function readFileBlock(
  file: FileArray,
  windows: readonly Window[],
  location: BlockLocation,
): Promise<Chunk> {
  const box = boxOf(windows, location);
  const plan = planOf(file, box);
  const made = (bytes: Uint8Array): Chunk => withoutFixed(blockOf(file, plan, bytes), windows);
  const held =
    plan.wanted.runs.length < HELD_RUN_BYTES_MIN
      ? undefined
      : await readFromHeld(file.path, async (from) => made(await from.readRuns(plan.wanted.runs)));
  return held ?? made(await regionsOf(file.path).read(file.path, plan.wanted.runs));
}

/** How a box is read: of columns as of rows, from last to first. */
interface BoxPlan {
  readonly box: readonly AxisSpan[];
  readonly wanted: BoxRuns;
}

function planOf({ shape, order, dtype, offset }: FileArray, box: readonly AxisSpan[]): BoxPlan {
  const stored = order === "C" ? box : [...box].reverse();
  const wanted = boxRuns(order === "C" ? shape : [...shape].reverse(), itemsizeOf(dtype), offset, stored);
  return { box: stored, wanted };
}

function blockOf({ dtype, endian, order }: FileArray, { box, wanted }: BoxPlan, bytes: Uint8Array): Chunk {
  const chunk = chunkOfBytes(bytes, dtype, wanted.shape, endian);
  const last = box.length - 1;
  const read =
    wanted.lastStep === 1
      ? chunk
      : viewOf(
          chunk,
          box.map((span) => span.count),
          chunk.strides.map((step, axis) => (axis === last ? step * wanted.lastStep : step)),
        );
  return order === "C" ? read : reversed(read);
}

const reversed = (chunk: Chunk): Chunk => transposed(chunk, chunk.shape.map((_, axis) => axis).reverse());

/** Bytes of their own as a chunk; big-endian ones are turned in place. */
export function chunkOfBytes(
  bytes: Uint8Array,
  dtype: DType,
  shape: readonly number[],
  endian: "little" | "big" = "little",
): Chunk {
  const { array, itemsize } = dtypeInfo(dtype);
  const lanes = lanesOf(dtype);
  if (endian === "big") swap(bytes, itemsize / lanes);
  const isAligned = bytes.byteOffset % array.BYTES_PER_ELEMENT === 0;
  const own = isAligned ? bytes : bytes.slice();
  return new Chunk(new array(own.buffer, own.byteOffset, sizeOf(shape) * lanes), dtype, shape, rowMajor(shape));
}

function swap(bytes: Uint8Array, width: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (width === 2) buffer.swap16();
  else if (width === 4) buffer.swap32();
  else if (width === 8) buffer.swap64();
}

/** The elements of a chunk as little-endian bytes in row-major order; may be the chunk's own memory. */
export function bytesOfChunk(source: Source): Uint8Array {
  const chunk = contiguous(source);
  const width = itemsizeOf(chunk.dtype);
  const { buffer, byteOffset } = chunk.data;
  return new Uint8Array(buffer, byteOffset + chunk.offset * width, sizeOf(chunk.shape) * width);
}

/** Writes one block to its place in a file that was made for the whole; gives the number of bytes. */
export async function writeFileBlock(
  file: Pick<FileArray, "path" | "dtype" | "shape" | "offset">,
  location: BlockLocation,
  block: Source,
): Promise<number> {
  const bytes = bytesOfChunk(materialize(castTo(block, file.dtype)));
  const box = location.shape.map((count, axis) => ({ start: location.start[axis] as number, step: 1, count }));
  const { runs } = boxRuns(file.shape, itemsizeOf(file.dtype), file.offset, box);
  await regionsOf(file.path).write(file.path, runs, bytes);
  return bytes.length;
}

/** @throws ShoalError NOT_SUPPORTED where files of the scheme cannot be read and written by parts */
export function regionsOf(path: string): FileRegions {
  const { regions, scheme } = fileSystemOf(path);
  if (regions === undefined)
    throw new ShoalError(`Files of "${scheme}:" cannot be read or written by parts, as ${path} would need`, {
      code: "NOT_SUPPORTED",
      details: { path },
    });
  return regions;
}
