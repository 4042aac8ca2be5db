import { CancelledError } from "../../runtime/base/errors.ts";
import { parseDurationMs } from "../../runtime/base/units.ts";
import { graphOf, wantAll } from "../../runtime/graph/graph.ts";
import type { Annotations } from "../../runtime/graph/layer.ts";
import type { AnyFunction } from "../../runtime/wire/function-spec.ts";
import { Future } from "./future.ts";
import { PendingCalls } from "./pending-calls.ts";
import type { SessionExecutor } from "./session-executor.ts";

/** How one call is to be run. */
export interface SubmitOptions extends Annotations {
  /** Cancels the task. */
  readonly signal?: AbortSignal;
  /** The task is cancelled when it runs longer: milliseconds, or text such as "30s". */
  readonly timeout?: number | string;
  /** The task's name; two calls of one key are one task. */
  readonly key?: string;
}

const OPTION_NAMES: ReadonlySet<string> = new Set([
  "signal",
  "timeout",
  "key",
  "priority",
  "retries",
  "workers",
  "allowOtherWorkers",
  "resources",
  "timeoutMs",
  "effectful",
  "fuse",
] satisfies (keyof SubmitOptions)[]);

/** Calls of one function that leave together. */
interface Batch {
  readonly calls: PendingCalls;
  /** The handle of its first call; 0 until it has left. */
  firstHandle: number;
}

/** Turns calls into futures. Calls of a turn leave together: a loop of `submit` costs one message. */
export class Submitter {
  private readonly executor: SessionExecutor;
  /** Open batches, by function and options. */
  private pending = new Map<AnyFunction, Map<string, Batch>>();
  private isScheduled = false;

  constructor(executor: SessionExecutor) {
    this.executor = executor;
  }

  submit(fn: AnyFunction, args: readonly unknown[]): Future<unknown> {
    const [given, options] = splitOptions(fn, args);
    const future = this.add(this.batchFor(fn, options), given, options);
    if (!this.isScheduled) {
      this.isScheduled = true;
      queueMicrotask(() => this.flush());
    }
    return future;
  }

  map(fn: AnyFunction, items: Iterable<unknown>, options: SubmitOptions): Future<unknown>[] {
    this.flush();
    const batch = this.batchFor(fn, options);
    const futures = Array.from(items, (item) => this.add(batch, [item], options));
    this.flush();
    return futures;
  }

  /** Sends what is pending. @throws ShoalError NOT_PORTABLE for a function that cannot travel */
  flush(): void {
    this.isScheduled = false;
    if (this.pending.size === 0) return;
    const batches = [...this.pending.values()]
      .flatMap((byOptions) => [...byOptions.values()])
      .filter((batch) => batch.calls.size > 0);
    this.pending = new Map();
    for (const batch of batches) {
      const graph = graphOf([wantAll(batch.calls.build())]);
      batch.firstHandle = this.executor.session.submit(graph, { priority: 0, retries: 0 }).first;
    }
  }

  private batchFor(fn: AnyFunction, options: SubmitOptions): Batch {
    const { signal: _, key: __, timeout, ...rest } = options;
    const annotations: Annotations = timeout === undefined ? rest : { ...rest, timeoutMs: parseDurationMs(timeout) };
    const name = JSON.stringify(annotations);
    let byOptions = this.pending.get(fn);
    if (byOptions === undefined) this.pending.set(fn, (byOptions = new Map()));
    let batch = byOptions.get(name);
    if (batch === undefined)
      byOptions.set(name, (batch = { calls: new PendingCalls(fn, annotations), firstHandle: 0 }));
    return batch;
  }

  private add(batch: Batch, args: readonly unknown[], options: SubmitOptions): Future<unknown> {
    const at = batch.calls.add(args, options.key);
    const { executor } = this;
    const future = new Future<unknown>({
      session: executor.session,
      handle: () => {
        if (batch.firstHandle === 0) this.flush();
        return batch.firstHandle + at;
      },
      key: () => batch.calls.keyOf(at),
      hold: (handle, key, keeper) => executor.held(key, [], Uint32Array.of(handle), keeper),
    });
    if (options.signal !== undefined) cancelOnAbort(future, options.signal);
    return future;
  }
}

function cancelOnAbort(future: Future<unknown>, signal: AbortSignal): void {
  const abort = (): void =>
    future.cancel(signal.reason instanceof CancelledError ? signal.reason.message : "its signal was aborted");
  if (signal.aborted) queueMicrotask(abort);
  else {
    signal.addEventListener("abort", abort, { once: true });
    future.onDone(() => signal.removeEventListener("abort", abort));
  }
}

/** Options are a last argument beyond those the function names, with names of options only. */
function splitOptions(fn: AnyFunction, args: readonly unknown[]): [readonly unknown[], SubmitOptions] {
  const last = args.at(-1);
  if (args.length <= fn.length || typeof last !== "object" || last === null) return [args, {}];
  const prototype: unknown = Object.getPrototypeOf(last);
  const names = Object.keys(last);
  const isOptions =
    (prototype === Object.prototype || prototype === null) &&
    names.length > 0 &&
    names.every((name) => OPTION_NAMES.has(name));
  return isOptions ? [args.slice(0, -1), last as SubmitOptions] : [args, {}];
}
