import { type AnyRow, DataFrame } from "./dataframe.ts";
import type { SampleCall } from "./kernels/sample-rows.ts";
import { mapNode } from "./map.ts";
import { viewOfNode } from "./plan/view.ts";
import { Series } from "./series.ts";
import type { Table } from "./table.ts";

export interface SampleOptions {
  /** The share of rows to draw; of each partition, so the number of rows is about that share of all. */
  readonly frac: number;
  /** Rows may be drawn more than once. */
  readonly replace?: boolean;
  /** The same seed draws the same rows. */
  readonly seed?: number;
}

const NO_SEED = 0x5eed;
/** Stands for the user's function in a call that has none. */
const none = (): null => null;

function sampledNode(table: Table<unknown>, call: SampleCall) {
  const { meta } = table;
  return viewOfNode(mapNode(table.view, none, { mode: "sample", out: meta, args: [call] }, meta), table.view);
}

function shareOf(options: SampleOptions): SampleCall {
  const { frac, replace = false, seed } = options;
  if (!(typeof frac === "number" && frac >= 0 && (replace || frac <= 1)))
    throw new RangeError(
      `sample() takes frac, a share of the rows${replace ? "" : " between 0 and 1"}, got ${String(frac)}; a number of rows is not known before computing`,
    );
  return { kind: "share", share: frac, replace, seed: seed ?? NO_SEED };
}

/** The ends of ranges of [0, 1) that are as long as the shares. @throws RangeError unless the shares add up to 1 */
function rangesOf(shares: readonly number[]): [number, number][] {
  const total = shares.reduce((a, b) => a + b, 0);
  if (shares.length === 0 || shares.some((one) => !(one >= 0)) || Math.abs(total - 1) > 1e-9)
    throw new RangeError(`The shares of randomSplit() add up to 1, got ${shares.join(", ")}`);
  let from = 0;
  return shares.map((share, at) => {
    const to = at === shares.length - 1 ? 1 : from + share;
    const range: [number, number] = [from, to];
    from = to;
    return range;
  });
}

declare module "./dataframe.ts" {
  interface DataFrame<S> {
    /**
     * Rows drawn by chance from each partition.
     * @see https://docs.dask.org/en/stable/generated/dask.dataframe.DataFrame.sample.html
     */
    sample(options: SampleOptions): DataFrame<S>;
    /**
     * Every row in one of several tables, by chance, in the shares given: training and test data.
     * @example const [train, test] = df.randomSplit([0.8, 0.2], { seed: 1 });
     */
    randomSplit(shares: readonly number[], options?: { seed?: number }): DataFrame<S>[];
  }
}
declare module "./series.ts" {
  interface Series<T> {
    sample(options: SampleOptions): Series<T>;
    randomSplit(shares: readonly number[], options?: { seed?: number }): Series<T>[];
  }
}

DataFrame.prototype.sample = function <S>(this: DataFrame<S>, options: SampleOptions) {
  return new DataFrame<S>(sampledNode(this as DataFrame<AnyRow>, shareOf(options)));
};
DataFrame.prototype.randomSplit = function <S>(this: DataFrame<S>, shares: readonly number[], { seed = NO_SEED } = {}) {
  return rangesOf(shares).map(
    ([from, to]) => new DataFrame<S>(sampledNode(this as DataFrame<AnyRow>, { kind: "range", from, to, seed })),
  );
};
Series.prototype.sample = function <T>(this: Series<T>, options: SampleOptions) {
  return new Series<T>(sampledNode(this, shareOf(options)));
};
Series.prototype.randomSplit = function <T>(this: Series<T>, shares: readonly number[], { seed = NO_SEED } = {}) {
  return rangesOf(shares).map(([from, to]) => new Series<T>(sampledNode(this, { kind: "range", from, to, seed })));
};
