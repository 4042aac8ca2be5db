import { refuseUnknownOptions } from "../../runtime/base/known-options.ts";
import { uniqueToken } from "../../runtime/base/random.ts";
import { kernel } from "../../runtime/wire/function-spec.ts";
import { arrayOf, asArray, type ShoalArray } from "./array.ts";
import type { ArrayLike } from "./array-like.ts";
import { type ChunkSpec, chunkRuns } from "./chunk-spec.ts";
import { type CreateOptions, located, shapeList } from "./creation.ts";
import { type DType, itemsizeOf, parseDType } from "./dtype.ts";
import type { Parameters } from "./kernels/distributions.ts";
import { type RandomPlan, randomBlock, shuffledOrder } from "./kernels/random-blocks.ts";
import { known } from "./known.ts";
import { takeBlocks } from "./slicing.ts";

const RANDOM = kernel("shoal:collections/array/kernels/random-blocks", "randomBlock", randomBlock);

/** A seed: equal seeds give equal arrays, whatever the mode or the order in which blocks are made. */
export type Seed = number | bigint | string;

/** Options of random arrays; further ones are the distribution's parameters. */
export interface RandomOptions extends CreateOptions {
  readonly seed?: Seed;
}

/** A parameter without a default. */
const NEEDED = Number.NaN;

type Shape = number | readonly number[];
type With<P extends string, Q extends string = never> = RandomOptions & { readonly [K in P]: number } & {
  readonly [K in Q]?: number;
};

function words(seed: Seed): number[] {
  return typeof seed === "string"
    ? Array.from(seed, (letter) => letter.codePointAt(0) as number)
    : [...BigInt.asUintN(128, BigInt(seed)).toString(16).padStart(32, "0").matchAll(/.{8}/g)].map(([part]) =>
        Number.parseInt(part, 16),
      );
}

/** Draws of one generator: each array gets the next part of its seed. */
export class Generator {
  private seed: readonly number[] = [];
  private drawn = 0;

  constructor(seed: Seed = uniqueToken()) {
    this.begin(seed);
  }

  protected begin(seed: Seed): void {
    this.seed = words(seed);
    this.drawn = 0;
  }

  private next(options: RandomOptions): readonly number[] {
    return options.seed === undefined ? [...this.seed, this.drawn++] : [...words(options.seed), 0];
  }

  /** @param defaults the distribution's parameters, with what stands for those that are not given: NaN where they are needed */
  private draw(
    distribution: string,
    shape: Shape,
    given: object | undefined,
    defaults: Parameters,
    fallback: DType,
  ): ShoalArray {
    // Without types, options that are needed may be missing: what is needed of them is said below.
    const options = (given ?? {}) as RandomOptions & Partial<Parameters>;
    const names = Object.keys(defaults);
    refuseUnknownOptions(options, ["dtype", "chunks", "seed", ...names], `random.${distribution}`);
    const parameters: Parameters = Object.fromEntries(
      names.map((name) => [name, options[name] ?? (defaults[name] as number)]),
    );
    const dtype = parseDType(options.dtype ?? fallback);
    for (const [name, value] of Object.entries(parameters))
      if (typeof value !== "number" || Number.isNaN(value))
        throw new TypeError(`random.${distribution} needs the number "${name}", got ${options[name]}`);
    checkParameters(distribution, parameters);
    const lengths = shapeList(shape);
    const axes = chunkRuns(options.chunks ?? "auto", lengths, itemsizeOf(dtype));
    const plan: RandomPlan = { distribution, parameters, seed: this.next(options), dtype };
    return asArray(located(distribution, RANDOM, plan, axes, dtype, distribution === "uniform"));
  }

  /** Floats in [0, 1). */
  random(shape: Shape, options: RandomOptions = {}): ShoalArray {
    return this.uniform(shape, known(options, "random.random", "dtype", "chunks", "seed"));
  }

  /** Floats in [low, high). */
  uniform(shape: Shape, options: With<never, "low" | "high"> = {}): ShoalArray {
    return this.draw("uniform", shape, options, { low: 0, high: 1 }, "float64");
  }

  /** Normal: mean `loc`, standard deviation `scale`. */
  normal(shape: Shape, options: With<never, "loc" | "scale"> = {}): ShoalArray {
    return this.draw("normal", shape, options, { loc: 0, scale: 1 }, "float64");
  }

  /** Standard normal. */
  standardNormal(shape: Shape, options: RandomOptions = {}): ShoalArray {
    return this.normal(shape, known(options, "random.standardNormal", "dtype", "chunks", "seed"));
  }

  /** Whole numbers in [low, high), with `endpoint` in [low, high]. */
  integers(shape: Shape, options: With<"high", "low"> & { readonly endpoint?: boolean }): ShoalArray {
    const { endpoint = false, ...rest } = options ?? {};
    const high = endpoint ? options.high + 1 : options?.high;
    return this.draw("integers", shape, { ...rest, high }, { low: 0, high: NEEDED }, "int64");
  }

