import { readdirSync } from "node:fs";
import { getHeapStatistics } from "node:v8";
import { systemClock } from "./clock.ts";

/** What a thread and its process used since the sample before. */
export interface ThreadSample {
  /** Part of the time that the thread was busy, 0 to 1. */
  readonly busy: number;
  /** Cores' worth of CPU time of the whole process. */
  readonly cpu: number;
  readonly rssBytes: number;
  readonly heapBytes: number;
  /** Open descriptors of the process, as counted in the last seconds; -1 where they cannot be counted. */
  readonly descriptors: number;
}

/** Listing the descriptors takes longer than all the rest, and longer the more there are. */
const DESCRIPTORS_MS = 5000;

/** Measures this thread and its process, each time since the time before. About 20 us a sample. */
export function systemSampler(): () => ThreadSample {
  let loop = performance.eventLoopUtilization();
  let cpu = process.cpuUsage();
  let atMs = systemClock.now();
  let descriptors = { count: -1, atMs: Number.NEGATIVE_INFINITY };
  return () => {
    const nowLoop = performance.eventLoopUtilization();
    const nowCpu = process.cpuUsage();
    const nowMs = systemClock.now();
    const { utilization } = performance.eventLoopUtilization(nowLoop, loop);
    const usedMs = (nowCpu.user - cpu.user + nowCpu.system - cpu.system) / 1000;
    if (nowMs - descriptors.atMs >= DESCRIPTORS_MS) descriptors = { count: openDescriptors(), atMs: nowMs };
    const sample = {
      busy: Number.isFinite(utilization) ? utilization : 0,
      cpu: nowMs > atMs ? usedMs / (nowMs - atMs) : 0,
      rssBytes: process.memoryUsage.rss(),
      heapBytes: getHeapStatistics().used_heap_size,
      descriptors: descriptors.count,
    };
    loop = nowLoop;
    cpu = nowCpu;
    atMs = nowMs;
    return sample;
  };
}

function openDescriptors(): number {
  try {
    return readdirSync("/proc/self/fd").length;
  } catch {
    return -1;
  }
}
