import type { Random } from "../../runtime/base/random.ts";
import type { Act, Fault } from "./scenario.ts";

/** Clients that go, and what those want that come after them: at once, or when all is let go of, what the former had too. */
export function makePartings(
  random: Random,
  { clients, chaosMs, acts }: { readonly clients: number; readonly chaosMs: number; readonly acts: readonly Act[] },
): { readonly acts: readonly Act[]; readonly faults: readonly Fault[] } {
  const submissions = acts.filter(({ kind }) => kind === "submit");
  const made = { acts: [] as Act[], faults: [] as Fault[] };
  for (let n = 1 + random.below(2); n > 0; n--) {
    const client = random.below(clients);
    const at = random.below(chaosMs);
    const forMs = random.pick([1, 30, 3000]);
    const farewell = random.pick(["goodbye", "goodbye", "nothing"] as const);
    made.faults.push({ at, kind: "clientEnds", seat: `c${client + 1}`, farewell, forMs });
    const again = random.pick(submissions);
    made.acts.push({ ...again, client, at: at + forMs + random.pick([25, 100, 1000]) });
  }
  return made;
}
