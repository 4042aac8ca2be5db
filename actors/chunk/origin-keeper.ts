import { type HeldOrigin, originOf } from "../../runtime/base/origin.ts";

/** Each is an open file, of which a process may have so many. */
const HELD_MAX = 1000;

/** Holds the files that chunks were read from and can be read from again, by the life of each chunk. */
export class OriginKeeper {
  private readonly held = new Map<number, HeldOrigin>();
  private readonly heldMax: number;

  constructor(heldMax = HELD_MAX) {
    this.heldMax = heldMax;
  }

  /** Whether the value may leave memory because it can be read again from where it came. */
  async hold(life: number, value: unknown): Promise<boolean> {
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
