import { SpillingChunkStore } from "../../actors/chunk/spilling-chunk-store.ts";
import { MEMORY_SHARES } from "../../actors/worker/memory-gauge.ts";
import type { WorkerMemory } from "../../actors/worker/memory-watch.ts";
import type { Clock } from "../../runtime/base/clock.ts";
import { Random } from "../../runtime/base/random.ts";
import { MemoryDisk } from "../support/memory-disk.ts";
import type { SimNode, World } from "./world.ts";

/** So little that results leave memory at every turn, or only the big ones do. */
const LIMITS = [64, 400, 8000, 60_000];

export interface TightMemory extends WorkerMemory {
  /** Its disk never fails and is never full. */
  readonly isSound: boolean;
}

/**
 * In every other seed, the memory of a worker that has too little of it, before a disk that is slow, sometimes fails and sometimes is full. A chance of its own,
 * so that it shifts no other.
 */
export function tightMemory(seed: number, world: World, node: SimNode, clock: Clock): TightMemory | undefined {
  if (seed % 2 === 1) return undefined;
  const random = new Random(seed).fork(`memory ${node.id} ${node.life}`);
  const failing = random.chance(0.4) ? random.next() * 0.3 : 0;
  const limitBytes = random.pick(LIMITS);
  const bytesMax = random.chance(0.3) ? limitBytes * (1 + random.below(20)) : Number.POSITIVE_INFINITY;
  const disk = new MemoryDisk({
    bytesMax,
    fails: (operation) => operation !== "read" && random.chance(failing),
    later: (run) => void world.at(world.now + random.next() * 5, "disk", run, node),
  });
  const store = new SpillingChunkStore({ disk, clock });
  return {
    limitBytes,
    shares: MEMORY_SHARES,
    store,
    measures: "results",
    isSound: failing === 0 && bytesMax === Number.POSITIVE_INFINITY,
  };
}
