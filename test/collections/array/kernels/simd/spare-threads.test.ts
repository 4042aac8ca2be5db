import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as da from "../../../../../collections/array/index.ts";
import { applied } from "../../../../../collections/array/kernels/elementwise.ts";
import type { Generated } from "../../../../../collections/array/kernels/generated.ts";
import type { Pending } from "../../../../../collections/array/kernels/pending.ts";
import { rampBlock } from "../../../../../collections/array/kernels/ramps.ts";
import { arenaMemory, lend, withArena } from "../../../../../collections/array/kernels/simd/arena.ts";
import { SLOTS, SpareThreads, sparesFor } from "../../../../../collections/array/kernels/simd/spare-threads.ts";
import { TILE_BYTES, TILE_ELEMENTS, tileMaker } from "../../../../../collections/array/kernels/tile-maker.ts";
import { config } from "../../../../../runtime/base/config.ts";
import type { WasmMemory } from "../../../../../runtime/base/web-assembly.ts";

// Before anything touches the arena: machines with one processor have spare threads here too.
config.set({ "array.spare-threads": 2 });
const memory = arenaMemory() as WasmMemory;
let threads: SpareThreads;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

before(async () => {
  threads = new SpareThreads(memory, 2);
  while (!threads.isReady) await turn();
});

function ramp(start: number, step: number, size: number): Generated {
  const at = { index: [0], start: [0], shape: [size], grid: [1] };
  return rampBlock({ start, step, dtype: "float64" }, at as never) as Generated;
}

/** Makes all tiles of sin(x) over a range by the threads, and gives what each held when it was taken. */
function sines(
  range: Generated,
  tiles: number,
  take = (_tile: number): void => {},
): { data: Float64Array; left: boolean }[] {
  const source = applied("sin", range) as Pending;
  const make = tileMaker(source, [range]);
  assert.ok(make !== undefined);
  return withArena(() => {
    const scratch = lend("float64", (threads.lanes * TILE_BYTES) / 8);
    const slots = Array.from({ length: SLOTS }, () => lend("float64", TILE_ELEMENTS));
    assert.ok(scratch !== undefined);
    const taken: { data: Float64Array; left: boolean }[] = [];
    threads.run({
      count: tiles,
      laneBytes: TILE_BYTES,
      calls: (tile, slot) =>
        make.calls(slots[slot]?.byteOffset as number, scratch.byteOffset, TILE_ELEMENTS, tile * TILE_ELEMENTS),
      take: (tile, slot, left) => {
        take(tile);
        const data = slots[slot] as Float64Array;
        if (left) make.alone(data, TILE_ELEMENTS, tile * TILE_ELEMENTS);
        taken.push({ data: data.slice(), left });
      },
    });
    return taken;
  });
}

const expected = (start: number, step: number, size: number): Promise<da.NDArray> =>
  da.arange(size, { dtype: "float64", chunks: -1 }).mul(step).add(start).sin().compute();

test("tiles are taken in order, with the bits that one thread gives", async () => {
  const tiles = 5 * SLOTS + 3;
  const alone = (await expected(0.5, 0.25, tiles * TILE_ELEMENTS)).data as Float64Array;
  const taken = sines(ramp(0.5, 0.25, tiles * TILE_ELEMENTS), tiles);
  assert.equal(taken.length, tiles);
  for (const [tile, { data, left }] of taken.entries()) {
    assert.equal(left, false);
    assert.deepEqual(data, alone.subarray(tile * TILE_ELEMENTS, (tile + 1) * TILE_ELEMENTS));
  }
});

test("tiles that only JavaScript can make whole are told of, and made by it", async () => {
  const taken = sines(ramp(1e9, 1, 3 * TILE_ELEMENTS), 3);
  assert.deepEqual(
    taken.map(({ left }) => left),
    [true, true, true],
  );
  const alone = (await expected(1e9, 1, 3 * TILE_ELEMENTS)).data as Float64Array;
  assert.deepEqual(taken[1]?.data, alone.subarray(TILE_ELEMENTS, 2 * TILE_ELEMENTS));
});

test("what fails when a tile is taken comes through, and the next work finds all in order", () => {
  const range = ramp(0, 1, 40 * TILE_ELEMENTS);
  const whole = sines(range, 40);
  for (const bad of [0, 7, 39])
    assert.throws(
      () =>
        sines(range, 40, (tile) => {
          if (tile === bad) throw new RangeError("no room");
        }),
      /no room/,
    );
  assert.deepEqual(sines(range, 40), whole);
});

test("a long loop that is summed gives the same bits before spare threads run and with them", async () => {
  const total = async (): Promise<unknown> => {
    const x = da.arange(0, 6_000_001, { chunks: 2_000_000 }).astype("float64");
    return (await x.sin().pow(2).add(x.cos()).add(x.sqrt()).sum().compute()).item();
  };
  const alone = await total();
  let spares = sparesFor(1e7, 100, memory);
  while (spares === undefined) {
    await turn();
    spares = sparesFor(1e7, 100, memory);
  }
  let works = 0;
  const run = spares.run.bind(spares);
  spares.run = (work) => {
    works += 1;
    run(work);
  };
  assert.equal(await total(), alone);
  assert.equal(works, 3, "the three large blocks; the last is of one element");
});
