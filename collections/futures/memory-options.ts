import { totalmem } from "node:os";
import { FolderDisk } from "../../actors/chunk/folder-disk.ts";
import { MemoryChunkStore } from "../../actors/chunk/memory-chunk-store.ts";
import { SpillingChunkStore } from "../../actors/chunk/spilling-chunk-store.ts";
import { MEMORY_SHARES, type MemoryShares } from "../../actors/worker/memory-gauge.ts";
import { unlimited, type WorkerMemory } from "../../actors/worker/memory-watch.ts";
import type { ActivityMeter } from "../../runtime/base/activity-meter.ts";
import { systemClock } from "../../runtime/base/clock.ts";
import { trimHeap } from "../../runtime/base/trim-heap.ts";
import { parseBytes } from "../../runtime/base/units.ts";

/**
 * What a worker does as its memory fills: shares of `memoryLimit`, each may be `false`.
 * @see https://distributed.dask.org/en/stable/worker-memory.html
 */
export interface MemoryOptions extends Partial<MemoryShares> {
  /** Where results go that do not fit; default: the system's folder for temporary files. */
  readonly spillFolder?: string;
  /** How much of the disk a worker may use; bytes or text such as "100 GB". Default: all there is. */
  readonly spillLimit?: number | string;
}

/** Memory as users say it. */
export interface MemorySettings {
  /**
   * What one worker may use: bytes, text such as "1 GB", a share of the machine's memory between 0 and 1, `false` for no limit. Default "auto": an
   * equal part of the machine's or container's memory for each worker.
   */
  readonly memoryLimit?: number | string | false;
  readonly memory?: MemoryOptions;
}

/** The same as a worker's thread or process is told. */
export interface MemoryConfig {
  /** Left out: no limit. */
  readonly limitBytes?: number;
  readonly shares: MemoryShares;
  readonly spillFolder?: string;
  readonly diskBytesMax?: number;
  readonly measures: WorkerMemory["measures"];
}

/** @throws RangeError | SyntaxError naming the setting */
export function memoryConfig(
  { memoryLimit = "auto", memory = {} }: MemorySettings,
  workers: number,
  measures: WorkerMemory["measures"],
): MemoryConfig {
  const { spillFolder, spillLimit, ...given } = memory;
  const shares = { ...MEMORY_SHARES, ...given };
  for (const [name, share] of Object.entries(shares))
    if (share !== false && !(share > 0 && share <= 1))
      throw new RangeError(`memory.${name} is a share of the limit between 0 and 1, or false, not ${share}`);
  const limitBytes = limitOf(memoryLimit, workers);
  return {
    shares,
    measures,
    ...(limitBytes === undefined ? {} : { limitBytes }),
    ...(spillFolder === undefined ? {} : { spillFolder }),
    ...(spillLimit === undefined ? {} : { diskBytesMax: parseBytes(spillLimit) }),
  };
}

function limitOf(limit: number | string | false, workers: number): number | undefined {
  if (limit === false) return undefined;
  if (limit === "auto") return Math.floor(machineBytes() / workers);
  const bytes = parseBytes(limit);
  if (!(bytes > 0)) throw new RangeError(`memoryLimit is an amount such as "1 GB", or false for none, not ${limit}`);
  return Math.floor(bytes <= 1 ? bytes * machineBytes() : bytes);
}

/** What the machine has, or the container allows. */
export function machineBytes(): number {
  const allowed = process.constrainedMemory();
  return allowed > 0 ? Math.min(allowed, totalmem()) : totalmem();
}

/** Opens a worker's memory, with a disk behind it where results may leave. @param meter where it is told what that takes */
export function openMemory(config: MemoryConfig, meter: ActivityMeter): WorkerMemory {
  const { limitBytes, shares, measures, spillFolder, diskBytesMax } = config;
  if (limitBytes === undefined) return unlimited(new MemoryChunkStore());
  const mayLeave = shares.target !== false || shares.spill !== false;
  const store = mayLeave
    ? new SpillingChunkStore({ disk: new FolderDisk(spillFolder), clock: systemClock, diskBytesMax, meter })
    : new MemoryChunkStore();
  const { gc } = globalThis;
  const memory = { limitBytes, shares, store, measures };
  if (gc === undefined) return memory;
  const collectGarbage = (): void => {
    gc();
    trimHeap();
  };
  return { ...memory, collectGarbage };
}
