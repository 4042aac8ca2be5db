import {
  CancelledError,
  type ErrorCode,
  OverloadedError,
  ShoalError,
  TaskError,
  TimeoutError,
} from "../../runtime/base/errors.ts";
import type { FailedTask } from "../../runtime/protocol/client-scheduler.ts";
import { errorFromWire } from "../../runtime/wire/error-wire.ts";
import { stackAtHome } from "../../runtime/wire/stack-home.ts";

/** The error a user sees for what the scheduler tells of a task. */
export function clientError(told: unknown): Error {
  const failure = told as Partial<FailedTask> & {
    shoal?: boolean;
    code?: ErrorCode;
    message?: string;
    details?: Record<string, unknown>;
  };
  if (failure?.shoal === true)
    return shoalError(failure.code ?? "TASK_FAILED", failure.message ?? "", failure.details ?? {});
  if (typeof failure?.key !== "string" || typeof failure.worker !== "string")
    return new ShoalError("A task failed, and its error cannot be read", { code: "DECODE" });
  const { key, worker } = failure;
  const cause = thrownBy(failure.thrown);
  // The worker's own word, which no error thrown by a function has: that one may have waited too long for something else.
  const timeoutMs = cause instanceof TimeoutError ? cause.details["taskTimeoutMs"] : undefined;
  if (typeof timeoutMs === "number")
    return new TimeoutError(`Task ${key} took longer than the ${timeoutMs} ms it was given, on worker ${worker}`, {
      key,
      worker,
      timeoutMs,
    });
  const said = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  return new TaskError(`Task ${key} failed on worker ${worker}: ${said}`, { key, worker }, cause);
}

function thrownBy(thrown: unknown): unknown {
  if (!(thrown instanceof Uint8Array)) return (thrown as { thrown?: unknown } | undefined)?.thrown;
  const error = errorFromWire(thrown);
  bringHome(error);
  return error;
}

/** Its stack, and those of its causes, in files of this program. */
function bringHome(error: unknown, met: Set<unknown> = new Set()): void {
  if (!(error instanceof Error) || met.has(error)) return;
  met.add(error);
  if (typeof error.stack === "string") error.stack = stackAtHome(error.stack);
  bringHome(error.cause, met);
}

function shoalError(code: ErrorCode, message: string, details: Readonly<Record<string, unknown>>): ShoalError {
  if (code === "CANCELLED") return new CancelledError(message, details);
  if (code === "TIMEOUT") return new TimeoutError(message, details);
  if (code === "OVERLOADED") return new OverloadedError(message, details);
  return new ShoalError(message, { code, details });
}

/** Frames of two versions must not mix. */
export const versionError = (own: string, schedulers: string): ShoalError =>
  new ShoalError(`This client runs Shoal ${own}, the scheduler ${schedulers}: install one version everywhere`, {
    code: "VERSION",
    details: { own, scheduler: schedulers },
  });
