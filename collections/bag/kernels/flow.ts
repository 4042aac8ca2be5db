/** A batch of items, null at the end; a promise of it where something on the way waits. */
export type Pulled<T> = readonly T[] | null | Promise<readonly T[] | null>;

/** How many items are moved at once where nobody asked for fewer. */
export const BATCH_ITEMS = 1024;

/**
 * The items of a partition on their way through a fused chain: pulled in batches from the end, never kept between steps.
 * It can be read once. `pull(hint)` may give fewer or more items than the hint, or none; null says that it is over. A
 * pull must have settled before the next. Whoever stops before the end calls `leave`, which lets go of files and iterators behind it.
 */
export class Flow<T> implements Iterable<T> {
  readonly pull: (hint: number) => Pulled<T>;
  readonly leave: () => void;

  constructor(pull: (hint: number) => Pulled<T>, leave: () => void = nothing) {
    this.pull = pull;
    this.leave = leave;
  }

  /** Items one by one, few at first, so that a reader who stops early causes little work. */
  *[Symbol.iterator](): Iterator<T> {
    try {
      for (let hint = 1; ; hint = Math.min(hint * 2, BATCH_ITEMS)) {
        const batch = this.pull(hint);
        if (batch instanceof Promise)
          throw new TypeError(
            "Some items of this partition are there at once and others come by promise; make the function before this step async for all of them",
          );
        if (batch === null) return;
        yield* batch;
      }
    } finally {
      this.leave();
    }
  }
}

const nothing = (): void => {};

/** A flow over whatever stands for a partition: its items in an array, a flow, or anything that can be iterated. */
export function flowOf<T>(partition: unknown): Flow<T> {
  if (partition instanceof Flow) return partition as Flow<T>;
  if (Array.isArray(partition)) return arrayFlow(partition as T[]);
  if (isIterable(partition)) return iteratorFlow((partition as Iterable<T>)[Symbol.iterator]());
  if (isAsyncIterable(partition)) return asyncFlow((partition as AsyncIterable<T>)[Symbol.asyncIterator]());
  throw new TypeError(`A partition must be iterable, and this is ${describe(partition)}`);
}

/** Writes a flow out: how a chain of lazy steps ends in a chunk. */
export function itemsOf<T>(partition: unknown): T[] | Promise<T[]> {
  if (Array.isArray(partition)) return partition as T[];
  const flow = flowOf<T>(partition);
  let items: T[] = [];
  const done = drain(flow, (batch) => {
    // A single large batch becomes the chunk as it is; flows hand their batches over.
    if (items.length === 0) items = batch as T[];
    else for (let i = 0; i < batch.length; i++) items.push(batch[i] as T);
  });
  return done instanceof Promise ? done.then(() => items) : items;
}

/** Reads a flow to its end, or until `each` answers false; synchronous as long as nothing on the way waits. */
export function drain<T>(
  flow: Flow<T>,
  // biome-ignore lint/suspicious/noConfusingVoidType: most readers answer nothing.
  each: (batch: readonly T[]) => void | boolean | Promise<void | boolean>,
  hint = BATCH_ITEMS,
): void | Promise<void> {
  try {
    for (;;) {
      const batch = flow.pull(hint);
      if (batch instanceof Promise) return drainWaiting(flow, batch, each, hint);
      if (batch === null) return;
      const answer = each(batch);
      if (answer instanceof Promise)
        return answer.then((go) => (go === false ? flow.leave() : drainWaiting(flow, flow.pull(hint), each, hint)));
      if (answer === false) return flow.leave();
    }
  } catch (error) {
    flow.leave();
    throw error;
  }
}

async function drainWaiting<T>(
  flow: Flow<T>,
  first: Pulled<T>,
  // biome-ignore lint/suspicious/noConfusingVoidType: as above.
  each: (batch: readonly T[]) => void | boolean | Promise<void | boolean>,
  hint: number,
): Promise<void> {
  try {
    for (let batch = await first; batch !== null; batch = await flow.pull(hint))
      if ((await each(batch)) === false) return flow.leave();
  } catch (error) {
    flow.leave();
    throw error;
  }
}

/** A flow that changes each batch of another. */
export function through<T, U>(
  source: Flow<T>,
  change: (batch: readonly T[]) => readonly U[] | Promise<readonly U[]>,
): Flow<U> {
  return new Flow((hint) => {
    const batch = source.pull(hint);
    if (batch === null) return null;
    return batch instanceof Promise ? batch.then((items) => (items === null ? null : change(items))) : change(batch);
  }, source.leave);
}

/** Runs `use` with a value now, or once it is there. */
export function after<T, U>(value: T | Promise<T>, use: (value: T) => U | Promise<U>): U | Promise<U> {
  return value instanceof Promise ? value.then(use) : use(value);
}

function arrayFlow<T>(items: T[]): Flow<T> {
  let at = 0;
  return new Flow((hint) => {
    if (at >= items.length) return null;
    const from = at;
    at += hint;
    return items.slice(from, at);
  });
}

function iteratorFlow<T>(iterator: Iterator<T>): Flow<T> {
  let over = false;
  const pull = (hint: number): T[] | null => {
    if (over) return null;
    const batch: T[] = [];
    while (batch.length < hint) {
      const step = iterator.next();
      if (step.done === true) {
        over = true;
        break;
      }
      batch.push(step.value);
    }
    return batch;
  };
  return new Flow(pull, () => {
    if (!over) iterator.return?.();
    over = true;
  });
}

function asyncFlow<T>(iterator: AsyncIterator<T>): Flow<T> {
  let over = false;
  const pull = async (hint: number): Promise<T[] | null> => {
    if (over) return null;
    const batch: T[] = [];
    while (batch.length < hint) {
      const step = await iterator.next();
      if (step.done === true) {
        over = true;
        break;
      }
      batch.push(step.value);
    }
    return batch;
  };
  return new Flow(pull, () => {
    if (!over) void iterator.return?.()?.catch(nothing);
    over = true;
  });
}

/** Whether a value gives items one by one; text does, as its characters. */
export const isIterable = (value: unknown): value is Iterable<unknown> =>
  typeof value === "string" ||
  typeof (value as { [Symbol.iterator]?: unknown } | null)?.[Symbol.iterator] === "function";

const isAsyncIterable = (value: unknown): boolean =>
  typeof (value as { [Symbol.asyncIterator]?: unknown } | null)?.[Symbol.asyncIterator] === "function";

/** A value for an error message: its kind, and its text cut short. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object") {
    const name: string | undefined = value.constructor?.name;
    return name === undefined || name === "Object" ? "an object" : `a ${name}`;
  }
  const text = String(value);
  return `the ${typeof value} ${text.length > 40 ? `${text.slice(0, 40)}…` : text}`;
}
