import { describe, drain, flowOf } from "./flow.ts";

/** Count, mean and sum of squared differences from it: what mean, var and std are made of, without cancellation. */
export interface Moments {
  readonly count: number;
  readonly mean: number;
  readonly squares: number;
}

/** The moments of a partition of numbers (booleans as 0 and 1). */
export function momentsPartition(partition: unknown): Moments | Promise<Moments> {
  let count = 0;
  let mean = 0;
  let squares = 0;
  const done = drain(flowOf<unknown>(partition), (batch) => {
    for (let i = 0; i < batch.length; i++) {
      const item = batch[i];
      if (typeof item !== "number" && typeof item !== "boolean" && typeof item !== "bigint")
        throw new TypeError(`mean(), var() and std() need numbers, and found ${describe(item)}`);
      const value = Number(item);
      count += 1;
      const from = value - mean;
      mean += from / count;
      squares += from * (value - mean);
    }
  });
  const result = (): Moments => ({ count, mean, squares });
  return done instanceof Promise ? done.then(result) : result();
}

/** Puts moments together (Chan, Golub and LeVeque's pairwise rule). */
export function momentsParts(parts: readonly Moments[]): Moments {
  return parts.reduce(
    (a, b) => {
      const count = a.count + b.count;
      if (count === 0) return a;
      const apart = b.mean - a.mean;
      return {
        count,
        mean: a.mean + (apart * b.count) / count,
        squares: a.squares + b.squares + (apart * apart * a.count * b.count) / count,
      };
    },
    { count: 0, mean: 0, squares: 0 },
  );
}

/** Mean, variance or standard deviation from moments. */
export function momentsValue(moments: Moments, wanted: "mean" | "var" | "std", ddof: number): number {
  if (moments.count === 0) throw new RangeError(`${wanted}() of an empty bag has no value`);
  if (wanted === "mean") return moments.mean;
  if (moments.count <= ddof)
    throw new RangeError(`${wanted}() with ddof ${ddof} needs more than ${ddof} items, and there are ${moments.count}`);
  const variance = moments.squares / (moments.count - ddof);
  return wanted === "var" ? variance : Math.sqrt(variance);
}
