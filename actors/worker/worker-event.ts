import type { ToWorker } from "../../runtime/protocol/scheduler-worker.ts";
import type { StealEvent } from "./stealing.ts";

/** What the shell tells a worker's brain of the outside world. */
export type WorkerEvent =
  | { readonly kind: "message"; readonly message: ToWorker }
  | {
      readonly kind: "fetched";
      readonly transfer: number;
      readonly peer: string;
      readonly chunks: readonly FetchedChunk[];
    }
  | { readonly kind: "fetchFailed"; readonly transfer: number; readonly peer: string }
  /** A chunk is back in memory, or could not be read again. */
  | { readonly kind: "returned" | "lost"; readonly row: number }
  | { readonly kind: "steal"; readonly event: StealEvent }
  | { readonly kind: "parked"; readonly ticket: string; readonly value: unknown; readonly bytes: number };

/** One chunk of an answer; `bytes` below 0: the peer does not have it, or (LATER) has more than it can give at once. */
export interface FetchedChunk {
  readonly row: number;
  readonly value: unknown;
  readonly bytes: number;
  /** Which life of the row it is of. */
  readonly since: number;
}
