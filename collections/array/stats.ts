import { arrayOf, type ShoalArray } from "./array.ts";
import type { ArrayLike } from "./array-like.ts";
import { where } from "./functions.ts";
import { known } from "./known.ts";

/** Options of the shape of a distribution: the axis that is walked, 0 unless given; null for all. */
export interface ShapeOptions {
  readonly axis?: number | null;
}

/**
 * How much a distribution leans to one side: the third central moment over the second to the power 3/2; 0 where all are
 * equal. @see https://docs.dask.org/en/stable/generated/dask.array.stats.skew.html
 * @example
 * da.stats.skew([1, 2, 3, 10]); // 0.94…
 */
export function skew(x: ArrayLike, options: ShapeOptions = {}): ShoalArray {
  const { axis = 0 } = known(options, "skew", "axis");
  const array = arrayOf(x);
  const square = array.moment(2, { axis });
  return where(square.eq(0), 0, array.moment(3, { axis }).div(square.pow(1.5)));
}

/**
 * How heavy the tails of a distribution are: the fourth central moment over the square of the second; with Fisher's
 * definition, the default, 3 less, so that normal ones have 0.
 * @see https://docs.dask.org/en/stable/generated/dask.array.stats.kurtosis.html
 */
export function kurtosis(x: ArrayLike, options: ShapeOptions & { readonly fisher?: boolean } = {}): ShoalArray {
  const { axis = 0, fisher = true } = known(options, "kurtosis", "axis", "fisher");
  const array = arrayOf(x);
  const square = array.moment(2, { axis });
  const ratio = where(square.eq(0), 0, array.moment(4, { axis }).div(square.mul(square)));
  return fisher ? ratio.sub(3) : ratio;
}

/** The central moment of an order along an axis; the first is 0. */
export const moment = (x: ArrayLike, order = 1, options: ShapeOptions = {}): ShoalArray =>
  arrayOf(x).moment(order, { axis: 0, ...known(options, "moment", "axis") });
