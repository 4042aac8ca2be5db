import { Generator } from "./random-generator.ts";

export { defaultRng, Generator, type RandomOptions, type Seed } from "./random-generator.ts";
export { RandomState } from "./random-state.ts";

const shared = new Generator();

/** Every distribution as a function; with a `seed` the array is always the same. */
export const random: Generator["random"] = (shape, options) => shared.random(shape, options);
export const uniform: Generator["uniform"] = (shape, options) => shared.uniform(shape, options);
export const normal: Generator["normal"] = (shape, options) => shared.normal(shape, options);
export const standardNormal: Generator["standardNormal"] = (shape, options) => shared.standardNormal(shape, options);
export const integers: Generator["integers"] = (shape, options) => shared.integers(shape, options);
export const exponential: Generator["exponential"] = (shape, options) => shared.exponential(shape, options);
export const standardExponential: Generator["standardExponential"] = (shape, options) =>
  shared.standardExponential(shape, options);
export const gamma: Generator["gamma"] = (shape, options) => shared.gamma(shape, options);
export const standardGamma: Generator["standardGamma"] = (shape, options) => shared.standardGamma(shape, options);
export const beta: Generator["beta"] = (shape, options) => shared.beta(shape, options);
export const chisquare: Generator["chisquare"] = (shape, options) => shared.chisquare(shape, options);
export const noncentralChisquare: Generator["noncentralChisquare"] = (shape, options) =>
  shared.noncentralChisquare(shape, options);
export const f: Generator["f"] = (shape, options) => shared.f(shape, options);
export const noncentralF: Generator["noncentralF"] = (shape, options) => shared.noncentralF(shape, options);
export const standardT: Generator["standardT"] = (shape, options) => shared.standardT(shape, options);
export const standardCauchy: Generator["standardCauchy"] = (shape, options) => shared.standardCauchy(shape, options);
export const gumbel: Generator["gumbel"] = (shape, options) => shared.gumbel(shape, options);
export const laplace: Generator["laplace"] = (shape, options) => shared.laplace(shape, options);
export const logistic: Generator["logistic"] = (shape, options) => shared.logistic(shape, options);
export const lognormal: Generator["lognormal"] = (shape, options) => shared.lognormal(shape, options);
export const pareto: Generator["pareto"] = (shape, options) => shared.pareto(shape, options);
export const power: Generator["power"] = (shape, options) => shared.power(shape, options);
export const rayleigh: Generator["rayleigh"] = (shape, options) => shared.rayleigh(shape, options);
export const weibull: Generator["weibull"] = (shape, options) => shared.weibull(shape, options);
export const vonmises: Generator["vonmises"] = (shape, options) => shared.vonmises(shape, options);
export const wald: Generator["wald"] = (shape, options) => shared.wald(shape, options);
export const triangular: Generator["triangular"] = (shape, options) => shared.triangular(shape, options);
export const binomial: Generator["binomial"] = (shape, options) => shared.binomial(shape, options);
export const poisson: Generator["poisson"] = (shape, options) => shared.poisson(shape, options);
export const geometric: Generator["geometric"] = (shape, options) => shared.geometric(shape, options);
export const hypergeometric: Generator["hypergeometric"] = (shape, options) => shared.hypergeometric(shape, options);
export const negativeBinomial: Generator["negativeBinomial"] = (shape, options) =>
  shared.negativeBinomial(shape, options);
export const logseries: Generator["logseries"] = (shape, options) => shared.logseries(shape, options);
export const zipf: Generator["zipf"] = (shape, options) => shared.zipf(shape, options);
export const choice: Generator["choice"] = (from, shape, options) => shared.choice(from, shape, options);
export const permutation: Generator["permutation"] = (of, options) => shared.permutation(of, options);
