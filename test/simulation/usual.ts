import { readFileSync } from "node:fs";
import { CIRCUMSTANCES, type Circumstance, COUNTED } from "./seed-run.ts";
import type { Sum, Tally, Words } from "./tally.ts";
import { walkedCharts } from "./walked-charts.ts";

/** How much seeds are on average, and how much they differ. */
export interface Average {
  readonly mean: number;
  readonly deviation: number;
}

/** What a seed does on average, written by `npm run sim -- --seeds N --write-usual`. */
export interface Usual {
  readonly seeds: number;
  readonly counted: Readonly<Record<string, Average>>;
  readonly words: Readonly<Record<Circumstance, UsualWords>>;
  /** "chart: state × event" → the share of seeds that walk it. */
  readonly walked: Readonly<Record<string, number>>;
}

/** What is heard in seeds of a kind. */
export interface UsualWords {
  readonly seeds: number;
  /** ln(1 + times). */
  readonly heard: Readonly<Record<string, Average>>;
}

/** Fewer seeds say too little about what is usual. */
export const USUAL_SEEDS_MIN = 300;
/** Of a kind of seeds, so few do. */
const KIND_SEEDS_MIN = 100;
/** From so many on, the charts are to be walked nearly whole. */
const WHOLE_SEEDS_MIN = 10_000;
const WALKED_SHARE_MIN = 0.7;
const WHOLE_SHARE_MIN = 0.9;
/** Means and shares of seeds may differ by this part of theirs, shares by so many seeds in a thousand besides, and both by so many deviations. */
const USUAL_PART = 0.03;
const WALKED_SHARE = 0.0005;
const DEVIATIONS = 5;
/** What hardly any seed hears may be heard by a few, or by none: of many seeds by this part, of few by some, as ln(1 + times). */
const HEARD_LEAST = 0.01;
const HEARD_BY_SOME = 6;

/** The averages, beside this file. */
export const USUAL_FILE = new URL("./usual.json", import.meta.url);

export const readUsual = (): Usual => JSON.parse(readFileSync(USUAL_FILE, "utf8")) as Usual;

export function usualOf({ seeds, counted, words, seedsByPair }: Tally): Usual {
  const walked = pairsOf(seedsByPair).map(([pair, walkers]) => [pair, rounded(walkers / seeds)] as const);
  return {
    seeds,
    counted: Object.fromEntries(COUNTED.map((name, i) => [name, averageOf(counted[i] as Sum, seeds)])),
    words: { any: usualWords(words.any), line: usualWords(words.line) },
    walked: Object.fromEntries(walked),
  };
}

const usualWords = ({ seeds, heard }: Words): UsualWords => ({
  seeds,
  heard: Object.fromEntries([...heard].sort().map(([what, sum]) => [what, averageOf(sum, seeds)])),
});

function averageOf({ sum, squares }: Sum, seeds: number): Average {
  const mean = sum / seeds;
  return { mean: rounded(mean), deviation: rounded(Math.sqrt(Math.max(0, squares / seeds - mean * mean))) };
}

/**
 * What seeds did that all pass and still show that something is amiss: a cluster that never steals, asks twice as often, begins
 * sessions for nothing, or no longer goes where charts lead. Empty for fewer than {@link USUAL_SEEDS_MIN} seeds.
 */
export function unusual(tally: Tally, usual: Usual): string[] {
  if (tally.seeds < USUAL_SEEDS_MIN) return [];
  return [
    ...tooFewPairs(tally),
    ...strangeMeans(tally, usual),
    ...strangeWords(tally, usual),
    ...strangePairs(tally, usual),
  ];
}

function tooFewPairs({ seeds, seedsByPair }: Tally): string[] {
  const pairs = pairsOf(seedsByPair);
  const share = pairs.filter(([, walkers]) => walkers > 0).length / pairs.length;
  const least = seeds < WHOLE_SEEDS_MIN ? WALKED_SHARE_MIN : WHOLE_SHARE_MIN;
  if (share >= least) return [];
  return [`${percent(share)} of the charts' ${pairs.length} pairs were walked, at least ${percent(least)} are to be`];
}

function strangeMeans({ seeds, counted }: Tally, usual: Usual): string[] {
  return COUNTED.flatMap((name, i) => {
    const strange = strangeMean((counted[i] as Sum).sum / seeds, usual.counted[name], chanceOf(seeds, usual));
    return strange === undefined ? [] : [`${name}: ${strange} a seed`];
  });
}

function strangeWords(tally: Tally, usual: Usual): string[] {
  return CIRCUMSTANCES.flatMap((circumstance) => {
    const { seeds, heard } = tally.words[circumstance];
    const known = usual.words[circumstance];
    if (Math.min(seeds, known.seeds) < KIND_SEEDS_MIN) return [];
    return [...new Set([...heard.keys(), ...Object.keys(known.heard)])].flatMap((what) => {
      const seen = (heard.get(what)?.sum ?? 0) / seeds;
      const some = HEARD_BY_SOME / seeds;
      const strange = strangeMean(seen, known.heard[what], chanceOf(seeds, known), { least: HEARD_LEAST, some });
      if (strange === undefined) return [];
      const where = circumstance === "any" ? "" : ` with a ${circumstance} of schedulers`;
      return [`"${what}" is heard ${strange} times a seed${where} (as ln(1 + times))`];
    });
  });
}

/**
 * What was seen and what it usually is, if that is not the same.
 * @param may what any mean may differ by, and how much a few seeds may add to it: what few hear is spread more widely than its deviation tells
 */
function strangeMean(
  seen: number,
  average: Average | undefined,
  chance: number,
  { least, some } = { least: 0, some: 0 },
): string | undefined {
  const { mean, deviation } = average ?? { mean: 0, deviation: 0 };
  const may = Math.max(least, USUAL_PART * mean + DEVIATIONS * deviation * chance + some);
  return Math.abs(seen - mean) <= may ? undefined : `${seen.toFixed(3)}, usually ${mean} ± ${may.toFixed(3)}`;
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
const chanceOf = (seeds: number, usual: { readonly seeds: number }): number => Math.sqrt(1 / seeds + 1 / usual.seeds);

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
