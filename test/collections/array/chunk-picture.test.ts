import assert from "node:assert/strict";
import { test } from "node:test";
import * as da from "../../../collections/array/index.ts";

const linesOf = (svg: string | undefined): number => (svg?.match(/<line /g) ?? []).length;

test("toSvg() draws a line for each border of a chunk, of one to three axes", () => {
  assert.equal(linesOf(da.ones([9], { chunks: 3 }).toSvg()), 2 + 4);
  assert.equal(linesOf(da.ones([9, 4], { chunks: [3, 2] }).toSvg()), 4 + 3);
  // The front face, then the borders that run back from it, then two sides for each cut of the first axis.
  assert.equal(linesOf(da.ones([4, 9, 4], { chunks: [2, 3, 2] }).toSvg()), 4 + 3 + (3 + 4) + 2 * 3);
  assert.ok(linesOf(da.ones([100_000], { chunks: 10 }).toSvg()) < 60, "very many borders are thinned out");
  assert.equal(da.ones([5, 5, 5, 5], { chunks: 5 }).toSvg()?.startsWith("<svg"), true);
});

test("toSvg() has nothing to draw without axes or elements, or where sizes are unknown", () => {
  assert.equal(da.ones([]).toSvg(), undefined);
  assert.equal(da.ones([0, 3]).toSvg(), undefined);
  const x = da.arange(0, 5);
  assert.equal(x.get(x.gt(2)).toSvg(), undefined);
});

test("notebooks are shown a table and the picture", () => {
  const x = da.ones([2000, 1000], { chunks: 1000 });
  const shown = (x as unknown as Record<symbol, () => Record<string, string>>)[Symbol.for("Jupyter.display")]?.();
  assert.equal(shown?.["text/plain"], String(x));
  assert.match(shown?.["text/html"] ?? "", /16 MB.*8 MB.*\(2000, 1000\).*\(1000, 1000\).*2 chunks.*float64.*<svg/);
});
