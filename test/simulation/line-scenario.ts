import type { Random } from "../../runtime/base/random.ts";
import type { LineOptions } from "./line.ts";
import type { Fault } from "./scenario.ts";

/** What a line of schedulers shares, but for who keeps it. */
export type KeptLine = Omit<LineOptions, "servers" | "isRough" | "recordsPerSummary">;

export const lineOptions = (random: Random): KeptLine => ({
  ackLoss: random.pick([0, 0, 0.05, 0.3]),
  delayMs: random.pick([
    [0.1, 1],
    [1, 40],
  ] as const),
  leaseMs: random.pick([800, 3000]),
});

/** How many servers keep the journal; one alone may forget what it acknowledged. */
export function withServers(kept: KeptLine, faults: readonly Fault[], random: Random): LineOptions {
  const forgets = faults.some((fault) => fault.kind === "leaderCrash" && fault.forgets !== undefined);
  return {
    ...kept,
    servers: random.chance(0.5) || forgets ? 1 : 3,
    isRough: random.chance(0.5),
    recordsPerSummary: random.pick([4, 30, undefined]),
  };
}

/** @param power a chance of its own: the journal's machine fails too, before all that it acknowledged is on its disk */
export function leaderFaults(random: Random, chaosMs: number, power: Random): Fault[] {
  const faults: Fault[] = [];
  for (let n = 1 + random.below(3); n > 0; n--) {
    const at = random.below(chaosMs * 2);
    if (random.chance(0.7)) faults.push({ at, kind: "leaderCrash", forMs: random.pick([1, 500, 6000]) });
    else faults.push({ at, kind: "leaderPause", forMs: random.pick([200, 2000, 7000]) });
  }
  if (!power.chance(POWER_RATE)) return faults;
  return faults.map(
    (fault): Fault => (fault.kind === "leaderCrash" ? { ...fault, forgets: 1 + power.below(5) } : fault),
  );
}

const POWER_RATE = 0.5;

/** In some seeds a leader stops in order. */
export function resignations(random: Random, chaosMs: number): Fault[] {
  if (!random.chance(0.4)) return [];
  return [{ at: random.below(chaosMs * 2), kind: "leaderResigns", forMs: random.pick([1, 500, 6000]) }];
}

/** In some seeds one that stands by stops in order. */
export function standbysThatStop(random: Random, chaosMs: number): Fault[] {
  if (!random.chance(0.4)) return [];
  return Array.from({ length: 1 + random.below(2) }, () => ({ at: random.below(chaosMs * 2), kind: "standbyStops" }));
}

/** Workers that are gone for long when a leader fails: whoever follows it waits for them in vain. */
export function goneWithLeaders(random: Random, workers: readonly string[], faults: readonly Fault[]): Fault[] {
  return faults.flatMap((fault): Fault[] => {
    if (fault.kind !== "leaderCrash" || !random.chance(0.4)) return [];
    const at = Math.max(0, fault.at - random.below(100));
    return [{ at, kind: "crash", node: random.pick(workers), forMs: 30_000 }];
  });
}
