import type { Clock, TimerHandle } from "../base/clock.ts";
import { ShoalError } from "../base/errors.ts";
import type { DownMessage } from "./actor.ts";
import type { ActorCell } from "./cell.ts";
import { DeathWatch, type DeathWatchOptions, type Down } from "./deathwatch.ts";
import type { Tap } from "./tap.ts";

/** Asked of a system, not of the actor: is somebody at this address, and which life of it? */
export const PING = { type: "$ping" } as const;

export interface Pong {
  readonly address: string;
  readonly incarnation: string;
}

interface WatcherPorts {
  readonly clock: Clock;
  readonly tap: Tap;
  /** @throws ShoalError NO_RESPONDERS when nobody is there */
  ping(address: string, timeoutMs: number): Promise<Pong>;
}

/** Asks the watched for signs of life, and tells their watchers when they are down. Idle while nobody is watched. */
export class Watcher {
  private readonly options: DeathWatchOptions;
  private readonly ports: WatcherPorts;
  private readonly brain: DeathWatch;
  private readonly cells = new Map<string, ActorCell>();
  private timer: TimerHandle;

  constructor(options: DeathWatchOptions, ports: WatcherPorts) {
    this.options = options;
    this.ports = ports;
    this.brain = new DeathWatch(options);
  }

  watch(address: string, watcher: ActorCell): void {
    this.cells.set(watcher.address, watcher);
    this.brain.watch(address, watcher.address, this.ports.clock.now());
    this.ping(address);
    if (this.timer === undefined) this.arm();
  }

  unwatch(address: string, watcher: ActorCell): void {
    this.brain.unwatch(address, watcher.address);
  }

  /** An actor of this system has ended: it watches no more, and whoever watches it hears of it now. */
  removed(cell: ActorCell): void {
    if (this.cells.delete(cell.address)) this.brain.dropWatcher(cell.address);
    this.tell(this.brain.gone(cell.address));
  }

  close(): void {
    this.ports.clock.clearTimer(this.timer);
    this.timer = undefined;
    for (const address of this.cells.keys()) this.brain.dropWatcher(address);
    this.cells.clear();
  }

  private arm(): void {
    this.timer = this.ports.clock.setTimer(this.options.intervalMs, () => {
      this.timer = undefined;
      this.tell(this.brain.tick(this.ports.clock.now()));
      const { addresses } = this.brain;
      if (addresses.length === 0) return;
      for (const address of addresses) this.ping(address);
      this.arm();
    });
  }

  private ping(address: string): void {
    this.ports.ping(address, this.options.ttlMs).then(
      (pong) => this.tell(this.brain.beat(address, pong.incarnation, this.ports.clock.now())),
      (error) => {
        // Silence and lost connections are judged by time; only this is news.
        if (error instanceof ShoalError && error.code === "NO_RESPONDERS") this.tell(this.brain.gone(address));
      },
    );
  }

  private tell(downs: readonly Down[]): void {
    for (const { address, reason, watchers } of downs) {
      if (this.ports.tap.active) this.ports.tap.emit({ kind: "down", address, reason });
      const message: DownMessage = { type: "down", address, reason };
      for (const watcher of watchers) this.cells.get(watcher)?.deliverOwn(message);
    }
  }
}
