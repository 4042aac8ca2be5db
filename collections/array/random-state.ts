import type { ShoalArray } from "./array.ts";
import { Generator, type RandomOptions, type Seed } from "./random-generator.ts";

type Shape = number | readonly number[];

/**
 * NumPy's older way to random arrays: the distributions of {@link Generator} and the old names beside them. New programs use
 * `da.random.defaultRng(seed)`.
 * @see https://docs.dask.org/en/stable/generated/dask.array.random.RandomState.html
 * @example
 * const state = new da.random.RandomState(42);
 * await state.randint(1, 7, [1000], { chunks: 250 }).mean().compute(); // about 3.5
 */
export class RandomState extends Generator {
  /** Begins anew: the arrays that follow are those of a new state of this seed. */
  reseed(seed: Seed): this {
    this.begin(seed);
    return this;
  }

  /** Floats in [0, 1). */
  randomSample(shape: Shape, options: RandomOptions = {}): ShoalArray {
    return this.random(shape, options);
  }

  /**
   * Whole numbers in [low, high); with `high` null in [0, low).
   * @throws RangeError if there are none
   */
  randint(low: number, high: number | null, shape: Shape, options: RandomOptions = {}): ShoalArray {
    return high === null
      ? this.integers(shape, { ...options, low: 0, high: low })
      : this.integers(shape, { ...options, low, high });
  }

  /** Whole numbers in [low, high], both ends included; with `high` null in [1, low]. */
  randomIntegers(low: number, high: number | null, shape: Shape, options: RandomOptions = {}): ShoalArray {
    return high === null ? this.randint(1, low + 1, shape, options) : this.randint(low, high + 1, shape, options);
  }
}
