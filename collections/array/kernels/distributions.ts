import type { RandomSource } from "./random-source.ts";

/** Parameters of a distribution, by NumPy's names. */
export type Parameters = Readonly<Record<string, number>>;

type Draw = (r: RandomSource, p: Parameters) => number;
const at = (p: Parameters, name: string): number => p[name] as number;

const exponential: Draw = (r, p) => -Math.log(r.positive()) * at(p, "scale");

/** Gamma draws of shape k and scale 1, by Marsaglia and Tsang's method (2000). */
function gamma(r: RandomSource, k: number): number {
  if (k < 1) return gamma(r, k + 1) * r.positive() ** (1 / k);
  const d = k - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = r.normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(r.positive()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}

const chisquare = (r: RandomSource, df: number): number => 2 * gamma(r, df / 2);

function noncentralChisquare(r: RandomSource, df: number, nonc: number): number {
  if (nonc === 0) return chisquare(r, df);
  if (df > 1) return chisquare(r, df - 1) + (r.normal() + Math.sqrt(nonc)) ** 2;
  return chisquare(r, df + 2 * poisson(r, nonc / 2));
}

/** Poisson draws: products of uniforms below 10, Hörmann's transformed rejection (1993) above. */
function poisson(r: RandomSource, lam: number): number {
  if (lam < 10) {
    const limit = Math.exp(-lam);
    let k = 0;
    for (let p = r.next(); p > limit; p *= r.next()) k += 1;
    return k;
  }
  const b = 0.931 + 2.53 * Math.sqrt(lam);
  const a = -0.059 + 0.02483 * b;
  const inverse = 1.1239 + 1.1328 / (b - 3.4);
  const accepts = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const u = r.next() - 0.5;
    const v = r.positive();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + lam + 0.43);
    if (us >= 0.07 && v <= accepts) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    if (Math.log((v * inverse) / (a / (us * us) + b)) <= k * Math.log(lam) - lam - logFactorial(k)) return k;
  }
}

/** log(k!) by Stirling's series above 15. */
function logFactorial(k: number): number {
  if (k < 16) {
    let product = 1;
    for (let i = 2; i <= k; i++) product *= i;
    return Math.log(product);
  }
  const x = k + 1;
  const x2 = x * x;
  return (
    (x - 0.5) * Math.log(x) -
    x +
    0.5 * Math.log(2 * Math.PI) +
    1 / (12 * x) -
    1 / (360 * x * x2) +
    1 / (1260 * x * x2 * x2)
  );
}

/** Binomial draws: waiting times for few successes, else through the median of a beta (Devroye). */
function binomial(r: RandomSource, n: number, p: number): number {
  if (p > 0.5) return n - binomial(r, n, 1 - p);
  let successes = 0;
  while (n * p > 30) {
    const i = Math.floor((n + 1) / 2);
    const x = gamma(r, i);
    const beta = x / (x + gamma(r, n + 1 - i));
    if (beta <= p) {
      successes += i;
      p = (p - beta) / (1 - beta);
      n -= i;
    } else {
      p /= beta;
      n = i - 1;
    }
  }
  if (p <= 0 || n <= 0) return successes;
  const scale = Math.log1p(-p);
  let used = 0;
  for (;;) {
    used += Math.floor(Math.log(r.positive()) / scale) + 1;
    if (used > n) return successes;
    successes += 1;
  }
}

function hypergeometric(r: RandomSource, { ngood, nbad, nsample }: Parameters): number {
  let good = ngood as number;
  let left = good + (nbad as number);
  let taken = 0;
  for (let i = 0; i < (nsample as number); i++) {
    if (r.next() * left < good) {
      good -= 1;
      taken += 1;
    }
    left -= 1;
  }
  return taken;
}

function zipf(r: RandomSource, a: number): number {
  const b = 2 ** (a - 1);
  for (;;) {
    const x = Math.floor(r.positive() ** (-1 / (a - 1)));
    const t = (1 + 1 / x) ** (a - 1);
    if (x >= 1 && x <= Number.MAX_SAFE_INTEGER && (r.next() * x * (t - 1)) / (b - 1) <= t / b) return x;
  }
}

function logseries(r: RandomSource, p: number): number {
  const scale = Math.log1p(-p);
  for (;;) {
    const v = r.next();
    if (v >= p) return 1;
    const q = -Math.expm1(scale * r.positive());
    if (v <= q * q) {
      const k = Math.floor(1 + Math.log(v) / Math.log(q));
      if (k >= 1) return k;
    } else return v >= q ? 1 : 2;
  }
}

