import { type Dtype, familyOf, isFloat, isNumberLike, listOf } from "./dtype.ts";
import { call, column, type Expr, literalOf, type Options, substitute } from "./expression/expression.ts";
import type { Aggregation, Named } from "./plan/step.ts";
import { shownName } from "./schema.ts";

/** One aggregate asked for: a function of columns, and the name of its result. */
export interface AggregateSpec {
  readonly name: string;
  readonly fn: string;
  /** Physical columns of the input: the value, and a second one where the function takes two. */
  readonly columns: readonly string[];
  readonly dtypes: readonly Dtype[];
  readonly options: Options;
  /** What the user calls the value, where its physical column is called otherwise. */
  readonly of?: string;
}

/** How one aggregate is worked out: states of each partition, how states combine, and the result of them. */
export interface AggregatePlan {
  readonly dtype: Dtype;
  readonly partial: readonly Aggregation[];
  readonly combine: readonly Aggregation[];
  readonly last?: readonly Aggregation[];
  readonly result: Expr;
}

type Build = (spec: AggregateSpec, state: (suffix: string) => string) => AggregatePlan;

const first = (spec: AggregateSpec): Dtype => spec.dtypes[0] as Dtype;

function needNumbers(spec: AggregateSpec): void {
  for (const [at, dtype] of spec.dtypes.entries())
    if (!isNumberLike(dtype))
      throw new TypeError(
        `${spec.fn} needs numbers; column "${shownName(spec.of ?? (spec.columns[at] as string))}" is ${dtype}`,
      );
}

const sumType = (dtype: Dtype): Dtype => {
  if (dtype === "duration" || dtype === "float32") return dtype;
  if (isFloat(dtype)) return "float64";
  return familyOf(dtype) === "uint" ? "uint64" : "int64";
};

/** The same primitive partially and over the partial results. */
const simple =
  (primitive: string, type: (spec: AggregateSpec) => Dtype, again = primitive): Build =>
  (spec, state) => {
    const dtype = type(spec);
    const name = state("v");
    return {
      dtype,
      partial: [{ name, primitive, columns: spec.columns, dtype }],
      combine: [{ name, primitive: again, columns: [name], dtype }],
      result: column(name),
    };
  };

const logical =
  (primitive: "any" | "all"): Build =>
  (spec, state) => {
    const plan = simple(primitive, () => "bool")(spec, state);
    if (first(spec) !== "string") return plan;
    return { ...plan, partial: plan.partial.map((one) => ({ ...one, options: { text: true } })) };
  };

const total =
  (primitive: "sum" | "product"): Build =>
  (spec, state) => {
    if (first(spec) !== "duration") needNumbers(spec);
    const plan = simple(primitive, (one) => sumType(first(one)))(spec, state);
    const count = Number(spec.options["minCount"] ?? 0);
    if (count <= 0) return plan;
    return withCount(plan, spec, state, (n, value) =>
      call("ifElse", [call("ge", [n, literalOf(count)]), value, { kind: "literal", value: null, dtype: plan.dtype }]),
    );
  };

function withCount(
  plan: AggregatePlan,
  spec: AggregateSpec,
  state: (suffix: string) => string,
  result: (n: Expr, value: Expr) => Expr,
): AggregatePlan {
  const name = state("n");
  return {
    ...plan,
    partial: [...plan.partial, { name, primitive: "count", columns: spec.columns.slice(0, 1), dtype: "int64" }],
    combine: [...plan.combine, { name, primitive: "sum", columns: [name], dtype: "int64" }],
    result: result(column(name), plan.result),
  };
}

const mean: Build = (spec, state) => {
  if (first(spec) === "duration" || first(spec) === "datetime")
    throw new TypeError(`mean of ${first(spec)} is not supported`);
  needNumbers(spec);
  const sum = simple("sum", (one) => (isFloat(first(one)) ? "float64" : "int64"))(spec, state);
  const plan = withCount(sum, spec, state, (n, value) => call("div", [value, n]));
  return { ...plan, dtype: "float64" };
};

