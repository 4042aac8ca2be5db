/** What a running task may know of itself. */
export interface TaskScope {
  readonly worker: string;
  /**
   * Grows with every run of a task, whichever scheduler it was sent by: with it, a store that remembers the greatest it has
   * seen for a key can refuse what an earlier run writes late.
   */
  readonly fence: number;
  /** Aborted when nobody wants the result any more, or its time is up. */
  readonly signal: AbortSignal;
}

let current: TaskScope | undefined;

/**
 * The scope of the task that is running, to be called from within it before its first `await`.
 * @throws TypeError outside of a task
 * @see https://distributed.dask.org/en/stable/task-launch.html
 * @example
 * const page = delayed(async (url: string) => (await fetch(url, { signal: taskScope().signal })).text());
 */
export function taskScope(): TaskScope {
  if (current === undefined)
    throw new TypeError("taskScope() is called from within a running task, before its first await");
  return current;
}

/** Runs a function as a task; scopes nest where a task computes inline. */
export function withTaskScope<T>(scope: TaskScope, run: () => T): T {
  const outer = current;
  current = scope;
  try {
    return run();
  } finally {
    current = outer;
  }
}

/** Carries the scope over to what a task does after an asynchronous part of its calls. */
export function resumeTaskScope(): <T>(run: () => T) => T {
  const scope = current;
  return (run) => (scope === undefined ? run() : withTaskScope(scope, run));
}
