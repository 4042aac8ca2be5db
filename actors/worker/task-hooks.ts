import type { TaskOutcome } from "../../runtime/graph/task-outcome.ts";

/** Told of the tasks of a worker that runs in this very thread. */
export interface TaskHooks {
  begun(row: number): void;
  ended(row: number, outcome: TaskOutcome, durationMs: number): void;
}
