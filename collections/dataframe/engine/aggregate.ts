import { type Dtype, innerOf, isFloat } from "../dtype.ts";
import type { Options } from "../expression/expression.ts";
import type { Aggregation } from "../plan/step.ts";
import { type PolarsExpr, polars, polarsType } from "./polars.ts";
import { choose, lit, native } from "./typed.ts";

type Primitive = (columns: readonly PolarsExpr[], options: Options, grouped: boolean, dtype: Dtype) => PolarsExpr;

const one = (columns: readonly PolarsExpr[]): PolarsExpr => columns[0] as PolarsExpr;
const float = (e: PolarsExpr): PolarsExpr => e.cast(polars().Float64);
const squares = (e: PolarsExpr): PolarsExpr => e.mul(e);
/** Numbers are true unless they are 0, texts unless they are empty. */
const truth = (e: PolarsExpr, options: Options): PolarsExpr =>
  options["text"] === true ? e.neq(lit("")) : e.cast(polars().Bool);
/** A list a group: within a group the engine makes it itself. */
const listed = (e: PolarsExpr, grouped: boolean): PolarsExpr => (grouped ? e : e.implode());

/** The mean of parts from their counts and means. */
const pooledMean = (n: PolarsExpr, mean: PolarsExpr): PolarsExpr => float(n).mul(mean).sum().div(float(n).sum());

/** Sums of products of deviations around the pooled means, from those around the parts' own (Chan, Golub, LeVeque). */
const pooledProducts = (n: PolarsExpr, a: PolarsExpr, b: PolarsExpr, q: PolarsExpr): PolarsExpr =>
  q.sum().add(
    float(n)
      .mul(a.sub(pooledMean(n, a)))
      .mul(b.sub(pooledMean(n, b)))
      .sum(),
  );

/** Rows where both columns have a value. */
const both = (a: PolarsExpr, b: PolarsExpr): readonly [PolarsExpr, PolarsExpr] => {
  const known = a.isNotNull().and(b.isNotNull());
  return [float(a).filter(known), float(b).filter(known)];
};

const quantile: Primitive = (columns, options) =>
  native(
    float(one(columns)),
    "quantile",
    lit(Number(options["q"] ?? 0.5)),
    String(options["interpolation"] ?? "linear"),
  );

export const PRIMITIVES: Readonly<Record<string, Primitive>> = {
  /** Exact for integers: they are widened before they are summed. */
  sum: (columns, _options, _grouped, dtype) => one(columns).cast(polarsType(dtype)).sum(),
  product: (columns, _options, _grouped, dtype) => native(one(columns).cast(polarsType(dtype)), "product"),
  count: (columns) => one(columns).count(),
  nulls: (columns) => one(columns).nullCount(),
  size: () => polars().len() as PolarsExpr,
  min: (columns) => one(columns).min(),
  max: (columns) => one(columns).max(),
  any: (columns, options) => truth(one(columns), options).max().fillNull(lit(false)),
  all: (columns, options) => truth(one(columns), options).min().fillNull(lit(true)),
  first: (columns) => native(one(columns), "dropNulls").first(),
  last: (columns) => native(one(columns), "dropNulls").last(),
  firstRow: (columns) => one(columns).first(),
  lastRow: (columns) => one(columns).last(),
  mean: (columns) => float(one(columns)).mean(),
  deviations: (columns) => native(float(one(columns)), "var", 0).mul(float(one(columns).count())),
  pooledMean: ([n, mean]) => pooledMean(n as PolarsExpr, mean as PolarsExpr),
  pooledDeviations: ([n, sum, q]) => {
    const mean = choose((n as PolarsExpr).gt(lit(0)), float(sum as PolarsExpr).div(float(n as PolarsExpr)), lit(null));
    return pooledProducts(n as PolarsExpr, mean, mean, q as PolarsExpr);
  },
  pairCount: ([a, b]) =>
    (a as PolarsExpr)
      .isNotNull()
      .and((b as PolarsExpr).isNotNull())
      .sum(),
  pairMean: ([a, b]) => both(a as PolarsExpr, b as PolarsExpr)[0].mean(),
  pairDeviations: ([a, b]) => {
    const [x] = both(a as PolarsExpr, b as PolarsExpr);
    return native(x, "var", 0).mul(float(x.count()));
  },
  pairProducts: ([a, b]) => {
    const [x, y] = both(a as PolarsExpr, b as PolarsExpr);
    return x.sub(x.mean()).mul(y.sub(y.mean())).sum();
  },
  pooledProducts: ([n, a, b, q]) => pooledProducts(n as PolarsExpr, a as PolarsExpr, b as PolarsExpr, q as PolarsExpr),
  list: (columns, _options, grouped) => listed(one(columns), grouped),
  flatten: (columns, _options, grouped) => listed(one(columns).explode(), grouped),
  uniqueList: (columns, _options, grouped) => listed(native(one(columns), "dropNulls").unique(), grouped),
  flattenUnique: (columns, _options, grouped) => listed(native(one(columns).explode(), "dropNulls").unique(), grouped),
  flattenCountUnique: (columns) => native(one(columns).explode(), "dropNulls").nUnique(),
  flattenQuantile: (columns, options, grouped, dtype) => quantile([one(columns).explode()], options, grouped, dtype),
  quantile,
  /** Order statistics at even steps, or all values where there are few; each stands for as many rows as `sketchWeights` says. */
  sketch: (columns, _options, grouped) => listed(sketchedValues(one(columns)), grouped),
  sketchWeights: (columns) => {
    const step = sketchStep(one(columns));
    const kept = native(one(columns).count().cast(polars().Int64), "floordiv", step);
    return native(step.cast(polars().Float64), "repeatBy", kept.cast(polars().UInt32));
  },
  flattenSketch: ([values, weights], options) =>
    sketchQuantile((values as PolarsExpr).explode(), (weights as PolarsExpr).explode(), Number(options["q"] ?? 0.5)),
  countUnique: (columns) => native(one(columns), "dropNulls").nUnique(),
  skew: (columns) => momentRatio(one(columns), 3),
  kurtosis: (columns) => momentRatio(one(columns), 4).sub(lit(3)),
  flattenSkew: (columns) => momentRatio(one(columns).explode(), 3),
  flattenKurtosis: (columns) => momentRatio(one(columns).explode(), 4).sub(lit(3)),
  /** The second column where the first is smallest or largest; the first such row. */
  atMin: ([value, at]) => (at as PolarsExpr).gather((value as PolarsExpr).argMin() as never).first(),
  atMax: ([value, at]) => (at as PolarsExpr).gather((value as PolarsExpr).argMax() as never).first(),
};

