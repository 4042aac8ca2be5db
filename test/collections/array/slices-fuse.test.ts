import assert from "node:assert/strict";
import { test } from "node:test";
import * as da from "../../../collections/array/index.ts";
import { pushExecutor } from "../../../runtime/graph/executor.ts";
import { syncExecutor } from "../../../runtime/graph/sync-executor.ts";

pushExecutor(syncExecutor);

const slices = ["::-1", "::-3", "17:2:-2", "::10", "3::-1", "-1:-9:-4", "4:11:3"];
const reads = (slice: string, n: number): number[] => {
  const places = Array.from({ length: n }, (_, i) => i);
  const [start, stop, step] = slice.split(":").map((one) => (one === "" ? undefined : Number(one)));
  const from = (one: number): number => (one < 0 ? one + n : one);
  const by = step ?? 1;
  const first = start === undefined ? (by < 0 ? n - 1 : 0) : from(start);
  const end = stop === undefined ? (by < 0 ? -1 : n) : from(stop);
  return places.map((i) => first + i * by).filter((at) => (by < 0 ? at > end : at < end));
};

for (const slice of slices)
  test(`a slice ${slice} joins the loop of what stands before and behind, whatever the chunks`, async () => {
    for (const chunks of [5, [5, 5, 5, 5], [1, 9, 2, 8]]) {
      const x = da.arange(20, { chunks: 20 }).rechunk([chunks as number]);
      const y = x.add(100).get(slice).mul(2).add(x.get(slice));
      assert.deepEqual(
        (await y.compute()).toArray(),
        reads(slice, 20).map((at) => (100 + at) * 2 + at),
      );
    }
    const y = da.random.random([20], { chunks: 5, seed: 1 }).add(1).get(slice).mul(3);
    assert.match(y.explain(), /Runs: 1 layer,/);
  });

test("slices of slices are one step, and read no more blocks than they give values of", async () => {
  const source = da.random.random([1000], { chunks: 100, seed: 1 }).rechunk([250]);
  const once = source.get("15:510:2");
  const twice = source.get("10:900").get("5:500").get("::2");
  const steps = (array: { explain(): string }): string | undefined => /Runs: (.*)/.exec(array.explain())?.[1];
  assert.equal(steps(twice), steps(once));
  assert.deepEqual((await twice.compute()).toArray(), (await once.compute()).toArray());
  assert.match(twice.explain(), /Fused into the layers that read them: get-\S+, get-\S+$/);
});
