import type { DownReason } from "./actor.ts";

export interface DeathWatchOptions {
  /** No sign of life for so long, and the watched one is taken for dead. */
  readonly ttlMs: number;
  /** How often `tick` is called; a tick that comes much later means that the watcher itself stood still. */
  readonly intervalMs: number;
}

/** Somebody is no more: its watchers are to be told, and no longer watch. */
export interface Down {
  readonly address: string;
  readonly reason: DownReason;
  readonly watchers: readonly string[];
}

interface Watched {
  readonly watchers: Set<string>;
  lastBeat: number;
  incarnation: string | undefined;
}

/**
 * Who is alive, judged by heartbeats: a brain, so time comes in (milliseconds) and nothing is sent. When the watcher itself
 * was stopped for a while (a long turn, a suspended machine), the time it missed is not held against the watched.
 */
export class DeathWatch {
  private readonly options: DeathWatchOptions;
  private readonly watched = new Map<string, Watched>();
  private lastTick: number | undefined;

  /** @throws RangeError unless 0 < intervalMs < ttlMs */
  constructor(options: DeathWatchOptions) {
    if (!(options.intervalMs > 0 && options.intervalMs < options.ttlMs))
      throw new RangeError(
        `A watch needs 0 < intervalMs < ttlMs, got intervalMs ${options.intervalMs} and ttlMs ${options.ttlMs}`,
      );
    this.options = options;
  }

  get addresses(): string[] {
    return [...this.watched.keys()];
  }

  watch(address: string, watcher: string, now: number): void {
    const known = this.watched.get(address);
    if (known !== undefined) known.watchers.add(watcher);
    else this.watched.set(address, { watchers: new Set([watcher]), lastBeat: now, incarnation: undefined });
  }

  unwatch(address: string, watcher: string): void {
    const known = this.watched.get(address);
    known?.watchers.delete(watcher);
    if (known?.watchers.size === 0) this.watched.delete(address);
  }

  /** A watcher is gone itself. */
  dropWatcher(watcher: string): void {
    for (const address of this.addresses) this.unwatch(address, watcher);
  }

  /** A sign of life. Another incarnation than before means a death that nobody saw. */
  beat(address: string, incarnation: string, now: number): Down[] {
    const known = this.watched.get(address);
    if (known === undefined) return [];
    if (known.incarnation !== undefined && known.incarnation !== incarnation) return this.down(address, "restarted");
    known.incarnation = incarnation;
    known.lastBeat = Math.max(known.lastBeat, now);
    return [];
  }

  /** Sure news of its end. */
  gone(address: string): Down[] {
    return this.down(address, "stopped");
  }

  /** Whoever was silent for too long is down. */
  tick(now: number): Down[] {
    const { intervalMs, ttlMs } = this.options;
    const slept = this.lastTick === undefined ? 0 : now - this.lastTick - intervalMs;
    this.lastTick = now;
    if (slept > intervalMs) for (const one of this.watched.values()) one.lastBeat = Math.min(now, one.lastBeat + slept);
    const silent = [...this.watched].filter(([, one]) => now - one.lastBeat >= ttlMs);
    return silent.flatMap(([address]) => this.down(address, "silent"));
  }

  private down(address: string, reason: DownReason): Down[] {
    const known = this.watched.get(address);
    if (known === undefined) return [];
    this.watched.delete(address);
    return [{ address, reason, watchers: [...known.watchers] }];
  }
}