const SKETCH_STEP = 64;
/** Partitions of fewer values are kept whole. */
const SKETCH_ROWS_MIN = 32_768;

const sketchStep = (column: PolarsExpr): PolarsExpr =>
  choose(column.count().gt(lit(SKETCH_ROWS_MIN)), lit(SKETCH_STEP), lit(1)).cast(polars().Int64);

function sketchedValues(column: PolarsExpr): PolarsExpr {
  const sorted = native(float(column), "dropNulls").sort();
  const place = sorted.isNotNull().cast(polars().Int64).cumSum(false);
  return sorted.filter(native(place, "rem", sketchStep(column)).eq(lit(0)));
}

/** Exact where every value was kept, else the value at which the weights up to it reach the share. */
function sketchQuantile(values: PolarsExpr, weights: PolarsExpr, q: number): PolarsExpr {
  const exact = native(values, "quantile", lit(q), "linear");
  const byValue = (e: PolarsExpr): PolarsExpr => e.sortBy([values] as never);
  const reached = byValue(weights)
    .cumSum(false)
    .gtEq(weights.sum().mul(lit(q)));
  const near = byValue(values).filter(reached).first();
  return choose(weights.max().gt(lit(1)), near, exact);
}

/** The population's third or fourth standardised moment. */
function momentRatio(e: PolarsExpr, power: 3 | 4): PolarsExpr {
  const deviation = float(e).sub(float(e).mean());
  const second = squares(deviation).mean();
  const raised = power === 3 ? squares(deviation).mul(deviation).mean() : squares(squares(deviation)).mean();
  return raised.div(power === 3 ? second.pow(1.5 as never) : squares(second));
}

/**
 * An aggregation in the engine's terms: what is worked out over the rows, and what is done with its outcome, which must stand
 * outside of the grouping, as the engine leaves its quick paths where it meets anything but plain aggregates.
 */
export function translateAggregation(
  aggregation: Aggregation,
  grouped: boolean,
): { readonly within: PolarsExpr; readonly after: PolarsExpr } {
  const primitive = PRIMITIVES[aggregation.primitive];
  if (primitive === undefined) throw new TypeError(`There is no aggregation "${aggregation.primitive}"`);
  const { name, dtype } = aggregation;
  const columns = aggregation.columns.map((one) => polars().col(one));
  const within = primitive(columns, aggregation.options ?? {}, grouped, dtype).alias(name);
  return { within, after: finished(polars().col(name), dtype).alias(name) };
}

function finished(e: PolarsExpr, dtype: Dtype): PolarsExpr {
  if (isFloat(dtype)) return e.cast(polarsType(dtype)).fillNan(lit(null));
  if (dtype === "object" || (dtype.startsWith("list") && innerOf(dtype) !== "object")) return e;
  return e.cast(polarsType(dtype));
}
