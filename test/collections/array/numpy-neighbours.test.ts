import assert from "node:assert/strict";
import { test } from "node:test";
import * as da from "../../../collections/array/index.ts";
import { pushExecutor } from "../../../runtime/graph/executor.ts";
import { syncExecutor } from "../../../runtime/graph/sync-executor.ts";

pushExecutor(syncExecutor);
const values = async (x: da.Array): Promise<unknown> => (await x.compute()).toArray();

// All expected values here were computed by NumPy 1.24 or Dask 2022.12.

test("arg reductions without keepdims work where the reduced axis is one chunk", async () => {
  assert.deepEqual(await values(da.nanargmax(da.fromArray([3, 9, 1]))), 1);
  assert.deepEqual(
    await values(
      da
        .fromArray([
          [3, 9],
          [10, 1],
        ])
        .argmax({ axis: 0 }),
    ),
    [1, 0],
  );
  assert.deepEqual(await values(da.fromArray(5).argmax()), 0);
});

test("whole numbers become floats when they are rounded", () => {
  assert.equal(da.floor(da.ones([2], { dtype: "int16" })).dtype, "float32");
  assert.equal(da.rint(da.ones([2], { dtype: "uint64" })).dtype, "float64");
});

test("inverse functions of complex numbers", async () => {
  const z = da.fromArray([da.complex(0.5, -2)]);
  const near = async (x: da.Array, re: number, im: number): Promise<void> => {
    const [one] = (await values(x)) as [da.Complex];
    assert.ok(Math.abs(one.re - re) < 1e-12 && Math.abs(one.im - im) < 1e-12, `${one.re} ${one.im}`);
  };
  await near(da.arcsin(z), 0.2210186356228822, -1.4657153519472905);
  await near(da.arccos(z), 1.349777691172014, 1.4657153519472905);
  await near(da.arctan(z), 1.4215468610018069, -0.5003700000525311);
  await near(da.arcsinh(z), 1.3618009008578458, -1.2930420702371828);
  await near(da.arccosh(z), 1.4657153519472903, -1.349777691172014);
  await near(da.arctanh(z), 0.0964156202029962, -1.1265564408348223);
  await near(da.expm1(z), -1.6861101411498431, -1.4991780090003948);
  await near(da.log10(z), 0.31419446502515574, -0.5757952953408879);
});

test("diff puts values before and behind, average gives its weights, indices of triangles", async () => {
  assert.deepEqual(
    await values(da.diff(da.fromArray([1, 3, 6], { chunks: 2 }), { prepend: 0, append: 10 })),
    [1, 2, 3, 4],
  );
  const [mean, total] = da.average(da.fromArray([1, 3]), { weights: [1, 3], returned: true });
  assert.deepEqual([await values(mean), await values(total)], [2.5, 4]);
  const [rows, columns] = da.triuIndices(3, { k: 1 }) as [da.Array, da.Array];
  assert.deepEqual(
    [await values(rows), await values(columns)],
    [
      [0, 0, 1],
      [1, 2, 2],
    ],
  );
});

test("pad takes statistics of the edge alone, medians, and mirrors through the edge", async () => {
  const x = da.fromArray([4, 1, 7, 9], { chunks: 2 });
  assert.deepEqual(await values(da.pad(x, 1, { mode: "maximum", statLength: 2 })), [4, 4, 1, 7, 9, 9]);
  assert.deepEqual(await values(da.pad(x, 1, { mode: "median", statLength: 3 })), [4, 4, 1, 7, 9, 7]);
  assert.deepEqual(await values(da.pad(x, 2, { mode: "reflect", reflectType: "odd" })), [1, 7, 4, 1, 7, 9, 11, 17]);
  assert.deepEqual(
    await values(da.pad(da.fromArray([1, 2]), 2, { mode: "linear_ramp", endValues: 5 })),
    [5, 3, 1, 2, 3, 5],
  );
});

test("medians over several axes, places deleted by ranges and lists", async () => {
  const x = da.arange(0, 12).reshape([2, 2, 3]).rechunk([1, 2, 2]);
  assert.deepEqual(await values(da.median(x, { axis: [0, 2] })), [4, 7]);
  const line = da.arange(0, 6, { chunks: 4 });
  assert.deepEqual(await values(da.delete(line, "::2")), [1, 3, 5]);
  assert.deepEqual(await values(da.delete(line, da.NDArray.from([0, -1]))), [1, 2, 3, 4]);
});

