import { LATER } from "../chunk/chunk-frame.ts";
import type { FetchQueue } from "./fetch-queue.ts";
import type { FetchedChunk } from "./worker-event.ts";
import type { WorkerOutbox } from "./worker-outbox.ts";
import type { WorkerRows } from "./worker-rows.ts";
import { E, WS } from "./worker-states.ts";

/** The worker where chunks arrive. */
export interface ArrivalHost {
  readonly rows: WorkerRows;
  readonly out: WorkerOutbox;
  readonly fetches: FetchQueue;
  move(row: number, event: number): void;
  keep(row: number, value: unknown, bytes: number): void;
  returnWaiters(row: number, attempt: number, holder: string): void;
}

/** A peer answered: what came lies here now, what it does not have sends its readers back. */
export function chunksFetched(
  host: ArrivalHost,
  transfer: number,
  peer: string,
  chunks: readonly FetchedChunk[],
): void {
  const { fetches, rows } = host;
  for (const { row, value, bytes, since } of chunks) {
    if (bytes === LATER) {
      fetches.again(transfer, row);
      continue;
    }
    if (!fetches.arrived(transfer, row)) continue;
    const attempt = rows.attempt(row);
    host.move(row, (bytes < 0 ? E["fetchFailed"] : E["fetched"]) as number);
    if (bytes < 0) {
      host.returnWaiters(row, attempt, peer);
      continue;
    }
    rows.setSince(row, since);
    host.out.hold(row, attempt);
    host.keep(row, value, bytes);
  }
  fetches.end(transfer);
}

/** A peer did not answer: readers of what was asked of it go back. */
export function fetchFailed(host: ArrivalHost, transfer: number, peer: string): void {
  for (const row of host.fetches.end(transfer)) {
    // A task that goes back for one of these rows may have let go of another.
    const now = host.rows.state(row);
    if (now !== WS.fetching && now !== WS.salvaging) continue;
    const attempt = host.rows.attempt(row);
    host.move(row, E["fetchFailed"] as number);
    host.returnWaiters(row, attempt, peer);
  }
}
