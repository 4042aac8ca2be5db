import { setup } from "xstate";

export type HungerEvent = "starve" | "hint" | "lapse" | "claim" | "feed";

/**
 * A worker as the scheduler negotiates for it: does it need work that others were sent?
 *
 * `fed` it has a task for every slot · `hungry` it has not, and nothing waits here that it could run · `hinted` it was told
 * who has more than enough, and asks them itself.
 */
export const hungerMachine = setup({ types: { events: {} as { type: HungerEvent } } }).createMachine({
  id: "hunger",
  initial: "fed",
  states: {
    // What it was hinted at may come when it has found other work.
    fed: { on: { starve: "hungry" }, meta: { ignored: ["feed", "claim"] } },
    hungry: { on: { hint: "hinted", feed: "fed" }, meta: { ignored: ["starve", "claim"] } },
    // A claim may be less than it needs.
    hinted: { on: { claim: "hungry", feed: "fed", lapse: "hungry" }, meta: { ignored: ["starve"] } },
  },
});
