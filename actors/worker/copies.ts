import { type ComputeBatch, LOCAL } from "../../runtime/protocol/scheduler-worker.ts";
import type { FetchQueue } from "./fetch-queue.ts";
import type { WorkerOutbox } from "./worker-outbox.ts";
import type { WorkerRows } from "./worker-rows.ts";
import { WS } from "./worker-states.ts";

/** The worker where copies are to lie, or that is to leave. */
export interface CopyHost {
  readonly id: string;
  readonly rows: WorkerRows;
  readonly out: WorkerOutbox;
  holds(row: number, attempt: number): boolean;
  readonly fetches: FetchQueue;
  free(row: number, attempt: number): void;
  fetch(row: number, attempt: number, holder: string): void;
  giveBack(row: number, input: number, inputAttempt: number, holder: string): void;
}

/** A copy is to lie here, for the cluster's sake; it is told of when it does. */
export function acquire(host: CopyHost, row: number, attempt: number, holder: string): void {
  if (host.holds(row, attempt)) return host.out.hold(row, attempt);
  if (!isNewerHere(host, row, attempt) && holder !== host.id) host.fetch(row, attempt, holder);
}

/** What is to be made here anew is newer than any copy of it; what was made, or is fetched, may be. */
export function isNewerHere({ rows, fetches }: CopyHost, row: number, attempt: number): boolean {
  const now = rows.state(row);
  if (now === WS.waiting || now === WS.queued || now === WS.executing) return true;
  if (now === WS.fetching || now === WS.salvaging) return fetches.attemptOf(row) > attempt;
  return now === WS.memory && rows.attempt(row) > attempt;
}

/** All that has not begun goes back to the scheduler. */
export function giveBackUnbegun(host: CopyHost): void {
  const unbegun: number[] = [];
  const isUnbegun = (state: number): boolean => state === WS.waiting || state === WS.queued;
  host.rows.each((row, state) => {
    if (isUnbegun(state)) unbegun.push(row);
  });
  // Some may have gone back with one that they waited for.
  for (const row of unbegun) if (isUnbegun(host.rows.state(row))) host.giveBack(row, row, 0, host.id);
}

/** What is on its way here under an older attempt is not what is asked for now, though it has the same number. */
export function dropOlderFetch(host: CopyHost, row: number, attempt: number): void {
  const now = host.rows.state(row);
  if (now !== WS.fetching && now !== WS.salvaging) return;
  const coming = host.fetches.attemptOf(row);
  if (coming < attempt) host.free(row, Math.max(coming, host.rows.attempt(row)));
}

/** Before a task waits for anything: what gave way for it could else take along what it waits for already. */
export function dropOlderInputs(host: CopyHost, batch: ComputeBatch, at: number): void {
  for (let e = batch.inputOffsets[at] as number; e < (batch.inputOffsets[at + 1] as number); e++)
    if (batch.inputHolders[e] !== LOCAL)
      dropOlderFetch(host, batch.inputs[e] as number, batch.inputAttempts[e] as number);
}
