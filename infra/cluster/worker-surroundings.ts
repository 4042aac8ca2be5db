import { hostname } from "node:os";
import { shardStorage } from "../../actors/chunk/shard-storage.ts";
import type { WorkerActorOptions } from "../../actors/worker/worker.ts";
import { openMemory } from "../../collections/futures/memory-options.ts";
import { Doubts } from "../../runtime/actor/doubts.ts";
import { ActivityMeter } from "../../runtime/base/activity-meter.ts";
import { systemClock } from "../../runtime/base/clock.ts";
import { config } from "../../runtime/base/config.ts";
import { VERSION } from "../../runtime/base/version.ts";
import type { Bus } from "../../runtime/bus/bus.ts";
import { WORKER_YIELD_MS, type WorkerConfig } from "./worker-config.ts";

/** A worker's settings, and what it has of the thread it runs in: clock, memory, disk, and turns of its own. */
export function workerSurroundings(bus: Bus, settings: WorkerConfig): Omit<WorkerActorOptions, "onEnd"> {
  const meter = new ActivityMeter(() => systemClock.now());
  return {
    ...settings,
    connections: {
      outgoing: config.get("worker.connections.outgoing"),
      incoming: config.get("worker.connections.incoming"),
    },
    doubts: new Doubts(),
    meter,
    memory: openMemory(settings.memory, meter),
    version: VERSION,
    pid: process.pid,
    host: hostname(),
    bus,
    clock: systemClock,
    yieldMs: WORKER_YIELD_MS,
    ...shardStorage(settings.memory),
    rssBytes: () => process.memoryUsage.rss(),
    yieldThen: (run) => setImmediate(run),
  };
}
