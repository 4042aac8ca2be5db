import assert from "node:assert/strict";
import { test } from "node:test";
import * as da from "../../../collections/array/index.ts";
import { Random } from "../../../runtime/base/random.ts";
import { pushExecutor } from "../../../runtime/graph/executor.ts";
import { syncExecutor } from "../../../runtime/graph/sync-executor.ts";

pushExecutor(syncExecutor);

interface Axis {
  readonly chunks: readonly number[];
  readonly depth: readonly [number, number];
  readonly boundary: da.Boundary;
}

const BOUNDARIES: readonly da.Boundary[] = ["none", "reflect", "nearest", "periodic", 7, -1];

function randomAxis(r: Random): Axis {
  // Long blocks have thin halos, of which rims are cut where the blocks lie.
  const isLong = r.below(2) === 0;
  const chunks = Array.from({ length: 1 + r.below(3) }, () => (isLong ? 8 : 2) + r.below(4));
  const depth = isLong ? 2 : 3;
  return {
    chunks,
    depth: [r.below(depth), r.below(depth)],
    boundary: BOUNDARIES[r.below(BOUNDARIES.length)] as da.Boundary,
  };
}

/** Source positions along an axis of all blocks with their halos; numbers of constants as texts. */
function positionsOf({ chunks, depth, boundary }: Axis): (number | string)[] {
  const n = chunks.reduce((sum, one) => sum + one, 0);
  let start = 0;
  return chunks.flatMap((size) => {
    const from = start - depth[0];
    start += size;
    return Array.from({ length: size + depth[0] + depth[1] }, (_, k) => from + k).flatMap((at): (number | string)[] => {
      if (at >= 0 && at < n) return [at];
      if (typeof boundary === "number") return [String(boundary)];
      if (boundary === "none") return [];
      if (boundary === "periodic") return [(at + n) % n];
      if (boundary === "nearest") return [at < 0 ? 0 : n - 1];
      return [at < 0 ? -1 - at : 2 * n - 1 - at];
    });
  });
}

/** The elements of an arange of that shape at the product of positions; the last axis's constant stands. */
function naive(axes: readonly Axis[]): number[] {
  const sizes = axes.map((axis) => axis.chunks.reduce((sum, one) => sum + one, 0));
  const walk = (at: number, place: number, constant: number | undefined): number[] => {
    const axis = axes[at];
    if (axis === undefined) return [constant ?? place];
    return positionsOf(axis).flatMap((one) =>
      typeof one === "string"
        ? walk(at + 1, place * (sizes[at] as number), Number(one))
        : walk(at + 1, place * (sizes[at] as number) + one, constant),
    );
  };
  return walk(0, 0, undefined);
}

test("overlap() puts halos on up to four axes as a naive evaluator does, and trimOverlap() takes them off", async () => {
  const r = new Random(11);
  for (let round = 0; round < 150; round++) {
    const axes = Array.from({ length: 1 + r.below(4) }, () => randomAxis(r));
    const shape = axes.map((axis) => axis.chunks.reduce((sum, one) => sum + one, 0));
    const size = shape.reduce((product, n) => product * n, 1);
    const x = da
      .arange(size, { dtype: "float64" })
      .reshape(shape)
      .rechunk(axes.map((axis) => axis.chunks));
    const options = {
      depth: Object.fromEntries(axes.map((axis, at) => [at, axis.depth])),
      boundary: Object.fromEntries(axes.map((axis, at) => [at, axis.boundary])),
    };
    const wide = da.overlap(x, options);
    const found = await wide.compute();
    assert.deepEqual([...found.reshape([-1]).data], naive(axes), JSON.stringify(axes));
    const back = await da.trimOverlap(wide, options).compute();
    assert.deepEqual(
      [...back.reshape([-1]).data],
      Array.from({ length: size }, (_, i) => i),
    );
  }
});

test("blocks with thin halos read the rims of their neighbours, and no other whole block", () => {
  const x = da.ones([30, 30], { chunks: 10 });
  const { layer } = da.overlap(x, { depth: 1, boundary: "reflect" });
  assert.ok(layer.kind === "tasks");
  const sources = layer.inputSource as Uint16Array;
  assert.equal(sources.filter((one) => one === 0).length, 9);
  const thick = da.overlap(x, { depth: 4, boundary: "reflect" }).layer;
  assert.ok(thick.kind === "tasks" && thick.sources.length === 1);
  const alone = da.overlap(x.rechunk(30), { depth: 1, boundary: "periodic" }).layer;
  assert.ok(alone.kind === "tasks" && alone.sources.length === 1);
});
