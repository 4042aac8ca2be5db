import { setup } from "xstate";

export type ThiefEvent = "hint" | "granted" | "denied" | "settled" | "expired" | "reset";

/**
 * A worker that has little to do, as it asks others for some of theirs. One question is open at a time.
 *
 * `calm` asks nobody · `asking` one victim was asked, others of the hint may follow · `promised` a victim gave tasks away to
 * it; none of them starts before the scheduler has claimed it for this worker.
 */
export const thiefMachine = setup({ types: { events: {} as { type: ThiefEvent } } }).createMachine({
  id: "thief",
  initial: "calm",
  states: {
    calm: { on: { hint: "asking" }, meta: { ignored: ["reset"] } },
    asking: {
      on: { granted: "promised", denied: "calm", reset: "calm" },
      meta: { ignored: ["hint"] },
    },
    promised: {
      // Settled: each promise was claimed or voided. Expired: the scheduler's word does not come, a claim may still.
      on: { settled: "calm", expired: "calm", reset: "calm" },
      meta: { ignored: ["hint"] },
    },
  },
});
