import { config } from "../base/config.ts";
import { refuseUnknownOptions } from "../base/known-options.ts";
import type { Want } from "./graph.ts";
import type { HeldLayer } from "./layer.ts";

/** How one computation is to be run; whatever is left out follows the executor's settings. */
export interface ComputeOptions {
  /** Cancels the computation. */
  readonly signal?: AbortSignal;
  /** Gives up after this many milliseconds, or text such as "30s". */
  readonly timeout?: number | string;
  /** Higher runs earlier; default 0. */
  readonly priority?: number;
  /** How often a task that throws is run again. */
  readonly retries?: number;
  /** False leaves the graph as the collections built it: no fusion, no inlining. */
  readonly optimize?: boolean;
}

/**
 * Runs graphs: all that collections know of execution. Blocks stay with the executor until they are asked for
 * (`persist`) or come back as values (`compute`).
 */
export interface Executor {
  /** Values of the wanted blocks: for each want a list, in the order of its indices. */
  compute(wants: readonly Want[], options?: ComputeOptions): Promise<unknown[][]>;
  /** Starts the work and keeps the results: a layer of the same name and grid for each want. */
  persist(wants: readonly Want[], options?: ComputeOptions): HeldLayer[];
  /** What work under each span did so far, for executors that count it. */
  spanTimes?(): Promise<readonly SpanTime[]>;
}

/** Tasks of a span that finished, and the time they took together. */
export interface SpanTime {
  readonly span: string;
  readonly finished: number;
  readonly busyMs: number;
}

const open: Executor[] = [];
let fallback: (() => Executor) | undefined;

/** Makes an executor the innermost; call the result to take it off again, in any order. */
export function pushExecutor(executor: Executor): () => void {
  open.push(executor);
  return () => {
    const at = open.lastIndexOf(executor);
    if (at >= 0) open.splice(at, 1);
  };
}

/** What runs when no client is open; made at first use. */
export function setFallbackExecutor(make: () => Executor): void {
  fallback = make;
}

/** The innermost open executor, else this process. */
export function currentExecutor(): Executor {
  const innermost = open.at(-1);
  if (innermost !== undefined) return innermost;
  if (fallback === undefined) throw new TypeError('No executor is at hand: import "shoal" before computing');
  return fallback();
}

const OPTION_NAMES: readonly string[] = [
  "signal",
  "timeout",
  "priority",
  "retries",
  "optimize",
] satisfies (keyof ComputeOptions)[];

/**
 * What the configuration says where the options do not.
 * @param more names of options beside these, which the caller reads
 * @throws TypeError for an option that nobody reads
 */
export function configured(options: ComputeOptions = {}, more: readonly string[] = []): ComputeOptions {
  refuseUnknownOptions(options, [...OPTION_NAMES, ...more], "compute()");
  const {
    "compute.timeout": timeout,
    "compute.priority": priority,
    "compute.retries": retries,
    ...rest
  } = config.all();
  const optimize = rest["compute.optimize"];
  return {
    ...(timeout === undefined ? {} : { timeout }),
    ...(priority === undefined ? {} : { priority }),
    ...(retries === undefined ? {} : { retries }),
    ...(optimize === undefined ? {} : { optimize }),
    ...options,
  };
}
