import assert from "node:assert/strict";
import { test } from "node:test";
import { Chunk } from "../../../../collections/array/chunk.ts";
import * as da from "../../../../collections/array/index.ts";
import { contractBlock, contractGroup } from "../../../../collections/array/kernels/contract.ts";
import { withoutOpenBlas } from "../../../../collections/array/kernels/openblas.ts";

const SPECS = ["ij,jk->ik", "bij,bjk->bik", "ji,jk->ik", "ij,ij->", "ij,ij->i", "ijk,kj->i"] as const;

for (const dtype of ["float64", "float32", "complex128", "int64"] as const)
  test(`einsum() over many blocks along the summed axis gives what one block gives (${dtype})`, async () => {
    const sides: Readonly<Record<string, number>> = { i: 7, j: 45, k: 5, b: 2 };
    const cuts: Readonly<Record<string, number>> = { i: 4, j: 7, k: 5, b: 1 };
    for (const spec of SPECS) {
      const terms = (spec.split("->")[0] as string).split(",");
      const made = (chunks: (letter: string) => number) =>
        terms.map((term, at) => {
          const shape = [...term].map((letter) => sides[letter] as number);
          const size = shape.reduce((n, side) => n * side, 1);
          const values = da.arange(size, { chunks: size }).add(at).mod(11).sub(4).astype(dtype).reshape(shape);
          return values.rechunk([...term].map(chunks));
        });
      const cut = da.einsum(spec, ...made((letter) => cuts[letter] as number));
      const whole = da.einsum(spec, ...made((letter) => sides[letter] as number));
      assert.deepEqual((await cut.compute()).toArray(), (await whole.compute()).toArray(), spec);
    }
  });

test("contractGroup() adds products where the last lies, with OpenBLAS and without, for sides that pay and sides that do not", () => {
  const blockOf = (m: number, n: number, from: number): Chunk =>
    new Chunk(
      Float64Array.from({ length: m * n }, (_, i) => ((i + from) % 7) - 3),
      "float64",
      [m, n],
    );
  const plan = { output: "ac", summed: "b", operands: ["ab", "bc"], dtype: "float64" } as const;
  for (const [m, n] of [
    [3, 2],
    [90, 80],
  ] as const) {
    const depths = [60, 60, 17];
    const lefts = depths.map((k, at) => blockOf(m, k, at));
    const rights = depths.map((k, at) => blockOf(k, n, at + 3));
    const parts = depths.map((_, at) => contractBlock(plan, lefts[at] as Chunk, rights[at] as Chunk));
    const expected = Array.from({ length: m * n }, (_, i) =>
      parts.reduce((sum, part) => sum + Number((part.data as Float64Array)[part.offset + i]), 0),
    );
    for (const way of [<T>(work: () => T): T => work(), withoutOpenBlas]) {
      const got = way(() => contractGroup(plan, lefts, rights));
      assert.deepEqual(got.shape, [m, n, 1]);
      assert.deepEqual([...(got.data as Float64Array).subarray(got.offset, got.offset + m * n)], expected);
    }
  }
});

test("blocks that several tasks read are multiplied in groups, those that one reads each by a task of its own", () => {
  const square = da.ones([80, 80], { chunks: 10 });
  const tall = da.ones([80, 10], { chunks: 10 });
  assert.match(square.matmul(square).explain(), /128 tasks {2}blockwise contract: contractGroup/);
  assert.match(tall.T.matmul(tall).explain(), /8 tasks {2}blockwise contract: contractBlock/);
});