/** Counts, sums and sums of squared deviations, combined without losing digits; a mean of fractions shares the first two. */
function moments(
  spec: AggregateSpec,
  state: (suffix: string) => string,
  result: (n: Expr, q: Expr) => Expr,
): AggregatePlan {
  needNumbers(spec);
  const [n, s, q] = [state("n"), state("s"), state("q")];
  return {
    dtype: "float64",
    partial: [
      { name: n, primitive: "count", columns: spec.columns, dtype: "int64" },
      { name: s, primitive: "sum", columns: spec.columns, dtype: "float64" },
      { name: q, primitive: "deviations", columns: spec.columns, dtype: "float64" },
    ],
    combine: [
      { name: n, primitive: "sum", columns: [n], dtype: "int64" },
      { name: s, primitive: "sum", columns: [s], dtype: "float64" },
      { name: q, primitive: "pooledDeviations", columns: [n, s, q], dtype: "float64" },
    ],
    result: result(column(n), column(q)),
  };
}

const nothing: Expr = { kind: "literal", value: null, dtype: "float64" };

function varianceExpr(spec: AggregateSpec, n: Expr, q: Expr): Expr {
  const ddof = literalOf(Number(spec.options["ddof"] ?? 1));
  return call("ifElse", [call("gt", [n, ddof]), call("div", [q, call("sub", [n, ddof])]), nothing]);
}

const variance =
  (finish: (variance: Expr, n: Expr) => Expr): Build =>
  (spec, state) =>
    moments(spec, state, (n, q) => finish(varianceExpr(spec, n, q), n));

/** Sums of products of two columns, over the rows that have both. */
const pairs =
  (correlation: boolean): Build =>
  (spec, state) => {
    needNumbers(spec);
    const [a, b] = spec.columns as [string, string];
    const [n = "", ma = "", mb = "", q = "", qa = "", qb = ""] = ["n", "ma", "mb", "q", "qa", "qb"].map(state);
    const products = (name: string, x: string, y: string): Aggregation => ({
      name,
      primitive: "pairProducts",
      columns: [x, y],
      dtype: "float64",
    });
    // Over the rows that have both: the deviations of a column from itself must skip what the other misses.
    const partial: Aggregation[] = [
      { name: n, primitive: "pairCount", columns: [a, b], dtype: "int64" },
      { name: ma, primitive: "pairMean", columns: [a, b], dtype: "float64" },
      { name: mb, primitive: "pairMean", columns: [b, a], dtype: "float64" },
      products(q, a, b),
      { name: qa, primitive: "pairDeviations", columns: [a, b], dtype: "float64" },
      { name: qb, primitive: "pairDeviations", columns: [b, a], dtype: "float64" },
    ];
    const pooled = (name: string, columns: string[]): Aggregation => ({
      name,
      primitive: "pooledProducts",
      columns,
      dtype: "float64",
    });
    const combine: Aggregation[] = [
      { name: n, primitive: "sum", columns: [n], dtype: "int64" },
      { name: ma, primitive: "pooledMean", columns: [n, ma], dtype: "float64" },
      { name: mb, primitive: "pooledMean", columns: [n, mb], dtype: "float64" },
      pooled(q, [n, ma, mb, q]),
      pooled(qa, [n, ma, ma, qa]),
      pooled(qb, [n, mb, mb, qb]),
    ];
    const enough = (value: Expr): Expr =>
      call("ifElse", [call("gt", [column(n), literalOf(Number(spec.options["minPeriods"] ?? 2) - 1)]), value, nothing]);
    const covariance = varianceExpr(spec, column(n), column(q));
    const scale = call("sqrt", [call("mul", [column(qa), column(qb)])]);
    return {
      dtype: "float64",
      partial,
      combine,
      result: enough(correlation ? call("div", [column(q), scale]) : covariance),
    };
  };

