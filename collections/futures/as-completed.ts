import { holdProcess } from "../../runtime/base/clock.ts";
import { TimeoutError } from "../../runtime/base/errors.ts";
import { shown } from "../../runtime/base/known-options.ts";
import { checkFutures, checkWait } from "./check-given.ts";
import type { Future, WaitOptions } from "./future.ts";
import { limitOf } from "./session-executor.ts";

/**
 * Futures in the order in which they are done. More can be added while it is read; it ends when none is left.
 * @see https://distributed.dask.org/en/stable/api.html#distributed.as_completed
 * @example
 * const done = asCompleted(client.map((n: number) => n * n, [1, 2, 3]));
 * for await (const future of done) console.log(await future.result());
 */
export class AsCompleted<T> implements AsyncIterableIterator<Future<T>> {
  private ready: Future<T>[] = [];
  /** Position of the next in `ready`: taking from the front of a list is slow. */
  private at = 0;
  private left = 0;
  private wake: (() => void) | undefined;
  private stops = new Map<Future<T>, () => void>();

  constructor(futures: Iterable<Future<T>> = []) {
    this.update(futures);
  }

  /** Futures that have not been given out yet. */
  get count(): number {
    return this.left;
  }

  get isEmpty(): boolean {
    return this.left === 0;
  }

  /** Whether the next one is there without waiting. */
  get hasReady(): boolean {
    return this.at < this.ready.length;
  }

  /** One more to wait for. */
  add(future: Future<T>): void {
    if (this.stops.has(future)) return;
    checkFutures([future], "asCompleted");
    this.left += 1;
    const stop = future.onDone(() => {
      if (!this.stops.delete(future)) return;
      this.ready.push(future);
      this.wake?.();
    });
    this.stops.set(future, stop);
  }

  /** More to wait for. */
  update(futures: Iterable<Future<T>>): void {
    for (const future of futures) this.add(future);
  }

  /** Waits for none of them any more. */
  clear(): void {
    for (const stop of this.stops.values()) stop();
    this.stops.clear();
    this.ready = [];
    this.at = 0;
    this.left = 0;
    this.wake?.();
  }

  async next(): Promise<IteratorResult<Future<T>, undefined>> {
    while (this.left > 0 && !this.hasReady) await this.news();
    if (this.left === 0) return { done: true, value: undefined };
    this.left -= 1;
    const value = this.ready[this.at++] as Future<T>;
    if (this.at === this.ready.length) {
      this.ready = [];
      this.at = 0;
    }
    return { done: false, value };
  }

  async return(): Promise<IteratorResult<Future<T>, undefined>> {
    this.clear();
    return { done: true, value: undefined };
  }

  /** All that are done now; at least one, unless `block` is false or none is left. */
  async nextBatch(options: { readonly block?: boolean } = {}): Promise<Future<T>[]> {
    while (options.block !== false && this.left > 0 && !this.hasReady) await this.news();
    const batch = this.at === 0 ? this.ready : this.ready.slice(this.at);
    this.ready = [];
    this.at = 0;
    this.left -= batch.length;
    return batch;
  }

  /** Lists of those that are done at the same time. */
  async *batches(): AsyncGenerator<Future<T>[], void, undefined> {
    while (this.left > 0) {
      const batch = await this.nextBatch();
      if (batch.length > 0) yield batch;
    }
  }

  /** Futures with their values, in the order in which they are done. @throws the error of one that failed, when it is its turn */
  async *withResults(options: WaitOptions = {}): AsyncGenerator<[future: Future<T>, value: T], void, undefined> {
    for await (const batch of this.batches()) {
      const values = batch.map((future) => future.result(options));
      for (const value of values) value.catch(() => {});
      for (const [i, future] of batch.entries()) yield [future, await (values[i] as Promise<T>)];
    }
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Waits for the next to be done, with the process kept alive. */
  private async news(): Promise<void> {
    const letGo = holdProcess();
    try {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    } finally {
      letGo();
    }
  }
}

/**
 * {@link AsCompleted} of some futures.
 * @example
 * for await (const future of asCompleted(futures)) console.log(await future.result());
 */
export function asCompleted<T>(futures: Iterable<Future<T>>): AsCompleted<T> {
  return new AsCompleted(futures);
}

export interface Waited<T> {
  readonly done: ReadonlySet<Future<T>>;
  readonly pending: ReadonlySet<Future<T>>;
}

/**
 * Waits until all futures are done, or the first one; one that failed is done too.
 * @throws TimeoutError or the signal's reason if that takes longer
 * @see https://distributed.dask.org/en/stable/api.html#distributed.wait
 * @example
 * const { done } = await wait(futures, { timeout: "10s" });
 */
export async function wait<T>(
  futures: readonly Future<T>[],
  options: WaitOptions & { readonly until?: "all" | "first" } = {},
): Promise<Waited<T>> {
  checkWait(options, "wait()", ["until"]);
  checkFutures(futures, "wait");
  const { until = "all", ...limits } = options;
  if (until !== "all" && until !== "first")
    throw new TypeError(`until of wait() is "all" or "first", not ${shown(until)}`);
  const [first] = futures;
  if (first === undefined) return { done: new Set(), pending: new Set() };
  const limit = limitOf(first.session, limits);
  try {
    const within = limit.signal === undefined ? {} : { signal: limit.signal };
    const each = futures.map((future) => future.exception(within));
    if (until === "all") await Promise.all(each);
    else await Promise.race(each);
  } catch (error) {
    throw error instanceof TimeoutError ? notDone(futures, error) : error;
  } finally {
    limit.done();
  }
  const done = new Set(futures.filter((future) => future.done));
  return { done, pending: new Set(futures.filter((future) => !done.has(future))) };
}

function notDone(futures: readonly Future<unknown>[], { details }: TimeoutError): TimeoutError {
  const pending = futures.filter((future) => !future.done).length;
  const what = `${pending} of ${futures.length} futures are not done after ${details["timeoutMs"]} ms`;
  return new TimeoutError(`${what}; wait longer, or look at their status`, { ...details, pending });
}
