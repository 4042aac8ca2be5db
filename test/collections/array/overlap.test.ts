import assert from "node:assert/strict";
import { test } from "node:test";
import * as da from "../../../collections/array/index.ts";
import { roomyBlock, takeRoom } from "../../../collections/array/kernels/room.ts";
import { NDArray } from "../../../collections/array/ndarray.ts";
import { compute } from "../../../index.ts";
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
  // Each of the nine reads the rims of its neighbours, and its own, so that those are cut before its memory is shown to anybody.
  assert.equal(sources.filter((one) => one === 1).length, 4 * 3 + 4 * 5 + 8 + 9);
  const thick = da.overlap(x, { depth: 4, boundary: "reflect" }).layer;
  assert.ok(thick.kind === "tasks" && thick.sources.length === 1);
  const alone = da.overlap(x.rechunk(30), { depth: 1, boundary: "periodic" }).layer;
  assert.ok(alone.kind === "tasks" && alone.sources.length === 1);
});

test("a block that was made with room gets its halo where it lies, once; what a function writes there reaches no neighbour", async () => {
  const room = [[[1, 2]], [[2, 1]]] as const;
  const block = roomyBlock(room, { index: [0, 0] }, new NDArray(Float64Array.of(1, 2, 3, 4, 5, 6), "float64", [2, 3]));
  assert.deepEqual([block.offset, block.strides, block.data.length], [8, [6, 1], 30]);
  assert.equal(takeRoom(block, [5, 5], [1, 2]), undefined);
  assert.equal(takeRoom(block, [5, 6], [1, 1]), undefined);
  assert.equal(takeRoom(block, [5, 6], [1, 2])?.data, block.data);
  assert.equal(takeRoom(block, [5, 6], [1, 2]), undefined);

  const x = da.arange(4096, { chunks: 512, dtype: "float64" });
  const sums = x.mapOverlap(
    (part: da.NDArray) => {
      const data = part.data as Float64Array;
      const total = data.reduce((sum, one) => sum + one, 0);
      data.fill(-1);
      return new NDArray(new Float64Array(part.shape[0] as number).fill(total), "float64", part.shape);
    },
    { depth: 2, boundary: "reflect", dtype: "float64" },
  );
  // The elements of x are as they were where others read them.
  const [found, own] = await compute(sums.get("::512"), x.sum());
  const blocks = Array.from({ length: 8 }, (_, i) => 512 * (512 * i) + (511 * 512) / 2);
  const borders = (i: number): number => {
    const [first, last] = [512 * i, 512 * i + 511];
    return (i === 0 ? 0 + 1 : first - 1 + first - 2) + (i === 7 ? last + last - 1 : last + 1 + last + 2);
  };
  assert.deepEqual(
    [...found.data],
    blocks.map((sum, i) => sum + borders(i)),
  );
  assert.equal(Number(own), (4095 * 4096) / 2);
});
