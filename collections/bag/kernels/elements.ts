import { ShoalError } from "../../../runtime/base/errors.ts";
import type { AnyFunction } from "../../../runtime/wire/function-spec.ts";
import { after, describe, Flow, flowOf, isIterable, itemsOf, through } from "./flow.ts";
import { SplitFlow, WordsFlow } from "./strings.ts";

/** How many calls of an async function run at once within a partition, unless the user said so. */
export const CALLS_AT_ONCE = 16;

/** Calls a function on every item. */
export function mapItems(fn: AnyFunction, partition: unknown, atOnce = CALLS_AT_ONCE): Flow<unknown> {
  const source = flowOf<unknown>(partition);
  return through(source, (batch) => mapBatch(batch, (item) => fn(item), atOnce));
}

/**
 * Calls a function on every item and the items at the same place of other partitions, or values that are the same for all.
 * @param others `{ items }` of another bag's partition or `{ value }`
 */
export function mapItemsWith(
  fn: AnyFunction,
  partition: unknown,
  others: readonly OtherArgument[],
  atOnce = CALLS_AT_ONCE,
): Flow<unknown> {
  if (others.every((other) => "value" in other)) {
    const values = others.map((other) => (other as { value: unknown }).value);
    return through(flowOf<unknown>(partition), (batch) => mapBatch(batch, (item) => fn(item, ...values), atOnce));
  }
  const rows = zipItems([partition, ...others.flatMap((other) => ("items" in other ? [other.items] : []))]);
  let next = 1;
  const slots = others.map((other) => ("items" in other ? { column: next++ } : { value: other.value }));
  const call = (row: unknown): unknown => {
    const items = row as readonly unknown[];
    return fn(items[0], ...slots.map((slot) => ("column" in slot ? items[slot.column as number] : slot.value)));
  };
  return through(rows, (batch) => mapBatch(batch, call, atOnce));
}

export type OtherArgument = { readonly items: unknown } | { readonly value: unknown };

/** Calls a function with the parts of every item as its arguments. */
export function starmapItems(fn: AnyFunction, partition: unknown, more: readonly unknown[]): Flow<unknown> {
  const call = (item: unknown): unknown => {
    if (!isIterable(item))
      throw new TypeError(`starmap() needs items that hold arguments, and one is ${describe(item)}`);
    return fn(...item, ...more);
  };
  return through(flowOf<unknown>(partition), (batch) => mapBatch(batch, call, CALLS_AT_ONCE));
}

/** Keeps the items for which the function's answer counts as `keep`. */
export function filterItems(fn: AnyFunction, partition: unknown, keep = true): Flow<unknown> {
  return through(flowOf<unknown>(partition), (batch) =>
    after(
      mapBatch(batch, (item) => fn(item), CALLS_AT_ONCE),
      (answers) => {
        const kept: unknown[] = [];
        for (let i = 0; i < batch.length; i++) if (Boolean(answers[i]) === keep) kept.push(batch[i]);
        return kept;
      },
    ),
  );
}

/** Concatenates items that hold items, one level deep; text gives its characters. */
export function flattenItems(partition: unknown): Flow<unknown> {
  const source = flowOf<unknown>(partition);
  return source instanceof SplitFlow ? new WordsFlow(source.texts, flattened(source)) : flattened(source);
}

function flattened(source: Flow<unknown>): Flow<unknown> {
  let inner: Iterator<unknown> | undefined;
  let waiting: readonly unknown[] = [];
  let at = 0;
  const fill = (hint: number): unknown[] => {
    const out: unknown[] = [];
    while (out.length < hint) {
      if (inner !== undefined) {
        const step = inner.next();
        if (step.done === true) inner = undefined;
        else out.push(step.value);
      } else if (at < waiting.length) {
        const item = waiting[at++];
        if (Array.isArray(item)) for (let i = 0; i < item.length; i++) out.push(item[i]);
        else if (isIterable(item)) inner = item[Symbol.iterator]();
        else throw new TypeError(`flatten() needs items that hold items, and one is ${describe(item)}`);
      } else break;
    }
    return out;
  };
  return new Flow((hint) => {
    if (inner !== undefined || at < waiting.length) return fill(hint);
    const batch = source.pull(hint);
    const next = (items: readonly unknown[] | null): unknown[] | null => {
      if (items === null) return null;
      waiting = items;
      at = 0;
      return fill(hint);
    };
    return batch instanceof Promise ? batch.then(next) : next(batch);
  }, source.leave);
}

/** The value under a key of every item, or a list of values for a list of keys. */
export function pluckItems(partition: unknown, key: PluckKey, fallback: readonly unknown[]): Flow<unknown> {
  return through(flowOf<unknown>(partition), (batch) => batch.map(plucker(key, fallback)));
}

export type PluckKey = string | number | readonly (string | number)[];

