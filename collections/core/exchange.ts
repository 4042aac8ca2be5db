import { type Arg, type Call, input, location, nested } from "../../runtime/graph/call.ts";
import type { BlockwiseLayer } from "../../runtime/graph/layer.ts";
import { kernel } from "../../runtime/wire/function-spec.ts";
import { cutInShards, shardsFor } from "./kernels/shards.ts";

const SHARDS = "shoal:collections/core/kernels/shards";
const CUT = kernel(SHARDS, "cutInShards", cutInShards);
const SHARDS_FOR = kernel(SHARDS, "shardsFor", shardsFor);

/** All to all: every block of one layer has something for every block of another. */
export interface Exchange {
  /** Cuts one block; its call gives a list of `count` parts, the i-th for reader i. */
  readonly cut: BlockwiseLayer;
  readonly count: number;
  /** Name of the layer that results. */
  readonly name: string;
  /** Puts together what is meant for one reader, given as a list in the order of the cutters. */
  read(parts: Arg): Call;
}

/**
 * The layer of readers. The parts never pass through the scheduler, nor are they tasks: workers keep them where they were
 * cut, in memory or on disk, and each reader fetches what is meant for it.
 *
 * Shapes: `cut` has one axis of n blocks, the result one of `count`; n + count tasks, whatever n × count is.
 * @see https://docs.dask.org/en/stable/dataframe-groupby.html (shuffle)
 */
export function exchangeLayer({ cut, count, name, read }: Exchange): BlockwiseLayer {
  const cutter: BlockwiseLayer = { ...cut, call: { fn: CUT, args: [nested(cut.call)] } };
  const parts = nested({ fn: SHARDS_FOR, args: [input(0), location([[[1, count]]])] });
  return {
    kind: "blockwise",
    name,
    grid: [count],
    inputs: [{ source: cutter, axes: [{ kind: "all" }] }],
    call: read(parts),
  };
}
