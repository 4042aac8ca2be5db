import { ShardSet } from "../../runtime/graph/shards.ts";
import type { ComputeBatch, InventoryMessage } from "../../runtime/protocol/scheduler-worker.ts";
import type { LayerDefinition } from "../../runtime/protocol/wire-layer.ts";

const PAGE_BITS = 10;
const PAGE_ROWS = 1 << PAGE_BITS;
const PAGE_MASK = PAGE_ROWS - 1;

/** Columns for 1024 neighbouring rows. */
interface Page {
  readonly state: Uint8Array;
  readonly attempt: Float64Array;
  /** Which life of the row this is: numbers of rows are given again. */
  readonly since: Float64Array;
  readonly waitCount: Uint32Array;
  /** Position of the task in its batch. */
  readonly at: Uint32Array;
  readonly bytes: Float64Array;
  readonly batch: (ComputeBatch | undefined)[];
  readonly value: unknown[];
  /** Rows in a state other than absent; a page without any is dropped. */
  used: number;
}

/**
 * What a worker knows of tasks, in columns by the scheduler's row numbers. Pages appear when a row of theirs is touched
 * and go when their last row is absent again, so a worker pays for what it has, not for what the cluster has.
 */
export class WorkerRows {
  private readonly pages = new Map<number, Page>();
  private lastNumber = -1;
  private lastPage: Page | undefined;
  /** An empty page, kept so that a worker with little to do does not make one for each task. */
  private spare: Page | undefined;

  state(row: number): number {
    return this.find(row)?.state[row & PAGE_MASK] ?? 0;
  }

  attempt(row: number): number {
    return this.find(row)?.attempt[row & PAGE_MASK] ?? 0;
  }

  /** Since when the number is of the task that is here; 0 where nobody said. */
  since(row: number): number {
    return this.find(row)?.since[row & PAGE_MASK] ?? 0;
  }

  value(row: number): unknown {
    return this.find(row)?.value[row & PAGE_MASK];
  }

  bytes(row: number): number {
    return this.find(row)?.bytes[row & PAGE_MASK] ?? 0;
  }

  batch(row: number): ComputeBatch | undefined {
    return this.find(row)?.batch[row & PAGE_MASK];
  }

  batchAt(row: number): number {
    return this.find(row)?.at[row & PAGE_MASK] ?? 0;
  }

  /** Which of its layer's calls a row that is being made makes. */
  callOf(row: number): number {
    return this.batch(row)?.callOf[this.batchAt(row)] ?? 0;
  }

  /** Whether a client waits for the result of a row that is being made. */
  isWanted(row: number): boolean {
    return this.batch(row)?.wanted[this.batchAt(row)] === 1;
  }

  /** Told when a row changes its state, if somebody wants to know. */
  onMove: ((row: number, from: number, to: number) => void) | undefined;

  setState(row: number, state: number): void {
    const page = this.page(row);
    const at = row & PAGE_MASK;
    const before = page.state[at] as number;
    page.state[at] = state;
    if (before !== state) this.onMove?.(row, before, state);
    if (before === 0 && state !== 0) page.used += 1;
    if (before !== 0 && state === 0) this.clear(row, page, at);
  }

  setAttempt(row: number, attempt: number): void {
    this.page(row).attempt[row & PAGE_MASK] = attempt;
  }

  setSince(row: number, since: number): void {
    this.page(row).since[row & PAGE_MASK] = since;
  }

  setTask(row: number, batch: ComputeBatch, at: number): void {
    const page = this.page(row);
    page.batch[row & PAGE_MASK] = batch;
    page.at[row & PAGE_MASK] = at;
  }

  /** Keeps a result; what was needed to make it is let go. */
  setValue(row: number, value: unknown, bytes: number): void {
    const page = this.page(row);
    const at = row & PAGE_MASK;
    page.value[at] = value;
    page.bytes[at] = bytes;
    page.batch[at] = undefined;
  }

  waitCount(row: number): number {
    return this.find(row)?.waitCount[row & PAGE_MASK] ?? 0;
  }

  setWaitCount(row: number, count: number): void {
    this.page(row).waitCount[row & PAGE_MASK] = count;
  }

