import { invariant } from "../../runtime/base/errors.ts";

const NO_WORKER = -1;

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

  /** The first of `count` neighbouring fresh rows. */
  allocate(count: number): number {
    let at = this.freeRuns.findIndex((run) => run.count >= count);
    if (at < 0) {
      this.grow(Math.max(this.capacity * 2, this.capacity + count, 1024));
      at = this.freeRuns.findIndex((run) => run.count >= count);
    }
    const { base } = this.freeRuns[at] as { base: number };
    this.takeFrom(at, base, count);
    return base;
  }

  /** Takes rows whose numbers others know already. @throws InvariantError if they are in use */
  allocateAt(base: number, count: number): void {
    if (count === 0) return;
    if (base + count > this.capacity) this.grow(Math.max(this.capacity * 2, base + count, 1024));
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
  }

  /** Rows in use. */
  get used(): number {
    return this.capacity - this.freeRuns.reduce((sum, run) => sum + run.count, 0);
  }

  private join(at: number): void {
    const left = this.freeRuns[at];
    const right = this.freeRuns[at + 1];
    if (left === undefined || right === undefined || left.base + left.count !== right.base) return;
    left.count += right.count;
    this.freeRuns.splice(at + 1, 1);
  }

  private reset(base: number, count: number): void {
    const end = base + count;
    for (const column of [this.state, this.slab, this.attempt, this.waitCount, this.needers, this.wants, this.bytes])
      column.fill(0, base, end);
    for (const column of [this.retriesLeft, this.kills, this.flags]) column.fill(0, base, end);
    this.worker.fill(NO_WORKER, base, end);
  }

  private grow(capacity: number): void {
    const grown = <T extends { set(from: T): void }>(make: new (n: number) => T, old: T): T => {
      const column = new make(capacity);
      column.set(old);
      return column;
    };
    this.state = grown(Uint8Array, this.state);
    this.slab = grown(Uint32Array, this.slab);
    this.attempt = grown(Float64Array, this.attempt);
    this.worker = grown(Int32Array, this.worker);
    this.waitCount = grown(Uint32Array, this.waitCount);
    this.needers = grown(Uint32Array, this.needers);
    this.wants = grown(Uint32Array, this.wants);
    this.bytes = grown(Float64Array, this.bytes);
    this.retriesLeft = grown(Uint8Array, this.retriesLeft);
    this.kills = grown(Uint8Array, this.kills);
    this.flags = grown(Uint8Array, this.flags);
    const base = this.capacity;
    this.capacity = capacity;
    this.free(base, capacity - base);
  }
}
