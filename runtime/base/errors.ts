/**
 * Every error Shoal raises on purpose. Callers match on `code` (or the class), never on message text.
 * `retryable` says whether the same call may succeed later without a change by the caller.
 */
export type ErrorCode =
  | "ACTOR_FAILED"
  | "CANCELLED"
  | "CLOSED"
  | "CYCLE"
  | "CONFIG"
  | "CONNECT"
  | "DECODE"
  | "DENIED"
  | "DEPOSED"
  | "FILE"
  | "KILLED_WORKER"
  | "LEAK"
  | "LOST_DATA"
  | "MISSING_LIBRARY"
  | "MISSING_MODULE"
  | "NAME_TAKEN"
  | "NO_RESPONDERS"
  | "NO_SCHEDULER"
  | "NO_WORKERS"
  | "NOT_PORTABLE"
  | "NOT_SUPPORTED"
  | "OVERLOADED"
  | "OVERSIZE"
  | "SQL"
  | "SUBJECT"
  | "TASK_FAILED"
  | "TIMEOUT"
  | "TOKENIZE"
  | "UNKNOWN_KEY"
  | "VERSION";

export interface ErrorOptionsOf {
  readonly code: ErrorCode;
  readonly retryable?: boolean;
  readonly cause?: unknown;
  /** The values the message speaks of, for programs. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/**
 * The base of Shoal's errors.
 * @example
 * try { await future.result(); } catch (error) { if (error instanceof ShoalError && error.code === "TIMEOUT") retry(); }
 */
export class ShoalError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(message: string, options: ErrorOptionsOf) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "ShoalError";
    this.code = options.code;
    this.retryable = options.retryable ?? false;
    this.details = options.details ?? {};
  }
}

/** A task's own function failed; `cause` is what it threw, with its stack. */
export class TaskError extends ShoalError {
  constructor(message: string, details: { key: string; worker: string }, cause: unknown) {
    super(message, { code: "TASK_FAILED", cause, details });
    this.name = "TaskError";
  }
}

/** The work was cancelled by its client or by an AbortSignal. */
export class CancelledError extends ShoalError {
  constructor(message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message, { code: "CANCELLED", details });
    this.name = "CancelledError";
  }
}

/** Nothing answered within the time that was given. */
export class TimeoutError extends ShoalError {
  constructor(message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message, { code: "TIMEOUT", retryable: true, details });
    this.name = "TimeoutError";
  }
}

/** A bounded queue is full; try again later. */
export class OverloadedError extends ShoalError {
  constructor(message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message, { code: "OVERLOADED", retryable: true, details });
    this.name = "OverloadedError";
  }
}

/** Holds what only a bug can break. Always on: a broken invariant ends the actor, and its supervisor restarts it. */
export function invariant(condition: unknown, mustHold: string): asserts condition {
  if (!condition) throw new InvariantError(mustHold);
}

/** Thrown by {@link invariant}: the program is wrong, not the caller or the world. */
export class InvariantError extends Error {
  constructor(mustHold: string) {
    super(`This must hold and does not: ${mustHold}`);
    this.name = "InvariantError";
  }
}

/** For checks of every row: the text is made where something is wrong, not for all that is right. @throws InvariantError */
export function broken(mustHold: string): never {
  throw new InvariantError(mustHold);
}

/** The exhaustive end of a switch over a discriminated union. */
export function unreachable(value: never): never {
  throw new InvariantError(`no case is left over, got ${JSON.stringify(value)}`);
}
