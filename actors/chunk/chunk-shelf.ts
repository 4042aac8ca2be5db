import { type BoundChart, bindChart } from "../../runtime/actor/bound-chart.ts";
import { compileChart } from "../../runtime/actor/chart.ts";
import { chunkMachine } from "./chunk-chart.ts";

export const chunkChart = compileChart(chunkMachine);

/** Numbers of the chart's events and states. */
const E = chunkChart.eventIds as Readonly<Record<string, number>>;
const S = Object.fromEntries(chunkChart.states.map((name, id) => [name, id])) as Readonly<Record<string, number>>;

/** Written at a time: more would only wait for each other, in memory. */
const WRITES_MAX = 2;
/** The last chunks that were put or used: whoever reads them may be on its way here. */
const RECENT = 4;

/** What a shelf wants of its disk. A life is the number of one stay of one chunk, never given twice. */
export type ShelfWish =
  | { readonly kind: "write"; readonly life: number; readonly value: unknown; readonly bytes: number }
  | { readonly kind: "read"; readonly life: number }
  | { readonly kind: "erase"; readonly life: number };

/** What became of chunks: they are in memory again, or lost. */
export type ShelfNews = { readonly kind: "returned" | "lost"; readonly id: number };

interface Entry {
  readonly id: number;
  readonly life: number;
  readonly bytes: number;
  readonly rank: number;
  state: number;
  value: unknown;
  pins: number;
  /** When it was last put or used. */
  used: number;
  /** It cannot be written as bytes. */
  isBound: boolean;
  /** It lies in a file that it was read from: it takes no room on the disk, and a disk that fails is none of its business. */
  hasOrigin: boolean;
}

/**
 * Which chunks are in memory and which on disk: synchronous, without a disk. Beyond the budget it lets go, of what costs nothing
 * first, then of what is used last.
 */
export class ChunkShelf {
  residentBytes = 0;
  spilledBytes = 0;
  /** Those of them that lie in files of others. */
  private originBytes = 0;
  /** Bytes being written that will leave memory. */
  leavingBytes = 0;
  readonly wishes: ShelfWish[] = [];
  readonly news: ShelfNews[] = [];
  budgetBytes = Number.POSITIVE_INFINITY;
  /** While the disk fails nothing is given to it. */
  isDiskOut = false;
  private readonly diskBytesMax: number;
  private readonly entries = new Map<number, Entry>();
  private readonly lives = new Map<number, Entry>();
  /** By life, as the chart calls its rows. */
  private readonly chart: BoundChart;
  private writes = 0;
  private life = 0;
  private uses = 0;
  /** Who may leave, next first; made anew when it is used up and something has changed. */
  private line: Entry[] = [];
  private isLineStale = true;

  constructor(diskBytesMax = Number.POSITIVE_INFINITY) {
    this.diskBytesMax = diskBytesMax;
    const entryOf = (life: number): Entry => this.lives.get(life) as Entry;
    this.chart = bindChart(chunkChart, {
      actions: {
        write: (life) => this.beginWrite(entryOf(life)),
        read: (life) => void this.wishes.push({ kind: "read", life }),
        letGo: (life) => this.letGo(entryOf(life)),
        erase: (life) => void this.wishes.push({ kind: "erase", life }),
        lose: (life) => void this.news.push({ kind: "lost", id: entryOf(life).id }),
      },
    });
  }

  get isRelieving(): boolean {
    return this.leavingBytes > 0;
  }

  /** @param hasOrigin whether it can be read again from a file it came from */
  put(id: number, value: unknown, bytes: number, rank: number, hasOrigin = false): void {
    this.drop(id);
    this.life += 1;
    this.uses += 1;
    const entry = { id, life: this.life, bytes, rank, state: S["absent"] as number, value, pins: 0, used: this.uses };
    this.enter({ ...entry, isBound: false, hasOrigin });
  }

  isResident(id: number): boolean {
    const entry = this.entries.get(id);
    return entry !== undefined && isInMemory(entry);
  }

  value(id: number): unknown {
    const entry = this.entries.get(id);
    if (entry !== undefined) entry.used = ++this.uses;
    return entry?.value;
  }

  pin(id: number): boolean {
    const entry = this.entries.get(id);
    if (entry === undefined) return false;
    entry.pins += 1;
    this.move(entry, "need");
    return isInMemory(entry);
  }

  unpin(id: number): void {
    const entry = this.entries.get(id);
    if (entry === undefined || entry.pins === 0) return;
    entry.pins -= 1;
    entry.used = ++this.uses;
    this.isLineStale = true;
    this.relieve();
  }

  drop(id: number): void {
    const entry = this.entries.get(id);
    if (entry === undefined) return;
    if (isInMemory(entry)) this.residentBytes -= entry.bytes;
    else if (entry.state === S["spilled"] || entry.state === S["restoring"]) this.countSpilled(entry, -1);
    if (entry.state === S["spilling"]) this.leavingBytes -= entry.bytes;
    if (entry.state === S["spilling"] || entry.state === S["saving"]) this.writes -= 1;
    this.move(entry, "drop");
    this.leave(entry);
    this.relieve();
  }

  /** Lets chunks leave until what stays is within the budget. */
  relieve(): void {
    while (this.residentBytes - this.leavingBytes > this.budgetBytes && this.writes < WRITES_MAX) {
      const entry = this.nextToLeave();
      if (entry === undefined) return;
      this.move(entry, "spill");
    }
  }

