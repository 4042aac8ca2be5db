import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Client } from "shoal";
import * as da from "shoal/array";

/** Sizes that add up to a total. */
const cuts = (total: number): fc.Arbitrary<number[]> =>
  fc.array(fc.integer({ min: 1, max: total }), { maxLength: 6 }).map((marks) => {
    const borders = [...new Set([0, total, ...marks.filter((mark) => mark < total)])].sort((a, b) => a - b);
    return borders.slice(1).map((border, at) => border - (borders[at] as number));
  });

const cases = fc.array(fc.integer({ min: 1, max: 17 }), { minLength: 1, maxLength: 3 }).chain((shape) =>
  fc.record({
    shape: fc.constant(shape),
    old: fc.tuple(...shape.map(cuts)),
    now: fc.tuple(...shape.map(cuts)),
  }),
);

test("rechunk gives the same array, however the old blocks are cut and moved", async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ({ shape, old, now }) => {
      const size = shape.reduce((product, n) => product * n, 1);
      const plain = da.arange(size).reshape(shape);
      const cut = plain.rechunk(old).rechunk(now);
      assert.deepEqual(cut.chunks, now);
      assert.deepEqual((await cut.compute()).toArray(), (await plain.compute()).toArray());
    }),
    { numRuns: 150, seed: 7 },
  );
});

test("rows to columns goes by way of an exchange: each block is read once, cut, and only the parts move", async (t) => {
  const client = await Client.local({ mode: "threads", workers: 2 });
  t.after(() => client.close());
  const rows = da
    .arange(40 * 40)
    .reshape([40, 40])
    .rechunk([1, 40]);
  const columns = rows.rechunk([40, 1]);
  assert.match(columns.explain(), /rechunk-split/);
  const sums = await columns
    .mapBlocks((block: { sum(): unknown }) => block)
    .sum({ axis: 0 })
    .compute();
  const expected = Array.from({ length: 40 }, (_, column) => 40 * column + 40 * ((39 * 40) / 2));
  assert.deepEqual([...(sums.data as ArrayLike<number> & Iterable<number>)].map(Number), expected);
});
