import { holdProcess } from "../../runtime/base/clock.ts";
import type { Future } from "./future.ts";

/** How many items of a stream are at work at a time. */
export interface MapStreamOptions {
  /** No more items are taken while so many tasks are not done, or so many futures not read. Default 100. */
  readonly inFlight?: number;
}

/**
 * Futures of a function of every item, in the order of the items. The source is read no faster than tasks are done and futures
 * are read, so that it may be endless. Whoever stops reading ends the source.
 * @throws RangeError unless inFlight is a whole number from 1 up; what the source throws
 */
export async function* mapStream<T, R>(
  submit: (item: T) => Future<R>,
  items: AsyncIterable<T>,
  { inFlight = 100 }: MapStreamOptions,
): AsyncGenerator<Future<R>, void, undefined> {
  if (!Number.isInteger(inFlight) || inFlight < 1)
    throw new RangeError(`A stream is mapped with inFlight from 1 up, got ${inFlight}`);
  const pump = new Pump(submit, items[Symbol.asyncIterator](), inFlight);
  void pump.run();
  try {
    for (let next = await pump.next(); next !== undefined; next = await pump.next()) yield next;
  } finally {
    await pump.stop();
  }
}

/** Takes items and makes futures of them, as long as there is room. */
class Pump<T, R> {
  private readonly submit: (item: T) => Future<R>;
  private readonly source: AsyncIterator<T>;
  private readonly most: number;
  private readonly unread: Future<R>[] = [];
  private running = 0;
  private end: { readonly error?: unknown } | undefined;
  private listeners: (() => void)[] = [];

  constructor(submit: (item: T) => Future<R>, source: AsyncIterator<T>, most: number) {
    this.submit = submit;
    this.source = source;
    this.most = most;
  }

  async run(): Promise<void> {
    try {
      while (this.end === undefined) {
        if (this.running >= this.most || this.unread.length >= this.most) await this.news();
        else await this.take();
        this.tell();
      }
    } catch (error) {
      this.end ??= { error };
      this.tell();
    }
  }

  /** The next future; undefined at the end. */
  async next(): Promise<Future<R> | undefined> {
    const letGo = holdProcess();
    try {
      while (this.unread.length === 0 && this.end === undefined) await this.news();
    } finally {
      letGo();
    }
    const next = this.unread.shift();
    this.tell();
    if (next === undefined && this.end !== undefined && "error" in this.end) throw this.end.error;
    return next;
  }

  async stop(): Promise<void> {
    const wasOver = this.end !== undefined;
    this.end ??= {};
    this.tell();
    if (!wasOver) await this.source.return?.();
  }

  private async take(): Promise<void> {
    const step = await this.source.next();
    if (step.done === true || this.end !== undefined) {
      this.end ??= {};
      return;
    }
    const future = this.submit(step.value);
    this.unread.push(future);
    this.running += 1;
    future.onDone(() => {
      this.running -= 1;
      this.tell();
    });
  }

  private news(): Promise<void> {
    return new Promise((resolve) => this.listeners.push(resolve));
  }

  private tell(): void {
    for (const listener of this.listeners.splice(0)) listener();
  }
}
