import assert from "node:assert/strict";
import { test } from "node:test";
import * as da from "../../../collections/array/index.ts";

const free = da as any;
const x = da.ones([4, 4], { chunks: 2 }) as any;
const list = da.arange(6, { chunks: 3 });
const square = da.eye(4, { chunks: -1 });
const same = (block: da.NDArray): da.NDArray => block;
const wrong = { chunkz: 1 };

/** Everything that takes options, called with one that there is not. */
const CALLS: Readonly<Record<string, () => unknown>> = {
  zeros: () => free.zeros([2], wrong),
  ones: () => free.ones([2], wrong),
  empty: () => free.empty([2], wrong),
  full: () => free.full([2], 7, wrong),
  zerosLike: () => free.zerosLike(x, wrong),
  fullLike: () => free.fullLike(x, 7, wrong),
  arange: () => free.arange(3, wrong),
  linspace: () => free.linspace(0, 1, 3, wrong),
  eye: () => free.eye(3, wrong),
  tri: () => free.tri(3, wrong),
  indices: () => free.indices([2, 2], wrong),
  fromfunction: () => free.fromfunction(same, { shape: [2], ...wrong }),
  fromArray: () => free.fromArray([1, 2], wrong),
  fromSource: () => free.fromSource({ shape: [2], dtype: "float64", read: () => [1, 2] }, wrong),
  normalizeChunks: () => free.normalizeChunks(2, [4], wrong),
  "method mapBlocks": () => x.mapBlocks(same, wrong),
  mapBlocks: () => free.mapBlocks(same, [x], wrong),
  "method mapOverlap": () => x.mapOverlap(same, { depth: 1, ...wrong }),
  mapOverlap: () => free.mapOverlap(same, x, { depth: 1, ...wrong }),
  overlap: () => free.overlap(x, { depth: 1, ...wrong }),
  trimOverlap: () => free.trimOverlap(x, { depth: 1, ...wrong }),
  slidingWindowView: () => free.slidingWindowView(x, 2, wrong),
  blockwise: () => free.blockwise(same, "ij", [[x, "ij"]], wrong),
  applyGufunc: () => free.applyGufunc(same, "()->()", [x], wrong),
  applyAlongAxis: () => free.applyAlongAxis(same, 0, x, wrong),
  reduction: () => free.reduction(x, same, same, wrong),
  "method sum": () => x.sum(wrong),
  "method argmax": () => x.argmax(wrong),
  "method nanargmin": () => x.nanargmin(wrong),
  "method cumsum": () => x.cumsum(wrong),
  nancumprod: () => free.nancumprod(x, wrong),
  "method topk": () => x.topk(1, wrong),
  argtopk: () => free.argtopk(x, 1, wrong),
  "method roll": () => x.roll(1, wrong),
  median: () => free.median(x, wrong),
  quantile: () => free.quantile(x, 0.5, wrong),
  nanpercentile: () => free.nanpercentile(x, 50, wrong),
  coarsen: () => free.coarsen("sum", x, { 0: 2 }, wrong),
  countNonzero: () => free.countNonzero(x, wrong),
  average: () => free.average(x, wrong),
  cov: () => free.cov(x, wrong),
  corrcoef: () => free.corrcoef(x, wrong),
  skew: () => free.stats.skew(x, wrong),
  kurtosis: () => free.stats.kurtosis(x, wrong),
  "stats.moment": () => free.stats.moment(x, 2, wrong),
  concatenate: () => free.concatenate([x, x], wrong),
  stack: () => free.stack([x, x], wrong),
  append: () => free.append(x, x, wrong),
  broadcastTo: () => free.broadcastTo(list, [2, 6], wrong),
  tensordot: () => free.tensordot(x, x, wrong),
  nanToNum: () => free.nanToNum(x, wrong),
  isclose: () => free.isclose(x, x, wrong),
  allclose: () => free.allclose(x, x, wrong),
  rot90: () => free.rot90(x, wrong),
  repeat: () => free.repeat(x, 2, wrong),
  take: () => free.take(x, [0], wrong),
  compress: () => free.compress([true], x, wrong),
  select: () => free.select([x.gt(0)], [x], wrong),
  diff: () => free.diff(x, wrong),
  ediff1d: () => free.ediff1d(x, wrong),
  gradient: () => free.gradient(x, wrong),
  delete: () => free.delete(x, 0, wrong),
  insert: () => free.insert(x, 0, 1, wrong),
  pad: () => free.pad(x, 1, wrong),
  diag: () => free.diag(list, wrong),
  diagonal: () => free.diagonal(x, wrong),
  trace: () => free.trace(x, wrong),
  tril: () => free.tril(x, wrong),
  triu: () => free.triu(x, wrong),
  trilIndices: () => free.trilIndices(3, wrong),
  triuIndicesFrom: () => free.triuIndicesFrom(x, wrong),
  meshgrid: () => free.meshgrid([list, list], wrong),
  shuffle: () => free.shuffle(list, [[0, 1]], wrong),
  unique: () => free.unique(list, wrong),
  searchsorted: () => free.searchsorted(list, list, wrong),
  digitize: () => free.digitize(list, [1, 2], wrong),
  isin: () => free.isin(list, [1], wrong),
  bincount: () => free.bincount(list, wrong),
  histogram: () => free.histogram(list, { bins: 2, range: [0, 6], ...wrong }),
  histogram2d: () => free.histogram2d(list, list, { bins: 2, ...wrong }),
  histogramdd: () => free.histogramdd([list], { bins: [2], range: [[0, 6]], ...wrong }),
  "ufunc add": () => free.add(x, x, wrong),
  "ufunc sin": () => free.sin(x, wrong),
  "add.reduce": () => free.add.reduce(x, wrong),
  "add.accumulate": () => free.add.accumulate(x, wrong),
  svd: () => free.linalg.svd(x.rechunk(-1), wrong),
  svdCompressed: () => free.linalg.svdCompressed(x, 1, wrong),
  cholesky: () => free.linalg.cholesky(square, wrong),
  solveTriangular: () => free.linalg.solveTriangular(square, list.get(":4"), wrong),
  norm: () => free.linalg.norm(x, wrong),
  fft: () => free.fft.fft(square, wrong),
  fftfreq: () => free.fft.fftfreq(4, 1, { chunk: 2 }),
  fftshift: () => free.fft.fftshift(x, wrong),
  maskedArray: () => free.ma.maskedArray(x, wrong),
  fixInvalid: () => free.ma.fixInvalid(x, wrong),
  "ma.average": () => free.ma.average(free.ma.maskedLess(x, 0), wrong),
  "random.normal": () => free.random.normal([3], wrong),
  "random.choice": () => free.random.choice(5, [3], wrong),
  "random.permutation": () => free.random.permutation(5, wrong),
  metaFromArray: () => free.metaFromArray(x, wrong),
  toArray: () => da.NDArray.from([1]).toArray(wrong as never),
};