/** What needs all values at once: they are collected as lists, and worked out at the end. */
const collected =
  (last: string, dtype: (spec: AggregateSpec) => Dtype, options: { unique?: boolean; numbers?: boolean } = {}): Build =>
  (spec, state) => {
    if (options.numbers === true) needNumbers(spec);
    const [name, kind] = [state("l"), listOf(first(spec))];
    const [partial, again] = options.unique === true ? ["uniqueList", "flattenUnique"] : ["list", "flatten"];
    const column_ = { name, columns: [name] };
    return {
      dtype: dtype(spec),
      partial: [{ name, primitive: partial, columns: spec.columns, dtype: kind }],
      combine: [{ ...column_, primitive: again, dtype: kind }],
      last: [{ ...column_, primitive: last, dtype: dtype(spec), options: spec.options }],
      result: column(name),
    };
  };

/**
 * A quantile from a t-digest of each partition; exact where partitions have at most 32,768 values, else off by at most
 * about 1/1000 of the ranks, less towards the ends. Aggregates of one column share the statistics.
 */
const approximate: Build = (spec, state) => {
  needNumbers(spec);
  const [of] = spec.columns as [string];
  const [values, weights, found] = [`__sketch_${of}_v`, `__sketch_${of}_w`, state("q")];
  const kind = listOf("float64");
  const column_ = (name: string, primitive: string, from: readonly string[]): Aggregation => ({
    name,
    primitive,
    columns: from,
    dtype: kind,
  });
  return {
    dtype: "float64",
    partial: [column_(values, "sketch", spec.columns), column_(weights, "sketchWeights", spec.columns)],
    combine: [column_(values, "flatten", [values]), column_(weights, "flatten", [weights])],
    last: [
      {
        name: found,
        primitive: "flattenSketch",
        columns: [values, weights],
        dtype: "float64",
        options: spec.options,
      },
    ],
    result: column(found),
  };
};

/** The label (second column) of the smallest or largest value. */
const position =
  (extreme: "min" | "max"): Build =>
  (spec, state) => {
    const [value, at] = [state("v"), state("at")];
    const primitive = extreme === "min" ? "atMin" : "atMax";
    const [data, label] = spec.columns as [string, string];
    const [dataType, labelType] = spec.dtypes as [Dtype, Dtype];
    return {
      dtype: labelType,
      partial: [
        { name: value, primitive: extreme, columns: [data], dtype: dataType },
        { name: at, primitive, columns: [data, label], dtype: labelType },
      ],
      combine: [
        { name: value, primitive: extreme, columns: [value], dtype: dataType },
        { name: at, primitive, columns: [value, at], dtype: labelType },
      ],
      result: column(at),
    };
  };

const extreme =
  (primitive: "min" | "max"): Build =>
  (spec, state) => {
    if (familyOf(first(spec)) === "list" || first(spec) === "object")
      throw new TypeError(`${spec.fn} is not defined for ${first(spec)}`);
    return simple(primitive, first)(spec, state);
  };

export const AGGREGATES: Readonly<Record<string, Build>> = {
  sum: total("sum"),
  prod: total("product"),
  count: simple("count", () => "int64", "sum"),
  size: simple("size", () => "int64", "sum"),
  min: extreme("min"),
  max: extreme("max"),
  first: simple("first", first),
  last: simple("last", first),
  any: logical("any"),
  all: logical("all"),
  mean,
  var: variance((value) => value),
  std: variance((value) => call("sqrt", [value])),
  sem: variance((value, n) => call("sqrt", [call("div", [value, n])])),
  cov: pairs(false),
  corr: pairs(true),
  nunique: collected("flattenCountUnique", () => "int64", { unique: true }),
  list: collected("flatten", (spec) => listOf(first(spec))),
  unique: collected("flattenUnique", (spec) => listOf(first(spec)), { unique: true }),
  median: collected("flattenQuantile", () => "float64", { numbers: true }),
  approxQuantile: approximate,
  quantile: collected("flattenQuantile", () => "float64", { numbers: true }),
  skew: collected("flattenSkew", () => "float64", { numbers: true }),
  kurtosis: collected("flattenKurtosis", () => "float64", { numbers: true }),
  idxmin: position("min"),
  idxmax: position("max"),
};

/**
 * The plan of one aggregate. With `skipna: false` a missing value makes the result missing.
 * @throws TypeError for an unknown function, or one that does not take the column's type
 */
