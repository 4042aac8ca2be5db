import { availableParallelism, totalmem } from "node:os";
import { FolderDisk } from "./folder-disk.ts";
import type { SpillDisk } from "./spill-disk.ts";

const BYTES_MAX = 1024 ** 3;
/** The part of a worker's share of memory that shards may take before they go to disk. */
const SHARE = 1 / 8;

/** Room for a worker's shards: a folder of its own, and an eighth of its share of the machine's memory. */
export function shardStorage(): { readonly shardDisk: SpillDisk; readonly shardBytesMax: number } {
  const memory = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
  return {
    shardDisk: new FolderDisk(),
    shardBytesMax: Math.min(BYTES_MAX, (memory * SHARE) / availableParallelism()),
  };
}
