import { readFileSync } from "node:fs";
import type { Clock, TimerHandle } from "../../runtime/base/clock.ts";
import { oomKills } from "./oom-kills.ts";

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

export interface ProcessMemoryOptions {
  readonly pid: number;
  readonly clock: Clock;
  readonly bytesMax: number;
  /** Called once, when the process takes more than `bytesMax`. */
  onAbove(bytes: number): void;
  /** What processes the system ended so far as memory ran out. */
  readonly oomKills?: () => number | undefined;
}

/** Watches a process's memory from outside, where a process too busy to watch itself cannot prevent it. */
export class ProcessMemory {
  /** The last figures, oldest first. */
  readonly figures: number[] = [];
  private readonly options: ProcessMemoryOptions;
  private readonly oomKills: () => number | undefined;
  /** As counted at the last two looks: an end is told of a while after the system caused it, and a look may lie between. */
  private killsBefore: readonly [earlier: number | undefined, last: number | undefined];
  private timer: TimerHandle;

  constructor(options: ProcessMemoryOptions) {
    this.options = options;
    this.oomKills = options.oomKills ?? oomKills;
    const kills = this.oomKills();
    this.killsBefore = [kills, kills];
    this.timer = options.clock.setTimer(MEMORY_EVERY_MS, () => this.look());
  }

  /** Whether the system ended a process just now because memory had run out: of one killed by nobody here, that is why. */
  get hasSystemKilled(): boolean {
    return (this.oomKills() ?? 0) > (this.killsBefore[0] ?? Number.POSITIVE_INFINITY);
  }

  close(): void {
    this.options.clock.clearTimer(this.timer);
  }

  private look(): void {
    const { pid, clock, bytesMax, onAbove } = this.options;
    const bytes = residentBytes(pid);
    if (bytes === undefined) return;
    this.killsBefore = [this.killsBefore[1], this.oomKills()];
    this.figures.push(bytes);
    if (this.figures.length > FIGURES_MAX) this.figures.shift();
    if (bytes > bytesMax) onAbove(bytes);
    else this.timer = clock.setTimer(MEMORY_EVERY_MS, () => this.look());
  }
}
