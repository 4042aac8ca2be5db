const aggregateSymbol = Symbol.for("shoal.aggregate");

/** The aggregate that a function stands for in `agg({ n: (f) => mean(f.delay) })`. */
export const aggregateNameOf = (fn: unknown): string | undefined =>
  typeof fn === "function" ? (fn as unknown as Record<symbol, string | undefined>)[aggregateSymbol] : undefined;

function aggregate<F extends (...args: never[]) => unknown>(name: string): F {
  const fn = (): never => {
    throw new TypeError(`${name}() stands for an aggregate inside agg({ … }) and cannot be called elsewhere`);
  };
  return Object.assign(fn, { [aggregateSymbol]: name }) as unknown as F;
}

type OfNumber = (value: number | null | undefined) => number;
type OfAny = <T>(value: T) => T;

/** Sum of the group's values. Only inside `agg`. */
export const sum = aggregate<OfNumber>("sum");
export const mean = aggregate<OfNumber>("mean");
export const median = aggregate<OfNumber>("median");
export const std = aggregate<OfNumber>("std");
export const variance = aggregate<OfNumber>("var");
export const prod = aggregate<OfNumber>("prod");
export const min = aggregate<OfAny>("min");
export const max = aggregate<OfAny>("max");
export const first = aggregate<OfAny>("first");
export const last = aggregate<OfAny>("last");
export const nunique = aggregate<(value: unknown) => number>("nunique");
/** Rows of the group, or values that are not missing where a column is given. */
export const count = aggregate<(value?: unknown) => number>("count");
