import type { HeldFile } from "../../io/filesystem.ts";
import { fileSystemOf } from "../../io/schemes.ts";
import type { Chunk } from "../chunk.ts";
import { asNDArray, chunkOfNDArray } from "../ndarray.ts";
import { checkLength } from "../storage/check-length.ts";
import { npyArray, npyBytes, npyBytesOf, parseNpy } from "../storage/npy-bytes.ts";
import { NPY_HEAD_BYTES, parseNpyHeader } from "../storage/npy-header.ts";
import { readFromHeld } from "./block-origin.ts";
import { materialize, type Source } from "./pending.ts";

/** Writes a block as a file of its own; gives its path. */
export async function writeNpy(path: string, block: Source): Promise<string> {
  await fileSystemOf(path).write(path, npyBytes(asNDArray(materialize(block))));
  return path;
}

/** Reads a whole file. */
export async function readNpy(path: string): Promise<Chunk> {
  const held = await readFromHeld(path, (file) => readHeldNpy(file, path));
  if (held !== undefined) return held;
  const files = fileSystemOf(path);
  const { sizeBytes } = await files.stat(path);
  return chunkOfNDArray(parseNpy(await files.readRange(path, 0, sizeBytes), path));
}

async function readHeldNpy(file: HeldFile, path: string): Promise<Chunk> {
  const header = parseNpyHeader(await file.readRange(0, NPY_HEAD_BYTES), path);
  const needed = npyBytesOf(header);
  checkLength(path, file.stat.sizeBytes, header.offset + needed);
  return chunkOfNDArray(npyArray(header, await file.readRange(header.offset, needed)));
}
