import type { Clock } from "../base/clock.ts";
import { ShoalError } from "../base/errors.ts";
import type { CommitLog } from "./commit-log.ts";
import type { Journal } from "./journal.ts";
import type { Leadership } from "./leadership.ts";
import { cutTransaction } from "./transaction.ts";

export interface JournalWriterOptions {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly lead: Pick<Leadership, "isSure" | "whenSure">;
  /** Never the same for two writers: records are named by it. */
  readonly name: string;
  /** The journal's newest record, as far as it was read. */
  readonly newest: NewestRecord;
  encode(records: readonly unknown[]): Uint8Array;
  /** A summary pays once so many records were written since the last; 4096, if nothing is said. */
  readonly recordsPerSummary?: number | undefined;
  /** Another writer came before it: this one has written its last. */
  onDeposed(error: ShoalError): void;
  /** The journal refuses a record for good. */
  onFailure(error: unknown): void;
}

/** Where a journal ends. */
export interface NewestRecord {
  readonly sequence: number;
  /** undefined where no record is kept. */
  readonly id: string | undefined;
}

const RETRY_MS = 100;
/** What is not urgent is written with the next urgent records, or after this time. */
const IDLE_MS = 1000;
const RECORDS_PER_SUMMARY = 4096;
/** A summary pays too once so much was written. */
const BYTES_PER_SUMMARY = 64 << 20;

interface Batch {
  readonly records: readonly unknown[];
  readonly isSummary: boolean;
  readonly position: number;
}

/**
 * The one who writes a journal: one append on its way at a time, what is added meanwhile goes with the next. An append whose
 * answer is lost is said again under its name until it is answered.
 */
export class JournalWriter implements CommitLog {
  private readonly options: JournalWriterOptions;
  private pending: unknown[] = [];
  private summary: readonly unknown[] | undefined;
  private position = 0;
  private committed = 0;
  private newest: NewestRecord;
  private named = 0;
  private writing: Promise<void> | undefined;
  private idleTimer: object | number | undefined;
  private phase: "open" | "over" = "open";
  /** When it is to be closed, it tries no more after that. */
  private closeByMs = Number.POSITIVE_INFINITY;
  private waiters: { readonly position: number; readonly resolve: () => void }[] = [];
  /** Resolves when it writes no more. */
  readonly whenOver: Promise<void>;
  private tellOver: () => void = () => {};
  private sinceSummary = { records: 0, bytes: 0 };

  constructor(options: JournalWriterOptions) {
    this.options = options;
    this.newest = options.newest;
    this.whenOver = new Promise((resolve) => {
      this.tellOver = resolve;
    });
  }

  add(records: readonly unknown[], isUrgent: boolean): number {
    this.pending.push(...records);
    this.position += 1;
    if (isUrgent) this.write();
    else this.writeSoon();
    return this.position;
  }

  isCommitted(position: number): boolean {
    return this.phase === "open" && position <= this.committed && this.options.lead.isSure;
  }

  async whenCommitted(position: number): Promise<void> {
    if (position > this.committed || this.phase === "over")
      await new Promise<void>((resolve) => this.waiters.push({ position, resolve }));
    await this.options.lead.whenSure();
  }

  get wantsSummary(): boolean {
    const { records, bytes } = this.sinceSummary;
    const { recordsPerSummary = RECORDS_PER_SUMMARY } = this.options;
    return this.phase === "open" && (records > recordsPerSummary || bytes > BYTES_PER_SUMMARY);
  }

  summarize(records: readonly unknown[]): void {
    this.summary = records;
    // What was added before it is part of it.
    this.pending = [];
    this.position += 1;
    this.sinceSummary = { records: 0, bytes: 0 };
    this.write();
  }

  /** Writes what was added, and writes no more. What the journal does not take for so long stays unwritten: nobody was answered who had to wait for it. */
  async close(patienceMs: number): Promise<void> {
    this.closeByMs = this.options.clock.now() + patienceMs;
    this.write();
    await this.writing;
    this.abandon();
  }

  /** Writes nothing more, not even what was added; what is on its way may still arrive. */
  abandon(): void {
    this.phase = "over";
    this.options.clock.clearTimer(this.idleTimer);
    this.waiters = [];
    this.tellOver();
  }

  private get isOver(): boolean {
    return this.phase === "over";
  }

  private writeSoon(): void {
    if (this.idleTimer !== undefined || this.writing !== undefined) return;
    this.idleTimer = this.options.clock.setTimer(IDLE_MS, () => {
      this.idleTimer = undefined;
      this.write();
    }) as object | number | undefined;
  }

  private write(): void {
    if (this.phase === "over") return;
    this.writing ??= this.writeAll().finally(() => {
      this.writing = undefined;
    });
  }

  private async writeAll(): Promise<void> {
    for (let batch = this.take(); batch !== undefined && this.phase === "open"; batch = this.take()) {
      try {
        await this.append(batch);
      } catch (error) {
        if (this.isOver) return;
        this.abandon();
        if (error instanceof ShoalError && error.code === "DEPOSED") this.options.onDeposed(error);
        else this.options.onFailure(error);
        return;
      }
      this.committed = batch.position;
      const ready = this.waiters.filter((waiter) => waiter.position <= this.committed);
      this.waiters = this.waiters.filter((waiter) => waiter.position > this.committed);
      for (const { resolve } of ready) resolve();
    }
  }

  private take(): Batch | undefined {
    const { summary, position } = this;
    if (summary !== undefined) {
      this.summary = undefined;
      const records = [...summary, ...this.pending.splice(0)];
      return { records, isSummary: true, position };
    }
    if (this.pending.length === 0) return undefined;
    return { records: this.pending.splice(0), isSummary: false, position };
  }

  private async append({ records, isSummary }: Batch): Promise<void> {
    const { journal, encode } = this.options;
    const parts = cutTransaction(encode(records), isSummary, journal.recordBytesMax);
    const first = this.newest.sequence + 1;
    for (const part of parts) {
      this.newest = await this.appendSurely(part);
      // What a summary itself takes is no reason for another.
      if (isSummary) continue;
      this.sinceSummary.records += 1;
      this.sinceSummary.bytes += part.length;
    }
    // Should it fail, the journal is longer than it need be until the next time.
    if (isSummary) await journal.forgetBelow(first).catch(() => {});
  }

  private async appendSurely(part: Uint8Array): Promise<NewestRecord> {
    const { journal, name, clock } = this.options;
    const id = `${name}-${this.named++}`;
    const { sequence: expected, id: expectedId } = this.newest;
    for (;;) {
      try {
        return { sequence: await journal.append(part, { expected, expectedId, id }), id };
      } catch (error) {
        if (!(error instanceof ShoalError && error.retryable)) throw error;
        // A process that stood still hears of what it tried before it gives up.
        if (clock.now() > this.closeByMs) this.abandon();
        if (this.isOver) throw error;
      }
      await new Promise<void>((resolve) => void clock.setTimer(RETRY_MS, resolve));
    }
  }
}
