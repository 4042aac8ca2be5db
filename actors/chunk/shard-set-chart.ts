import { setup } from "xstate";

export type ShardSetEvent = "write" | "written" | "writeFailed" | "drop";

/**
 * Where the shards of one task are. The worker's own readers take them from memory as long as they are there.
 *
 * `resident` in memory · `writing` still in memory, on the way to disk · `stored` on disk alone · `pinned` in memory, and staying
 * there: the disk would not take them · `dropped` nobody needs them.
 * @see https://distributed.dask.org/en/stable/shuffling-internals.html
 */
export const shardSetMachine = setup({ types: { events: {} as { type: ShardSetEvent } } }).createMachine({
  id: "shard-set",
  initial: "resident",
  states: {
    resident: { on: { write: "writing", drop: "dropped" } },
    writing: { on: { written: "stored", writeFailed: "pinned", drop: "dropped" } },
    stored: { on: { drop: "dropped" } },
    pinned: { on: { drop: "dropped" } },
    // A write that was under way when the set was dropped ends unheard.
    dropped: { meta: { ignored: ["written", "writeFailed"] } },
  },
});
