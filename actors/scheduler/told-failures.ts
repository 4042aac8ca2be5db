import { errorFromWire } from "../../runtime/wire/error-wire.ts";
import type { SchedulerState } from "./scheduler-state.ts";

/** A task that failed, for people. */
export interface ToldFailure {
  readonly agoMs: number;
  readonly key: string;
  readonly prefix: string;
  readonly worker: string;
  readonly retriesLeft: number;
  readonly name: string;
  readonly message: string;
  readonly stack: string;
}

/** The last failures, newest first: read from their bytes when somebody asks, and not before. */
export function toldFailures(state: SchedulerState): ToldFailure[] {
  return state.log.failures
    .map(({ atMs, key, prefix, worker, thrown, retriesLeft }) => ({
      agoMs: state.nowMs - atMs,
      key,
      prefix,
      worker,
      retriesLeft,
      ...readable(thrown),
    }))
    .reverse();
}

function readable(thrown: unknown): { name: string; message: string; stack: string } {
  let error: unknown;
  try {
    error = thrown instanceof Uint8Array ? errorFromWire(thrown) : (thrown as { thrown?: unknown } | undefined)?.thrown;
  } catch {
    return { name: "Error", message: "its error cannot be read here; its future has it", stack: "" };
  }
  if (error instanceof Error) return { name: error.name, message: error.message, stack: error.stack ?? "" };
  return { name: typeof error, message: String(error), stack: "" };
}
