import type { SchedulerState } from "./scheduler-state.ts";
import type { WorkerRecord } from "./worker-record.ts";

/**
 * Whether sources wait for those that read what they make. The credit of a source is what memory holds and as much again on the disk: on a worker with
 * more than that on its disk no result that others are to read is made while readers get on. Should they stop to, because they wait for what is
 * not made yet or take much longer than the last ones did, sources go on one at a time, as they do under pressure: this slows down and cannot stand still.
 */
export const isBeyondCredit = (state: SchedulerState, worker: WorkerRecord): boolean =>
  worker.pressure !== "none" && 2 * worker.spilledBytes > worker.managedBytes && state.readers.areAtWork(state.nowMs);

/** A source whose result other tasks are to read. */
export const isReadSource = (state: SchedulerState, row: number): boolean =>
  (state.tasks.needers[row] as number) > 0 && !state.slabOf(row).hasInputs(row);