  /** Exponential. */
  exponential(shape: Shape, options: With<never, "scale"> = {}): ShoalArray {
    return this.draw("exponential", shape, options, { scale: 1 }, "float64");
  }

  /** Standard exponential. */
  standardExponential(shape: Shape, options: RandomOptions = {}): ShoalArray {
    return this.exponential(shape, known(options, "random.standardExponential", "dtype", "chunks", "seed"));
  }

  /** Gamma. */
  gamma(shape: Shape, options: With<"shape", "scale">): ShoalArray {
    return this.draw("gamma", shape, options, { shape: NEEDED, scale: 1 }, "float64");
  }

  /** Gamma of scale 1. */
  standardGamma(shape: Shape, options: With<"shape">): ShoalArray {
    return this.gamma(shape, known(options ?? {}, "random.standardGamma", "dtype", "chunks", "seed", "shape"));
  }

  /** Beta. */
  beta(shape: Shape, options: With<"a" | "b">): ShoalArray {
    return this.draw("beta", shape, options, { a: NEEDED, b: NEEDED }, "float64");
  }

  /** Chi-square. */
  chisquare(shape: Shape, options: With<"df">): ShoalArray {
    return this.draw("chisquare", shape, options, { df: NEEDED }, "float64");
  }

  /** Noncentral chi-square. */
  noncentralChisquare(shape: Shape, options: With<"df" | "nonc">): ShoalArray {
    return this.draw("noncentralChisquare", shape, options, { df: NEEDED, nonc: NEEDED }, "float64");
  }

  /** F. */
  f(shape: Shape, options: With<"dfnum" | "dfden">): ShoalArray {
    return this.draw("f", shape, options, { dfnum: NEEDED, dfden: NEEDED }, "float64");
  }

  /** Noncentral F. */
  noncentralF(shape: Shape, options: With<"dfnum" | "dfden" | "nonc">): ShoalArray {
    return this.draw("noncentralF", shape, options, { dfnum: NEEDED, dfden: NEEDED, nonc: NEEDED }, "float64");
  }

  /** Student's t. */
  standardT(shape: Shape, options: With<"df">): ShoalArray {
    return this.draw("standardT", shape, options, { df: NEEDED }, "float64");
  }

  /** Standard Cauchy. */
  standardCauchy(shape: Shape, options: RandomOptions = {}): ShoalArray {
    return this.draw("standardCauchy", shape, options, {}, "float64");
  }

  /** Gumbel. */
  gumbel(shape: Shape, options: With<never, "loc" | "scale"> = {}): ShoalArray {
    return this.draw("gumbel", shape, options, { loc: 0, scale: 1 }, "float64");
  }

  /** Laplace. */
  laplace(shape: Shape, options: With<never, "loc" | "scale"> = {}): ShoalArray {
    return this.draw("laplace", shape, options, { loc: 0, scale: 1 }, "float64");
  }

  /** Logistic. */
  logistic(shape: Shape, options: With<never, "loc" | "scale"> = {}): ShoalArray {
    return this.draw("logistic", shape, options, { loc: 0, scale: 1 }, "float64");
  }

  /** Log-normal. */
  lognormal(shape: Shape, options: With<never, "mean" | "sigma"> = {}): ShoalArray {
    return this.draw("lognormal", shape, options, { mean: 0, sigma: 1 }, "float64");
  }

  /** Pareto II. */
  pareto(shape: Shape, options: With<"a">): ShoalArray {
    return this.draw("pareto", shape, options, { a: NEEDED }, "float64");
  }

  /** Power. */
  power(shape: Shape, options: With<"a">): ShoalArray {
    return this.draw("power", shape, options, { a: NEEDED }, "float64");
  }

  /** Rayleigh. */
  rayleigh(shape: Shape, options: With<never, "scale"> = {}): ShoalArray {
    return this.draw("rayleigh", shape, options, { scale: 1 }, "float64");
  }

  /** Weibull. */
  weibull(shape: Shape, options: With<"a">): ShoalArray {
    return this.draw("weibull", shape, options, { a: NEEDED }, "float64");
  }

  /** Von Mises angles. */
  vonmises(shape: Shape, options: With<"mu" | "kappa">): ShoalArray {
    return this.draw("vonmises", shape, options, { mu: NEEDED, kappa: NEEDED }, "float64");
  }

  /** Wald. */
  wald(shape: Shape, options: With<"mean" | "scale">): ShoalArray {
    return this.draw("wald", shape, options, { mean: NEEDED, scale: NEEDED }, "float64");
  }

