import type { ComputeBatch } from "../../runtime/protocol/scheduler-worker.ts";
import type { LocalChunks } from "./local-chunks.ts";
import type { Pressure } from "./memory-gauge.ts";
import type { RunQueue } from "./run-queue.ts";
import type { WorkerRows } from "./worker-rows.ts";
import { WS } from "./worker-states.ts";

/** Chunks that are brought back at a time: reads go on while tasks run, and memory is not filled with inputs. */
const AWAITED_MAX = 4;

/** Which task runs next: the most urgent whose inputs are in memory, as far as memory allows. */
export class Runnables {
  private readonly rows: WorkerRows;
  private readonly chunks: LocalChunks;
  private readonly queue: RunQueue;
  private readonly next = { row: 0, attempt: 0 };

  constructor(rows: WorkerRows, chunks: LocalChunks, queue: RunQueue) {
    this.queue = queue;
    this.rows = rows;
    this.chunks = chunks;
  }

  push(row: number): void {
    const batch = this.rows.batch(row) as ComputeBatch;
    this.queue.push(row, this.rows.attempt(row), batch.priorities[this.rows.batchAt(row)] as number);
  }

  /**
   * The next row to run; -1 if none may.
   * @param lose told of a row on the way whose input has gone since it arrived
   */
  take(executing: number, pressure: Pressure, lose: (row: number, input: number) => void): number {
    while (this.mayTake(executing, pressure) && this.queue.pop(this.next)) {
      const { row, attempt } = this.next;
      if (this.rows.state(row) !== WS.queued || this.rows.attempt(row) !== attempt || this.chunks.isWaiting(row))
        continue;
      const lost = this.rows.findInput(row, (input) => this.rows.state(input) !== WS.memory);
      if (lost >= 0) lose(row, lost);
      else if (this.chunks.areAtHand(row)) return row;
    }
    return -1;
  }

  /** Chunks are back in memory. */
  returned(id: number): void {
    for (const row of this.chunks.returned(id)) this.push(row);
  }

  /** Under high pressure a worker waits for room that is coming; where none is, one task at a time may make some. */
  private mayTake(executing: number, pressure: Pressure): boolean {
    if (this.chunks.awaited >= AWAITED_MAX) return false;
    return pressure !== "high" || (executing === 0 && !this.chunks.store.isRelieving);
  }
}
