import type { BlockLocation } from "../../../runtime/graph/call.ts";
import { type ShardSet, Shards, takeShards } from "../../../runtime/graph/shards.ts";

/** A list, one item for each reader. */
export const cutInShards = (parts: readonly unknown[]): Shards => new Shards(parts);

/** The same, but memory is to be free of them at once. */
export const cutForDisk = (parts: readonly unknown[]): Shards => new Shards(parts, "disk");

/** What all cutters meant for the reader at this place, in the order of the cutters. */
export const shardsFor = (cut: readonly (Shards | ShardSet)[], { index }: BlockLocation): Promise<unknown[]> =>
  takeShards(cut, new Array<number>(cut.length).fill(index[0] as number));

/** What one cutter meant for one reader. */
export const partFor = (parts: readonly unknown[], { index }: BlockLocation): unknown => parts[index[1] as number];
