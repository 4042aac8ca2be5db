import { rangeOf } from "./number-column.ts";
import type { TDigest } from "./t-digest.ts";

/** Stretches of equal width between the smallest and the largest value. */
const CELLS = 16_384;

/**
 * A digest of values in any order, by counting how many lie in each of many narrow stretches: it takes a fraction of sorting them. Neighbouring
 * stretches become clusters of at most about 1/`clusters` of all values; the smallest and the largest value stay alone. Undefined where a
 * stretch holds more than that, unless they are all alike, as with values that lie close together but for a few: those are to be sorted.
 * @param range the smallest and the largest value, where they are known
 */
export function countedDigest(
  values: Float64Array,
  clusters: number,
  range: readonly [number, number] = rangeOf(values),
): TDigest | undefined {
  const [low, high] = range;
  if (!Number.isFinite(low) || !Number.isFinite(high) || !Number.isFinite(high - low)) return undefined;
  const scale = high > low ? (CELLS - 1) / (high - low) : 0;
  const counts = new Uint32Array(CELLS);
  const sums = new Float64Array(CELLS);
  for (let row = 0; row < values.length; row++) {
    // Above the lowest, so that large values far from 0 keep their digits.
    const above = (values[row] as number) - low;
    const cell = (above * scale) | 0;
    (counts[cell] as number)++;
    (sums[cell] as number) += above;
  }
  const most = Math.max(1, Math.ceil(values.length / clusters));
  if (!fullCellsAreAlike(values, counts, { low, scale, most })) return undefined;
  return clustersOf(counts, sums, { low, high, most });
}

interface CellPlace {
  readonly low: number;
  readonly scale: number;
  readonly most: number;
}

/** Whether stretches that hold more than a cluster may are all one value. */
function fullCellsAreAlike(values: Float64Array, counts: Uint32Array, { low, scale, most }: CellPlace): boolean {
  if (!counts.some((count) => count > most)) return true;
  const only = new Float64Array(CELLS).fill(Number.NaN);
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number;
    const cell = ((value - low) * scale) | 0;
    if ((counts[cell] as number) <= most || value === only[cell]) continue;
    if (!Number.isNaN(only[cell])) return false;
    only[cell] = value;
  }
  return true;
}

function clustersOf(
  counts: Uint32Array,
  sums: Float64Array,
  { low, high, most }: { readonly low: number; readonly high: number; readonly most: number },
): TDigest {
  // The ends are taken out of their stretches.
  (counts[0] as number)--;
  const last = counts.findLastIndex((count) => count > 0);
  if (last >= 0) {
    (counts[last] as number)--;
    (sums[last] as number) -= high - low;
  }
  const [means, weights] = [[low], [1]];
  let [weight, sum] = [0, 0];
  const close = (): void => {
    // One value that is many is many clusters: quantiles between two clusters lie between their means.
    for (let rest = weight; rest > 0; rest -= most) {
      means.push(low + sum / weight);
      weights.push(Math.min(rest, most));
    }
    [weight, sum] = [0, 0];
  };
  for (let cell = 0; cell < CELLS; cell++) {
    const count = counts[cell] as number;
    if (weight > 0 && weight + count > most) close();
    weight += count;
    sum += sums[cell] as number;
  }
  close();
  if (last >= 0) {
    means.push(high);
    weights.push(1);
  }
  return { means: Float64Array.from(means), weights: Float64Array.from(weights) };
}