  written(life: number): void {
    const entry = this.endWrite(life);
    if (entry !== undefined) this.move(entry, "written");
    // It was read while it was written, and could not leave as the line was made.
    if (entry?.state === S["backed"]) this.isLineStale = true;
    this.relieve();
  }

  /** @param isBound the chunk is to blame, not the disk: it cannot be written as bytes, now or later */
  writeFailed(life: number, isBound: boolean): void {
    const entry = this.endWrite(life);
    if (entry === undefined) return;
    entry.isBound = isBound;
    this.move(entry, "writeFailed");
    this.isLineStale = true;
  }

  restored(life: number, value: unknown): void {
    const entry = this.lives.get(life);
    if (entry === undefined) return;
    entry.value = value;
    entry.used = ++this.uses;
    this.countSpilled(entry, -1);
    this.residentBytes += entry.bytes;
    this.move(entry, "restored");
    this.isLineStale = true;
    this.news.push({ kind: "returned", id: entry.id });
    this.relieve();
  }

  restoreFailed(life: number): void {
    const entry = this.lives.get(life);
    if (entry === undefined) return;
    this.countSpilled(entry, -1);
    this.move(entry, "restoreFailed");
    this.leave(entry);
  }

  /** What it was read from cannot be read again: it has to be written, as others. */
  originGone(life: number): void {
    const entry = this.lives.get(life);
    if (entry !== undefined) entry.hasOrigin = false;
  }

  bytesOf(life: number): number {
    return this.lives.get(life)?.bytes ?? 0;
  }

  /** Whether chunks may leave has changed from outside. */
  wakeLine(): void {
    this.isLineStale = true;
  }

  idOf(life: number): number | undefined {
    return this.lives.get(life)?.id;
  }

  /** For checks: recounts what is counted. */
  recount(): { resident: number; spilled: number; leaving: number } {
    const sum = (isIt: (entry: Entry) => boolean): number =>
      [...this.entries.values()].filter(isIt).reduce((bytes, entry) => bytes + entry.bytes, 0);
    return {
      resident: sum(isInMemory),
      spilled: sum((entry) => !isInMemory(entry)),
      leaving: sum((entry) => entry.state === S["spilling"]),
    };
  }

  /** The chart's state of a chunk, by name. */
  stateOf(id: number): string {
    return chunkChart.states[this.entries.get(id)?.state ?? 0] as string;
  }

  private enter(entry: Entry): void {
    this.entries.set(entry.id, entry);
    this.lives.set(entry.life, entry);
    this.residentBytes += entry.bytes;
    this.isLineStale = true;
    this.move(entry, "put");
    this.relieve();
  }

  private leave(entry: Entry): void {
    this.entries.delete(entry.id);
    this.lives.delete(entry.life);
    entry.value = undefined;
  }

  private move(entry: Entry, event: string): void {
    const from = entry.state;
    entry.state = this.chart.step(entry.life, from, E[event] as number);
    // It was to leave, and is needed after all.
    if (from === S["spilling"] && entry.state === S["saving"]) this.leavingBytes -= entry.bytes;
  }

  private beginWrite(entry: Entry): void {
    this.writes += 1;
    this.leavingBytes += entry.bytes;
    this.wishes.push({ kind: "write", life: entry.life, value: entry.value, bytes: entry.bytes });
  }

  private endWrite(life: number): Entry | undefined {
    const entry = this.lives.get(life);
    if (entry === undefined) return undefined;
    this.writes -= 1;
    if (entry.state === S["spilling"]) this.leavingBytes -= entry.bytes;
    return entry;
  }

  private letGo(entry: Entry): void {
    entry.value = undefined;
    this.residentBytes -= entry.bytes;
    this.countSpilled(entry, 1);
  }

  private countSpilled(entry: Entry, sign: 1 | -1): void {
    this.spilledBytes += sign * entry.bytes;
    if (entry.hasOrigin) this.originBytes += sign * entry.bytes;
  }

  private nextToLeave(): Entry | undefined {
    for (;;) {
      const entry = this.line.pop();
      if (entry === undefined) {
        if (!this.isLineStale) return undefined;
        this.makeLine();
        if (this.line.length === 0) return undefined;
      } else if (this.mayLeave(entry)) return entry;
    }
  }

  private mayLeave(entry: Entry): boolean {
    if (entry.pins > 0 || this.lives.get(entry.life) !== entry) return false;
    if (entry.state === S["backed"]) return true;
    if (entry.state !== S["resident"] || entry.isBound) return false;
    if (entry.hasOrigin) return true;
    if (this.isDiskOut) return false;
    return this.spilledBytes - this.originBytes + this.leavingBytes + entry.bytes <= this.diskBytesMax;
  }

  /** What was just used leaves last: another may be about to read it. Before that what is on disk already, then what is used last of all. */
  private makeLine(): void {
    this.isLineStale = false;
    const recent = this.uses - RECENT;
    const isFree = (entry: Entry): boolean => entry.state === S["backed"] || entry.hasOrigin;
    const cost = (entry: Entry): number => (entry.used > recent ? 2 : 0) + (isFree(entry) ? 0 : 1);
    this.line = [...this.entries.values()]
      .filter((entry) => this.mayLeave(entry))
      .sort((a, b) => cost(b) - cost(a) || a.rank - b.rank || b.used - a.used);
  }
}

const IN_MEMORY: ReadonlySet<number> = new Set(
  ["resident", "spilling", "saving", "backed"].map((name) => S[name] as number),
);
const isInMemory = (entry: Entry): boolean => IN_MEMORY.has(entry.state);
