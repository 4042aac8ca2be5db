import assert from "node:assert/strict";
import { test } from "node:test";
import * as da from "../../../collections/array/index.ts";

const i = da.complex(0, 1);
const random = (shape: [number, number], chunks: [number, number], seed = 1): da.Array =>
  da.random
    .random(shape, { chunks, seed })
    .add(da.random.random(shape, { chunks, seed: seed + 10 }).mul(i)) as da.Array;

async function near(a: da.Array, b: da.Array, limit = 1e-12): Promise<void> {
  assert.deepEqual(a.shape, b.shape);
  const far = (await a.sub(b).abs().max().compute()) as unknown as number;
  assert.ok(Number(far) < limit, `${far} apart`);
}

const shapes: ReadonlyArray<readonly [[number, number], [number, number]]> = [
  [
    [12, 3],
    [4, 3],
  ],
  [
    [5, 5],
    [2, 3],
  ],
  [
    [3, 7],
    [3, 4],
  ],
];

test("complex matrices are decomposed as real ones: qr, svd and lu multiply back, whatever the chunks", async () => {
  for (const [shape, chunks] of shapes) {
    const a = random(shape, chunks);
    const [q, r] = da.linalg.qr(a);
    assert.equal(q.dtype, "complex128");
    await near(q.dot(r), a);
    const [u, s, v] = da.linalg.svd(a);
    assert.deepEqual([u.dtype, s.dtype, v.dtype], ["complex128", "float64", "complex128"]);
    await near(u.mul(s).dot(v), a);
    const [p, l, upper] = da.linalg.lu(a);
    assert.deepEqual([p.dtype, l.dtype, upper.dtype], ["float64", "complex128", "complex128"]);
    await near(p.dot(l.dot(upper)), a);
    await near(da.linalg.norm(a, { ord: "nuc" }), s.sum());
  }
  const low = random([30, 2], [10, 2], 3).dot(random([2, 20], [2, 5], 4));
  const [u, s, v] = da.linalg.svdCompressed(low as da.Array, 2, { seed: 1, nPowerIter: 1 });
  await near(u.mul(s).dot(v), low as da.Array, 1e-10);
});

test("complex equations: solve, inv, cholesky, triangles and least squares", async () => {
  const a = random([6, 6], [3, 6]);
  const b = random([6, 2], [3, 2], 5);
  await near(a.dot(da.linalg.solve(a, b)), b);
  await near(a.dot(da.linalg.inv(a)), da.eye(6).astype("complex128") as da.Array);
  const positive = a.dot(a.T.conj()).add(da.eye(6)) as da.Array;
  const l = da.linalg.cholesky(positive, { lower: true });
  await near(l.dot(l.T.conj()), positive);
  await near(da.linalg.cholesky(positive), l.T.conj() as da.Array);
  await near(l.dot(da.linalg.solveTriangular(l, b, { lower: true })), b);
  // A real matrix with a complex right side, and the reverse.
  await near(a.real.dot(da.linalg.solve(a.real as da.Array, b)), b);
  await near(a.dot(da.linalg.solve(a, b.real as da.Array)), b.real.astype("complex128") as da.Array);
  const single = da.linalg.qr(a.astype("complex64"));
  assert.deepEqual([single[0].dtype, single[1].dtype], ["complex64", "complex64"]);
});

/** Of NumPy 1.24: `np.linalg.qr`, `lstsq` and `cholesky` of these matrices. */
test("complex decompositions give NumPy's values", async () => {
  const [o, h] = [da.complex(2, 1), da.complex(0, 0.5)];
  const a = da.asarray([
    [o, da.complex(1, -1)],
    [h, da.complex(3)],
    [da.complex(1), da.complex(1, 2)],
  ]);
  const r = da.asarray([
    [da.complex(-2.5), da.complex(-0.8, 1)],
    [da.complex(0), da.complex(-3.78945906)],
  ]);
  await near(da.linalg.qr(a)[1], r, 1e-8);
  const [x, residuals, rank, s] = da.linalg.lstsq(a, da.asarray([da.complex(1), da.complex(0, 2), da.complex(3)]));
  await near(x, da.asarray([da.complex(0.95264624, -0.08913649), da.complex(0.11699164, -0.07520891)]), 1e-8);
  await near(residuals, da.asarray([7.80222841]), 1e-8);
  await near(rank, da.asarray(2));
  await near(s, da.asarray([4.11792321, 2.30058871]), 1e-8);
  const b = da.asarray([
    [da.complex(4), da.complex(1, 1)],
    [da.complex(1, -1), da.complex(3)],
  ]);
  const l = da.asarray([
    [da.complex(2), da.complex(0)],
    [da.complex(0.5, -0.5), da.complex(1.58113883)],
  ]);
  await near(da.linalg.cholesky(b, { lower: true }), l, 1e-8);
});

test("products of complex matrices are sums of products of their parts, whatever their size, order and precision", async () => {
  for (const n of [3, 40]) {
    const [a, b] = [random([n, n + 1], [20, 30], 7), random([n + 2, n + 1], [17, 30], 8).T as da.Array];
    const product = (x: da.Array, y: da.Array): da.Array => x.dot(y) as da.Array;
    const re = product(a.real as da.Array, b.real as da.Array).sub(product(a.imag as da.Array, b.imag as da.Array));
    const im = product(a.real as da.Array, b.imag as da.Array).add(product(a.imag as da.Array, b.real as da.Array));
    await near(a.matmul(b) as da.Array, re.add(im.mul(i)) as da.Array);
    const single = a.astype("complex64").matmul(b.astype("complex64")) as da.Array;
    assert.equal(single.dtype, "complex64");
    await near(single, a.matmul(b) as da.Array, 1e-4);
  }
});
