import type { ClientSession } from "../../actors/client/client-session.ts";
import { CancelledError } from "../../runtime/base/errors.ts";
import { shown } from "../../runtime/base/known-options.ts";
import { onAbort } from "../../runtime/base/on-abort.ts";
import { uniqueToken } from "../../runtime/base/random.ts";
import { parseDurationMs } from "../../runtime/base/units.ts";
import { scopedAnnotations } from "../../runtime/graph/annotation-scope.ts";
import { checkHints } from "../../runtime/graph/check-annotations.ts";
import { graphOf, wantAll } from "../../runtime/graph/graph.ts";
import type { TaskKey } from "../../runtime/graph/key.ts";
import type { Annotations, HeldLayer } from "../../runtime/graph/layer.ts";
import { type AnyFunction, liveFunction } from "../../runtime/wire/function-spec.ts";
import { makePortable } from "../../runtime/wire/portable.ts";
import { collectionsIn } from "../core/unpack.ts";
import { refuseNoFunction, type SubmitOptions, splitOptions } from "./call-options.ts";
import { Future, type FutureParts, type PendingPlace } from "./future.ts";
import { futuresOfRun } from "./future-run.ts";
import { PendingCalls } from "./pending-calls.ts";
import type { SessionExecutor } from "./session-executor.ts";
import { SharedArguments } from "./shared-arguments.ts";

/** Calls of one function with one set of options. */
interface Batch {
  readonly calls: PendingCalls;
  /** Its place among the batches of its turn: a batch reads itself and those before it. */
  readonly order: number;
  /** The handle of its first call; 0 until it has left. */
  firstHandle: number;
}

/** Fewer futures than that are made at once. */
const RUN_MIN = 16;

/** Turns calls into futures. Calls of a turn leave together, whatever reads what: a loop of `submit` costs one message. */
export class Submitter {
  private readonly executor: SessionExecutor;
  private batches: Batch[] = [];
  /** The newest batch by function and options. */
  private newest = new Map<AnyFunction, Map<string, Batch>>();
  private isScheduled = false;

  constructor(executor: SessionExecutor) {
    this.executor = executor;
  }

  /** @throws TypeError | RangeError for options that are unknown or mean nothing */
  submit(fn: AnyFunction, args: readonly unknown[]): Future<unknown> {
    refuseNoFunction(fn, "submit");
    const [given, own] = splitOptions(fn, args);
    const options = { ...scopedAnnotations(), ...own };
    const batch = this.batchFor(fn, options, settleArguments(given));
    const future = this.add(batch, given, options);
    if (!this.isScheduled) {
      this.isScheduled = true;
      queueMicrotask(() => this.flush());
    }
    return future;
  }

  /** @throws ShoalError NOT_PORTABLE for a function that cannot travel */
  map(fn: AnyFunction, items: Iterable<unknown>, own: SubmitOptions): Future<unknown>[] {
    const options = { ...scopedAnnotations(), ...own };
    const list = [...items];
    for (const item of list) settleArguments([item]);
    this.flush();
    const batch = this.batchFor(fn, options, -1);
    // What has a name or a signal, and the few, are futures from the start.
    const isRun = options.signal === undefined && options.key === undefined && list.length >= RUN_MIN;
    const futures = isRun ? undefined : list.map((item, at) => this.add(batch, [item], namedApart(options, at)));
    if (isRun) for (const item of list) batch.calls.add([item], undefined);
    const failed = this.flush().get(batch);
    if (failed !== undefined) throw failed.error;
    return futures ?? this.runOf(batch);
  }

  private runOf(batch: Batch): Future<unknown>[] {
    const { session } = this.executor;
    const futureAt = (at: number): Future<unknown> => this.futureAt(batch, at);
    return futuresOfRun({ session, first: batch.firstHandle, count: batch.calls.size, futureAt });
  }

  /** Sends what is pending. Futures of calls that cannot leave have failed with the reason, which is given back too. */
  flush(): ReadonlyMap<Batch, { readonly error: unknown }> {
    this.isScheduled = false;
    const failed = new Map<Batch, { readonly error: unknown }>();
    const batches = this.batches.filter((batch) => batch.calls.size > 0);
    this.batches = [];
    this.newest = new Map();
    if (batches.length === 0) return failed;
    try {
      this.send(batches);
    } catch {
      // One of them cannot leave; the others do without it.
      for (const batch of batches) {
        try {
          this.send([batch]);
        } catch (error) {
          failed.set(batch, { error });
          batch.firstHandle = this.executor.session.refuse(batch.calls.size, error as Error).first;
        }
      }
    }
    for (const batch of batches) batch.calls.leave();
    return failed;
  }

  private send(batches: readonly Batch[]): void {
    const { executor } = this;
    const hold = (handles: Uint32Array, keeper: unknown): HeldLayer =>
      executor.held(`held-${uniqueToken()}`, [handles.length], handles, keeper);
    const isCopied = executor.session.options.bus.carries !== "reference";
    const shared = new SharedArguments(isCopied ? batches.flatMap(({ calls }) => calls.given) : []);
    const graph = graphOf(batches.map(({ calls }) => wantAll(calls.build(hold, shared))));
    let { first } = executor.session.submit(graph, { priority: 0, retries: 0 });
    for (const batch of batches) {
      batch.firstHandle = first;
      first += batch.calls.size;
    }
  }