/** A function that takes a key, or several, out of an item. */
export function plucker(key: PluckKey, fallback: readonly unknown[] = []): (item: unknown) => unknown {
  const one = (item: unknown, name: string | number): unknown => {
    const value = at(item, name);
    if (value !== undefined || (typeof item === "object" && item !== null && name in item)) return value;
    if (fallback.length > 0) return fallback[0];
    throw missingKey(item, name);
  };
  return typeof key === "object" ? (item) => key.map((name) => one(item, name)) : (item) => one(item, key);
}

function at(item: unknown, name: string | number): unknown {
  if (item === null || item === undefined) return undefined;
  if (typeof name === "number" && name < 0 && (Array.isArray(item) || typeof item === "string")) return item.at(name);
  return (item as Record<string | number, unknown>)[name];
}

function missingKey(item: unknown, name: string | number): Error {
  const call = `pluck(${JSON.stringify(name)})`;
  if (typeof name === "number" && (Array.isArray(item) || typeof item === "string"))
    return new RangeError(`${call}: an item has only ${item.length} parts; give a default to allow that`);
  if (typeof item !== "object" || item === null) return new TypeError(`${call}: ${describe(item)} has no keys`);
  return new ShoalError(`${call}: ${describe(item)} has no such key; give a default to allow that`, {
    code: "UNKNOWN_KEY",
    details: { key: name },
  });
}

/** Rows of the items at the same place of several partitions. */
export function zipItems(partitions: readonly unknown[]): Flow<unknown[]> {
  const columns = partitions.map((one) => itemsOf<unknown>(one));
  let rows: unknown[][] | undefined;
  const build = (known: readonly (readonly unknown[])[]): unknown[][] => {
    const sizes = known.map((column) => column.length);
    if (sizes.some((size) => size !== sizes[0]))
      throw new RangeError(`Bags must have as many items in each partition; these have ${sizes.join(" and ")}`);
    return Array.from({ length: sizes[0] ?? 0 }, (_, row) => known.map((column) => column[row]));
  };
  return new Flow(() => {
    if (rows !== undefined) return null;
    rows = [];
    return columns.some((column) => column instanceof Promise)
      ? Promise.all(columns).then(build)
      : build(columns as unknown[][]);
  });
}

/** Hands a whole partition to a function, lazily where nothing before it waits; its result is the new partition. */
export function mapPartition(fn: AnyFunction, partition: unknown, more: readonly unknown[]): unknown {
  return after(lazyItems(partition), (items) =>
    after(fn(items, ...more) as unknown, (result) => {
      if (typeof result !== "string" && result !== null && typeof result === "object") return flowOf(result);
      throw new TypeError(
        `The function given to mapPartitions() must give back something iterable, and gave ${describe(result)}`,
      );
    }),
  );
}

/** A partition for a user's function: lazy, unless its first items have to be waited for. */
export function lazyItems(partition: unknown): Iterable<unknown> | Promise<Iterable<unknown>> {
  if (Array.isArray(partition)) return partition;
  const flow = flowOf<unknown>(partition);
  const first = flow.pull(1);
  let given = false;
  const whole = new Flow<unknown>((hint) => {
    if (given) return flow.pull(hint);
    given = true;
    return first;
  }, flow.leave);
  return first instanceof Promise ? Promise.resolve(itemsOf(whole)) : whole;
}

/** The first `count` items. */
export function takeItems(partition: unknown, count: number): Flow<unknown> {
  const source = flowOf<unknown>(partition);
  let left = count;
  return new Flow(() => {
    if (left <= 0) return null;
    const batch = source.pull(left);
    const cut = (items: readonly unknown[] | null): readonly unknown[] | null => {
      if (items === null) return null;
      const kept = items.length > left ? items.slice(0, left) : items;
      left -= kept.length;
      if (left <= 0) source.leave();
      return kept;
    };
    return batch instanceof Promise ? batch.then(cut) : cut(batch);
  }, source.leave);
}

/** Results of a function over a batch, in order; from the first promise on, at most `atOnce` calls run together. */
function mapBatch(
  batch: readonly unknown[],
  fn: (item: unknown) => unknown,
  atOnce: number,
): unknown[] | Promise<unknown[]> {
  const n = batch.length;
  const results = new Array<unknown>(n);
  for (let i = 0; i < n; i++) {
    const result = fn(batch[i]);
    if (result instanceof Promise) return mapWaiting(batch, fn, { results, next: i + 1, first: result }, atOnce);
    results[i] = result;
  }
  return results;
}

async function mapWaiting(
  batch: readonly unknown[],
  fn: (item: unknown) => unknown,
  state: { readonly results: unknown[]; next: number; readonly first: Promise<unknown> },
  atOnce: number,
): Promise<unknown[]> {
  const { results, first } = state;
  const firstAt = state.next - 1;
  const work = async (): Promise<void> => {
    while (state.next < batch.length) {
      const i = state.next++;
      results[i] = await fn(batch[i]);
    }
  };
  const beginning = first.then((value) => {
    results[firstAt] = value;
    return work();
  });
  try {
    await Promise.all([beginning, ...Array.from({ length: Math.max(0, atOnce - 1) }, work)]);
  } finally {
    // A failed call stops the others from starting more.
    state.next = batch.length;
  }
  return results;
}
