import type { Values } from "../../runtime/graph/layer.ts";
import type { FromWorker } from "../../runtime/protocol/scheduler-worker.ts";
import type { StealAsk, StealGrant } from "../../runtime/protocol/worker-worker.ts";

/** Chunks to be asked of one peer. */
export interface FetchRequest {
  readonly transfer: number;
  readonly peer: string;
  readonly rows: readonly number[];
  readonly attempts: readonly number[];
  /** The answer is to bring no more, beyond its first chunk; what is left out is asked for again. Infinity: as much as its holder likes. */
  readonly bytesMax: number;
}

/** Makes a column of small results that the bus can carry. */
export type PackResults = (results: readonly unknown[]) => Values;

/** What a worker's turn wants: reports to the scheduler, transfers to begin, running tasks to stop. */
export class WorkerOutbox {
  readonly fetches: FetchRequest[] = [];
  /** Rows whose running function should stop: nobody wants it. */
  readonly aborts: number[] = [];
  /** Rows whose running function is no longer theirs: its outcome is to be dropped. */
  readonly orphans: number[] = [];
  /** Peers to be asked for tasks, and answers to those that asked. */
  readonly asks: { readonly question: number; readonly victim: string; readonly ask: StealAsk }[] = [];
  readonly grants: { readonly ticket: number; readonly grant: StealGrant }[] = [];
  /** Layers whose functions need not be kept. */
  readonly forgottenLayers: number[] = [];
  private readonly packResults: PackResults;
  private finishedRows: number[] = [];
  private finishedAttempts: number[] = [];
  private finishedBytes: number[] = [];
  private durationsUs: number[] = [];
  private located: number[] = [];
  private resultOf: number[] = [];
  private results: unknown[] = [];
  private failed: { row: number; attempt: number; error: unknown }[] = [];
  private missing: { row: number; attempt: number; input: number; inputAttempt: number; holder: string }[] = [];
  private held: { row: number; attempt: number }[] = [];

  private slots: { row: number; attempt: number; takes: boolean }[] = [];
  private notes: { row: number; attempt: number; progress: number; line: string }[] = [];
  private given: { row: number; attempt: number; thief: string; incarnation: number }[] = [];

  constructor(packResults: PackResults) {
    this.packResults = packResults;
  }

  /**
   * @param result the value to send along, if a client waits for it and it is small
   * @param isLocated whether the result exists only here, whoever has a copy
   */
  finish(
    row: number,
    attempt: number,
    bytes: number,
    durationUs: number,
    result: { value: unknown } | undefined,
    isLocated: boolean,
  ): void {
    if (isLocated) this.located.push(this.finishedRows.length);
    if (result !== undefined) {
      this.resultOf.push(this.finishedRows.length);
      this.results.push(result.value);
    }
    this.finishedRows.push(row);
    this.finishedAttempts.push(attempt);
    this.finishedBytes.push(bytes);
    this.durationsUs.push(durationUs);
  }

  fail(row: number, attempt: number, error: unknown): void {
    this.failed.push({ row, attempt, error });
  }

  miss(row: number, attempt: number, input: number, inputAttempt: number, holder: string): void {
    this.missing.push({ row, attempt, input, inputAttempt, holder });
  }

  hold(row: number, attempt: number): void {
    this.held.push({ row, attempt });
  }

  /** A running task gave its slot up, or has one again. */
  changeSlot(row: number, attempt: number, takes: boolean): void {
    this.slots.push({ row, attempt, takes });
  }

  /** What a running task says of itself. */
  note(row: number, attempt: number, { progress, line }: { progress?: number; line?: string }): void {
    this.notes.push({ row, attempt, progress: progress ?? -1, line: line ?? "" });
  }

  /** A task is given to a thief. */
  relinquish(row: number, attempt: number, thief: string, incarnation: number): void {
    this.given.push({ row, attempt, thief, incarnation });
  }

  /** Whether there is nothing to report. */
  get isEmpty(): boolean {
    return this.finishedRows.length === 0 && this.others.every((list) => list.length === 0);
  }

  /** All that has not left: reports, and what is wanted of peers and of what runs here. */
  get size(): number {
    const { fetches, aborts, orphans, asks, grants, forgottenLayers } = this;
    const lists = [...this.others, fetches, aborts, orphans, asks, grants, forgottenLayers];
    return lists.reduce((sum, list) => sum + list.length, this.finishedRows.length);
  }

