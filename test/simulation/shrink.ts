import type { Scenario } from "./scenario.ts";
import { type SimulateOptions, simulate } from "./simulate.ts";

/** Runs that a shrink may cost. */
const RUNS_MAX = 400;

/**
 * The least scenario that still fails in the same way: without faults, without acts, on fewer workers, with fewer wants,
 * as far as each can be left out.
 * @param message what the failure said; numbers in it may differ
 */
export async function shrink(scenario: Scenario, message: string, how: SimulateOptions): Promise<Scenario> {
  let runs = 0;
  const fails = async (candidate: Scenario): Promise<boolean> => {
    if (runs >= RUNS_MAX) return false;
    runs += 1;
    const { failure } = await simulate(candidate, { ...how, isTelling: false });
    return failure !== undefined && kindOf(failure.message) === kindOf(message);
  };
  let best = scenario;
  best = await shorter(best, best.faults, (faults) => ({ ...best, faults }), fails);
  best = await shorter(best, best.acts, (acts) => ({ ...best, acts }), fails);
  best = await shorter(best, best.faults, (faults) => ({ ...best, faults }), fails);
  for (const change of simplifications) {
    const candidate = change(best);
    if (candidate !== undefined && (await fails(candidate))) best = candidate;
  }
  return fewerWants(best, fails);
}

/** Leaves out halves, then quarters, and at last single items. */
async function shorter<T>(
  whole: Scenario,
  items: readonly T[],
  having: (items: readonly T[]) => Scenario,
  fails: (candidate: Scenario) => Promise<boolean>,
): Promise<Scenario> {
  let kept = [...items];
  let best = whole;
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2))
    for (let at = 0; at < kept.length; ) {
      const candidate = [...kept.slice(0, at), ...kept.slice(at + size)];
      if (await fails(having(candidate))) {
        kept = candidate;
        best = having(candidate);
      } else at += size;
    }
  return best;
}

const simplifications: readonly ((scenario: Scenario) => Scenario | undefined)[] = [
  (one) => withOptions(one, { workers: 1 }),
  (one) => withOptions(one, { workers: 2 }),
  (one) => withOptions(one, { slots: one.options.slots.map(() => 1) }),
  (one) => withOptions(one, { drift: one.options.drift.map(() => 1) }),
  (one) => withOptions(one, { network: { ...one.options.network, duplicates: 0 } }),
  (one) => withOptions(one, { network: { ...one.options.network, peerLoss: 0 } }),
];

const withOptions = (scenario: Scenario, change: Partial<Scenario["options"]>): Scenario => ({
  ...scenario,
  options: { ...scenario.options, ...change },
});

async function fewerWants(scenario: Scenario, fails: (candidate: Scenario) => Promise<boolean>): Promise<Scenario> {
  let best = scenario;
  for (const [at, act] of scenario.acts.entries()) {
    if (act.kind !== "submit") continue;
    for (const [which, [name, indices]] of act.wants.entries()) {
      if (indices.length < 2) continue;
      const wants = act.wants.map((want, i) => (i === which ? ([name, indices.slice(0, 1)] as const) : want));
      const candidate = { ...best, acts: best.acts.map((one, i) => (i === at ? { ...act, wants } : one)) };
      if (await fails(candidate)) best = candidate;
    }
  }
  return best;
}

const kindOf = (message: string): string =>
  message
    .replace(/\d+/g, "#")
    .replace(/\(.*\)/g, "")
    .slice(0, 60);
