import * as da from "../collections/array/index.ts";
import { Client } from "../index.ts";
import { config } from "../runtime/base/config.ts";
import { graphOf, wantAll } from "../runtime/graph/graph.ts";
import { optimizeGraph } from "../runtime/graph/optimize.ts";
import { expandGraph } from "../runtime/graph/task-table.ts";
import { type BenchCase, type BenchMode, pythonPeer, secondsOf } from "./bench-case.ts";

/** Blocked array work beside Dask's threads; the time is that of building the graph and computing it. */

/** Five-point smoothing of a block that already has its border of one element. */
function smooth(block: da.NDArray): da.NDArray {
  const inner = block
    .get("1:-1", "1:-1")
    .mul(0.4)
    .add(block.get(":-2", "1:-1").mul(0.15))
    .add(block.get("2:", "1:-1").mul(0.15))
    .add(block.get("1:-1", ":-2").mul(0.15))
    .add(block.get("1:-1", "2:").mul(0.15));
  return block.set(["1:-1", "1:-1"], inner);
}

const square = (): da.Array => da.random.random([6_400, 6_400], { chunks: 800, seed: 42 });
const tall = (): da.Array => da.random.random([20_000, 2_000], { chunks: 1_000, seed: 42 });

const works: Readonly<Record<string, readonly [build: () => da.Array, units: number]>> = {
  random_only: [
    () =>
      tall()
        .mapBlocks((b: da.NDArray) => b.get(":1", ":1"), { chunks: [1, 1], dtype: "float64" })
        .sum(),
    40_000_000,
  ],
  add_transpose_mean: [() => ((x) => x.add(x.T).mean())(square()), 40_960_000],
  add_transpose_std: [() => ((x) => x.add(x.T).std())(square()), 40_960_000],
  tall_std: [() => tall().std({ axis: 0 }).sum(), 40_000_000],
  matmul: [
    () =>
      da.random
        .random([4_000, 4_000], { chunks: 1_000, seed: 42 })
        .matmul(da.random.random([4_000, 4_000], { chunks: 1_000, seed: 43 }))
        .sum(),
    16_000_000,
  ],
  svd_tsqr: [() => da.linalg.svd(da.random.random([200_000, 50], { chunks: [20_000, 50], seed: 42 }))[1], 10_000_000],
  rechunk: [
    () =>
      da
        .ones([8_000, 8_000], { chunks: [8_000, 100] })
        .rechunk([100, 8_000])
        .sum(),
    64_000_000,
  ],
  sum: [() => da.arange(0, 100_000_000, { chunks: 1_000_000, dtype: "float64" }).sum(), 100_000_000],
  overlap: [
    () =>
      da.random
        .random([8_000, 4_000], { chunks: 1_000, seed: 42 })
        .mapOverlap(smooth, { depth: 1, boundary: "reflect", dtype: "float64" })
        .sum(),
    32_000_000,
  ],
  elementwise: [
    () => {
      const x = da.arange(0, 20_000_000, { chunks: 1_000_000 }).astype("float64");
      return x.sin().pow(2).add(x.cos().pow(2)).add(x.sqrt().mul(0.5)).sum();
    },
    20_000_000,
  ],
  slicing: [() => da.ones([10_000, 10_000], { chunks: 500 }).get("::3", "::-2").get("100:-100").sum(), 100_000_000],
};

function arrayCase(name: string, mode: BenchMode): BenchCase {
  const [build, units] = works[name] as (typeof works)[string];
  let client: Client | undefined;
  return {
    name: `array/${name}`,
    params: { mode, ...(mode === "inline" ? {} : { workers: 2, nice: 0 }) },
    units,
    peers: [pythonPeer("dask-threads", "array.py", [name])],
    open: async () => {
      // The peer's threads give way to nobody; where others work on the machine, ours would, and the two could not be compared.
      config.set({ "worker.nice": 0 });
      client = await Client.local(mode === "inline" ? { mode } : { mode, workers: 2 });
    },
    run: async () => ({
      seconds: await secondsOf(async () => {
        await build().compute();
      }),
    }),
    close: async () => client?.close(),
  };
}

/** What leans on OpenBLAS, where a system has none. */
const bare: readonly BenchCase[] = ["matmul", "svd_tsqr"].map((name) => {
  const one = arrayCase(name, "inline");
  return {
    ...one,
    params: { ...one.params, blas: "none" },
    open: async () => {
      config.set({ "array.openblas": false });
      await one.open?.();
    },
  };
});

/** A graph of a million chunks: built, optimised and laid out as tasks, not run. */
const buildCase: BenchCase = {
  name: "array/build_1e6_chunks",
  params: { n: 1_000_000 },
  units: 1_000_000,
  runs: 3,
  peers: [pythonPeer("dask", "array.py", ["build_1e6_chunks", "--runs", 1])],
  run: async () => ({
    seconds: await secondsOf(() => {
      const { layer } = da.ones([10_000_000], { chunks: 10 }).add(1).mul(2).sum();
      expandGraph(optimizeGraph(graphOf([wantAll(layer)])));
    }),
  }),
};

/** 20 GB of blocks, each in memory while a function looks at it, one after another; the peak is what the line is about. */
const largeCase: BenchCase = {
  name: "array/reduce_20gb",
  params: { mode: "inline" },
  units: 2_500_000_000,
  isLong: true,
  peers: [pythonPeer("dask-threads", "array.py", ["reduce_20gb", "--runs", 1])],
  run: async () => ({
    seconds: await secondsOf(async () => {
      await da.random
        .random([50_000, 50_000], { chunks: 2_000, seed: 42 })
        .mapBlocks((block: da.NDArray) => block.mul(2).sub(1), { dtype: "float64" })
        .std()
        .compute();
    }),
  }),
};

const modes: readonly BenchMode[] = ["inline", "threads"];

export const cases: readonly BenchCase[] = [
  ...modes.flatMap((mode) => Object.keys(works).map((name) => arrayCase(name, mode))),
  ...bare,
  buildCase,
  largeCase,
];