  /** Triangular. */
  triangular(shape: Shape, options: With<"left" | "mode" | "right">): ShoalArray {
    return this.draw("triangular", shape, options, { left: NEEDED, mode: NEEDED, right: NEEDED }, "float64");
  }

  /** Binomial. */
  binomial(shape: Shape, options: With<"n" | "p">): ShoalArray {
    return this.draw("binomial", shape, options, { n: NEEDED, p: NEEDED }, "int64");
  }

  /** Poisson. */
  poisson(shape: Shape, options: With<never, "lam"> = {}): ShoalArray {
    return this.draw("poisson", shape, options, { lam: 1 }, "int64");
  }

  /** Geometric: trials until the first success. */
  geometric(shape: Shape, options: With<"p">): ShoalArray {
    return this.draw("geometric", shape, options, { p: NEEDED }, "int64");
  }

  /** Hypergeometric. */
  hypergeometric(shape: Shape, options: With<"ngood" | "nbad" | "nsample">): ShoalArray {
    return this.draw("hypergeometric", shape, options, { ngood: NEEDED, nbad: NEEDED, nsample: NEEDED }, "int64");
  }

  /** Negative binomial. */
  negativeBinomial(shape: Shape, options: With<"n" | "p">): ShoalArray {
    return this.draw("negativeBinomial", shape, options, { n: NEEDED, p: NEEDED }, "int64");
  }

  /** Logarithmic series. */
  logseries(shape: Shape, options: With<"p">): ShoalArray {
    return this.draw("logseries", shape, options, { p: NEEDED }, "int64");
  }

  /** Zipf. */
  zipf(shape: Shape, options: With<"a">): ShoalArray {
    return this.draw("zipf", shape, options, { a: NEEDED }, "int64");
  }

  /** Elements of a list (or whole numbers below one), with replacement unless `replace` is false. */
  choice(
    from: number | ArrayLike,
    shape: Shape,
    options: RandomOptions & { readonly replace?: boolean } = {},
  ): ShoalArray {
    known(options, "random.choice", "dtype", "chunks", "seed", "replace");
    const list = typeof from === "number" ? undefined : arrayOf(from);
    const n = list === undefined ? (from as number) : list.len();
    const lengths = typeof shape === "number" ? [shape] : shape;
    const count = lengths.reduce((product, one) => product * one, 1);
    if (options.replace === false) {
      if (count > n) throw new RangeError(`${count} elements cannot be chosen from ${n} without replacement`);
      const order = shuffledOrder(n, this.next(options)).slice(0, count);
      const chosen =
        list === undefined ? arrayOf(BigInt64Array.from(order, BigInt)) : asArray(takeBlocks(list, 0, order));
      return options.chunks === undefined ? chosen.reshape(lengths) : chosen.reshape(lengths).rechunk(options.chunks);
    }
    const { replace: _, ...rest } = options;
    const places = this.integers(shape, { ...rest, low: 0, high: n });
    return list === undefined ? places : list.get(places);
  }

  /** The slices of the first axis (or whole numbers below one) in random order. */
  permutation(of: number | ArrayLike, options: { readonly seed?: Seed; readonly chunks?: ChunkSpec } = {}): ShoalArray {
    known(options, "random.permutation", "seed", "chunks");
    const list = typeof of === "number" ? undefined : arrayOf(of);
    const order = shuffledOrder(list === undefined ? (of as number) : list.len(), this.next(options));
    const made = list === undefined ? arrayOf(BigInt64Array.from(order, BigInt)) : asArray(takeBlocks(list, 0, order));
    return options.chunks === undefined ? made : made.rechunk(options.chunks);
  }
}

/** Lowest values that parameters may have. */
const POSITIVE = new Set([
  "scale",
  "shape",
  "a",
  "b",
  "df",
  "dfnum",
  "dfden",
  "sigma",
  "lam",
  "kappa",
  "nonc",
  "n",
  "ngood",
  "nbad",
  "nsample",
]);

function checkParameters(distribution: string, parameters: Parameters): void {
  for (const [name, value] of Object.entries(parameters)) {
    if (POSITIVE.has(name) && value < 0)
      throw new RangeError(`random.${distribution} needs "${name}" of at least 0, got ${value}`);
    if (name === "p" && !(value >= 0 && value <= 1))
      throw new RangeError(`random.${distribution} needs "p" in [0, 1], got ${value}`);
  }
  if (distribution === "integers" && !((parameters["low"] as number) < (parameters["high"] as number)))
    throw new RangeError(`random.integers needs low < high, got ${parameters["low"]} and ${parameters["high"]}`);
  if (distribution === "zipf" && !((parameters["a"] as number) > 1))
    throw new RangeError(`random.zipf needs "a" above 1, got ${parameters["a"]}`);
}

/** A generator of its own seed: arrays drawn from it one after another differ, and repeat with the seed. */
export const defaultRng = (seed?: Seed): Generator => new Generator(seed);
