import { setup } from "xstate";

export type WorkerTaskEvent =
  | "compute"
  | "free"
  | "inputsReady"
  | "inputsLost"
  | "start"
  | "finished"
  | "failed"
  | "again"
  | "fetch"
  | "fetched"
  | "fetchFailed"
  | "unneed"
  | "orphan"
  | "put"
  | "promise"
  | "void"
  | "relinquish";

/**
 * A task as a worker sees it.
 *
 * `absent` nothing here · `waiting` to be computed, inputs on their way · `queued` may run · `executing` · `cancelling` runs on
 * though nobody wants it · `salvaging` runs on unwanted, but its result is now wanted as an input · `fetching` coming from
 * a peer, as an input · `memory` the result lies here · `promised` a peer gave it away to this worker, and the scheduler has not
 * said yes: inputs may come, it never starts. A queued task that is given away is gone at once (`relinquish`). The scheduler takes a task back before it asks for it anew. A transfer can be dropped at once, a running function cannot:
 * that is why only execution has shadow states.
 * @see https://distributed.dask.org/en/stable/worker-state.html
 */
export const workerTaskMachine = setup({ types: { events: {} as { type: WorkerTaskEvent } } }).createMachine({
  id: "worker-task",
  initial: "absent",
  states: {
    absent: {
      on: { compute: "waiting", fetch: "fetching", put: "memory", promise: "promised" },
      meta: { ignored: ["free"] },
    },
    promised: {
      // The claim is a `compute` with an attempt of its own.
      on: { compute: "waiting", void: "absent" },
    },
    waiting: {
      on: { inputsReady: "queued", inputsLost: "absent", free: "absent" },
    },
    queued: {
      on: { start: "executing", inputsLost: "absent", free: "absent", relinquish: "absent" },
    },
    executing: {
      // Again: it was told to stop before it was asked for anew, and did. An input may be a handle, and what it stands for gone.
      on: { finished: "memory", failed: "absent", again: "waiting", inputsLost: "absent", free: "cancelling" },
    },
    cancelling: {
      // An orphan's row number belongs to another task now: what it gives is nobody's.
      on: { finished: "absent", failed: "absent", compute: "executing", fetch: "salvaging", orphan: "absent" },
      meta: { ignored: ["free"] },
    },
    salvaging: {
      on: { finished: "memory", failed: "fetching", compute: "executing", free: "cancelling", unneed: "cancelling" },
      meta: { ignored: ["fetch"] },
    },
    fetching: {
      on: {
        fetched: "memory",
        fetchFailed: "absent",
        unneed: "absent",
        free: "absent",
        compute: "waiting",
      },
      meta: { ignored: ["fetch"] },
    },
    memory: { on: { free: "absent" }, meta: { ignored: ["compute"] } },
  },
});