  /** One input less to wait for; gives what is left. */
  countDown(row: number): number {
    const page = this.page(row);
    const left = (page.waitCount[row & PAGE_MASK] as number) - 1;
    page.waitCount[row & PAGE_MASK] = left;
    return left;
  }

  /** The first input of a row's task that a condition holds of, or -1. */
  findInput(row: number, holds: (input: number) => boolean): number {
    const batch = this.batch(row) as ComputeBatch;
    const at = this.batchAt(row);
    for (let e = batch.inputOffsets[at] as number; e < (batch.inputOffsets[at + 1] as number); e++)
      if (holds(batch.inputs[e] as number)) return batch.inputs[e] as number;
    return -1;
  }

  /** Every row that is not absent, in columns. @param worker whose rows they are */
  listed(worker: string, layers: ReadonlyMap<number, LayerDefinition>): Omit<InventoryMessage, "type" | "epoch"> {
    const rows = Uint32Array.from(this.rows());
    const placesOf = (is: (set: ShardSet) => boolean): Uint32Array =>
      Uint32Array.from(rows.keys()).filter((at) => {
        const value = this.value(rows[at] as number);
        return value instanceof ShardSet && is(value);
      });
    return {
      rows,
      attempts: Float64Array.from(rows, (row) => this.attempt(row)),
      since: Float64Array.from(rows, (row) => this.since(row)),
      states: Uint8Array.from(rows, (row) => this.state(row)),
      bytes: Float64Array.from(rows, (row) => this.bytes(row)),
      located: placesOf((set) => set.home === worker),
      handles: placesOf((set) => set.home !== worker),
      layers: Uint32Array.from(layers.keys()),
      layersSince: Float64Array.from(layers.values(), ({ since }) => since),
    };
  }

  /** Has a look at every row that is not absent, which must stay as they are meanwhile. */
  each(look: (row: number, state: number) => void): void {
    for (const [number, page] of this.pages) {
      let left = page.used;
      for (let at = 0; left > 0; at++) {
        const state = page.state[at] as number;
        if (state === 0) continue;
        left -= 1;
        look(number * PAGE_ROWS + at, state);
      }
    }
  }

  /** Every row that is not absent. */
  *rows(): Generator<number> {
    for (const [number, page] of this.pages)
      for (let at = 0; at < PAGE_ROWS; at++) if (page.state[at] !== 0) yield number * PAGE_ROWS + at;
  }

  get size(): number {
    let size = 0;
    for (const page of this.pages.values()) size += page.used;
    return size;
  }

  private clear(row: number, page: Page, at: number): void {
    page.attempt[at] = 0;
    page.since[at] = 0;
    page.waitCount[at] = 0;
    page.bytes[at] = 0;
    page.batch[at] = undefined;
    page.value[at] = undefined;
    page.used -= 1;
    if (page.used > 0) return;
    this.pages.delete(row >>> PAGE_BITS);
    // Every row of it was cleared, so it is as good as new.
    this.spare = page;
    this.lastNumber = -1;
    this.lastPage = undefined;
  }

  private find(row: number): Page | undefined {
    const number = row >>> PAGE_BITS;
    if (number !== this.lastNumber) {
      this.lastPage = this.pages.get(number);
      this.lastNumber = number;
    }
    return this.lastPage;
  }

  private page(row: number): Page {
    const found = this.find(row);
    if (found !== undefined) return found;
    const page = this.spare ?? emptyPage();
    this.spare = undefined;
    this.pages.set(row >>> PAGE_BITS, page);
    this.lastPage = page;
    return page;
  }
}

const emptyPage = (): Page => ({
  state: new Uint8Array(PAGE_ROWS),
  attempt: new Float64Array(PAGE_ROWS),
  since: new Float64Array(PAGE_ROWS),
  waitCount: new Uint32Array(PAGE_ROWS),
  at: new Uint32Array(PAGE_ROWS),
  bytes: new Float64Array(PAGE_ROWS),
  batch: new Array(PAGE_ROWS),
  value: new Array(PAGE_ROWS),
  used: 0,
});
