/** Clusters of values near each other in order: their means and how many values each holds. */
export interface TDigest {
  readonly means: Float64Array;
  readonly weights: Float64Array;
}

/**
 * Sorted values as at most `clusters` clusters, small at both ends and larger in the middle, so that outer quantiles are as good in their
 * way as the median; the smallest and the largest value stay alone. Few values stay as they are.
 * @see https://arxiv.org/abs/1902.04023 (scale function k1)
 */
export function tDigest(sorted: Float64Array, clusters: number): TDigest {
  const n = sorted.length;
  if (n <= clusters) return { means: sorted.slice(), weights: new Float64Array(n).fill(1) };
  const ends = clusterEnds(n, clusters);
  const means = new Float64Array(ends.length);
  const weights = new Float64Array(ends.length);
  let from = 0;
  for (const [at, end] of ends.entries()) {
    let sum = 0;
    // Around the first value, so that large values far from 0 keep their digits.
    const base = sorted[from] as number;
    for (let row = from; row < end; row++) sum += (sorted[row] as number) - base;
    weights[at] = end - from;
    means[at] = end - from === 1 ? base : base + sum / (end - from);
    from = end;
  }
  return { means, weights };
}

/** Row numbers at which the clusters end. */
function clusterEnds(n: number, clusters: number): number[] {
  const ends = [1];
  for (let cluster = 1; cluster < clusters - 1; cluster++) {
    const share = (1 - Math.cos((Math.PI * cluster) / (clusters - 1))) / 2;
    const end = Math.min(n - 1, Math.round(share * n));
    if (end > (ends.at(-1) as number)) ends.push(end);
  }
  if ((ends.at(-1) as number) < n - 1) ends.push(n - 1);
  ends.push(n);
  return ends;
}

/**
 * The value below which a share of all lies; several digests may be given as one, in any order. Exact, with the usual interpolation between
 * neighbours, where every value is there; else between the middles of clusters. NaN where there is nothing.
 */
export function digestQuantiles(digest: TDigest, shares: readonly number[]): number[] {
  const { means, weights } = isRising(digest.means) ? digest : inOrder(digest);
  const middles = new Float64Array(means.length);
  let total = 0;
  for (let at = 0; at < middles.length; at++) {
    const weight = weights[at] as number;
    // Row numbers: a value alone at row 3 has its middle there.
    middles[at] = total + (weight - 1) / 2;
    total += weight;
  }
  return shares.map((share) => {
    const row = share * (total - 1);
    let [low, high] = [0, means.length - 1];
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((middles[middle] as number) <= row) low = middle;
      else high = middle;
    }
    if (high < 0) return Number.NaN;
    const [a, b] = [means[low] as number, means[high] as number];
    const [from, to] = [middles[low] as number, middles[high] as number];
    if (row <= from || a === b) return a;
    return row >= to ? b : a + ((b - a) * (row - from)) / (to - from);
  });
}

function isRising(values: Float64Array): boolean {
  for (let at = 1; at < values.length; at++) if ((values[at] as number) < (values[at - 1] as number)) return false;
  return true;
}

function inOrder({ means, weights }: TDigest): TDigest {
  const order = Uint32Array.from(means, (_, at) => at).sort((a, b) => (means[a] as number) - (means[b] as number));
  return {
    means: Float64Array.from(order, (at) => means[at] as number),
    weights: Float64Array.from(order, (at) => weights[at] as number),
  };
}
