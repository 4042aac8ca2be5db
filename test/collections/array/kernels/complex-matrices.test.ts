import assert from "node:assert/strict";
import { test } from "node:test";
import { adjoint, denseComplex } from "../../../../collections/array/kernels/complex-dense.ts";
import {
  cholesky,
  invert,
  lu,
  multiply,
  solve,
  solveTriangular,
} from "../../../../collections/array/kernels/complex-matrices.ts";
import { factorQr, orthogonalOf, qr, triangleOf } from "../../../../collections/array/kernels/complex-orthogonal.ts";
import { svd } from "../../../../collections/array/kernels/complex-svd.ts";
import type { Dense } from "../../../../collections/array/kernels/dense.ts";
import { openBlas, withoutOpenBlas } from "../../../../collections/array/kernels/openblas.ts";
import { Random } from "../../../../runtime/base/random.ts";
import { MATRIX_SHAPES } from "../../../support/matrix-shapes.ts";

const skip = openBlas() === null ? "the system has no OpenBLAS, or koffi is not installed" : false;
const r = new Random(12);
const random = (m: number, n: number): Dense =>
  denseComplex(
    m,
    n,
    Float64Array.from({ length: 2 * m * n }, () => r.next() - 0.5),
  );
const near = (a: Dense, b: Dense, limit = 1e-10): void => {
  assert.deepEqual([a.m, a.n, a.data.length], [b.m, b.n, b.data.length]);
  a.data.forEach((one, at) => {
    assert.ok(Math.abs(one - (b.data[at] as number)) < limit, `${one} and ${b.data[at]} at ${at} of (${a.m}, ${a.n})`);
  });
};
const diagonal = (s: ArrayLike<number>): Dense => {
  const out = denseComplex(s.length, s.length);
  Array.from(s).forEach((one, at) => {
    out.data[2 * (at * s.length + at)] = one;
  });
  return out;
};
const identity = (n: number): Dense => diagonal(new Float64Array(n).fill(1));
const ways: readonly (<T>(work: () => T) => T)[] =
  skip === false ? [(work) => work(), withoutOpenBlas] : [withoutOpenBlas];

test("complex decompositions multiply back to their matrix, tall, square and wide, in OpenBLAS and without", () => {
  for (const way of ways)
    way(() => {
      for (const [m, n] of MATRIX_SHAPES) {
        const a = random(m, n);
        const { q, r: triangle } = qr(a);
        near(multiply(q, triangle), a);
        near(multiply(adjoint(q), q), identity(q.n));
        for (let i = 0; i < triangle.m; i++)
          assert.ok(triangle.data[2 * (i * triangle.n + i) + 1] === 0, "the diagonal is real");
        const { u, s, vt } = svd(a);
        near(multiply(multiply(u, diagonal(s)), vt), a);
        near(multiply(adjoint(u), u), identity(u.n));
        near(multiply(vt, adjoint(vt)), identity(vt.m));
        assert.ok(s.every((one, at) => at === 0 || one <= (s[at - 1] as number)));
        const { order, l, u: upper } = lu(a);
        const exchanged = denseComplex(m, n);
        order.forEach((from, to) => {
          exchanged.data.set(a.data.subarray(2 * from * n, 2 * (from + 1) * n), 2 * to * n);
        });
        near(multiply(l, upper), exchanged);
      }
    });
});

test("complex equations are solved, and refused where there is no solution", () => {
  for (const way of ways)
    way(() => {
      const [a, b] = [random(6, 6), random(6, 2)];
      near(multiply(a, solve(a, b)), b);
      near(multiply(a, invert(a)), identity(6));
      const positive = multiply(a, adjoint(a));
      const l = cholesky(positive);
      near(multiply(l, adjoint(l)), positive);
      near(multiply(l, solveTriangular(l, b, true)), b);
      near(multiply(adjoint(l), solveTriangular(adjoint(l), b, false)), b);
      assert.throws(() => invert(denseComplex(2, 2)), /singular/);
      assert.throws(() => cholesky(diagonal([1, -1])), /not positive definite/);
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
  near(multiply(orthogonalOf(own), triangleOf(own)), a);
});

test("complex columns of very large, very small and no numbers are reflected without overflow", () => {
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
