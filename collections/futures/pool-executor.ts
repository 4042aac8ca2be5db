import { ShoalError } from "../../runtime/base/errors.ts";
import type { AnyFunction } from "../../runtime/wire/function-spec.ts";
import type { SubmitOptions } from "./call-options.ts";
import type { Future } from "./future.ts";

/** What a pool needs of a client. */
export interface PoolCaller {
  submit(fn: AnyFunction, ...args: readonly unknown[]): Future<unknown>;
  map(fn: AnyFunction, items: Iterable<unknown>, options: SubmitOptions): Future<unknown>[];
  cancel(futures: readonly Future<unknown>[], reason?: string): void;
}

/**
 * A pool as other libraries know them: calls give promises, and nothing of Shoal is seen. Calls that nobody waits for any more are let go.
 * @see https://distributed.dask.org/en/stable/api.html#distributed.Client.get_executor
 * @example
 * const pool = client.getExecutor({ retries: 2 });
 * await pool.submit((a: number, b: number) => a + b, 1, 2); // 3
 * for await (const square of pool.map((n: number) => n * n, [1, 2, 3])) console.log(square);
 * await pool.shutdown();
 */
export class PoolExecutor {
  private readonly client: PoolCaller;
  private readonly options: SubmitOptions;
  private readonly open = new Set<Future<unknown>>();
  private phase: "open" | "shut" = "open";

  constructor(client: PoolCaller, options: SubmitOptions) {
    this.client = client;
    this.options = options;
  }

  /** Calls a function on a worker. @throws what the function throws; ShoalError CLOSED after `shutdown` */
  submit<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): Promise<Awaited<R>> {
    this.refuseIfShut();
    const options = Object.keys(this.options).length === 0 ? [] : [this.options];
    return this.valueOf(this.client.submit(fn as AnyFunction, ...args, ...options) as Future<Awaited<R>>);
  }

  /** Calls a function for each item, all at once; values come in the order of the items. */
  async *map<T, R>(fn: (item: T) => R, items: Iterable<T>): AsyncGenerator<Awaited<R>, void, undefined> {
    this.refuseIfShut();
    const futures = this.client.map(fn as AnyFunction, items, this.options) as Future<Awaited<R>>[];
    for (const future of futures) this.open.add(future);
    try {
      for (const future of futures) yield await this.valueOf(future);
    } finally {
      for (const future of futures) this.close(future);
    }
  }

  /** Takes no more calls and waits for those under way; with `cancelFutures` those are cancelled. */
  async shutdown({ cancelFutures = false }: { readonly cancelFutures?: boolean } = {}): Promise<void> {
    this.phase = "shut";
    const open = [...this.open];
    if (cancelFutures) this.client.cancel(open, "its pool was shut down");
    await Promise.all(open.map((future) => future.exception()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  private async valueOf<R>(future: Future<R>): Promise<R> {
    this.open.add(future);
    try {
      return await future.result();
    } finally {
      this.close(future);
    }
  }

  private close(future: Future<unknown>): void {
    if (this.open.delete(future)) future.release();
  }

  private refuseIfShut(): void {
    if (this.phase === "shut") throw new ShoalError("The pool was shut down; make another one", { code: "CLOSED" });
  }
}
