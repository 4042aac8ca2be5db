import { inflateRaw } from "node:zlib";
import { fileSystemOf } from "../../io/schemes.ts";
import type { Chunk } from "../chunk.ts";
import { chunkOfNDArray } from "../ndarray.ts";
import { parseNpy } from "../storage/npy-bytes.ts";

/** A .npy file that lies deflated in an archive. */
export interface DeflatedNpy {
  readonly path: string;
  readonly version: string;
  readonly name: string;
  readonly offset: number;
  readonly packedBytes: number;
}

/** Unpacks a whole array of an archive. */
export async function readDeflated(entry: DeflatedNpy): Promise<Chunk> {
  const packed = await fileSystemOf(entry.path).readRange(entry.path, entry.offset, entry.packedBytes);
  const bytes = await new Promise<Uint8Array>((resolve, reject) => {
    inflateRaw(packed, (error, result) => (error === null ? resolve(result) : reject(error)));
  });
  return chunkOfNDArray(parseNpy(bytes, `${entry.name} in ${entry.path}`));
}
