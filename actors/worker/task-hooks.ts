/** How a task ended. */
export type TaskOutcome = { readonly value: unknown } | { readonly error: unknown };

/** Told of the tasks of a worker that runs in this very thread. */
export interface TaskHooks {
  begun(row: number): void;
  ended(row: number, outcome: TaskOutcome, durationMs: number): void;
}
