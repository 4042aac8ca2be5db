import type { AnyFunction } from "../../../runtime/wire/function-spec.ts";
import { lazyItems } from "./elements.ts";
import { after, describe, drain, Flow, flowOf } from "./flow.ts";
import { compareItems } from "./keys.ts";
import { startValue } from "./start-value.ts";

/** What a part of a bag comes to: nothing, where the part is empty, or one value. */
export type Part<A> = readonly [] | readonly [A];

/** Folds a partition with `fn`; `initial` is a list with the start value, or an empty list. Of no items there is no part. */
export function foldPartition(
  fn: AnyFunction,
  partition: unknown,
  initial: readonly unknown[],
): MaybeLater<Part<unknown>> {
  return foldFlow(fn, flowOf(partition), initial);
}

/** Folds the values of parts that are not empty. */
export function foldParts(fn: AnyFunction, parts: readonly Part<unknown>[]): MaybeLater<Part<unknown>> {
  return foldFlow(fn, flowOf(parts.flat()), []);
}

/** The value of the last fold; of nothing, the initial one. */
export function foldedValue(parts: Part<unknown>, initial: readonly unknown[]): unknown {
  if (parts.length > 0) return parts[0];
  if (initial.length === 0) throw new TypeError("fold() of an empty bag has no value; give an initial one");
  return initial[0];
}

type MaybeLater<T> = T | Promise<T>;

function foldFlow(fn: AnyFunction, flow: Flow<unknown>, initial: readonly unknown[]): MaybeLater<Part<unknown>> {
  let total: unknown;
  let begun = false;
  const begin = (item: unknown): unknown => {
    begun = true;
    return initial.length > 0 ? fn(startValue(initial[0]), item) : item;
  };
  const waiting = async (batch: readonly unknown[], from: number, first: Promise<unknown>): Promise<void> => {
    total = await first;
    for (let i = from; i < batch.length; i++) total = await fn(total, batch[i]);
  };
  const done = drain(flow, (batch) => {
    for (let i = 0; i < batch.length; i++) {
      total = begun ? fn(total, batch[i]) : begin(batch[i]);
      if (total instanceof Promise) return waiting(batch, i + 1, total);
    }
  });
  const result = (): Part<unknown> => (begun ? [total] : []);
  return done instanceof Promise ? done.then(result) : result();
}

/** Hands a partition to the user's first function of a reduction. A partition without items has no part, unless it is the only one. */
export function reducePartition(fn: AnyFunction, partition: unknown, isOnly: boolean): unknown {
  return after(unlessEmpty(partition), (items) => (items === null && !isOnly ? [] : after(fn(items ?? []), part)));
}

/** Hands the parts so far to the user's second function. */
export function reduceParts(fn: AnyFunction, parts: readonly Part<unknown>[]): unknown {
  const known = parts.flat();
  return known.length === 0 ? [] : after(fn(known), part);
}

/** The last step of a reduction: its value, even of nothing. */
export function reduceLast(fn: AnyFunction, parts: readonly Part<unknown>[]): unknown {
  return fn(parts.flat());
}

const part = (value: unknown): Part<unknown> => [value];

function unlessEmpty(partition: unknown): MaybeLater<Iterable<unknown> | null> {
  if (Array.isArray(partition)) return partition.length === 0 ? null : partition;
  const flow = flowOf<unknown>(partition);
  const look = (batch: readonly unknown[] | null): MaybeLater<Iterable<unknown> | null> => {
    if (batch === null) return null;
    if (batch.length === 0) return next();
    let given = false;
    return lazyItems(
      new Flow((hint) => {
        if (given) return flow.pull(hint);
        given = true;
        return batch;
      }, flow.leave),
    );
  };
  const next = (): MaybeLater<Iterable<unknown> | null> => {
    for (;;) {
      const batch = flow.pull(1);
      if (batch instanceof Promise) return batch.then(look);
      if (batch === null || batch.length > 0) return look(batch);
    }
  };
  return next();
}

/** Adds a partition up: numbers, bigints, and booleans as 0 and 1. */
export function sumPartition(partition: unknown): MaybeLater<number | bigint> {
  let total: number | bigint = 0;
  const done = drain(flowOf<unknown>(partition), (batch) => {
    let number = typeof total === "number" ? total : 0;
    for (let i = 0; i < batch.length; i++) {
      const item = batch[i];
      if (typeof item === "number" && typeof total === "number") number += item;
      else {
        total = add(typeof total === "number" ? number : total, item);
        if (typeof total === "number") number = total;
      }
    }
    if (typeof total === "number") total = number;
  });
  return done instanceof Promise ? done.then(() => total) : total;
}

/** Adds sums of parts up. */
export const sumParts = (parts: readonly (number | bigint)[]): number | bigint => parts.reduce<number | bigint>(add, 0);

function add(total: number | bigint, item: unknown): number | bigint {
  const value = typeof item === "boolean" ? Number(item) : item;
  if (typeof value === "number" && typeof total === "number") return total + value;
  if (typeof value === "bigint" && typeof total === "bigint") return total + value;
  if (typeof value === "bigint" && total === 0) return value;
  if (value === 0 && typeof total === "bigint") return total;
  throw new TypeError(`sum() needs numbers, all of one kind, and found ${describe(item)}`);
}

/** How many items a partition has. */
export function countPartition(partition: unknown): MaybeLater<number> {
  if (Array.isArray(partition)) return partition.length;
  let count = 0;
  const done = drain(flowOf(partition), (batch) => {
    count += batch.length;
  });
  return done instanceof Promise ? done.then(() => count) : count;
}

/** The greatest (sign 1) or least (sign -1) item; the first of equals. */
export function extremePartition(partition: unknown, sign: 1 | -1): MaybeLater<Part<unknown>> {
  let best: unknown;
  let found = false;
  const done = drain(flowOf<unknown>(partition), (batch) => {
    for (let i = 0; i < batch.length; i++) {
      const item = batch[i];
      if (!found || compareItems(item, best) * sign > 0) best = item;
      found = true;
    }
  });
  const result = (): Part<unknown> => (found ? [best] : []);
  return done instanceof Promise ? done.then(result) : result();
}

/** The greatest or least of the parts that have one. */
export const extremeParts = (parts: readonly Part<unknown>[], sign: 1 | -1): MaybeLater<Part<unknown>> =>
  extremePartition(parts.flat(), sign);

/** The value of max() or min(). */
export function extremeValue(parts: Part<unknown>, name: string): unknown {
  if (parts.length === 0) throw new RangeError(`${name}() of an empty bag has no value`);
  return parts[0];
}

/** Whether any item counts as true (wanted true), or any as false; stops at the first. */
export function holdsPartition(partition: unknown, wanted: boolean): MaybeLater<boolean> {
  let found = false;
  const done = drain(flowOf<unknown>(partition), (batch) => {
    for (let i = 0; i < batch.length && !found; i++) found = Boolean(batch[i]) === wanted;
    return !found;
  });
  return done instanceof Promise ? done.then(() => found) : found;
}

/** Whether any part found what it looked for. */
export const holdsParts = (parts: readonly boolean[]): boolean => parts.some(Boolean);

export const not = (value: boolean): boolean => !value;
