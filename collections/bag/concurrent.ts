import type { AnyFunction } from "../../runtime/wire/function-spec.ts";

/** An async function with the number of its calls that may run at once within a partition. */
export class Concurrent<F extends AnyFunction = AnyFunction> {
  readonly fn: F;
  readonly atOnce: number;

  constructor(fn: F, atOnce: number) {
    this.fn = fn;
    this.atOnce = atOnce;
  }
}

/**
 * Says how many calls of an async function run at once within a partition (16 if nobody says). Results keep their order.
 * @throws RangeError if `atOnce` is not a whole number from 1 up
 * @example
 * urls.map(concurrently(async (url: string) => (await fetch(url)).status, 64));
 */
export function concurrently<F extends AnyFunction>(fn: F, atOnce: number): Concurrent<F> {
  if (!Number.isInteger(atOnce) || atOnce < 1)
    throw new RangeError(`concurrently() needs a whole number of calls from 1 up, got ${atOnce}`);
  return new Concurrent(fn, atOnce);
}

export const isConcurrent = (value: unknown): value is Concurrent => value instanceof Concurrent;
