import { type ActivityMeter, type Tally, timed } from "../../runtime/base/activity-meter.ts";
import type { Clock } from "../../runtime/base/clock.ts";
import { originOf } from "../../runtime/base/origin.ts";
import { ChunkShelf, type ShelfWish } from "./chunk-shelf.ts";
import type { ChunkListener, ChunkStats, ChunkStore } from "./chunk-store.ts";
import { notHere } from "./memory-chunk-store.ts";
import { OriginKeeper } from "./origin-keeper.ts";
import type { SpillDisk } from "./spill-disk.ts";
import { fromSpilled, spillPieces } from "./spill-frame.ts";

/** A disk that failed is tried again after a while, which doubles each time. */
const DISK_PAUSE_MS = 500;
const DISK_PAUSE_MAX_MS = 30_000;
/** A read that fails is tried again so often; bytes that are not what was written are tried once. */
const READS_MAX = 3;

export interface SpillingOptions {
  readonly disk: SpillDisk;
  readonly clock: Clock;
  readonly diskBytesMax?: number | undefined;
  /** Where it is told what leaving and coming back takes. */
  readonly meter?: ActivityMeter;
}

/**
 * A store with a disk behind it. A disk that fails keeps chunks from leaving memory; it never costs one. What lies in a file as it is, is not
 * written a second time.
 */
export class SpillingChunkStore implements ChunkStore {
  readonly shelf: ChunkShelf;
  private readonly disk: SpillDisk;
  private readonly clock: Clock;
  private readonly meter: ActivityMeter | undefined;
  /** Uses that found their chunk in memory. */
  private readonly found: Tally | undefined;
  private readonly listeners: ChunkListener[] = [];
  private readonly loads = new Map<number, { resolve: () => void; reject: (error: unknown) => void }[]>();
  /** What is done with each life's name, one after another. */
  private readonly chains = new Map<number, Promise<void>>();
  private readonly errors = new Map<number, unknown>();
  private readonly origins = new OriginKeeper();
  private spilledBytesTotal = 0;
  private restoredBytesTotal = 0;
  private diskError: string | undefined;
  private pauseMs = DISK_PAUSE_MS;
  private phase: "open" | "closed" = "open";

  constructor({ disk, clock, diskBytesMax, meter }: SpillingOptions) {
    this.disk = disk;
    this.clock = clock;
    this.meter = meter;
    this.found = meter?.of("restore", "found");
    this.shelf = new ChunkShelf(diskBytesMax);
  }

  get residentBytes(): number {
    return this.shelf.residentBytes;
  }

  get spilledBytes(): number {
    return this.shelf.spilledBytes;
  }

  get isRelieving(): boolean {
    return this.shelf.isRelieving;
  }

  put(id: number, value: unknown, bytes: number, rank: number): void {
    this.shelf.put(id, value, bytes, rank, originOf(value) !== undefined);
    this.follow();
  }

  isResident(id: number): boolean {
    return this.shelf.isResident(id);
  }

  value(id: number): unknown {
    return this.shelf.value(id);
  }

  pin(id: number): boolean {
    const isHere = this.shelf.pin(id);
    if (isHere) this.found?.add(0);
    this.follow();
    return isHere;
  }

  unpin(id: number): void {
    this.shelf.unpin(id);
    this.follow();
  }

  async load(id: number): Promise<unknown> {
    if (this.shelf.stateOf(id) === "absent") throw notHere(id);
    const isHere = this.pin(id);
    try {
      if (!isHere)
        await new Promise<void>((resolve, reject) => {
          const waiting = this.loads.get(id);
          if (waiting === undefined) this.loads.set(id, [{ resolve, reject }]);
          else waiting.push({ resolve, reject });
        });
      return this.shelf.value(id);
    } finally {
      this.unpin(id);
    }
  }

  drop(id: number): void {
    this.shelf.drop(id);
    for (const { reject } of this.takeLoads(id)) reject(notHere(id));
    this.follow();
  }

  setBudget(bytes: number): void {
    this.shelf.budgetBytes = bytes;
    this.shelf.relieve();
    this.follow();
  }

  onChange(listener: ChunkListener): void {
    this.listeners.push(listener);
  }

  stats(): ChunkStats {
    const { spilledBytesTotal, restoredBytesTotal, diskError } = this;
    return { spilledBytesTotal, restoredBytesTotal, diskError };
  }

  /** Settles when all that was begun has come to its end. */
  async whenIdle(): Promise<void> {
    while (this.chains.size > 0) await Promise.all(this.chains.values());
  }

