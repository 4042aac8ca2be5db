import { createMachine } from "xstate";

/** A scheduler's task with guards, entry and exit actions and an end. */
export const taskMachine = createMachine({
  id: "task",
  initial: "released",
  meta: { ignored: { forgotten: ["done"], waiting: ["slot"], released: ["cancel"] } },
  states: {
    released: {
      on: {
        submit: [
          { guard: "noInputs", target: "queued" },
          { target: "waiting", actions: "subscribe" },
        ],
        forget: "forgotten",
      },
    },
    waiting: {
      on: {
        inputReady: [{ guard: "lastInput", target: "queued", actions: "dropInput" }, { actions: "dropInput" }],
        cancel: "released",
        fail: "erred",
      },
    },
    queued: { entry: "enqueue", on: { slot: { guard: "hasSlot", target: "processing" }, cancel: "released" } },
    processing: {
      entry: "assign",
      exit: "freeSlot",
      on: {
        done: "memory",
        fail: [{ guard: "canRetry", target: "waiting", actions: "countRetry" }, { target: "erred" }],
        lost: "queued",
        cancel: "released",
      },
    },
    memory: {
      entry: ["storeHolder", "tellDependents"],
      on: {
        release: { target: "released", actions: "freeData" },
        lost: [{ guard: "wanted", target: "waiting" }, { target: "released" }],
      },
    },
    erred: { entry: ["raiseError", "tellClient"], on: { retry: "released", forget: "forgotten" } },
    forgotten: { type: "final", entry: "dropRow", exit: "sayGoodbye" },
  },
});

/** Inherited transitions, a wildcard, reentry, internal transitions, and guards that fall through to the parent. */
export const nestedMachine = createMachine({
  id: "nested",
  initial: "idle",
  states: {
    idle: {
      entry: "idleIn",
      exit: "idleOut",
      on: {
        go: { guard: "a", target: "proc", actions: "t1" },
        self: { target: "idle", reenter: true, actions: "t2" },
        soft: { target: "idle", actions: "t3" },
      },
    },
    proc: {
      initial: "sent",
      entry: "procIn",
      exit: "procOut",
      on: {
        lost: [{ guard: "b", target: "idle", actions: "t1" }, { target: "dead" }],
        done: "mem",
        reset: { target: ".sent", actions: "t2" },
        hardReset: { target: ".sent", reenter: true, actions: "t2" },
        nop: { actions: "t3" },
      },
      states: {
        sent: { entry: "sentIn", exit: "sentOut", on: { start: "running", done: { guard: "b", target: "running" } } },
        running: { entry: "w", on: { long: "long", lost: { guard: "a", target: "sent" } } },
        long: {},
      },
    },
    mem: { on: { "*": { target: "idle", actions: "w" }, lost: "proc.running" } },
    dead: { type: "final" },
  },
});

/** A task on a worker: what is being done, and whether anyone still wants it, are separate regions. */
export const workerTaskMachine = createMachine({
  id: "workerTask",
  type: "parallel",
  states: {
    work: {
      initial: "idle",
      states: {
        idle: { on: { fetch: "fetching", ready: "queued", put: "memory" } },
        fetching: { on: { fetched: "memory", peerGone: "idle" } },
        queued: { on: { start: "executing", stolen: "idle" } },
        executing: {
          tags: ["busy"],
          on: { finished: "memory", failed: "erred", rescheduled: "idle", secede: "seceded" },
        },
        seceded: { tags: ["busy"], on: { finished: "memory", failed: "erred", rescheduled: "idle" } },
        memory: { on: { drop: "idle" } },
        erred: { on: { drop: "idle" } },
      },
    },
    want: {
      initial: "wanted",
      states: {
        wanted: { on: { free: "unwanted" } },
        unwanted: { on: { compute: "wanted", acquire: "wanted" } },
      },
    },
  },
});
