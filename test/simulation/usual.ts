import { readFileSync } from "node:fs";
import { COUNTED } from "./seed-run.ts";
import { walkedCharts } from "./walked-charts.ts";

/** What many seeds did together. */
export interface Tally {
  readonly seeds: number;
  /** Sums of what is counted, in the order of {@link COUNTED}. */
  readonly sums: readonly number[];
  /** Seeds that walked each pair of state and event, in the order of all charts' tables laid end to end. */
  readonly seedsByPair: readonly number[];
}

/** What a seed does on average, written by `npm run sim -- --seeds N --write-usual`. */
export interface Usual {
  readonly seeds: number;
  readonly counted: Readonly<Record<string, { readonly mean: number; readonly deviation: number }>>;
  /** "chart: state × event" → the share of seeds that walk it. */
  readonly walked: Readonly<Record<string, number>>;
}

/** Fewer seeds say too little about what is usual. */
export const USUAL_SEEDS_MIN = 300;
/** From so many on, the charts are to be walked nearly whole. */
const WHOLE_SEEDS_MIN = 10_000;
const WALKED_SHARE_MIN = 0.7;
const WHOLE_SHARE_MIN = 0.9;
/** Means and shares of seeds may differ by this part of theirs, shares by so many seeds in a thousand besides, and both by so many deviations. */
const USUAL_PART = 0.03;
const WALKED_SHARE = 0.0005;
const DEVIATIONS = 5;

/** The averages, beside this file. */
export const USUAL_FILE = new URL("./usual.json", import.meta.url);

export const readUsual = (): Usual => JSON.parse(readFileSync(USUAL_FILE, "utf8")) as Usual;

/** @param squares sums of squares of what is counted, for how much seeds differ */
export function usualOf({ seeds, sums, seedsByPair }: Tally, squares: readonly number[]): Usual {
  const counted = COUNTED.map((name, i) => {
    const mean = (sums[i] as number) / seeds;
    const deviation = Math.sqrt(Math.max(0, (squares[i] as number) / seeds - mean * mean));
    return [name, { mean: rounded(mean), deviation: rounded(deviation) }] as const;
  });
  const walked = pairsOf(seedsByPair).map(([pair, walkers]) => [pair, rounded(walkers / seeds)] as const);
  return { seeds, counted: Object.fromEntries(counted), walked: Object.fromEntries(walked) };
}

/**
 * What seeds did that all pass and still show that something is amiss: a cluster that never steals, asks twice as often, begins
 * sessions for nothing, or no longer goes where charts lead. Empty for fewer than {@link USUAL_SEEDS_MIN} seeds.
 */
export function unusual(tally: Tally, usual: Usual): string[] {
  if (tally.seeds < USUAL_SEEDS_MIN) return [];
  return [...tooFewPairs(tally), ...strangeMeans(tally, usual), ...strangePairs(tally, usual)];
}

function tooFewPairs({ seeds, seedsByPair }: Tally): string[] {
  const pairs = pairsOf(seedsByPair);
  const share = pairs.filter(([, walkers]) => walkers > 0).length / pairs.length;
  const least = seeds < WHOLE_SEEDS_MIN ? WALKED_SHARE_MIN : WHOLE_SHARE_MIN;
  if (share >= least) return [];
  return [`${percent(share)} of the charts' ${pairs.length} pairs were walked, at least ${percent(least)} are to be`];
}

function strangeMeans({ seeds, sums }: Tally, usual: Usual): string[] {
  return COUNTED.flatMap((name, i) => {
    const { mean, deviation } = usual.counted[name] ?? { mean: 0, deviation: 0 };
    const seen = (sums[i] as number) / seeds;
    const may = USUAL_PART * mean + DEVIATIONS * deviation * chanceOf(seeds, usual);
    return Math.abs(seen - mean) <= may
      ? []
      : [`${name}: ${seen.toFixed(2)} a seed, usually ${mean} ± ${may.toFixed(2)}`];
  });
}

function strangePairs({ seeds, seedsByPair }: Tally, usual: Usual): string[] {
  return pairsOf(seedsByPair).flatMap(([pair, walkers]) => {
    const share = usual.walked[pair] ?? 0;
    const seen = walkers / seeds;
    // A pair that few seeds walk is walked by some more or none by mere chance.
    const chance = Math.hypot(Math.sqrt(share * (1 - share)) * chanceOf(seeds, usual), 1 / seeds);
    const may = WALKED_SHARE + USUAL_PART * share + DEVIATIONS * chance;
    return Math.abs(seen - share) <= may ? [] : [`${pair} in ${percent(seen)} of the seeds, usually ${percent(share)}`];
  });
}

/** How much of a seed's deviation the difference of two means has: what is usual was counted over so many seeds itself. */
const chanceOf = (seeds: number, usual: Usual): number => Math.sqrt(1 / seeds + 1 / usual.seeds);

/** The pairs that are possible. */
function pairsOf(seedsByPair: readonly number[]): (readonly [pair: string, walkers: number])[] {
  let next = 0;
  return walkedCharts.flatMap(([chart]) =>
    chart.states.flatMap((state, s) =>
      chart.events.flatMap((event, e) => {
        const walkers = seedsByPair[next++] ?? 0;
        return chart.kind(s, e) === "impossible" ? [] : [[`${chart.id}: ${state} × ${event}`, walkers] as const];
      }),
    ),
  );
}

const rounded = (n: number): number => Number(n.toPrecision(5));
const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
