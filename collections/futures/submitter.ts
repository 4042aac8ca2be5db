import type { ClientSession } from "../../actors/client/client-session.ts";
import { CancelledError } from "../../runtime/base/errors.ts";
import { refuseUnknownOptions } from "../../runtime/base/known-options.ts";
import { onAbort } from "../../runtime/base/on-abort.ts";
import { uniqueToken } from "../../runtime/base/random.ts";
import { parseDurationMs } from "../../runtime/base/units.ts";
import { scopedAnnotations } from "../../runtime/graph/annotation-scope.ts";
import { ANNOTATION_NAMES, checkHints } from "../../runtime/graph/check-annotations.ts";
import { graphOf, wantAll } from "../../runtime/graph/graph.ts";
import type { TaskKey } from "../../runtime/graph/key.ts";
import type { Annotations, HeldLayer } from "../../runtime/graph/layer.ts";
import type { AnyFunction } from "../../runtime/wire/function-spec.ts";
import { collectionsIn } from "../core/unpack.ts";
import { Future, type FutureParts, type PendingPlace } from "./future.ts";
import { PendingCalls } from "./pending-calls.ts";
import type { SessionExecutor } from "./session-executor.ts";

/** How one call is to be run. */
export interface SubmitOptions extends Annotations {
  /** Cancels the task. */
  readonly signal?: AbortSignal;
  /** The task is cancelled when it runs longer: milliseconds, or text such as "30s". */
  readonly timeout?: number | string;
  /** How long the first retry waits: milliseconds, or text such as "1s"; each further one twice as long, up to a minute. */
  readonly retryDelay?: number | string;
  /** The task's name; two calls of one key are one task. */
  readonly key?: string;
}

const OPTION_NAMES: readonly string[] = [
  ...ANNOTATION_NAMES,
  ...(["signal", "timeout", "retryDelay", "key"] satisfies (keyof SubmitOptions)[]),
];

/** @throws TypeError for names that are no options of `map` */
export const refuseUnknownMapOptions = (options: unknown): void =>
  refuseUnknownOptions(options, [...OPTION_NAMES, "inFlight"], "map");

/** Calls of one function with one set of options. */
interface Batch {
  readonly calls: PendingCalls;
  /** Its place among the batches of its turn: a batch reads itself and those before it. */
  readonly order: number;
  /** The handle of its first call; 0 until it has left. */
  firstHandle: number;
}

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
    const futures = list.map((item) => this.add(batch, [item], options));
    const failed = this.flush().get(batch);
    if (failed !== undefined) throw failed.error;
    return futures;
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
    const graph = graphOf(batches.map(({ calls }) => wantAll(calls.build(hold))));
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
      batch = { calls: new PendingCalls(fn, annotations), order: this.batches.length, firstHandle: 0 };
      this.batches.push(batch);
      byOptions.set(name, batch);
    }
    return batch;
  }

  private add(batch: Batch, args: readonly unknown[], options: SubmitOptions): Future<unknown> {
    const at = batch.calls.add(args, options.key);
    const future = new Future<unknown>(new CallPlace(this, this.executor, batch, at));
    if (options.signal !== undefined) cancelOnAbort(future, options.signal);
    return future;
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
  for (const future of futures) after = Math.max(after, future.pending?.order ?? -1);
  return after;
}

function cancelOnAbort(future: Future<unknown>, signal: AbortSignal): void {
  const abort = (): void =>
    future.cancel(signal.reason instanceof CancelledError ? signal.reason.message : "its signal was aborted");
  if (signal.aborted) queueMicrotask(abort);
  else future.onDone(onAbort(signal, abort));
}

/**
 * Options are a last argument beyond those the function names, with names of options only. Where the function cannot see such an
 * argument, it is nothing else: a name that is no option is a mistake.
 */
function splitOptions(fn: AnyFunction, args: readonly unknown[]): [readonly unknown[], SubmitOptions] {
  const last = args.at(-1);
  if (args.length <= fn.length || typeof last !== "object" || last === null) return [args, {}];
  const prototype: unknown = Object.getPrototypeOf(last);
  const names = Object.keys(last);
  if ((prototype !== Object.prototype && prototype !== null) || names.length === 0) return [args, {}];
  if (!names.every((name) => OPTION_NAMES.includes(name))) {
    if (seesMore(fn)) return [args, {}];
    const count = fn.length === 1 ? "1 argument" : `${fn.length} arguments`;
    refuseUnknownOptions(last, OPTION_NAMES, `submit, whose function takes ${count} and then options,`);
  }
  return [args.slice(0, -1), last as SubmitOptions];
}

/** Whether a function may read arguments beyond those it counts: defaults, rests, `arguments`, and all that shows no source. */
function seesMore(fn: AnyFunction): boolean {
  const text = Function.prototype.toString.call(fn);
  if (/\[native code\]|\barguments\b/.test(text)) return true;
  const from = text.indexOf("(");
  const arrow = text.indexOf("=>");
  if (from < 0 || (arrow >= 0 && arrow < from)) return false;
  let depth = 0;
  let to = from;
  for (; to < text.length; to++) {
    if (text[to] === "(") depth += 1;
    else if (text[to] === ")" && --depth === 0) break;
  }
  return /\.\.\.|=/.test(text.slice(from, to));
}