  /** @param after the order of the last batch that the call reads; -1 for none */
  private batchFor(fn: AnyFunction, options: SubmitOptions, after: number): Batch {
    const { signal: _, key: __, timeout, retryDelay, ...rest } = options;
    const annotations: Annotations = {
      ...rest,
      ...(timeout === undefined ? {} : { timeoutMs: parseDurationMs(timeout) }),
      ...(retryDelay === undefined ? {} : { retryDelayMs: parseDurationMs(retryDelay) }),
    };
    const name = JSON.stringify(annotations);
    let byOptions = this.newest.get(fn);
    if (byOptions === undefined) this.newest.set(fn, (byOptions = new Map()));
    let batch = byOptions.get(name);
    if (batch === undefined || batch.order < after) {
      checkHints(annotations, "a submission");
      this.readCaptures(fn);
      batch = { calls: new PendingCalls(fn, annotations), order: this.batches.length, firstHandle: 0 };
      this.batches.push(batch);
      byOptions.set(name, batch);
    }
    return batch;
  }

  /** Captured variables are read now: by the end of the turn, when calls leave, a loop may have changed them. */
  private readCaptures(fn: AnyFunction): void {
    const { bus, functions } = this.executor.session.options;
    if (bus.carries === "reference") return;
    try {
      makePortable(liveFunction(fn), { functions });
    } catch {
      // What holds it back is told when the call is to leave.
    }
  }

  private add(batch: Batch, args: readonly unknown[], options: SubmitOptions): Future<unknown> {
    const { key, signal } = options;
    if (key !== undefined && (typeof key !== "string" || key === ""))
      throw new TypeError(`key of a submission is a text that is not empty, not ${shown(key)}`);
    if (signal !== undefined && typeof signal?.aborted !== "boolean")
      throw new TypeError(`signal of a submission is an AbortSignal, not ${shown(signal)}`);
    const future = this.futureAt(batch, batch.calls.add(args, key));
    if (signal !== undefined) cancelOnAbort(future, signal);
    return future;
  }

  private futureAt(batch: Batch, at: number): Future<unknown> {
    return new Future<unknown>(new CallPlace(this, this.executor, batch, at));
  }
}

/** The place of one call in its batch. A class, as there is one for every future: closures would weigh ten times as much. */
class CallPlace implements FutureParts {
  private readonly submitter: Submitter;
  private readonly executor: SessionExecutor;
  private readonly batch: Batch;
  private readonly at: number;

  constructor(submitter: Submitter, executor: SessionExecutor, batch: Batch, at: number) {
    this.submitter = submitter;
    this.executor = executor;
    this.batch = batch;
    this.at = at;
  }

  get session(): ClientSession {
    return this.executor.session;
  }

  handle(): number {
    if (this.batch.firstHandle === 0) this.submitter.flush();
    return this.batch.firstHandle + this.at;
  }

  pending(): PendingPlace | undefined {
    const { calls, order, firstHandle } = this.batch;
    return firstHandle === 0 ? { calls, at: this.at, order } : undefined;
  }

  key(): TaskKey {
    return this.batch.calls.keyOf(this.at);
  }

  hold(handle: number, key: TaskKey, keeper: unknown): HeldLayer {
    return this.executor.held(key, [], Uint32Array.of(handle), keeper);
  }
}

/**
 * The order of the last batch that arguments read, or -1. Collections are asked for their layers first: those that stand on
 * futures have these leave.
 */
function settleArguments(args: readonly unknown[]): number {
  let after = -1;
  const futures: Future<unknown>[] = [];
  for (const arg of args) {
    if (arg === null || (typeof arg !== "object" && typeof arg !== "function")) continue;
    if (arg instanceof Future) futures.push(arg);
    else
      for (const found of collectionsIn(arg))
        if (found instanceof Future) futures.push(found);
        else found.wants();
  }
  for (const future of futures) {
    const { pending } = future;
    if (pending === undefined) future.refuseReleased();
    else after = Math.max(after, pending.order);
  }
  return after;
}

function cancelOnAbort(future: Future<unknown>, signal: AbortSignal): void {
  const abort = (): void => future.cancel(reasonText(signal.reason));
  if (signal.aborted) queueMicrotask(abort);
  else future.onDone(onAbort(signal, abort));
}

/** Why a signal was aborted, as far as a text tells it: the reason itself stays here, cancelling is for everybody who waits. */
function reasonText(reason: unknown): string {
  if (reason instanceof CancelledError) return reason.message;
  if (reason instanceof DOMException && reason.name === "AbortError") return "its signal was aborted";
  return `its signal was aborted: ${reason instanceof Error ? reason.message : shown(reason)}`;
}

/** One name for all would make them one task. What is no name is refused with the first of them. */
function namedApart(options: SubmitOptions, at: number): SubmitOptions {
  const { key } = options;
  return typeof key === "string" && key !== "" ? { ...options, key: `${key}-${at}` } : options;
}
