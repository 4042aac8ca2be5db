import { readdir, rm } from "node:fs/promises";
import { availableParallelism, hostname, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { uniqueToken } from "../../runtime/base/random.ts";
import { DiskShardFiles, type ShardFiles } from "./shard-files.ts";

const BYTES_MAX = 1024 ** 3;
/** The part of a worker's share of memory that shards may take before they go to disk. */
const SHARE = 1 / 8;

/** Room for a worker's shards: a folder of its own under the system's one for temporary files, and an eighth of its share of memory. */
export function shardStorage(): { readonly shardFiles: ShardFiles; readonly shardBytesMax: number } {
  const name = `${prefix()}${process.pid}-${uniqueToken().replace(/[^0-9A-Za-z]/g, "")}`;
  const memory = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
  return {
    shardFiles: new DiskShardFiles(join(tmpdir(), name), removeLeftovers),
    shardBytesMax: Math.min(BYTES_MAX, (memory * SHARE) / availableParallelism()),
  };
}

const prefix = (): string => `shoal-shards-${hostname()}-`;

/** What processes of this machine left that were killed: nobody else will remove it. */
async function removeLeftovers(): Promise<void> {
  const start = prefix();
  for (const name of await readdir(tmpdir())) {
    const pid = name.startsWith(start) ? Number(name.slice(start.length).split("-")[0]) : Number.NaN;
    if (Number.isInteger(pid) && !isAlive(pid)) await rm(join(tmpdir(), name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: string }).code === "EPERM";
  }
}