test("blocks smaller than a halo are joined before it is put around them", async () => {
  const x = da.arange(0, 11, { chunks: [[1, 3, 1, 1, 2, 1, 1, 1]] });
  const same = x.mapOverlap((b) => b.mul(1), { depth: 2, boundary: "none" });
  assert.deepEqual(same.chunks, [[3, 2, 4, 2]]);
  assert.deepEqual((await same.compute()).toArray(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

test("distinct and listed complex numbers are told apart by both parts", async () => {
  const x = da.asarray([1, 1, 2]).add(da.asarray([da.complex(0, 1), da.complex(0, -1), da.complex(0, 1)]));
  assert.deepEqual((await da.unique(x).compute()).toArray(), [
    { re: 1, im: -1 },
    { re: 1, im: 1 },
    { re: 2, im: 1 },
  ]);
  assert.deepEqual((await da.isin(x, da.asarray([da.complex(1, 1)])).compute()).toArray(), [true, false, false]);
});

test("diagonals of nothing are empty", async () => {
  assert.deepEqual(da.diag(da.zeros([0])).shape, [0, 0]);
  assert.deepEqual((await da.diag(da.zeros([0, 0])).compute()).toArray(), []);
});

test("piecewise() takes the last piece whose condition holds, and the rest", async () => {
  const x = da.asarray([-3, -1, 0, 2, 5]);
  const pieces = da.piecewise(x, [x.lt(0), x.gt(0)], [(v) => v.neg(), (v) => v.mul(10)]);
  assert.deepEqual(await values(pieces), [3, 1, 0, 20, 50]);
  assert.deepEqual(await values(da.piecewise(x, [x.gt(-2), x.gt(1)], [1.9, 2, 7])), [7, 1, 1, 2, 2]);
  assert.equal(pieces.dtype, "int64");
  assert.throws(() => da.piecewise(x, [x.lt(0)], []), /1 conditions need 1 pieces, or 2 with one for the rest; got 0/);
});

test("resultType() is the dtype that all have in common", () => {
  assert.equal(da.resultType("int32", "float32"), "float64");
  assert.equal(da.resultType(da.ones([2], { dtype: "float32" }), 3), "float32");
  assert.equal(da.resultType("int8", 2.5), "float64");
  assert.throws(() => da.resultType("datetime64[s]", "float64"), /No dtype holds both/);
});

test("stats: skewness, kurtosis and moments", async () => {
  const x = da.asarray([1, 2, 3, 10, -4.5]).rechunk(2);
  const near = async (one: da.Array, wanted: number): Promise<void> => {
    const found = (await one.compute()).item() as number;
    assert.ok(Math.abs(found - wanted) < 1e-12, `${found} is not ${wanted}`);
  };
  await near(da.stats.skew(x), 0.2801346457506894);
  await near(da.stats.kurtosis(x), -0.5662060573934409);
  await near(da.stats.kurtosis(x, { fisher: false }), 2.433793942606559);
  await near(da.stats.moment(x, 3), 28.04400000000002);
  assert.deepEqual(await values(da.stats.skew([2, 2, 2])), 0);
});

test("copy() of an eager array has memory of its own", async () => {
  const x = await da.arange(6).reshape([2, 3]).compute();
  const y = x.T.copy();
  x.data.fill(0n as never);
  assert.deepEqual(y.toArray(), [
    [0, 3],
    [1, 4],
    [2, 5],
  ]);
  assert.deepEqual(await values(da.arange(3).copy()), [0, 1, 2]);
});

test("complex numbers are ordered by their real part, then by the other, with those that are no numbers last", async () => {
  const z = (re: number, im: number): da.Complex => da.complex(re, im);
  const x = da.fromArray([z(1, 2), z(1, -2), z(0, 5), z(2, Number.NaN)], { chunks: 3 });
  const sorted = [z(0, 5), z(1, -2), z(1, 2), z(2, Number.NaN)];
  assert.deepEqual(await values(da.sort(x)), sorted);
  assert.deepEqual(await values(da.argsort(x)), [2, 1, 0, 3]);
  assert.deepEqual(await values(da.topk(x.get(":3"), 2)), [z(1, 2), z(1, -2)]);
  assert.deepEqual(await values(da.searchsorted(da.sort(x), x)), [2, 1, 0, 3]);
  assert.deepEqual(await values(da.median(x.get(":3"), { axis: 0 })), z(1, -2));
  assert.deepEqual(await values(da.nanmin(x)), z(0, 5));
  assert.deepEqual(await values(x.ge(z(1, 2))), [true, false, false, false]);
  assert.deepEqual(await values(da.argmax(x)), 3);
});

test("edges that fall are read as those that rise: an element at an edge lies on the same side", async () => {
  const x = da.fromArray([4, 1, 0, -2], { chunks: 2 });
  assert.deepEqual(await values(da.digitize(x, [4, 1, 1, -2])), [0, 1, 3, 3]);
  assert.deepEqual(await values(da.digitize(x, [4, 1, 1, -2], { right: true })), [1, 3, 3, 4]);
});

test("masks without axes, empty lists of points, medians of all axes, axes of one element in two blocks", async () => {
  const x = da.fromArray(
    [
      [1, 2],
      [3, 4],
    ],
    { chunks: 1 },
  );
  assert.deepEqual(await values(x.set([da.fromArray(true)], 0)), [
    [0, 0],
    [0, 0],
  ]);
  assert.deepEqual(await values(x.vindex([], [])), []);
  assert.deepEqual(await values(da.median(x, { axis: [0, 1], keepdims: true })), [[2.5]]);
  const thin = da.fromArray([[7]]).rechunk([[1], [0, 1]]);
  assert.deepEqual(await values(da.broadcastTo(thin, [1, 3])), [[7, 7, 7]]);
});

test("quantiles that are elements keep large whole numbers exact", async () => {
  const x = da.fromArray([2n ** 60n + 1n, 3n], { dtype: "int64" });
  const found = await da.quantile(x, 1, { method: "higher" }).compute();
  assert.equal(found.data[0], 2n ** 60n + 1n);
});

test("integers are compared with numbers that their dtype does not hold", async () => {
  const x = da.fromArray([0, 200, 255], { dtype: "uint8", chunks: 2 });
  assert.deepEqual(await values(x.eq(-1)), [false, false, false]);
  assert.deepEqual(await values(x.gt(-1)), [true, true, true]);
  assert.deepEqual(await values(x.lt(300)), [true, true, true]);
  assert.throws(() => x.add(300), /300 does not fit uint8/);
});

test("chunks without elements stay where arrays meet, and axes in one chunk give way", () => {
  const [x, y] = [da.ones([3], { chunks: [[0, 3]] }), da.ones([3], { chunks: 3 })];
  assert.deepEqual(x.add(y).chunks, [[0, 3]]);
  assert.deepEqual(da.ones([3], { chunks: [[0, 1, 2]] }).add(da.ones([3], { chunks: 1 })).chunks, [[0, 1, 1, 1]]);
  assert.deepEqual(da.zeros([0], { chunks: [[0, 0]] }).add(da.zeros([0], { chunks: [[0, 0, 0]] })).shape, [0]);
});

test("fromfunction() hands out coordinates of the dtype, and tells what the function gives; likes of plain values", async () => {
  const on = da.fromfunction((i, j) => i.eq(j), { shape: [2, 2], chunks: 1 });
  assert.equal(on.dtype, "bool");
  assert.deepEqual(await values(on), [
    [true, false],
    [false, true],
  ]);
  assert.equal(da.fromfunction((i) => i, { shape: [2] }).dtype, "float64");
  assert.deepEqual(await values(da.onesLike([5, 6])), [1, 1]);
});

test("svd() of a wide matrix in rows of blocks keeps the chunks of u", async () => {
  const x = da.fromArray(
    [
      [3, 0, 0, 1],
      [0, 2, 0, 0],
    ],
    { dtype: "float64", chunks: [1, 4] },
  );
  const [u, s, v] = da.linalg.svd(x);
  assert.deepEqual(u.chunks, [[1, 1], [2]]);
  const back = (await u.mul(s).dot(v).sub(x).abs().max().compute()).item() as number;
  assert.ok(back < 1e-12);
});

test("universal functions take where, out and dtype, and have outer and reduce", async () => {
  const [x, y] = [da.fromArray([1, 2, 3], { chunks: 2 }), da.fromArray([10, 20, 30])];
  assert.deepEqual(await values(da.add(x, y, { where: [true, false, true] })), [11, 0, 33]);
  assert.deepEqual(await values(da.add(x, y, { where: x.gt(1), out: y })), [10, 22, 33]);
  assert.equal(da.add(x, y, { dtype: "float32" }).dtype, "float32");
  assert.deepEqual(await values(da.multiply.outer(x, [1, 10])), [
    [1, 10],
    [2, 20],
    [3, 30],
  ]);
  assert.deepEqual(
    await values(
      da.maximum.reduce(
        da.fromArray([
          [1, 5],
          [4, 2],
        ]),
      ),
    ),
    [4, 5],
  );
  assert.throws(() => da.hypot.reduce(x), /hypot has no reduce; use add, multiply/);
});

test("arrays without elements are left out where others have some, and joined as they lie where none has", async () => {
  const none = (shape: number[], ...chunks: number[][]): da.Array => da.ones(shape, { chunks });
  const [thin, full] = [none([0, 4], [0], [2, 2]), none([3, 4], [1, 2], [1, 3])];
  assert.deepEqual(da.concatenate([thin, none([3, 4], [3], [4])]).chunks, [[3], [4]]);
  assert.deepEqual(da.concatenate([thin, full, none([1, 4], [0, 1], [4])]).chunks, [
    [1, 2, 1],
    [1, 3],
  ]);
  assert.deepEqual(da.concatenate([thin, none([0, 4], [0], [1, 3])]).chunks, [
    [0, 0],
    [1, 1, 2],
  ]);
  const line = none([5, 0], [5], [0]);
  assert.deepEqual(
    da.block([
      [line, line],
      [line, line],
    ]).chunks,
    [[5, 5], [0]],
  );
  assert.deepEqual(da.tile(none([0, 0], [0], [0, 0]), [2, 1, 2]).chunks, [[1, 1], [0], [0]]);
  assert.deepEqual(da.concatenate([none([0], [0, 0]), none([0], [0])]).chunks, [[0, 0, 0]]);
  assert.deepEqual(da.roll(none([0], [0]), 3, { axis: 0 }).chunks, [[0, 0]]);
  assert.deepEqual(da.concatenate([thin, full.astype("float32")]).dtype, "float64");
  assert.throws(() => da.concatenate([none([0, 3], [0], [3]), full]), /\(0, 3\) and \(3, 4\)/);
  assert.deepEqual((await da.concatenate([thin, thin]).compute()).shape, [0, 4]);
});

test("one element beside a block without any is joined, stacked and squeezed as it is", async () => {
  const thin = da.fromArray([7], { dtype: "int16" }).rechunk([[0, 1]]);
  assert.deepEqual(await values(da.stack([da.fromArray([1.5]), thin])), [[1.5], [7]]);
  assert.deepEqual(await values(da.concatenate([thin.get(null, ":"), da.fromArray([[1.5]])], { axis: 0 })), [
    [7],
    [1.5],
  ]);
  assert.deepEqual(await values(da.squeeze(thin)), 7);
});

test("the transform of a real signal keeps a NaN where it goes, and its mean real", async () => {
  const x = da.fromArray([1, 2, 3, 4, 5, Number.NaN, 7, 8]);
  const { data } = await da.fft.fft(x).compute();
  assert.deepEqual([data[1], data[9]], [0, 0]);
  // A quarter of the circle turns the sixth element into the imaginary part alone.
  assert.equal(data[4], 1 - 3 + 5 - 7);
  assert.ok(Number.isNaN(data[5] as number));
});

test("places of elements come in as many blocks as the flattened array has", async () => {
  const x = da
    .fromArray([0, 2, 1, 1, 0, 0, 2, 2, 2], { chunks: 9 })
    .reshape([3, 3])
    .rechunk([1, [1, 2]]);
  const places = da.nonzero(x);
  assert.deepEqual(
    places.map((one) => one.npartitions),
    [x.ravel().npartitions, x.ravel().npartitions],
  );
  assert.deepEqual((await da.argwhere(x).compute()).toArray(), [
    [0, 1],
    [0, 2],
    [1, 0],
    [2, 0],
    [2, 1],
    [2, 2],
  ]);
});

test("splitEvery below two is two, and 0 the default, as in Dask", async () => {
  const x = da.arange(20, { chunks: 1 });
  for (const splitEvery of [0, 1, -3, 2])
    assert.equal((await x.sum({ splitEvery }).compute()).item(), 190, `${splitEvery}`);
  assert.throws(() => x.sum({ splitEvery: Number.NaN }), /number of blocks, got NaN/);
});

test("decompositions of single precision give single precision, cut as the matrix is", () => {
  const x = da.ones([10, 6], { chunks: [10, 2], dtype: "float32" });
  const [u, s, v] = da.linalg.svd(x);
  assert.deepEqual([u.dtype, s.dtype, v.dtype], ["float32", "float32", "float32"]);
  assert.deepEqual(v.chunks, [[6], [2, 2, 2]]);
  assert.deepEqual(
    da.linalg.qr(x.rechunk([5, 6])).map((one) => one.dtype),
    ["float32", "float32"],
  );
});

test("a function for blocks may give the only element of a block as a plain value, and no more", async () => {
  const x = da.arange(3, { chunks: 1 });
  assert.deepEqual((await x.mapBlocks(() => 0.5, { dtype: "float64" }).compute()).toArray(), [0.5, 0.5, 0.5]);
  await assert.rejects(
    da
      .arange(4, { chunks: 2 })
      .mapBlocks(() => 0.5, { dtype: "float64" })
      .compute(),
    /single value for block \(0\), which has shape \(2\)/,
  );
});

test("weights of whole numbers and of single precision add up in what they are", () => {
  const x = da.arange(5, { chunks: 2 });
  const counted = (dtype: "uint8" | "int8" | "float32"): string =>
    da.histogram(x, { bins: 3, range: [0, 6], weights: da.ones([5], { dtype, chunks: 2 }) })[0].dtype;
  assert.deepEqual([counted("uint8"), counted("int8"), counted("float32")], ["uint64", "int64", "float32"]);
});

test("complex weights add up in histograms of one axis, and are refused where NumPy refuses them", async () => {
  const x = da.fromArray([0.5, 1.5, 2.5, 2.6, 9], { chunks: 2 });
  const w = da.fromArray([da.complex(1, 1), da.complex(2, -1), 3, da.complex(0, 4), 5], { chunks: 2 });
  const plan = { bins: 3, range: [0, 3] as [number, number] };
  const [counts] = da.histogram(x, { ...plan, weights: w });
  assert.deepEqual(await values(counts), [da.complex(1, 1), da.complex(2, -1), da.complex(3, 4)]);
  const [single] = da.histogram(x, { ...plan, weights: w.astype("complex64") });
  assert.equal((await single.compute()).dtype, "complex64");
  const [dense] = da.histogram(x, { ...plan, weights: w, density: true });
  const [first] = (await values(dense)) as [da.Complex];
  assert.ok(Math.abs(first.re - 0.19230769) < 1e-8 && Math.abs(first.im - 0.03846154) < 1e-8);
  assert.throws(() => da.histogramdd([x], { bins: [2], range: [[0, 3]], weights: w }), /real weights, got complex128/);
  assert.throws(() => da.bincount([1, 2], { weights: [da.complex(0, 1), 2] }), /real weights, got complex128/);
});

test("slices of arrays of one value have the chunks that slices of others have, and its value", async () => {
  const shape = {
    chunks: [
      [4, 4, 2],
      [3, 3, 3],
    ] as const,
  };
  const same = da.full([10, 9], 7, shape);
  const other = da.arange(90).reshape([10, 9]).rechunk(shape.chunks);
  const slices: readonly (readonly (string | number)[])[] = [
    ["::3", "::-2"],
    ["5:5", ":"],
    [-1, "1:"],
    ["2:9:5", 4],
    ["::-1", "8:2:-4"],
  ];
  for (const one of slices) {
    const [found, wanted] = [same.get(...one), other.get(...one)];
    assert.deepEqual(found.chunks, wanted.chunks, String(one));
    assert.equal(found.dtype, "int64");
    const { size } = wanted;
    assert.equal((await found.sum().compute()).item(), 7 * size, String(one));
    const std = (await found.std().compute()).item() as number;
    assert.ok(size === 0 ? Number.isNaN(std) : std === 0, String(one));
  }
});

test("booleans to the power of 2 are int8 by the method, int64 by the function; solutions are cut as the matrix's rows", async () => {
  const b = da.fromArray([true, false, true], { chunks: 2 });
  assert.equal(b.pow(2).dtype, "int8");
  assert.deepEqual((await b.pow(2).compute()).toArray(), [1, 0, 1]);
  assert.equal(b.pow(3).dtype, "int64");
  assert.equal(da.power(b, 2).dtype, "int64");
  const a = da.eye(6, { chunks: 3 });
  assert.deepEqual(da.linalg.solve(a, da.ones([6], { chunks: 2 })).chunks, [[3, 3]]);
  assert.deepEqual(da.linalg.solve(a, da.ones([6, 4], { chunks: [6, 2] })).chunks, [
    [3, 3],
    [2, 2],
  ]);
});

test("spacings of frequencies stand by themselves or among the options", async () => {
  for (const one of [da.fft.fftfreq(4, 0.5), da.fft.fftfreq(4, { d: 0.5, chunks: 3 })])
    assert.deepEqual(await values(one), [0, 0.5, -1, -0.5]);
  assert.deepEqual(await values(da.fft.rfftfreq(8, { d: 2 })), [0, 0.0625, 0.125, 0.1875, 0.25]);
  assert.throws(() => da.fft.fftfreq(4, { d: "1" as never }), /spacing d of fftfreq/);
});

test("histograms in several dimensions: a number of bins for all axes, points as rows, densities", async () => {
  const points = da.fromArray(
    [
      [0.5, 1.5],
      [1.5, 0.5],
      [1.5, 2.5],
    ],
    { chunks: [2, 2] },
  );
  const range = [
    [0, 2],
    [0, 3],
  ] as const;
  const expected = [
    [0, 1],
    [1, 1],
  ];
  assert.deepEqual(await values(da.histogramdd(points, { bins: 2, range })[0]), expected);
  const columns = [points.get(":", 0), points.get(":", 1)] as const;
  assert.deepEqual(await values(da.histogramdd(columns, { bins: 2, range })[0]), expected);
  const density = expected.map((row) => row.map((n) => n / 3 / 1.5));
  const found = (await values(da.histogram2d(...columns, { bins: 2, range, density: true })[0])) as number[][];
  found.forEach((row, i) => {
    row.forEach((one, j) => {
      assert.ok(Math.abs(one - (density[i]?.[j] as number)) < 1e-12);
    });
  });
  assert.throws(() => da.histogramdd(columns, { bins: [2], range }), /bins for 1 axes, and points of 2/);
});

test("indices beyond an axis wrap or are clipped", async () => {
  const lists = da.fromArray([
    [1, 5, -3],
    [0, 4, 9],
  ]);
  assert.deepEqual((await values(da.ravelMultiIndex(lists, [4, 6], { mode: "wrap" }))) as unknown, [6, 10, 9]);
  assert.deepEqual((await values(da.ravelMultiIndex(lists, [4, 6], { mode: "clip" }))) as unknown, [6, 22, 5]);
  assert.throws(() => da.ravelMultiIndex(lists, [4, 6], { mode: "raise" as never }), /no mode of ravelMultiIndex/);
  await assert.rejects(
    values(da.ravelMultiIndex(lists, [4, 6])),
    /Index [59] is out of bounds for axis [01] with [46] elements/,
  );
  await assert.rejects(values(da.ravelMultiIndex([[-1], [0]], [4, 6])), /Index -1 is out of bounds for axis 0/);
  const [rows] = da.unravelIndex(da.fromArray([5, 24], { chunks: 1 }), [4, 6]) as [da.Array];
  await assert.rejects(values(rows), /Index 24 is out of bounds for an array of shape \(4, 6\) with 24 elements/);
});

test("whole numbers have no negative powers: 0 would be a wrong one", async () => {
  const two = da.fromArray([2, 3]);
  await assert.rejects(values(two.pow(da.fromArray([1, -1]))), /Whole numbers have no power of -1/);
  await assert.rejects(values(two.astype("int8").pow(da.fromArray([1, -1], { dtype: "int8" }))), /no power of -1/);
  assert.deepEqual(await values(two.pow(da.float(-1))), [0.5, 1 / 3]);
});

test("choose() refuses what names no choice", async () => {
  assert.deepEqual(await values(da.choose([1, 0], [da.fromArray([1, 2]), [3, 4]])), [3, 2]);
  await assert.rejects(
    values(
      da.choose(
        [0, 5],
        [
          [1, 2],
          [3, 4],
        ],
      ),
    ),
    /Index 5 is out of bounds for the choices of choose with 2/,
  );
});

test("variances of too few elements that count are masked", async () => {
  const x = da.ma.maskedArray(
    da.fromArray([
      [1, 2],
      [5, 7],
    ]),
    {
      mask: [
        [false, false],
        [false, true],
      ],
    },
  );
  assert.deepEqual(await values(x.var({ axis: 0, ddof: 1 }).filled(-9)), [8, -9]);
  assert.deepEqual(await values(x.std({ axis: 0, ddof: 1 }).filled(-9)), [Math.sqrt(8), -9]);
});

test("store() refuses regions that begin before their target", async () => {
  const target = await da.zeros([4]).compute();
  await assert.rejects(
    da.store(da.ones([2]), target, { regions: [[-1]] }),
    /begins at whole numbers from 0 .*\(-1,?\)/,
  );
  await assert.rejects(da.store(da.ones([2]), target, { regions: [[0.5]] }), /begins at whole numbers from 0/);
  assert.deepEqual(target.toArray(), [0, 0, 0, 0]);
});

test("angle() gives degrees where they are asked for", async () => {
  const z = da.fromArray([da.complex(0, 1), da.complex(-1, 0)]);
  assert.deepEqual(await values(da.angle(z, { deg: true })), [90, 180]);
  assert.deepEqual(await values(da.angle(z, { dtype: "float32", deg: true })), [90, 180]);
});

test("fill values of masked arrays: the value that is masked; what fixInvalid() puts into the data is another", async () => {
  assert.deepEqual(await values(da.ma.filled(da.ma.maskedEqual(da.fromArray([1.5, 3, 4]), 3))), [1.5, 3, 4]);
  assert.equal(da.ma.maskedEqual(da.fromArray([1, 3]), 3).fillValue, 3);
  assert.equal(da.ma.maskedValues(da.fromArray([1, 3]), 3).fillValue, 3);
  const fixed = da.ma.fixInvalid(da.fromArray([1, Number.NaN]), { fillValue: 4 });
  assert.deepEqual(await values(da.ma.getdata(fixed)), [1, 4]);
  assert.deepEqual(await values(da.ma.filled(fixed)), [1, 1e20]);
  const three = da.ma.maskedArray(da.fromArray([1, 2]), { mask: [true, false], fillValue: 3 });
  assert.deepEqual(await values(da.ma.filled(three.mul(2))), [3, 4]);
  assert.deepEqual(await values(da.ma.filled(three.div(2))), [3, 1]);
  assert.deepEqual(await values(da.ma.filled(three.astype("float32"))), [3, 2]);
  assert.deepEqual(await values(da.ma.filled(three.apply("gt", 1))), [true, true]);
  assert.deepEqual(await values(da.ma.filled(da.ma.maskedLess(da.fromArray([1, 2]), 2).div(2))), [1e20, 1]);
});

test("gradients take the ends by a curve through three elements", async () => {
  const slopes = da.gradient(da.fromArray([1, 4, 9, 16], { chunks: 3 }), 2, { edgeOrder: 2 }) as da.Array;
  assert.deepEqual(await values(slopes), [1, 2, 3, 4]);
  assert.throws(() => da.gradient(da.fromArray([1, 4]), 1, { edgeOrder: 2 }), /at least 3 elements/);
});
