import { randomBytes } from "node:crypto";

/** The only source of chance: seeded, so that a run can be repeated. Mulberry32 (Tommy Ettinger's 32-bit generator). */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** A float in [0, 1). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  /** An integer in [0, bound). */
  below(bound: number): number {
    return Math.floor(this.next() * bound);
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  shuffle<T>(items: T[]): T[] {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const kept = items[i] as T;
      items[i] = items[j] as T;
      items[j] = kept;
    }
    return items;
  }

  /** An independent stream, so that a draw more in one purpose does not shift another. */
  fork(purpose: string): Random {
    let h = this.state ^ 0x9e3779b9;
    for (let i = 0; i < purpose.length; i++) h = Math.imul(h ^ purpose.charCodeAt(i), 0x01000193);
    return new Random(h >>> 0);
  }
}

/** Bytes drawn from the system at a time: a draw costs as much for one token as for many. */
const POOL_BYTES = 4096;
const TOKEN_BYTES = 16;
const TOKEN_CHARS = 22;
let pool = Buffer.alloc(0);
let poolAt = 0;

/** 22 url-safe characters from the system's entropy: names that must never meet again. */
export function uniqueToken(): string {
  if (poolAt >= pool.length) {
    pool = randomBytes(POOL_BYTES);
    poolAt = 0;
  }
  poolAt += TOKEN_BYTES;
  return pool.toString("base64url", poolAt - TOKEN_BYTES, poolAt);
}

/** Letters and digits of a {@link uniqueToken}, the first so many: for names of which a few live at a time, and that people read. */
export const plainToken = (charsMax = TOKEN_CHARS): string =>
  uniqueToken()
    .replace(/[^0-9A-Za-z]/g, "")
    .slice(0, charsMax);
