import { hostname } from "node:os";
import { shardStorage } from "../../actors/chunk/shard-storage.ts";
import type { WorkerActorOptions } from "../../actors/worker/worker.ts";
import { openMemory } from "../../collections/futures/memory-options.ts";
import { Doubts } from "../../runtime/actor/doubts.ts";
import { ActivityMeter } from "../../runtime/base/activity-meter.ts";
import { systemClock } from "../../runtime/base/clock.ts";
import { VERSION } from "../../runtime/base/version.ts";
import type { Bus } from "../../runtime/bus/bus.ts";
import { WORKER_YIELD_MS, type WorkerConfig } from "./worker-config.ts";

/** A worker's settings, and what it has of the thread it runs in: clock, memory, disk, and turns of its own. */
export function workerSurroundings(bus: Bus, config: WorkerConfig): Omit<WorkerActorOptions, "onEnd"> {
  const meter = new ActivityMeter(() => systemClock.now());
  return {
    ...config,
    doubts: new Doubts(),
    meter,
    memory: openMemory(config.memory, meter),
    version: VERSION,
    pid: process.pid,
    host: hostname(),
    bus,
    clock: systemClock,
    yieldMs: WORKER_YIELD_MS,
    ...shardStorage(config.memory),
    rssBytes: () => process.memoryUsage.rss(),
    yieldThen: (run) => setImmediate(run),
  };
}
