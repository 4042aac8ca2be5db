import assert from "node:assert/strict";
import { test } from "node:test";
import { fastGemm } from "../../../../collections/array/kernels/fast-gemm.ts";
import { gemm } from "../../../../collections/array/kernels/gemm.ts";
import { Random } from "../../../../runtime/base/random.ts";

test("fastGemm() gives what plain loops give, with sizes that cross its tiles, whatever lay in the result's memory", () => {
  const r = new Random(7);
  for (const [m, n, k] of [
    [3, 5, 2],
    [180, 170, 160],
    [1030, 70, 1100],
  ] as const) {
    const fill = (size: number): Float64Array => Float64Array.from({ length: size }, () => r.next() - 0.5);
    const [a, b] = [fill(m * k), fill(k * n)];
    const [expected, got] = [new Float64Array(m * n), new Float64Array(m * n).fill(Number.NaN)];
    gemm({ m, n, k }, { data: a, at: 0 }, { data: b, at: 0 }, { data: expected, at: 0 });
    fastGemm({ m, n, k }, { data: a, at: 0 }, { data: b, at: 0 }, { data: got, at: 0 });
    for (let i = 0; i < m * n; i++) assert.ok(Math.abs((got[i] as number) - (expected[i] as number)) < 1e-10);
    const naive = Array.from({ length: k }, (_, p) => (a[p] as number) * (b[p * n] as number)).reduce(
      (x, y) => x + y,
      0,
    );
    assert.ok(Math.abs((expected[0] as number) - naive) < 1e-10);
  }
});