/** Angles of the von Mises distribution, by Best and Fisher's method (1979). */
function vonmises(r: RandomSource, mu: number, kappa: number): number {
  if (kappa < 1e-8) return Math.PI * (2 * r.next() - 1);
  const t = 1 + Math.sqrt(1 + 4 * kappa * kappa);
  const rho = (t - Math.sqrt(2 * t)) / (2 * kappa);
  const s = (1 + rho * rho) / (2 * rho);
  for (;;) {
    const z = Math.cos(Math.PI * r.next());
    const w = (1 + s * z) / (s + z);
    const y = kappa * (s - w);
    const v = r.positive();
    if (y * (2 - y) - v < 0 && Math.log(y / v) + 1 - y < 0) continue;
    const angle = (r.next() < 0.5 ? -1 : 1) * Math.acos(w) + mu;
    return angle - 2 * Math.PI * Math.floor((angle + Math.PI) / (2 * Math.PI));
  }
}

function wald(r: RandomSource, mean: number, scale: number): number {
  const y = mean * r.normal() ** 2;
  const x = mean + (mean / (2 * scale)) * (y - Math.sqrt(4 * scale * y + y * y));
  return r.next() <= mean / (mean + x) ? x : (mean * mean) / x;
}

function triangular(r: RandomSource, { left, mode, right }: Parameters): number {
  const [a, c, b] = [left as number, mode as number, right as number];
  const u = r.next();
  const cut = (c - a) / (b - a);
  return u < cut ? a + Math.sqrt(u * (b - a) * (c - a)) : b - Math.sqrt((1 - u) * (b - a) * (b - c));
}

/** One draw of each distribution, by NumPy's name. */
export const DRAWS: Readonly<Record<string, Draw>> = {
  uniform: (r, p) => at(p, "low") + r.next() * (at(p, "high") - at(p, "low")),
  normal: (r, p) => at(p, "loc") + at(p, "scale") * r.normal(),
  integers: (r, p) => at(p, "low") + r.below(at(p, "high") - at(p, "low")),
  exponential,
  gamma: (r, p) => gamma(r, at(p, "shape")) * at(p, "scale"),
  beta: (r, p) => {
    const x = gamma(r, at(p, "a"));
    return x / (x + gamma(r, at(p, "b")));
  },
  chisquare: (r, p) => chisquare(r, at(p, "df")),
  noncentralChisquare: (r, p) => noncentralChisquare(r, at(p, "df"), at(p, "nonc")),
  f: (r, p) => chisquare(r, at(p, "dfnum")) / at(p, "dfnum") / (chisquare(r, at(p, "dfden")) / at(p, "dfden")),
  noncentralF: (r, p) =>
    noncentralChisquare(r, at(p, "dfnum"), at(p, "nonc")) /
    at(p, "dfnum") /
    (chisquare(r, at(p, "dfden")) / at(p, "dfden")),
  standardT: (r, p) => r.normal() / Math.sqrt(chisquare(r, at(p, "df")) / at(p, "df")),
  standardCauchy: (r) => r.normal() / r.normal(),
  gumbel: (r, p) => at(p, "loc") - at(p, "scale") * Math.log(-Math.log(r.positive() * (1 - 2 ** -53))),
  laplace: (r, p) => {
    const u = r.positive();
    return u < 0.5
      ? at(p, "loc") + at(p, "scale") * Math.log(2 * u)
      : at(p, "loc") - at(p, "scale") * Math.log(2 - 2 * u + 2 ** -53);
  },
  logistic: (r, p) => {
    const u = r.positive() * (1 - 2 ** -53);
    return at(p, "loc") + at(p, "scale") * Math.log(u / (1 - u));
  },
  lognormal: (r, p) => Math.exp(at(p, "mean") + at(p, "sigma") * r.normal()),
  pareto: (r, p) => Math.expm1(-Math.log(r.positive()) / at(p, "a")),
  power: (r, p) => r.positive() ** (1 / at(p, "a")),
  rayleigh: (r, p) => at(p, "scale") * Math.sqrt(-2 * Math.log(r.positive())),
  weibull: (r, p) => (-Math.log(r.positive())) ** (1 / at(p, "a")),
  vonmises: (r, p) => vonmises(r, at(p, "mu"), at(p, "kappa")),
  wald: (r, p) => wald(r, at(p, "mean"), at(p, "scale")),
  triangular,
  binomial: (r, p) => binomial(r, at(p, "n"), at(p, "p")),
  poisson: (r, p) => poisson(r, at(p, "lam")),
  geometric: (r, p) => (at(p, "p") === 1 ? 1 : Math.floor(Math.log(r.positive()) / Math.log1p(-at(p, "p"))) + 1),
  hypergeometric,
  negativeBinomial: (r, p) => poisson(r, (gamma(r, at(p, "n")) * (1 - at(p, "p"))) / at(p, "p")),
  logseries: (r, p) => logseries(r, at(p, "p")),
  zipf: (r, p) => zipf(r, at(p, "a")),
};
