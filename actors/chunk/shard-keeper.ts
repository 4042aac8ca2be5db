import { crc32 } from "node:zlib";
import { type ActivityMeter, timed } from "../../runtime/base/activity-meter.ts";
import { type ShardReader, ShardSet, type Shards, ShardsLostError } from "../../runtime/graph/shards.ts";
import { importModule } from "../../runtime/wire/function-loader.ts";
import { decodeValueSoon, encodeValueSoon, flattenValue, unflattenValue } from "../../runtime/wire/value.ts";
import { ShardLedger } from "./shard-ledger.ts";
import { sizeOf, sizeOfAll } from "./sizeof.ts";
import type { SpillDisk } from "./spill-disk.ts";

/** How many times the mean of its set a shard is thought to weigh at most. */
const UNEVEN = 4;

/** Where one shard lies in its set's file, and what its bytes must add up to. */
interface Place {
  readonly offset: number;
  readonly length: number;
  readonly checksum: number;
}

type Kept =
  | { readonly at: "memory"; readonly parts: readonly unknown[] }
  | { readonly at: "disk"; readonly places: readonly Place[] };

/**
 * Keeps the shards that this worker's tasks made, for the readers they are meant for: in memory up to a bound, the oldest sets
 * on disk beyond it. A task that makes shards waits while the disk catches up, so memory stays flat however much passes through.
 *
 * Readers pull what is meant for them, so a shard arrives once, and a lost worker costs only what it kept: the scheduler makes
 * the lost sets again, and readers that had theirs already are left alone.
 */
export class ShardKeeper implements ShardReader {
  readonly ledger: ShardLedger;
  private readonly home: string;
  private readonly life: number;
  private readonly disk: SpillDisk;
  private readonly bytesMax: number;
  private readonly meter: ActivityMeter | undefined;
  private readonly kept = new Map<string, Kept>();
  /** Handles, and the rows that had them when they were last looked at. */
  private readonly handles = new Map<string, { readonly handle: ShardSet; readonly row: number }>();
  private writes = Promise.resolve();
  private count = 0;
  /** The last error of the disk; shards that it would not take stay in memory. */
  diskError: unknown;

  /** @param options.life tells sets of this worker from those of one that had its name before */
  constructor(options: { home: string; life: number; disk: SpillDisk; bytesMax: number; meter?: ActivityMeter }) {
    this.home = options.home;
    this.life = options.life;
    this.disk = options.disk;
    this.bytesMax = options.bytesMax;
    this.meter = options.meter;
    this.ledger = new ShardLedger(options.bytesMax);
  }

  /** Takes the shards of a task; resolves when there is room for the next. Say then with {@link watch} which row has them. */
  async keep(shards: Shards): Promise<ShardSet> {
    this.count += 1;
    const id = `${this.life}-${this.count}`;
    const handle = new ShardSet(this.home, id, shards.parts.length).bind(this);
    // Parts are often views on the one block that was cut.
    const bytes = sizeOfAll(shards.parts);
    this.kept.set(id, { at: "memory", parts: shards.parts });
    this.ledger.add(id, bytes);
    if (shards.place === "disk" && this.ledger.beginWrite(id)) this.writes = this.writes.then(() => this.write(id));
    this.startWrites();
    while (this.ledger.isCrowded) await this.writes;
    if (shards.place === "disk") await this.writes;
    return handle;
  }

  /** Where memory is short, all shards go to disk, and those that come; else up to the bound they stay. */
  press(isShort: boolean): void {
    this.ledger.bytesMax = isShort ? 0 : this.bytesMax;
    this.startWrites();
  }

  /** Shards stay as long as a row has their handle. */
  watch(handle: ShardSet, row: number): void {
    if (handle.boundTo === this) this.handles.set(handle.id, { handle, row });
  }

  /** Lets go of the sets whose rows do not hold them any more. */
  sweep(valueAt: (row: number) => unknown): void {
    for (const [id, { handle, row }] of this.handles) if (valueAt(row) !== handle) this.drop(id);
  }

  read(sets: readonly ShardSet[], places: readonly number[]): Promise<unknown[]> {
    return Promise.all(sets.map((set, i) => this.shard(set, places[i] as number)));
  }

  /** @throws ShardsLostError if the set is not here, or its bytes are not what was written */
  async shard(set: ShardSet, at: number): Promise<unknown> {
    const kept = this.kept.get(set.id);
    if (kept === undefined) throw new ShardsLostError(set, "they are not kept here");
    if (kept.at === "memory") return kept.parts[at];
    const place = kept.places[at];
    if (place === undefined) throw new ShardsLostError(set, `there is no shard ${at}`);
    let bytes: Uint8Array;
    try {
      const stretch = { from: place.offset, bytes: place.length };
      bytes = await timed(
        this.meter,
        "exchange",
        "read",
        () => this.disk.read(set.id, stretch),
        (read) => read.byteLength,
      );
    } catch (error) {
      throw new ShardsLostError(set, `the disk does not give them back (${(error as Error).message})`);
    }
    if (crc32(bytes) !== place.checksum)
      throw new ShardsLostError(set, "the disk gave back other bytes than it was given");
    return timed(this.meter, "exchange", "decode", async () => decodeValueSoon(unflattenValue(bytes), importModule));
  }

  /** About what a shard of a set weighs on its way: one that is a view holds more memory than that. */
  weigh(set: string, shard: unknown): number {
    const kept = this.kept.get(set);
    const count = kept === undefined ? 1 : kept.at === "memory" ? kept.parts.length : kept.places.length;
    return Math.min(sizeOf(shard), Math.ceil((UNEVEN * this.ledger.bytesOf(set)) / count));
  }

  get size(): number {
    return this.handles.size;
  }

  /** Removes what lies on disk. */
  async close(): Promise<void> {
    this.kept.clear();
    this.handles.clear();
    await this.writes;
    await this.disk.close();
  }

  private drop(id: string): void {
    this.handles.delete(id);
    this.kept.delete(id);
    if (this.ledger.drop(id)) void this.disk.remove(id).catch((error: unknown) => (this.diskError = error));
  }

  /** One set at a time goes to disk, so that what is on the way there is bounded too. */
  private startWrites(): void {
    for (let id = this.ledger.nextToWrite(); id !== undefined; id = this.ledger.nextToWrite()) {
      const set = id;
      this.writes = this.writes.then(() => this.write(set));
    }
  }

  private async write(id: string): Promise<void> {
    const kept = this.kept.get(id);
    if (kept?.at !== "memory") return;
    try {
      const { pieces, places } = await timed(this.meter, "exchange", "encode", () => encodeShards(kept.parts));
      const bytes = pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
      await timed(
        this.meter,
        "exchange",
        "write",
        () => this.disk.write(id, pieces),
        () => bytes,
      );
      if (this.ledger.wrote(id, true)) this.kept.set(id, { at: "disk", places });
      else await this.disk.remove(id);
    } catch (error) {
      this.diskError = error;
      this.ledger.wrote(id, false);
    }
  }
}

async function encodeShards(parts: readonly unknown[]): Promise<{ pieces: Uint8Array[]; places: Place[] }> {
  const pieces: Uint8Array[] = [];
  const places: Place[] = [];
  let offset = 0;
  for (const part of parts) {
    const bytes = flattenValue(await encodeValueSoon(part, { shareMemory: false }));
    pieces.push(bytes);
    places.push({ offset, length: bytes.byteLength, checksum: crc32(bytes) });
    offset += bytes.byteLength;
  }
  return { pieces, places };
}
