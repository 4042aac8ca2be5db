import type { ClientSession } from "../../actors/client/client-session.ts";
import { gather, settled } from "../../actors/client/gather.ts";
import { STANDING } from "../../actors/client/submission-record.ts";
import { CancelledError } from "../../runtime/base/errors.ts";
import { refuseUnknownOptions } from "../../runtime/base/known-options.ts";
import type { TaskKey } from "../../runtime/graph/key.ts";
import { type HeldLayer, type Layer, taskKey } from "../../runtime/graph/layer.ts";
import { Collection } from "../core/collection.ts";
import { type NotebookForms, notebookSymbol } from "../core/notebook-forms.ts";
import { letGo } from "./dropped-futures.ts";
import { futureForms } from "./notebook-reprs.ts";
import { limited, limitOf } from "./session-executor.ts";

export type FutureStatus = "pending" | "finished" | "error" | "cancelled";

export interface WaitOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds, or text such as "30s". */
  readonly timeout?: number | string;
}

/** Where a call stands that has not left yet: among which calls, its position there, and theirs among those of their turn. */
export interface PendingPlace {
  readonly calls: object;
  readonly at: number;
  readonly order: number;
}

/** What a future is made of; several of one submission share the session. */
export interface FutureParts {
  readonly session: ClientSession;
  /** The client's number of the future; calls that have not left yet leave now. */
  handle(): number;
  /** Where its call stands, as long as it has not left. */
  pending?(): PendingPlace | undefined;
  /** The key, told when it is first asked for. */
  key(): TaskKey;
  hold(handle: number, key: TaskKey, keeper: unknown): HeldLayer;
}

/**
 * The result of one task, now or later, wherever it lies. It can be an argument of other tasks and of any collection. While a
 * future is alive its result is kept; `release()`, `await using` or the garbage collector lets it go. Not a thenable, so that
 * an async function can return one: `await future.result()`.
 * @see https://distributed.dask.org/en/stable/api.html#distributed.Future
 */
export class Future<T> extends Collection<T> {
  private readonly parts: FutureParts;
  private held: HeldLayer | undefined;

  constructor(parts: FutureParts) {
    super();
    this.parts = parts;
    released.register(this, parts, this);
  }

  /** The task's name in the cluster. */
  get key(): TaskKey {
    return this.parts.key();
  }

  get status(): FutureStatus {
    const { session, handle } = this;
    const record = session.findRecord(handle);
    if (record === undefined) return "cancelled";
    const standing = record.standingOf(handle);
    if (standing === STANDING.pending) return "pending";
    if (standing === STANDING.released) return "cancelled";
    if (standing !== STANDING.erred) return "finished";
    return (record.errorOf(handle) as { code?: string } | undefined)?.code === "CANCELLED" ? "cancelled" : "error";
  }

  /** Whether it is settled, one way or the other. */
  get done(): boolean {
    return this.status !== "pending";
  }

  /**
   * The value.
   * @throws TaskError with the original error as `cause`; CancelledError; TimeoutError; the signal's reason
   */
  async result(options: WaitOptions = {}): Promise<T> {
    refuseUnknownOptions(options, WAIT_NAMES, "result()");
    this.refuseReleased();
    const { session, handle } = this;
    const record = session.record(handle);
    if (record.standingOf(handle) === STANDING.value) return record.valueAt(handle) as T;
    const limit = limitOf(session, options);
    try {
      const values = gather(session, [handle], limit.signal === undefined ? {} : { signal: limit.signal });
      return (await limited(values, limit.signal))[0] as T;
    } finally {
      limit.done();
    }
  }

  /**
   * The task's error, or undefined once it finished well.
   * @throws TimeoutError or the signal's reason if the wait ends before the task does
   * @see https://distributed.dask.org/en/stable/api.html#distributed.Future.exception
   */
  async exception(options: WaitOptions = {}): Promise<Error | undefined> {
    refuseUnknownOptions(options, WAIT_NAMES, "exception()");
    try {
      // What is done needs no wait that could be cut short.
      await this.wait(this.done ? {} : options);
      return undefined;
    } catch (error) {
      if (!this.done) throw error;
      return error as Error;
    }
  }

  /** Waits until the result is somewhere in the cluster, without fetching it. @throws what `result` throws */
  async wait(options: WaitOptions = {}): Promise<void> {
    refuseUnknownOptions(options, WAIT_NAMES, "wait()");
    this.refuseReleased();
    const { session, handle } = this;
    const limit = limitOf(session, options);
    try {
      await limited(settled(session, handle, limit.signal), limit.signal);
    } finally {
      limit.done();
    }
  }

  /** Cancels the task, for everyone who waits for it, and what needs it. */
  cancel(reason = "cancelled by its client"): void {
    this.session.cancel([this.handle], reason);
  }

  /** Has a failed task tried again; one that was declined is not known to the scheduler, and is to be submitted again. */
  retry(): void {
    this.session.retry([this.handle]);
  }

  /** Lets the result go; the future is of no use after that. */
  release(): void {
    released.unregister(this);
    this.session.release(this.handle, 1);
  }

  /** @throws CancelledError if its result was let go */
  refuseReleased(): void {
    const { session, handle } = this;
    const standing = session.findRecord(handle)?.standingOf(handle) ?? STANDING.released;
    if (standing !== STANDING.released) return;
    const { key } = this;
    throw new CancelledError(
      `The result of future ${key} is let go: it was released, or the cluster restarted; submit the work again`,
      { key },
    );
  }

  /** The client's number of the future. */
  get handle(): number {
    return this.parts.handle();
  }

  get session(): ClientSession {
    return this.parts.session;
  }

  /** Where its call stands, as long as it has not left. */
  get pending(): PendingPlace | undefined {
    return this.held === undefined ? this.parts.pending?.() : undefined;
  }

  /** Calls once when it is settled. */
  onDone(listener: () => void): () => void {
    return this.session.onSettled(this.handle, listener);
  }

  /** @throws CancelledError if its result was let go */
  get layer(): Layer {
    if (this.pending === undefined) this.refuseReleased();
    this.held ??= this.parts.hold(this.handle, this.key, this);
    return this.held;
  }

  finish(blocks: readonly unknown[]): T {
    return blocks[0] as T;
  }

  rebuild(layer: Layer): this {
    const { parts } = this;
    const future = new Future<T>({
      session: parts.session,
      handle: () => parts.handle(),
      key: () => taskKey(layer, 0),
      hold: (handle, key, keeper) => parts.hold(handle, key, keeper),
    });
    future.held = layer as HeldLayer;
    return future as this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.release();
  }

  override [notebookSymbol](): NotebookForms {
    return futureForms(this.key, this.status);
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `Future ${this.key} ${this.status}`;
  }
}

const WAIT_NAMES: readonly string[] = ["timeout", "signal"] satisfies (keyof WaitOptions)[];

/** Futures that nobody refers to any more let their results go. */
const released = new FinalizationRegistry<FutureParts>((parts) =>
  letGo({ session: parts.session, handle: () => parts.handle(), count: 1 }),
);
