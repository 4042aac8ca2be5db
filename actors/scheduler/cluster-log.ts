/** What happened in the cluster that people want to know later. */
export interface LogEntry {
  /** Grows by one with each entry: whoever asks again says which was the last it has. */
  readonly number: number;
  /** By the scheduler's clock. */
  readonly atMs: number;
  readonly level: "info" | "warn" | "error";
  readonly about: "worker" | "client" | "task" | "submission" | "plugin";
  /** The worker, client, key or plugin. */
  readonly name: string;
  readonly text: string;
}

/** A task that failed: kept after its future is gone. */
export interface LoggedFailure {
  readonly atMs: number;
  readonly key: string;
  readonly prefix: string;
  readonly worker: string;
  /** Encoded, or live within a process; undefined where it was too large to keep. */
  readonly thrown: unknown;
  readonly retriesLeft: number;
}

const NOTHING: readonly LogEntry[] = [];
const ENTRIES_MAX = 1000;
const FAILURES_MAX = 200;
const THROWN_BYTES_MAX = 16_384;

/** The last thousand things that happened and two hundred failures; rare ones, so that noting them costs nothing per task. */
export class ClusterLog {
  private entries: LogEntry[] = [];
  private failed: LoggedFailure[] = [];
  private last = 0;
  private taken = 0;

  note(entry: Omit<LogEntry, "number">): void {
    this.last += 1;
    this.entries.push({ number: this.last, ...entry });
    if (this.entries.length >= 2 * ENTRIES_MAX) this.entries = this.entries.slice(-ENTRIES_MAX);
  }

  noteFailure(failure: LoggedFailure): void {
    const { atMs, key, worker, thrown, retriesLeft } = failure;
    const isLarge = thrown instanceof Uint8Array && thrown.byteLength > THROWN_BYTES_MAX;
    this.failed.push(isLarge ? { ...failure, thrown: undefined } : failure);
    if (this.failed.length >= 2 * FAILURES_MAX) this.failed = this.failed.slice(-FAILURES_MAX);
    const again = retriesLeft > 0 ? "; it is tried again" : "";
    const level = retriesLeft > 0 ? "warn" : "error";
    this.note({ atMs, level, about: "task", name: key, text: `failed on ${worker}${again}` });
  }

  /** Entries since it was last asked. */
  takeNew(): readonly LogEntry[] {
    if (this.taken === this.last) return NOTHING;
    const entries = this.since(this.taken);
    this.taken = this.last;
    return entries;
  }

  /** Entries after a number, oldest first. */
  since(number: number): readonly LogEntry[] {
    return this.entries.slice(-ENTRIES_MAX).filter((entry) => entry.number > number);
  }

  /** The last failures, oldest first. */
  get failures(): readonly LoggedFailure[] {
    return this.failed.slice(-FAILURES_MAX);
  }
}
