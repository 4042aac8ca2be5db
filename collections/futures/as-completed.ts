import { holdProcess } from "../../runtime/base/clock.ts";
import type { Future, WaitOptions } from "./future.ts";

/**
 * Futures in the order in which they are done.
 * @see https://distributed.dask.org/en/stable/api.html#distributed.as_completed
 * @example
 * for await (const future of asCompleted(futures)) console.log(await future.result());
 */
export async function* asCompleted<T>(futures: Iterable<Future<T>>): AsyncGenerator<Future<T>> {
  const ready: Future<T>[] = [];
  let wake: () => void = () => {};
  let left = 0;
  for (const future of futures) {
    left += 1;
    future.onDone(() => {
      ready.push(future);
      wake();
    });
  }
  while (left > 0) {
    if (ready.length === 0) await held(new Promise<void>((resolve) => (wake = resolve)));
    for (const future of ready.splice(0)) {
      left -= 1;
      yield future;
    }
  }
}

/** Waits with the process kept alive. */
async function held(promise: Promise<void>): Promise<void> {
  const letGo = holdProcess();
  try {
    await promise;
  } finally {
    letGo();
  }
}

export interface Waited<T> {
  readonly done: ReadonlySet<Future<T>>;
  readonly pending: ReadonlySet<Future<T>>;
}

/**
 * Waits until all futures are done, or the first one.
 * @see https://distributed.dask.org/en/stable/api.html#distributed.wait
 */
export async function wait<T>(
  futures: readonly Future<T>[],
  options: WaitOptions & { readonly until?: "all" | "first" } = {},
): Promise<Waited<T>> {
  const { until = "all", ...limits } = options;
  const each = futures.map((future) => future.exception(limits));
  if (until === "all") await Promise.all(each);
  else await Promise.race(each);
  const done = new Set(futures.filter((future) => future.done));
  return { done, pending: new Set(futures.filter((future) => !done.has(future))) };
}
