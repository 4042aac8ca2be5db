import { invariant } from "../../runtime/base/errors.ts";
import { type Column, lengthAhead, longerColumn } from "./longer-column.ts";

const NO_WORKER = -1;
const ROWS_MIN = 1024;
const NAMES = [
  "state",
  "slab",
  "attempt",
  "worker",
  "waitCount",
  "needers",
  "wants",
  "bytes",
  "retriesLeft",
  "kills",
  "flags",
] as const;

/** As many as a byte holds; who asks for more has these. */
export const RETRIES_MAX = 255;

/**
 * Every task the scheduler knows, in columns: no object, closure or timer per task. A submission owns a contiguous run
 * of rows (a slab); rows are used again after their slab is gone, and attempts, which never are, tell the lives apart.
 */
export class TaskColumns {
  /** Chart state; index into the states of the scheduler-task chart. */
  state = new Uint8Array(0);
  slab = new Uint32Array(0);
  /** The current attempt: a number that grows with every assignment in the cluster; 0 before the first. */
  attempt = new Float64Array(0);
  /** Where it is processing, or the first worker that holds its result; -1 for none. */
  worker = new Int32Array(0);
  /** Inputs that are not in memory, while the task is needed. */
  waitCount = new Uint32Array(0);
  /** Needed tasks that read this one. */
  needers = new Uint32Array(0);
  /** Head of the list of wants of clients; 0 for none. */
  wants = new Uint32Array(0);
  /** Bytes of the result. */
  bytes = new Float64Array(0);
  retriesLeft = new Uint8Array(0);
  /** Workers that died while they may have been running it. */
  kills = new Uint8Array(0);
  flags = new Uint8Array(0);

  private freeRuns: { base: number; count: number }[] = [];
  private capacity = 0;
  private taken = 0;

  /** The first of `count` neighbouring fresh rows. */
  allocate(count: number): number {
    let at = this.freeRuns.findIndex((run) => run.count >= count);
    if (at < 0) {
      this.grow(Math.max(this.capacity * 2, this.capacity + count, ROWS_MIN));
      at = this.freeRuns.findIndex((run) => run.count >= count);
    }
    const { base } = this.freeRuns[at] as { base: number };
    this.takeFrom(at, base, count);
    return base;
  }

  /** Takes rows whose numbers others know already. @throws InvariantError if they are in use */
  allocateAt(base: number, count: number): void {
    if (count === 0) return;
    if (base + count > this.capacity) this.grow(Math.max(this.capacity * 2, base + count, ROWS_MIN));
    const at = this.freeRuns.findIndex((run) => run.base <= base && run.base + run.count >= base + count);
    invariant(at >= 0, `rows ${base} to ${base + count - 1} are free`);
    this.takeFrom(at, base, count);
  }

  private takeFrom(at: number, base: number, count: number): void {
    const run = this.freeRuns[at] as { base: number; count: number };
    const left = [
      { base: run.base, count: base - run.base },
      { base: base + count, count: run.base + run.count - base - count },
    ];
    this.freeRuns.splice(at, 1, ...left.filter((one) => one.count > 0));
    this.taken += count;
    this.reset(base, count);
  }

  /** Gives rows back; neighbours that are free are joined. */
  free(base: number, count: number): void {
    if (count === 0) return;
    let at = this.freeRuns.findIndex((run) => run.base > base);
    if (at < 0) at = this.freeRuns.length;
    invariant((this.freeRuns[at]?.base ?? Number.POSITIVE_INFINITY) >= base + count, "rows are freed once");
    this.freeRuns.splice(at, 0, { base, count });
    this.join(at);
    if (at > 0) this.join(at - 1);
    this.taken -= count;
  }

  /** Rows in use. */
  get used(): number {
    return this.taken;
  }

  /** Grows by one column if rows will be short soon; whoever calls this now and then is spared the copy of all at once. */
  growAhead(): void {
    const capacity = lengthAhead(this.taken, this.capacity);
    if (capacity === undefined) return;
    const short = NAMES.find((name) => this[name].length < capacity);
    if (short === undefined) this.addRows(capacity);
    else this.lengthen(short, capacity);
  }

  private join(at: number): void {
    const left = this.freeRuns[at];
    const right = this.freeRuns[at + 1];
    if (left === undefined || right === undefined || left.base + left.count !== right.base) return;
    left.count += right.count;
    this.freeRuns.splice(at + 1, 1);
  }

  private reset(base: number, count: number): void {
    for (const name of NAMES) this[name].fill(name === "worker" ? NO_WORKER : 0, base, base + count);
  }

  private grow(capacity: number): void {
    for (const name of NAMES) this.lengthen(name, capacity);
    this.addRows(capacity);
  }

  private lengthen(name: (typeof NAMES)[number], length: number): void {
    const columns: Record<string, Column> = this as unknown as Record<string, Column>;
    columns[name] = longerColumn(this[name] as Column, length);
  }

  /** Rows that every column has from now on are free. */
  private addRows(capacity: number): void {
    const base = this.capacity;
    this.capacity = capacity;
    this.taken += capacity - base;
    this.free(base, capacity - base);
  }
}
