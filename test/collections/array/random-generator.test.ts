import assert from "node:assert/strict";
import { test } from "node:test";
import * as da from "../../../collections/array/index.ts";
import { pushExecutor } from "../../../runtime/graph/executor.ts";
import { syncExecutor } from "../../../runtime/graph/sync-executor.ts";

pushExecutor(syncExecutor);
const { random } = da;
const COUNT = 40_000;
const many = { seed: 7, chunks: 10_000 };
/** Riemann's zeta function. */
const ZETA = { 4: 1.0823232337111381, 5: 1.03692775514337, 6: 1.017343061984449 };
const EULER = 0.5772156649015329;

/** Draws, and the mean and variance that mathematics gives them. */
const MOMENTS: Readonly<Record<string, readonly [da.Array, mean: number, variance: number]>> = {
  random: [random.random([COUNT], many), 1 / 2, 1 / 12],
  uniform: [random.uniform([COUNT], { ...many, low: -1, high: 3 }), 1, 16 / 12],
  normal: [random.normal([COUNT], { ...many, loc: 2, scale: 3 }), 2, 9],
  integers: [random.integers([COUNT], { ...many, low: 0, high: 10 }), 4.5, 99 / 12],
  exponential: [random.exponential([COUNT], { ...many, scale: 2 }), 2, 4],
  gamma: [random.gamma([COUNT], { ...many, shape: 3, scale: 2 }), 6, 12],
  beta: [random.beta([COUNT], { ...many, a: 2, b: 3 }), 2 / 5, 6 / (25 * 6)],
  chisquare: [random.chisquare([COUNT], { ...many, df: 4 }), 4, 8],
  noncentralChisquare: [random.noncentralChisquare([COUNT], { ...many, df: 3, nonc: 2 }), 5, 2 * (3 + 4)],
  f: [random.f([COUNT], { ...many, dfnum: 5, dfden: 20 }), 20 / 18, (2 * 400 * 23) / (5 * 18 ** 2 * 16)],
  standardT: [random.standardT([COUNT], { ...many, df: 10 }), 0, 10 / 8],
  gumbel: [random.gumbel([COUNT], { ...many, loc: 1, scale: 2 }), 1 + 2 * EULER, (Math.PI ** 2 * 4) / 6],
  laplace: [random.laplace([COUNT], { ...many, loc: 1, scale: 2 }), 1, 8],
  logistic: [random.logistic([COUNT], { ...many, loc: 1, scale: 2 }), 1, (Math.PI ** 2 * 4) / 3],
  lognormal: [
    random.lognormal([COUNT], { ...many, mean: 0, sigma: 0.5 }),
    Math.exp(0.125),
    (Math.exp(0.25) - 1) * Math.exp(0.25),
  ],
  pareto: [random.pareto([COUNT], { ...many, a: 6 }), 1 / 5, 6 / (25 * 4)],
  power: [random.power([COUNT], { ...many, a: 3 }), 3 / 4, 3 / (16 * 5)],
  rayleigh: [random.rayleigh([COUNT], { ...many, scale: 2 }), 2 * Math.sqrt(Math.PI / 2), (4 - Math.PI) * 2],
  weibull: [random.weibull([COUNT], { ...many, a: 1 }), 1, 1],
  wald: [random.wald([COUNT], { ...many, mean: 2, scale: 8 }), 2, 8 / 8],
  triangular: [random.triangular([COUNT], { ...many, left: 0, mode: 1, right: 5 }), 2, (25 + 1 - 5) / 18],
  binomial: [random.binomial([COUNT], { ...many, n: 10, p: 0.3 }), 3, 2.1],
  poisson: [random.poisson([COUNT], { ...many, lam: 4 }), 4, 4],
  geometric: [random.geometric([COUNT], { ...many, p: 0.25 }), 4, 12],
  hypergeometric: [
    random.hypergeometric([COUNT], { ...many, ngood: 6, nbad: 4, nsample: 5 }),
    3,
    (5 * 0.6 * 0.4 * 5) / 9,
  ],
  negativeBinomial: [random.negativeBinomial([COUNT], { ...many, n: 3, p: 0.5 }), 3, 6],
  logseries: [random.logseries([COUNT], { ...many, p: 0.5 }), 1 / Math.LN2, (1 / Math.LN2) * (2 - 1 / Math.LN2)],
  zipf: [random.zipf([COUNT], { ...many, a: 6 }), ZETA[5] / ZETA[6], ZETA[4] / ZETA[6] - (ZETA[5] / ZETA[6]) ** 2],
};

for (const [name, [x, mean, variance]] of Object.entries(MOMENTS))
  test(`random.${name} has the mean and variance of its distribution`, async () => {
    const one = async (of: da.Array): Promise<number> => (await of.compute()).item() as number;
    const error = Math.sqrt(variance / COUNT);
    const found = await one(x.mean());
    assert.ok(Math.abs(found - mean) < 5 * error, `mean ${found}, expected ${mean}`);
    const spread = await one(x.var());
    assert.ok(Math.abs(spread / variance - 1) < 0.15, `variance ${spread}, expected ${variance}`);
  });

test("choice() and permutation() draw from what is there, each once unless told", async () => {
  const picked = (await random.choice(10, [10], { seed: 1, replace: false }).compute()).toArray() as number[];
  assert.deepEqual(
    [...picked].sort((a, b) => a - b),
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  );
  const shuffled = (await random.permutation(da.fromArray([5, 6, 7, 8]), { seed: 2 }).compute()).toArray() as number[];
  assert.deepEqual([...shuffled].sort(), [5, 6, 7, 8]);
  assert.throws(() => random.choice(3, [5], { replace: false }), RangeError);
});

test("RandomState keeps the old names, and gives the same again for the same seed", async () => {
  const state = new random.RandomState(42);
  const dice = state.randint(1, 7, [5000], { chunks: 1000 });
  const values = (await dice.compute()).toArray({ int64: "number" }) as number[];
  assert.deepEqual([...new Set(values)].sort(), [1, 2, 3, 4, 5, 6]);
  const both = (await state.randomIntegers(3, null, [2000]).compute()).toArray() as number[];
  assert.deepEqual([...new Set(both)].sort(), [1, 2, 3]);
  const below = (await state.randint(2, null, [2000]).compute()).toArray() as number[];
  assert.deepEqual([...new Set(below)].sort(), [0, 1]);
  const sample = await state.randomSample([100]).compute();
  assert.ok(sample.data.every((one) => one >= 0 && one < 1));
  const again = await new random.RandomState(42).randint(1, 7, [5000], { chunks: 1000 }).compute();
  assert.deepEqual(again.toArray(), values);
  assert.deepEqual((await state.reseed(42).randint(1, 7, [5000], { chunks: 1000 }).compute()).toArray(), values);
});
