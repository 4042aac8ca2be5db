import { type Arg, type Call, input, location, nested } from "../../runtime/graph/call.ts";
import type { BlockwiseLayer } from "../../runtime/graph/layer.ts";
import { kernel } from "../../runtime/wire/function-spec.ts";
import { cutForDisk, cutInShards, partFor, shardsFor } from "./kernels/shards.ts";

const SHARDS = "shoal:collections/core/kernels/shards";
const CUT = kernel(SHARDS, "cutInShards", cutInShards);
const CUT_FOR_DISK = kernel(SHARDS, "cutForDisk", cutForDisk);
const SHARDS_FOR = kernel(SHARDS, "shardsFor", shardsFor);
const PART_FOR = kernel(SHARDS, "partFor", partFor);

/**
 * How parts come to their readers. `exchange`: they stay where they were cut, in memory as far as there is room, and readers fetch theirs ·
 * `disk`: the same, but they go to disk at once · `tasks`: each part is the result of a task, as any other.
 */
export type ExchangeMethod = "exchange" | "disk" | "tasks";

/** All to all: every block of one layer has something for every block of another. */
export interface Exchange {
  /** Cuts one block; its call gives a list of `count` parts, the i-th for reader i. */
  readonly cut: BlockwiseLayer;
  readonly count: number;
  /** Name of the layer that results. */
  readonly name: string;
  /** "exchange" unless told. */
  readonly method?: ExchangeMethod | undefined;
  /** Puts together what is meant for one reader, given as a list in the order of the cutters. */
  read(parts: Arg): Call;
}

/**
 * The layer of readers. The parts never pass through the scheduler, nor are they tasks, unless that is asked for: workers keep them where
 * they were cut, in memory or on disk, and each reader fetches what is meant for it.
 *
 * Shapes: `cut` has one axis of n blocks, the result one of `count`; n + count tasks, whatever n × count is (by "tasks" those too).
 * @see https://docs.dask.org/en/stable/dataframe-groupby.html (shuffle)
 */
export function exchangeLayer(exchange: Exchange): BlockwiseLayer {
  const { cut, count, name, method = "exchange", read } = exchange;
  if (method === "tasks") return readersOfTasks(exchange);
  const fn = method === "disk" ? CUT_FOR_DISK : CUT;
  const cutter: BlockwiseLayer = { ...cut, ...named(cut, method), call: { fn, args: [nested(cut.call)] } };
  const parts = nested({ fn: SHARDS_FOR, args: [input(0), location([[[1, count]]])] });
  return {
    kind: "blockwise",
    ...named({ name }, method),
    grid: [count],
    inputs: [{ source: cutter, axes: [{ kind: "all" }] }],
    call: read(parts),
  };
}

/** Cutters give whole lists; a task a part takes it out, so that a reader is sent no more than is meant for it. */
function readersOfTasks({ cut, count, name, read }: Exchange): BlockwiseLayer {
  const n = cut.grid[0] ?? 1;
  const part: BlockwiseLayer = {
    kind: "blockwise",
    ...named({ name: `part-${cut.name}` }, "tasks"),
    grid: [n, count],
    inputs: [{ source: cut, axes: [{ kind: "axis", axis: 0 }] }],
    call: { fn: PART_FOR, args: [input(0), location([[[1, n]], [[1, count]]])] },
  };
  return {
    kind: "blockwise",
    ...named({ name }, "tasks"),
    grid: [count],
    inputs: [{ source: part, axes: [{ kind: "all" }, { kind: "axis", axis: 0 }] }],
    call: read(input(0)),
  };
}

/** Layers of one name are the same work, so each method has names of its own. */
const named = ({ name }: { readonly name: string }, method: ExchangeMethod): { readonly name: string } =>
  method === "exchange" ? { name } : { name: name.replace(/-(?=[^-]*$)/, `-${method}-`) };