export function planAggregate(spec: AggregateSpec, at: number): AggregatePlan {
  const build = AGGREGATES[spec.fn];
  const { ddof = 1 } = spec.options;
  if (typeof ddof !== "number") throw new TypeError(`ddof of ${spec.fn} is a number, got ${String(ddof)}`);
  if (build === undefined)
    throw new TypeError(`There is no aggregate "${spec.fn}"; there are ${Object.keys(AGGREGATES).join(", ")}`);
  const state = (suffix: string): string => `__a${at}_${suffix}`;
  const plan = build(spec, state);
  if (spec.options["skipna"] !== false) return plan;
  const name = state("gaps");
  return {
    ...plan,
    partial: [...plan.partial, { name, primitive: "nulls", columns: spec.columns.slice(0, 1), dtype: "int64" }],
    combine: [...plan.combine, { name, primitive: "sum", columns: [name], dtype: "int64" }],
    result: call("ifElse", [
      call("eq", [column(name), literalOf(0)]),
      plan.result,
      { kind: "literal", value: null, dtype: plan.dtype },
    ]),
  };
}

/** All aggregates as one tree. */
export function aggregateTree(
  specs: readonly AggregateSpec[],
  keys: readonly string[],
  options: { sort?: boolean; dropna?: boolean; splitEvery?: number },
) {
  const plans = sharedStates(specs.map(planAggregate));
  const combine = once(plans.flatMap((plan) => plan.combine));
  const last = plans.some((plan) => plan.last !== undefined) ? once(plans.flatMap((plan) => replaced(plan))) : combine;
  const finish: Named[] = [
    ...keys.map((name) => ({ name, expr: column(name) })),
    ...plans.map((plan, at) => ({ name: (specs[at] as AggregateSpec).name, expr: plan.result })),
  ];
  return {
    dtypes: plans.map((plan) => plan.dtype),
    tree: {
      keys,
      partial: once(plans.flatMap((plan) => plan.partial)),
      combine,
      last,
      finish,
      sort: options.sort !== false,
      dropNullKeys: options.dropna !== false,
      // Groups that are many do not become fewer by being combined: one round more is as much work again.
      fanIn: Math.max(2, options.splitEvery ?? 32),
      splitOut: 1,
    },
  };
}

/** States that are made alike, such as the counts of a mean and of a deviation, get the name of the first of them. */
function sharedStates(plans: readonly AggregatePlan[]): AggregatePlan[] {
  const known = new Map<string, string>();
  return plans.map((plan) => {
    let own = plan;
    for (const { name } of plan.partial) {
      const text = JSON.stringify([own.partial, own.combine, own.last ?? []].map((all) => madeOf(all, name)));
      const first = known.get(text);
      if (first === undefined) known.set(text, name);
      else if (first !== name) own = renamedState(own, name, first);
    }
    return own;
  });
}

/** How a state is made, its own name aside. */
const madeOf = (aggregations: readonly Aggregation[], name: string): unknown =>
  aggregations
    .filter((one) => one.name === name)
    .map((one) => ({ ...one, name: "", columns: one.columns.map((column) => (column === name ? "" : column)) }));

function renamedState(plan: AggregatePlan, from: string, to: string): AggregatePlan {
  const name = (one: string): string => (one === from ? to : one);
  const all = (aggregations: readonly Aggregation[]): Aggregation[] =>
    aggregations.map((one) => ({ ...one, name: name(one.name), columns: one.columns.map(name) }));
  return {
    ...plan,
    partial: all(plan.partial),
    combine: all(plan.combine),
    ...(plan.last === undefined ? {} : { last: all(plan.last) }),
    result: substitute(plan.result, (one) => column(name(one))),
  };
}

/** The last combination: what it reads is used up by it, other states are combined as ever. */
const replaced = (plan: AggregatePlan): readonly Aggregation[] => {
  const { last, combine } = plan;
  if (last === undefined) return combine;
  return [...last, ...combine.filter((one) => !last.some(({ columns }) => columns.includes(one.name)))];
};

/** States that several aggregates share are made once. */
const once = (aggregations: readonly Aggregation[]): Aggregation[] =>
  aggregations.filter((one, at) => aggregations.findIndex(({ name }) => name === one.name) === at);
