import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as dd from "../../../../collections/dataframe/index.ts";
import { countedDigest } from "../../../../collections/dataframe/kernels/counted-digest.ts";
import { digestQuantiles, type TDigest, tDigest } from "../../../../collections/dataframe/kernels/t-digest.ts";
import { pushExecutor } from "../../../../runtime/graph/executor.ts";
import { syncExecutor } from "../../../../runtime/graph/sync-executor.ts";

let pop: () => void;
before(() => {
  pop = pushExecutor(syncExecutor);
});
after(() => pop());

test("tDigest() keeps weight and mean, the ends as they are, and small clusters near them", () => {
  const sorted = Float64Array.from({ length: 100_000 }, (_, at) => 1e6 + Math.sqrt(at));
  const { means, weights } = tDigest(sorted, 500);
  assert.ok(means.length <= 500);
  assert.equal(
    weights.reduce((a, b) => a + b),
    sorted.length,
  );
  assert.equal(means[0], sorted[0]);
  assert.equal(means.at(-1), sorted.at(-1));
  assert.ok(Math.max(...weights) <= (Math.PI / 2) * (sorted.length / 498) + 1);
  assert.ok((weights[5] as number) < Math.max(...weights) / 10);
  const mean = means.reduce((sum, one, at) => sum + one * (weights[at] as number), 0) / sorted.length;
  assert.ok(Math.abs(mean - sorted.reduce((a, b) => a + b, 0) / sorted.length) < 0.01);
});

test("tDigest() of few values, of equal values and of none", () => {
  assert.deepEqual(tDigest(Float64Array.of(1, 2, 3), 10), {
    means: Float64Array.of(1, 2, 3),
    weights: Float64Array.of(1, 1, 1),
  });
  assert.deepEqual(tDigest(new Float64Array(0), 10).means.length, 0);
  assert.ok(tDigest(new Float64Array(1_000).fill(7), 20).means.every((one) => one === 7));
});

test("digestQuantiles() is exact of all values, and off by little of their digests", () => {
  assert.deepEqual(digestQuantiles(tDigest(Float64Array.of(1, 2, 4, 8), 10), [0, 0.25, 0.5, 1]), [1, 1.75, 3, 8]);
  const values = Float64Array.from({ length: 200_000 }, (_, at) => ((at * 7_919) % 200_000) ** 2);
  const digests = [0, 1, 2, 3].map((part) => tDigest(values.slice(part * 50_000, (part + 1) * 50_000).sort(), 2_048));
  const all = {
    means: Float64Array.from(digests.flatMap(({ means }) => [...means])),
    weights: Float64Array.from(digests.flatMap(({ weights }) => [...weights])),
  };
  const shares = [0, 0.001, 0.01, 0.25, 0.5, 0.75, 0.99, 0.999, 1];
  for (const [at, found] of digestQuantiles(all, shares).entries())
    assert.ok(Math.abs(Math.sqrt(found) / 200_000 - (shares[at] as number)) < 1 / 2_000, `${shares[at]}: ${found}`);
});

test("countedDigest() keeps weight, mean and ends of values in any order, in clusters of even sizes", () => {
  const values = Float64Array.from({ length: 100_000 }, (_, at) => 1e6 + Math.sqrt((at * 7_919) % 100_000));
  const { means, weights } = countedDigest(values, 1_000) as TDigest;
  assert.equal(
    weights.reduce((a, b) => a + b),
    values.length,
  );
  assert.deepEqual([means[0], weights[0], means.at(-1), weights.at(-1)], [1e6, 1, 1e6 + Math.sqrt(99_999), 1]);
  assert.ok(Math.max(...weights) <= 100);
  assert.ok(means.every((one, at) => at === 0 || one >= (means[at - 1] as number)));
  const mean = means.reduce((sum, one, at) => sum + one * (weights[at] as number), 0) / values.length;
  assert.ok(Math.abs(mean - values.reduce((a, b) => a + b, 0) / values.length) < 1e-6);
});

test("countedDigest() is exact of few different values, and leaves values that it cannot tell apart", () => {
  const few = countedDigest(
    Float64Array.from({ length: 50_000 }, (_, at) => (at % 5) + 1),
    1_000,
  ) as TDigest;
  assert.deepEqual(digestQuantiles(few, [0, 0.25, 0.5, 0.75, 1]), [1, 2, 3, 4, 5]);
  const alike = countedDigest(new Float64Array(5_000).fill(7), 1_000) as TDigest;
  assert.deepEqual(digestQuantiles(alike, [0, 0.5, 1]), [7, 7, 7]);
  const outlier = Float64Array.from({ length: 50_000 }, (_, at) => (at === 7 ? 1e12 : at));
  assert.equal(countedDigest(outlier, 1_000), undefined);
  for (const odd of [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
    assert.equal(countedDigest(Float64Array.of(1, odd, 2), 1_000), undefined);
  assert.equal(countedDigest(new Float64Array(0), 1_000), undefined);
});

test("describe() of large partitions comes near the quantiles of all rows, of small ones it is exact", async () => {
  const v = Array.from({ length: 120_000 }, (_, at) => (at % 50 === 0 ? null : (at * 7_919) % 120_000));
  const known = (v.filter((one) => one !== null) as number[]).sort((a, b) => a - b);
  for (const npartitions of [1, 3, 12]) {
    const frame = await dd.fromColumns({ v }, { npartitions }).describe().compute();
    const [count, , , min, ...rest] = frame.toColumns()["v"] as number[];
    assert.deepEqual([count, min, rest.pop()], [known.length, known[0], known.at(-1)]);
    for (const [at, found] of rest.entries()) {
      const expected = known[Math.round(((at + 1) / 4) * (known.length - 1))] as number;
      assert.ok(Math.abs(found - expected) <= (npartitions === 12 ? 1 : 60), `${found} for ${expected}`);
    }
  }
});
