import { readFileSync } from "node:fs";
import { type HeldOrigin, originOf } from "../../runtime/base/origin.ts";

/** Each is an open file: never more than this, nor more than a part of what the process may open, as workers that are threads share that. */
const HELD_MAX = 1000;
const SHARE_OF_OPEN_FILES = 1 / 16;
/** Where the system does not tell. */
const OPEN_FILES_GUESS = 1024;

/** Holds the files that chunks were read from and can be read from again, by the life of each chunk. */
export class OriginKeeper {
  private readonly held = new Map<number, HeldOrigin>();
  private heldMax: number | undefined;

  constructor(heldMax?: number) {
    this.heldMax = heldMax;
  }

  /** Whether the value may leave memory because it can be read again from where it came. */
  async hold(life: number, value: unknown): Promise<boolean> {
    this.heldMax ??= Math.min(HELD_MAX, Math.floor(openFilesMax() * SHARE_OF_OPEN_FILES));
    if (this.held.size >= this.heldMax) return false;
    try {
      const held = await originOf(value)?.hold();
      if (held !== undefined) this.held.set(life, held);
      return held !== undefined;
    } catch {
      // What cannot be held, for want of open files or because it is gone, is written like any other value.
      return false;
    }
  }

  get(life: number): HeldOrigin | undefined {
    return this.held.get(life);
  }

  async release(life: number): Promise<void> {
    const held = this.held.get(life);
    this.held.delete(life);
    await held?.release().catch(() => {});
  }

  async close(): Promise<void> {
    await Promise.all([...this.held.keys()].map((life) => this.release(life)));
  }
}

/** How many files this process may have open. */
function openFilesMax(): number {
  try {
    const [, soft] = /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync("/proc/self/limits", "utf8")) ?? [];
    if (soft !== undefined) return soft === "unlimited" ? Number.POSITIVE_INFINITY : Number(soft);
  } catch {
    // Not Linux.
  }
  return OPEN_FILES_GUESS;
}
