import { readFileSync } from "node:fs";
import type { Clock, TimerHandle } from "../../runtime/base/clock.ts";

/** Linux counts memory in pages of this size on all that Node 20 runs on but for some arm64 machines, which say more. */
const PAGE_BYTES = 4096;
export const MEMORY_EVERY_MS = 200;
const FIGURES_MAX = 150;

/** What a process takes of memory; undefined where the system does not say, or it is gone. */
export function residentBytes(pid: number): number | undefined {
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, "latin1").split(" ")[1]);
    return Number.isFinite(pages) ? pages * PAGE_BYTES : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a process was stopped by a signal; false where the system does not say. */
export function isStopped(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return /^[Tt]/.test(stat.slice(stat.lastIndexOf(")") + 2));
  } catch {
    return false;
  }
}

/** Watches a process's memory from outside, where a process too busy to watch itself cannot prevent it. */
export class ProcessMemory {
  /** The last figures, oldest first. */
  readonly figures: number[] = [];
  private readonly clock: Clock;
  private timer: TimerHandle;

  /** @param onAbove called once, when the process takes more than `bytesMax` */
  constructor(pid: number, clock: Clock, bytesMax: number, onAbove: (bytes: number) => void) {
    this.clock = clock;
    const look = (): void => {
      const bytes = residentBytes(pid);
      if (bytes === undefined) return;
      this.figures.push(bytes);
      if (this.figures.length > FIGURES_MAX) this.figures.shift();
      if (bytes > bytesMax) onAbove(bytes);
      else this.timer = clock.setTimer(MEMORY_EVERY_MS, look);
    };
    this.timer = clock.setTimer(MEMORY_EVERY_MS, look);
  }

  close(): void {
    this.clock.clearTimer(this.timer);
  }
}