  async close(): Promise<void> {
    this.phase = "closed";
    for (const id of [...this.loads.keys()]) for (const { reject } of this.takeLoads(id)) reject(notHere(id));
    await this.whenIdle();
    await this.origins.close();
    await this.disk.close();
  }

  /** Carries out what the shelf wants, and tells what became of it. */
  private follow(): void {
    for (const wish of this.shelf.wishes.splice(0)) this.enqueue(wish);
    for (const { kind, id } of this.shelf.news.splice(0))
      if (kind === "returned") {
        for (const { resolve } of this.takeLoads(id)) resolve();
        for (const listener of this.listeners) listener.returned(id);
      } else this.lose(id);
  }

  private lose(id: number): void {
    const error = this.errors.get(id) ?? notHere(id);
    this.errors.delete(id);
    for (const { reject } of this.takeLoads(id)) reject(error);
    for (const listener of this.listeners) listener.lost(id, error);
  }

  private takeLoads(id: number): { resolve: () => void; reject: (error: unknown) => void }[] {
    const waiting = this.loads.get(id) ?? [];
    this.loads.delete(id);
    return waiting;
  }

  private enqueue(wish: ShelfWish): void {
    const before = this.chains.get(wish.life);
    const run = (): Promise<void> => (this.phase === "open" ? this.carryOut(wish) : Promise.resolve());
    const chain = before === undefined ? run() : before.then(run);
    this.chains.set(wish.life, chain);
    void chain.then(() => {
      if (this.chains.get(wish.life) === chain) this.chains.delete(wish.life);
    });
  }

  private async carryOut(wish: ShelfWish): Promise<void> {
    const name = String(wish.life);
    if (wish.kind === "write") await this.write(name, wish);
    else if (wish.kind === "read") await this.read(name, wish.life);
    else if (this.origins.get(wish.life) !== undefined) await this.origins.release(wish.life);
    else await this.disk.remove(name).catch(() => {});
    if (this.phase === "open") this.follow();
  }

  private async write(name: string, { life, value, bytes }: ShelfWish & { kind: "write" }): Promise<void> {
    if (originOf(value) !== undefined) {
      if (await this.origins.hold(life, value)) {
        // Nothing is written: it lies in a file already.
        this.meter?.of("spill", "let go").add(0, bytes);
        return this.left(life, bytes);
      }
      this.shelf.originGone(life);
    }
    let pieces: readonly Uint8Array[];
    try {
      pieces = await timed(this.meter, "spill", "encode", () => spillPieces(value, bytes));
    } catch {
      this.shelf.writeFailed(life, true);
      this.shelf.relieve();
      return;
    }
    try {
      await timed(
        this.meter,
        "spill",
        "write",
        () => this.disk.write(name, pieces),
        () => bytes,
      );
      this.diskError = undefined;
      this.pauseMs = DISK_PAUSE_MS;
      this.left(life, bytes);
    } catch (error) {
      this.diskFailed(error);
      this.shelf.writeFailed(life, false);
      for (const listener of this.listeners) listener.relieved();
    }
  }

  private left(life: number, bytes: number): void {
    this.spilledBytesTotal += bytes;
    this.shelf.written(life);
    for (const listener of this.listeners) listener.relieved();
  }

  /** Nothing is written for a while: chunks stay in memory. */
  private diskFailed(error: unknown): void {
    this.diskError = error instanceof Error ? error.message : String(error);
    if (this.shelf.isDiskOut) return;
    this.shelf.isDiskOut = true;
    this.clock.setTimer(this.pauseMs, () => {
      this.shelf.isDiskOut = false;
      if (this.phase === "closed") return;
      this.shelf.wakeLine();
      this.shelf.relieve();
      this.follow();
    });
    this.pauseMs = Math.min(this.pauseMs * 2, DISK_PAUSE_MAX_MS);
  }

  private async read(name: string, life: number): Promise<void> {
    for (let tries = 1; ; tries++)
      try {
        const value = await this.valueOf(name, life);
        this.restoredBytesTotal += this.shelf.bytesOf(life);
        return this.shelf.restored(life, value);
      } catch (error) {
        if (tries < READS_MAX) continue;
        const id = this.shelf.idOf(life);
        if (id !== undefined) this.errors.set(id, error);
        return this.shelf.restoreFailed(life);
      }
  }

  private async valueOf(name: string, life: number): Promise<unknown> {
    const { meter } = this;
    const bytesOf = (): number => this.shelf.bytesOf(life);
    const origin = this.origins.get(life);
    if (origin !== undefined) return timed(meter, "restore", "read again", () => origin.read(), bytesOf);
    const bytes = await timed(meter, "restore", "read", () => this.disk.read(name), bytesOf);
    return timed(meter, "restore", "decode", () => fromSpilled(bytes));
  }
}
