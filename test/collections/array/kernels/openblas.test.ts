import assert from "node:assert/strict";
import { test } from "node:test";
import { type Dense, dense, transposeDense } from "../../../../collections/array/kernels/dense.ts";
import { cholesky, invert, multiply, solve, svd } from "../../../../collections/array/kernels/matrices.ts";
import { openBlas, withoutOpenBlas } from "../../../../collections/array/kernels/openblas.ts";
import { factorQr, orthogonalOf, qr, triangleOf } from "../../../../collections/array/kernels/orthogonal.ts";
import { Random } from "../../../../runtime/base/random.ts";
import { MATRIX_SHAPES } from "../../../support/matrix-shapes.ts";

const skip = openBlas() === null ? "the system has no OpenBLAS, or koffi is not installed" : false;
const r = new Random(11);
const random = (m: number, n: number): Dense =>
  dense(
    m,
    n,
    Float64Array.from({ length: m * n }, () => r.next() - 0.5),
  );
const near = (a: Dense, b: Dense, limit = 1e-10): void => {
  assert.deepEqual([a.m, a.n], [b.m, b.n]);
  a.data.forEach((one, at) => {
    assert.ok(Math.abs(one - (b.data[at] as number)) < limit, `${one} and ${b.data[at]} at ${at} of (${a.m}, ${a.n})`);
  });
};
const ways: readonly (<T>(work: () => T) => T)[] =
  skip === false ? [(work) => work(), withoutOpenBlas] : [withoutOpenBlas];
const diagonal = (s: Float64Array): Dense => {
  const out = dense(s.length, s.length);
  s.forEach((one, at) => {
    out.data[at * s.length + at] = one;
  });
  return out;
};

test("decompositions multiply back to their matrix, tall, square and wide, in OpenBLAS and without", () => {
  for (const way of ways)
    way(() => {
      for (const [m, n] of MATRIX_SHAPES) {
        const a = random(m, n);
        const { q, r: triangle } = qr(a);
        near(multiply(q, triangle), a);
        near(multiply(transposeDense(q), q), diagonal(new Float64Array(q.n).fill(1)));
        const { u, s, vt } = svd(a);
        near(multiply(multiply(u, diagonal(s)), vt), a);
        assert.ok(s.every((one, at) => at === 0 || one <= (s[at - 1] as number)));
      }
      const a = random(6, 6);
      const b = random(6, 2);
      near(multiply(a, solve(a, b)), b);
      near(multiply(a, invert(a)), diagonal(new Float64Array(6).fill(1)));
      const positive = multiply(a, transposeDense(a));
      const l = cholesky(positive);
      near(multiply(l, transposeDense(l)), positive);
      assert.equal(l.data[1], 0);
      assert.throws(() => invert(dense(2, 2)), /singular/);
      assert.throws(() => cholesky(diagonal(Float64Array.of(1, -1))), /not positive definite/);
    });
});

test("what one way factored, the other finishes", { skip }, () => {
  const a = random(20, 6);
  const copy = (): Dense => ({ ...a, data: a.data.slice() });
  const native = factorQr(copy());
  const own = withoutOpenBlas(() => factorQr(copy()));
  near(native, own);
  near(
    withoutOpenBlas(() => orthogonalOf(native)),
    orthogonalOf(own),
  );
  near(
    multiply(
      withoutOpenBlas(() => orthogonalOf(native)),
      triangleOf(native),
    ),
    a,
  );
});

test("columns of very large, very small and no numbers are reflected without overflow", () => {
  withoutOpenBlas(() => {
    for (const scale of [1e200, 1e-200, 0]) {
      const a = random(5, 3);
      a.data.forEach((one, at) => {
        a.data[at] = one * scale;
      });
      const { q, r: triangle } = qr(a);
      near(multiply(q, triangle), a, Math.max(1e-300, scale * 1e-12));
    }
  });
});
