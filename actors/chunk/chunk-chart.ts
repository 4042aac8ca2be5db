import { setup } from "xstate";

export type ChunkEvent = "put" | "spill" | "need" | "written" | "writeFailed" | "restored" | "restoreFailed" | "drop";

/**
 * A chunk as the store that keeps it sees it.
 *
 * `absent` not here · `resident` in memory · `spilling` being written to disk, still in memory · `saving` the same, but it is
 * needed, so it stays · `spilled` on disk alone · `restoring` being read · `backed` in memory and on disk: it can leave
 * memory at no cost. A write that fails leaves the chunk where it is: in memory. What cannot be read again is lost.
 * @see https://distributed.dask.org/en/stable/worker-memory.html
 */
export const chunkMachine = setup({
  types: { events: {} as { type: ChunkEvent } },
  actions: { write: () => {}, read: () => {}, letGo: () => {}, erase: () => {}, lose: () => {} },
}).createMachine({
  id: "chunk",
  initial: "absent",
  states: {
    absent: { on: { put: "resident" }, meta: { ignored: ["drop"] } },
    resident: { on: { spill: "spilling", drop: "absent" }, meta: { ignored: ["need"] } },
    spilling: {
      entry: "write",
      on: {
        need: "saving",
        written: "spilled",
        writeFailed: "resident",
        drop: { target: "absent", actions: "erase" },
      },
    },
    saving: {
      on: { written: "backed", writeFailed: "resident", drop: { target: "absent", actions: "erase" } },
      meta: { ignored: ["need"] },
    },
    spilled: { entry: "letGo", on: { need: "restoring", drop: { target: "absent", actions: "erase" } } },
    restoring: {
      entry: "read",
      on: {
        restored: "backed",
        restoreFailed: { target: "absent", actions: ["erase", "lose"] },
        drop: { target: "absent", actions: "erase" },
      },
      meta: { ignored: ["need"] },
    },
    backed: {
      on: { spill: "spilled", drop: { target: "absent", actions: "erase" } },
      meta: { ignored: ["need"] },
    },
  },
});
