import { bindChart } from "../../runtime/actor/bound-chart.ts";
import { compileChart } from "../../runtime/actor/chart.ts";
import { shardSetMachine } from "./shard-set-chart.ts";

const chart = compileChart(shardSetMachine);
const STATE = {
  resident: chart.stateId("resident"),
  writing: chart.stateId("writing"),
  stored: chart.stateId("stored"),
  pinned: chart.stateId("pinned"),
  dropped: chart.stateId("dropped"),
} as const;
const E = chart.eventIds;

interface Entry {
  state: number;
  readonly bytes: number;
}

/**
 * Which sets of shards lie in memory, and which of them go to disk next: the oldest, as soon as all together are more than
 * there is room for. Plain data and synchronous steps; {@link ShardKeeper} reads and writes.
 */
export class ShardLedger {
  bytesMax: number;
  /** In memory, those on their way to disk included. */
  memoryBytes = 0;
  storedBytes = 0;
  /** Written so far, ever. */
  writtenBytes = 0;
  private readonly chart = bindChart(chart, {});
  /** In the order in which they came. */
  private readonly entries = new Map<string, Entry>();
  private writingBytes = 0;

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
  }

  get size(): number {
    return this.entries.size;
  }

  add(set: string, bytes: number): void {
    this.entries.set(set, { state: STATE.resident, bytes });
    this.memoryBytes += bytes;
  }

  /** The set to write next, which counts as being written from now on; undefined if memory has room, or nothing can go. */
  nextToWrite(): string | undefined {
    if (this.memoryBytes - this.writingBytes <= this.bytesMax) return undefined;
    for (const set of this.entries.keys()) if (this.beginWrite(set)) return set;
    return undefined;
  }

  /** Counts a set as being written from now on, room or not; false where it is not in memory, or on its way already. */
  beginWrite(set: string): boolean {
    const entry = this.entries.get(set);
    if (entry?.state !== STATE.resident) return false;
    this.move(entry, E["write"] as number);
    this.writingBytes += entry.bytes;
    return true;
  }

  /** Whether makers of shards should wait: memory is over its bound, and a write that would help is under way. */
  get isCrowded(): boolean {
    return this.memoryBytes > this.bytesMax && this.writingBytes > 0;
  }

  /** A write ended. False if the set was dropped meanwhile: its file is nobody's. */
  wrote(set: string, isOnDisk: boolean): boolean {
    const entry = this.entries.get(set);
    if (entry === undefined) return false;
    this.writingBytes -= entry.bytes;
    this.move(entry, (isOnDisk ? E["written"] : E["writeFailed"]) as number);
    if (isOnDisk) {
      this.memoryBytes -= entry.bytes;
      this.storedBytes += entry.bytes;
      this.writtenBytes += entry.bytes;
    }
    return true;
  }

  /** Nobody needs the set; true if it may have a file. */
  drop(set: string): boolean {
    const entry = this.entries.get(set);
    if (entry === undefined) return false;
    this.entries.delete(set);
    const was = entry.state;
    this.move(entry, E["drop"] as number);
    if (was === STATE.stored) this.storedBytes -= entry.bytes;
    else this.memoryBytes -= entry.bytes;
    if (was === STATE.writing) this.writingBytes -= entry.bytes;
    return was === STATE.stored;
  }

  /** What a set weighs; 0 if it is not here. */
  bytesOf(set: string): number {
    return this.entries.get(set)?.bytes ?? 0;
  }

  /** The chart's name for where a set is. */
  stateOf(set: string): string {
    return chart.states[this.entries.get(set)?.state ?? STATE.dropped] as string;
  }

  private move(entry: Entry, event: number): void {
    entry.state = this.chart.step(0, entry.state, event);
  }
}
