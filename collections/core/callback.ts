import type { TaskOutcome } from "../../runtime/graph/task-outcome.ts";

/** What a callback may want to hear of. */
export interface CallbackHooks {
  /** A computation begins. @param wanted how many blocks it is to give */
  start?(wanted: number): void;
  /** A task is about to run in this thread. */
  pretask?(key: string): void;
  /** It has run: what it gave, or threw. */
  posttask?(key: string, outcome: TaskOutcome, durationMs: number): void;
  /** The computation is over. @param error why it failed, if it did */
  finish?(error?: unknown): void;
}

const active = new Set<CallbackHooks>();

/**
 * Hears of computations of this process, and of the tasks that run in this thread: without a client, or in mode "inline". A hook that
 * throws is warned of, and the work goes on.
 * @see https://docs.dask.org/en/stable/diagnostics-local.html#custom-callbacks
 * @example
 * const seen: string[] = [];
 * const callback = new Callback({ pretask: (key) => seen.push(key) }).register();
 * await delayed((n: number) => n + 1)(1).compute();
 * callback.unregister();
 */
export class Callback {
  private readonly hooks: CallbackHooks;

  constructor(hooks: CallbackHooks) {
    this.hooks = hooks;
  }

  /** Hears of everything from now on. */
  register(): this {
    active.add(this.hooks);
    return this;
  }

  unregister(): void {
    active.delete(this.hooks);
  }

  /** Hears of what happens while some work is done. @returns what the work gives */
  async during<T>(work: () => T | Promise<T>): Promise<T> {
    this.register();
    try {
      return await work();
    } finally {
      this.unregister();
    }
  }

  [Symbol.dispose](): void {
    this.unregister();
  }
}

/** Whether anyone listens: keys are made for nobody else. */
export const hasCallbacks = (): boolean => active.size > 0;

/** Calls a hook of all callbacks. */
export function tellCallbacks<K extends keyof CallbackHooks>(
  hook: K,
  ...args: Parameters<NonNullable<CallbackHooks[K]>>
): void {
  for (const hooks of [...active]) {
    try {
      (hooks[hook] as ((...args: unknown[]) => void) | undefined)?.(...args);
    } catch (error) {
      process.emitWarning(`A callback's ${hook} failed: ${String(error)}`, { type: "Shoal" });
    }
  }
}
