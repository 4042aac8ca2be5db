import assert from "node:assert/strict";
import { test } from "node:test";
import { cos, sin } from "../../../../collections/array/kernels/trigonometry.ts";
import { Random } from "../../../../runtime/base/random.ts";

const bits = new DataView(new ArrayBuffer(8));
/** Places of doubles between two of them. */
function ulps(a: number, b: number): number {
  if (Object.is(a, b)) return 0;
  const place = (x: number): bigint => {
    bits.setFloat64(0, x);
    const n = bits.getBigInt64(0);
    return n < 0n ? -(n & 0x7fffffffffffffffn) : n;
  };
  const gap = place(a) - place(b);
  return Number(gap < 0n ? -gap : gap);
}

test("sin() and cos() are the engine's within one unit in the last place, whatever the size of the argument", () => {
  const r = new Random(5);
  let worst = 0;
  for (const size of [1e-300, 1e-9, 0.1, 1, 10, 1e3, 8e5, 1e6, 2e7, 9.9e7, 1e9, 1e300])
    for (let i = 0; i < 20_000; i++) {
      const x = (r.next() * 2 - 1) * size;
      worst = Math.max(worst, ulps(sin(x), Math.sin(x)), ulps(cos(x), Math.cos(x)));
    }
  for (let n = -2000; n < 2000; n++)
    for (const x of [(n * Math.PI) / 2, ((n + 20_000_000) * Math.PI) / 2, (n * Math.PI) / 4])
      worst = Math.max(worst, ulps(sin(x), Math.sin(x)), ulps(cos(x), Math.cos(x)));
  assert.ok(worst <= 1, `${worst} units in the last place`);
  for (const x of [0, -0, Number.NaN, Infinity, -Infinity, 1e-320]) {
    assert.ok(Object.is(sin(x), Math.sin(x)), `sin(${x})`);
    assert.ok(Object.is(cos(x), Math.cos(x)), `cos(${x})`);
  }
});
