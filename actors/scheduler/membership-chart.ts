import { setup } from "xstate";

export type MembershipEvent = "listed" | "again" | "retire" | "stay" | "leave";

/**
 * A worker as a member of its cluster.
 *
 * `joining` it came, and has yet to say what it has · `running` it is given work · `draining` it is to leave: it is given nothing
 * new, gives back what it has not begun, and what only it holds is copied to others · `rejoining` its session began anew
 * while it drained · `left` gone, whichever way.
 */
export const membershipMachine = setup({ types: { events: {} as { type: MembershipEvent } } }).createMachine({
  id: "membership",
  initial: "joining",
  states: {
    joining: {
      on: { listed: "running", retire: "rejoining", leave: "left" },
      meta: { ignored: ["again"] },
    },
    // An inventory may come again after a takeover.
    running: { on: { again: "joining", retire: "draining", leave: "left" }, meta: { ignored: ["listed"] } },
    draining: { on: { again: "rejoining", stay: "running", leave: "left" }, meta: { ignored: ["listed"] } },
    rejoining: { on: { listed: "draining", stay: "joining", leave: "left" }, meta: { ignored: ["again"] } },
    left: { type: "final" },
  },
});
