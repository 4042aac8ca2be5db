import type { BlockLocation } from "../../../runtime/graph/call.ts";
import { type ShardSet, Shards, takeShards } from "../../../runtime/graph/shards.ts";

/** A list, one item for each reader. */
export const cutInShards = (parts: readonly unknown[]): Shards => new Shards(parts);

/** What all cutters meant for the reader at this place, in the order of the cutters. */
export const shardsFor = (cut: readonly (Shards | ShardSet)[], { index }: BlockLocation): Promise<unknown[]> =>
  takeShards(cut, new Array<number>(cut.length).fill(index[0] as number));