for (const [name, call] of Object.entries(CALLS))
  test(`${name} refuses an option that there is not, by name`, () => {
    assert.throws(call, (error: Error) => {
      assert.ok(error instanceof TypeError, `${error.name}: ${error.message}`);
      assert.match(error.message, /has no option "chunk/);
      return true;
    });
  });

test("readers and writers of files refuse an option that there is not before anything is touched", async () => {
  for (const call of [
    () => free.fromNpy("never", wrong),
    () => free.fromRaw("never", { dtype: "int8", shape: [1], ...wrong }),
    () => free.fromNpz("never", wrong),
    () => free.toNpyStack("never", x, wrong),
    () => free.store([x], [() => undefined], wrong),
  ])
    await assert.rejects(call(), /has no option "chunkz"/);
});

test("what stands where options belong is told of", () => {
  assert.throws(() => free.concatenate([x, x], 0), /The options of concatenate are an object, not 0; it may have axis/);
  assert.throws(() => x.cumsum(0), /The options of cumsum are an object, not 0/);
  assert.throws(() => free.random.normal([3], 5), /The options of random.normal are an object, not 5/);
  assert.throws(
    () => free.blockwise(same, "ij", [x, "ij"]),
    /An operand of blockwise takes a list, as in blockwise\(fn, "ij", \[\[x, "ij"\]\]\); got an array of shape \(4, 4\)/,
  );
});

test("a distribution without its parameters says which number it needs", () => {
  const needed: Record<string, RegExp> = {
    integers: /random.integers needs the number "high", got undefined/,
    gamma: /random.gamma needs the number "shape", got undefined/,
    beta: /random.beta needs the number "a"/,
    chisquare: /random.chisquare needs the number "df"/,
    noncentralF: /random.noncentralF needs the number "dfnum"/,
    triangular: /random.triangular needs the number "left"/,
    binomial: /random.binomial needs the number "n"/,
    hypergeometric: /random.hypergeometric needs the number "ngood"/,
    zipf: /random.zipf needs the number "a"/,
    vonmises: /random.vonmises needs the number "mu"/,
    wald: /random.wald needs the number "mean"/,
  };
  for (const [name, words] of Object.entries(needed)) assert.throws(() => free.random[name]([3]), words);
});

test("choice with replacement said outright, and integers up to and with the end", async () => {
  const chosen = da.random.choice(5, [100], { replace: true, seed: 1 });
  assert.equal((await chosen.max().compute()).item(), 4);
  const ends = da.random.integers([200], { low: 1, high: 2, endpoint: true, seed: 1 });
  assert.deepEqual([(await ends.min().compute()).item(), (await ends.max().compute()).item()], [1, 2]);
});

test("what a distribution has by its name is no option of it", () => {
  assert.throws(() => free.random.standardNormal([3], { loc: 5 }), /random.standardNormal/);
  assert.throws(() => free.random.random([3], { high: 5 }), /random.random/);
  assert.throws(() => free.random.standardExponential([3], { scale: 5 }), /random.standardExponential/);
  assert.throws(() => free.random.standardGamma([3], { shape: 1, scale: 5 }), /random.standardGamma/);
});
