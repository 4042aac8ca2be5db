import { FolderDisk } from "./folder-disk.ts";
import type { SpillDisk } from "./spill-disk.ts";

const BYTES_MAX = 1024 ** 3;
/** The part of a worker's memory that shards may take before they go to disk. */
const SHARE = 1 / 8;

/**
 * Room for a worker's shards: a folder of its own, and an eighth of its memory.
 * @param limitBytes what the worker may use; left out: no limit
 */
export function shardStorage({
  limitBytes = Number.POSITIVE_INFINITY,
  spillFolder,
}: {
  readonly limitBytes?: number;
  readonly spillFolder?: string;
}): { readonly shardDisk: SpillDisk; readonly shardBytesMax: number } {
  return { shardDisk: new FolderDisk(spillFolder), shardBytesMax: Math.min(BYTES_MAX, limitBytes * SHARE) };
}
