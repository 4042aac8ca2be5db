import type { ClientSession } from "../../actors/client/client-session.ts";
import { type DroppedRun, letGo } from "./dropped-futures.ts";
import type { Future } from "./future.ts";

/** Calls that have left together: their handles are neighbours. */
export interface LeftCalls {
  readonly session: ClientSession;
  readonly first: number;
  readonly count: number;
  /** A future of its own for one of them. */
  futureAt(at: number): Future<unknown>;
}

type Futures = Future<unknown>[];

/** By it a list of futures gives its run; no name that a user could say. */
const RUN = Symbol("shoal.futureRun");

/**
 * An array of futures, each made when it is first looked at: most lists are gathered as a whole, and a future for each call, with a
 * registration at the garbage collector, costs as much as all the rest of a short call. What the array was asked for, it
 * has; what it has, it gives again. All calls' results are kept while the array is alive, those of its futures while they are.
 */
export function futuresOfRun(calls: LeftCalls): Futures {
  const run = new FutureRun(calls);
  const target: Futures = new Array(calls.count);
  Object.defineProperty(target, Symbol.for("nodejs.util.inspect.custom"), { value: shownFutures });
  lists.register(target, run);
  return new Proxy(target, run);
}

/** The run that a list of futures shows, as long as nothing was changed about the list. */
export function findRun(list: unknown): FutureRun | undefined {
  return (list as { readonly [RUN]?: FutureRun })[RUN];
}

/** What the list of a run answers, and what is to be let go of with it: everything that no future of its own stands for. */
export class FutureRun implements ProxyHandler<Futures> {
  private readonly calls: LeftCalls;
  /** 1 where a future was made, which lets its result go itself. */
  private made: Uint8Array | undefined;
  private left: number;
  private isChanged = false;

  constructor(calls: LeftCalls) {
    this.calls = calls;
    this.left = calls.count;
  }

  get session(): ClientSession {
    return this.calls.session;
  }

  /** Handles in the order of the list. */
  get handles(): number[] {
    const { first, count } = this.calls;
    const handles = new Array<number>(count);
    for (let at = 0; at < count; at++) handles[at] = first + at;
    return handles;
  }

  get(target: Futures, key: string | symbol, receiver: unknown): unknown {
    if (key === RUN) return this.isChanged ? undefined : this;
    if (this.left > 0 && typeof key === "string") {
      const at = Number(key);
      if (target[at] === undefined && Number.isInteger(at) && at >= 0 && at < target.length && String(at) === key)
        return this.make(target, at);
    }
    return Reflect.get(target, key, receiver);
  }

  has(target: Futures, key: string | symbol): boolean {
    this.makeAll(target);
    return Reflect.has(target, key);
  }

  ownKeys(target: Futures): (string | symbol)[] {
    this.makeAll(target);
    return Reflect.ownKeys(target);
  }

  getOwnPropertyDescriptor(target: Futures, key: string | symbol): PropertyDescriptor | undefined {
    this.makeAll(target);
    return Reflect.getOwnPropertyDescriptor(target, key);
  }

  defineProperty(target: Futures, key: string | symbol, property: PropertyDescriptor): boolean {
    this.change(target);
    return Reflect.defineProperty(target, key, property);
  }

  deleteProperty(target: Futures, key: string | symbol): boolean {
    this.change(target);
    return Reflect.deleteProperty(target, key);
  }

  preventExtensions(target: Futures): boolean {
    this.makeAll(target);
    return Reflect.preventExtensions(target);
  }

  /** The list is gone: so are the results that were only in it. */
  letGo(): void {
    const { session, first, count } = this.calls;
    if (this.left === 0) return;
    for (let at = 0; at < count; ) {
      let end = at;
      while (end < count && this.made?.[end] !== 1) end += 1;
      if (end > at) letGo(droppedRun(session, first + at, end - at));
      at = end + 1;
    }
  }

  /** The list is a list like any other from now on. */
  private change(target: Futures): void {
    this.makeAll(target);
    this.isChanged = true;
  }

  private makeAll(target: Futures): void {
    if (this.left === 0) return;
    for (let at = 0; at < this.calls.count; at++) if (target[at] === undefined) this.make(target, at);
  }

  private make(target: Futures, at: number): Future<unknown> {
    const future = this.calls.futureAt(at);
    target[at] = future;
    this.made ??= new Uint8Array(this.calls.count);
    this.made[at] = 1;
    this.left -= 1;
    return future;
  }
}

/** A list that nobody refers to any more. */
const lists = new FinalizationRegistry<FutureRun>((run) => run.letGo());

const droppedRun = (session: ClientSession, first: number, count: number): DroppedRun => ({
  session,
  handle: () => first,
  count,
});

/** `console.log` looks behind the list's back, where futures that nobody looked at are holes. */
function shownFutures(this: Futures): Futures {
  return [...this];
}
