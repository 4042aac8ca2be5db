import { setup } from "xstate";

export type SchedulerTaskEvent =
  | "need"
  | "hold"
  | "inputsReady"
  | "inputLost"
  | "place"
  | "preassign"
  | "copy"
  | "alone"
  | "finished"
  | "failed"
  | "again"
  | "rest"
  | "rested"
  | "missing"
  | "workerLost"
  | "relinquished"
  | "replicaLost"
  | "blame"
  | "retry"
  | "release"
  | "forget";

/**
 * A task as the scheduler sees it. The brain chooses which event is true of a row; this chart alone says where it leads.
 *
 * `released` known, not needed now · `waiting` an input is not in memory · `ready` may be placed · `assigned` sent ahead to
 * the worker that is making its inputs · `processing` sent, inputs at hand · `racing` it takes too long, and a second worker runs it too · `memory` some worker holds the result ·
 * `resting` it failed and is tried again after a while · `erred` it or an ancestor failed · `forgotten` gone.
 * @see https://distributed.dask.org/en/stable/scheduling-state.html
 */
export const schedulerTaskMachine = setup({
  types: { events: {} as { type: SchedulerTaskEvent } },
  actions: { enqueue: () => {}, dequeue: () => {} },
}).createMachine({
  id: "scheduler-task",
  initial: "released",
  states: {
    released: {
      on: { need: "waiting", hold: "memory", forget: "forgotten" },
      // A result, a failure or a loss that crossed the release on its way: the worker is told to drop what it has.
      meta: { ignored: ["finished", "failed", "missing"] },
    },
    waiting: {
      on: {
        inputsReady: "ready",
        preassign: "assigned",
        blame: "erred",
        release: "released",
      },
      meta: { ignored: ["inputLost", "finished", "failed", "missing"] },
    },
    ready: {
      entry: "enqueue",
      exit: "dequeue",
      on: { place: "processing", inputLost: "waiting", blame: "erred", release: "released" },
      meta: { ignored: ["finished", "failed", "missing"] },
    },
    assigned: {
      // Leaving it for `processing` keeps the place on the worker; all other ways out give it back. It can have finished: an
      // inventory lists rows in the order of their numbers. It can fail (`again`, or `blame` for itself): it ran on through a
      // takeover while its inputs were lost.
      on: {
        inputsReady: "processing",
        inputLost: "waiting",
        finished: "memory",
        again: "waiting",
        missing: "waiting",
        workerLost: "waiting",
        relinquished: "waiting",
        blame: "erred",
        release: "released",
      },
    },
    processing: {
      on: {
        copy: "racing",
        finished: "memory",
        failed: "erred",
        again: "waiting",
        rest: "resting",
        missing: "waiting",
        workerLost: "waiting",
        // Given away to another worker, which gets it in the same turn if it may.
        relinquished: "waiting",
        release: "released",
      },
      // Its worker may have fetched the input already; if not, it reports the task missing.
      meta: { ignored: ["inputLost"] },
    },
    racing: {
      // Whatever becomes of one of the two attempts, the row is alone again first, with the other or with none.
      on: { alone: "processing" },
      meta: { ignored: ["inputLost"] },
    },
    memory: {
      on: { replicaLost: "released", release: "released" },
    },
    resting: {
      // Its worker told that it failed, and says no more of it. Its inputs are kept, and looked at again when it has rested.
      on: { rested: "waiting", blame: "erred", release: "released" },
    },
    erred: {
      on: { retry: "waiting", release: "released" },
      // It may have been cancelled while it ran: what its worker said meanwhile comes too late.
      meta: { ignored: ["inputLost", "finished", "failed", "missing"] },
    },
    forgotten: { type: "final" },
  },
});
