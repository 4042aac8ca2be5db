import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fastGemm } from "../../../../collections/array/kernels/fast-gemm.ts";
import { gemm } from "../../../../collections/array/kernels/gemm.ts";
import { openBlas, withoutOpenBlas } from "../../../../collections/array/kernels/openblas.ts";
import { arenaMemory, lend, withArena } from "../../../../collections/array/kernels/simd/arena.ts";
import { addProduct } from "../../../../collections/array/kernels/simd/arena-product.ts";
import { sparesFor } from "../../../../collections/array/kernels/simd/spare-threads.ts";
import { config } from "../../../../runtime/base/config.ts";
import { Random } from "../../../../runtime/base/random.ts";

// Before anything touches the arena: machines with one processor have spare threads here too.
config.set({ "array.spare-threads": 2 });

test("fastGemm() gives what plain loops give, with sizes that cross its tiles, whatever lay in the result's memory", () => {
  const r = new Random(7);
  for (const [m, n, k] of [
    [3, 5, 2],
    [180, 170, 160],
    [1030, 70, 1100],
    [61, 1031, 259],
  ] as const) {
    const fill = (size: number): Float64Array => Float64Array.from({ length: size }, () => r.next() - 0.5);
    const [a, b] = [fill(m * k), fill(k * n)];
    const [expected, got] = [new Float64Array(m * n), new Float64Array(m * n).fill(Number.NaN)];
    gemm({ m, n, k }, { data: a, at: 0 }, { data: b, at: 0 }, { data: expected, at: 0 });
    for (const way of [<T>(work: () => T): T => work(), withoutOpenBlas]) {
      got.fill(Number.NaN);
      way(() => fastGemm({ m, n, k }, { data: a, at: 0 }, { data: b, at: 0 }, { data: got, at: 0 }));
      for (let i = 0; i < m * n; i++) assert.ok(Math.abs((got[i] as number) - (expected[i] as number)) < 1e-10);
    }
    const naive = Array.from({ length: k }, (_, p) => (a[p] as number) * (b[p * n] as number)).reduce(
      (x, y) => x + y,
      0,
    );
    assert.ok(Math.abs((expected[0] as number) - naive) < 1e-10);
  }
});

test("addProduct() gives the same bits with spare threads and without, and adds nothing where the arena is full", async () => {
  const memory = arenaMemory();
  assert.ok(memory !== null);
  const sizes = { m: 203, n: 150, k: 270 };
  const matrix = (size: number): Float64Array => Float64Array.from({ length: size }, (_, i) => Math.sin(i));
  const [a, b] = [matrix(203 * 270), matrix(270 * 150)];
  const product = (): Float64Array => {
    const c = new Float64Array(203 * 150).fill(1);
    assert.ok(addProduct(sizes, { data: a, at: 0 }, { data: b, at: 0 }, { data: c, at: 0 }));
    return c;
  };
  const alone = product();
  while (sparesFor(1e6, 1e3, memory) === undefined) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(product(), alone);
  const c = new Float64Array(203 * 150);
  withArena(() => {
    while (lend("float64", 1 << 14) !== undefined);
    assert.ok(!addProduct(sizes, { data: a, at: 0 }, { data: b, at: 0 }, { data: c, at: 0 }));
  });
  assert.ok(c.every((one) => one === 0));
});

test("array.openblas: false keeps to WebAssembly and plain loops", () => {
  const script = `
    import { config } from "./runtime/base/config.ts";
    import { openBlas } from "./collections/array/kernels/openblas.ts";
    config.set({ "array.openblas": false });
    process.exit(openBlas() === null ? 0 : 1);`;
  const flags = ["--import", "tsx", "--conditions=shoal-source", "--input-type=module", "--eval", script];
  assert.equal(spawnSync(process.execPath, flags, { cwd: new URL("../../../..", import.meta.url) }).status, 0);
  assert.equal(withoutOpenBlas(openBlas), null);
});