  /** Whether all there is to report are tasks that finished. */
  get hasOnlyCompletions(): boolean {
    return this.finishedRows.length > 0 && this.others.every((list) => list.length === 0);
  }

  /** Reports of what is not a completion. */
  private get others(): readonly (readonly unknown[])[] {
    return [this.failed, this.missing, this.held, this.given, this.slots, this.notes];
  }

  /** The reports of a turn, completions first: a task sent ahead may have finished behind its input. */
  takeReports(): FromWorker[] {
    const reports: FromWorker[] = [...slotsAndNotes(this.slots, this.notes)];
    if (this.finishedRows.length > 0)
      reports.push({
        type: "finished",
        rows: Uint32Array.from(this.finishedRows),
        attempts: Float64Array.from(this.finishedAttempts),
        bytes: Float64Array.from(this.finishedBytes),
        durationsUs: Float64Array.from(this.durationsUs),
        located: Uint32Array.from(this.located),
        resultOf: Uint32Array.from(this.resultOf),
        results: this.packResults(this.results),
      });
    if (this.held.length > 0)
      reports.push({
        type: "holds",
        rows: Uint32Array.from(this.held, (one) => one.row),
        attempts: Float64Array.from(this.held, (one) => one.attempt),
      });
    if (this.failed.length > 0)
      reports.push({
        type: "failed",
        rows: Uint32Array.from(this.failed, (one) => one.row),
        attempts: Float64Array.from(this.failed, (one) => one.attempt),
        errors: this.failed.map((one) => one.error),
      });
    if (this.missing.length > 0)
      reports.push({
        type: "missing",
        rows: Uint32Array.from(this.missing, (one) => one.row),
        attempts: Float64Array.from(this.missing, (one) => one.attempt),
        inputs: Uint32Array.from(this.missing, (one) => one.input),
        inputAttempts: Float64Array.from(this.missing, (one) => one.inputAttempt),
        holders: this.missing.map((one) => one.holder),
      });
    reports.push(...relinquished(this.given));
    this.clear();
    return reports;
  }

  /** Reports of a session that is over: the inventory says it all. */
  clear(): void {
    this.finishedRows = [];
    this.finishedAttempts = [];
    this.finishedBytes = [];
    this.durationsUs = [];
    this.located = [];
    this.resultOf = [];
    this.results = [];
    this.failed = [];
    this.missing = [];
    this.held = [];
    this.given = [];
    this.slots = [];
    this.notes = [];
  }
}

/** These come before completions: what a task said, it said before it ended. */
function slotsAndNotes(
  slots: readonly { row: number; attempt: number; takes: boolean }[],
  notes: readonly { row: number; attempt: number; progress: number; line: string }[],
): FromWorker[] {
  const reports: FromWorker[] = [];
  if (slots.length > 0)
    reports.push({
      type: "slots",
      rows: Uint32Array.from(slots, (one) => one.row),
      attempts: Float64Array.from(slots, (one) => one.attempt),
      takes: Uint8Array.from(slots, (one) => (one.takes ? 1 : 0)),
    });
  if (notes.length > 0)
    reports.push({
      type: "notes",
      rows: Uint32Array.from(notes, (one) => one.row),
      attempts: Float64Array.from(notes, (one) => one.attempt),
      progress: Float64Array.from(notes, (one) => one.progress),
      lines: notes.map((one) => one.line),
    });
  return reports;
}

/** One message for each thief. */
function relinquished(
  given: readonly { row: number; attempt: number; thief: string; incarnation: number }[],
): FromWorker[] {
  const thieves = [...new Set(given.map(({ thief, incarnation }) => `${incarnation} ${thief}`))];
  return thieves.map((name) => {
    const own = given.filter(({ thief, incarnation }) => `${incarnation} ${thief}` === name);
    const { thief, incarnation } = own[0] as (typeof own)[number];
    return {
      type: "relinquish",
      thief,
      incarnation,
      rows: Uint32Array.from(own, (one) => one.row),
      attempts: Float64Array.from(own, (one) => one.attempt),
    };
  });
}
