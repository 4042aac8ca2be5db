import { fileSystemOf } from "../../io/schemes.ts";
import type { Chunk } from "../chunk.ts";
import { asNDArray, chunkOfNDArray } from "../ndarray.ts";
import { npyBytes, parseNpy } from "../storage/npy-bytes.ts";
import { materialize, type Source } from "./pending.ts";

/** Writes a block as a file of its own; gives its path. */
export async function writeNpy(path: string, block: Source): Promise<string> {
  await fileSystemOf(path).write(path, npyBytes(asNDArray(materialize(block))));
  return path;
}

/** Reads a whole file. */
export async function readNpy(path: string): Promise<Chunk> {
  const files = fileSystemOf(path);
  const { sizeBytes } = await files.stat(path);
  return chunkOfNDArray(parseNpy(await files.readRange(path, 0, sizeBytes), path));
}
