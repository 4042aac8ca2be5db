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
  /** Gives the slot up: others run here while this task waits for what it submitted. Nothing if it has none. */
  secede(): void;
  /** Settles when the task has a slot again. */
  rejoin(): Promise<void>;
  /** Tells how far the task is, from 0 to 1; kept at its address, see `taskAddress`. */
  progress(share: number): void;
  /** Notes a line, kept at the task's address with its worker's name, also when that worker has died since. */
  log(line: string): void;
  /**
   * Runs a part of the task, whose time is told by this name beside the run time of the rest: see `client.getActivities()`.
   * @throws RangeError for a name that is one of the worker's own: run, fail, load, decode
   */
  measure<T>(activity: string, work: () => T): T;
  /** Adds to an activity what {@link measure} does not know: bytes, how often, seconds that were measured elsewhere. */
  tally(
    activity: string,
    amounts: { readonly seconds?: number; readonly bytes?: number; readonly count?: number },
  ): void;
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

/**
 * Gives the running task's slot up, so that a task that waits for others never keeps them from running; to be called before its
 * first `await`. What it gives has a slot taken again.
 * @throws TypeError outside of a task
 * @see https://distributed.dask.org/en/stable/task-launch.html#distributed.secede
 * @example
 * const total = client.submit(async (n: number) => {
 *   const inner = getClient();
 *   const rejoin = secede();
 *   const parts = await inner.gather(inner.map((x: number) => x * x, [...Array(n).keys()]));
 *   await rejoin();
 *   return parts.reduce((a, b) => a + b, 0);
 * }, 10);
 * await total.result(); // 285
 */
export function secede(): () => Promise<void> {
  const scope = taskScope();
  scope.secede();
  return () => scope.rejoin();
}
