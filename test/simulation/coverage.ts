import type { Chart } from "../../runtime/actor/chart.ts";

/** How much of a chart's table a run has walked. */
export interface Coverage {
  readonly chart: string;
  /** Pairs of state and event that lead somewhere or are ignored. */
  readonly possible: number;
  readonly hit: number;
  /** "state × event" of those that were never walked. */
  readonly missed: readonly string[];
}

/** @param hits how often each pair was stepped, as `bindChart` counts */
export function coverageOf(chart: Chart, hits: Uint32Array): Coverage {
  const missed: string[] = [];
  let possible = 0;
  chart.states.forEach((state, s) => {
    chart.events.forEach((event, e) => {
      if (chart.kind(s, e) === "impossible") return;
      possible += 1;
      if (hits[s * chart.events.length + e] === 0) missed.push(`${state} × ${event}`);
    });
  });
  return { chart: chart.id, possible, hit: possible - missed.length, missed };
}

export function coverageText({ chart, possible, hit, missed }: Coverage): string {
  const share = `${chart}: ${hit} of ${possible} possible pairs walked (${((100 * hit) / possible).toFixed(1)} %)`;
  return missed.length === 0 ? share : `${share}; never: ${missed.join(", ")}`;
}
