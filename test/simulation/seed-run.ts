import { makeScenario, withCache } from "./make-scenario.ts";
import type { MutationName } from "./mutations.ts";
import { withMutation } from "./mutations.ts";
import { type Outcome, type SimulateOptions, simulate } from "./simulate.ts";
import { walkedCharts } from "./walked-charts.ts";

/** How seeds are run, in words that go to another process. */
export interface SeedOrder {
  readonly charts: "compiled" | "interpreted";
  /** Each seed twice: another trace is a failure. */
  readonly isTwice: boolean;
  readonly mutation: MutationName | undefined;
  /** With a cache of results. */
  readonly isCached?: boolean;
  /** Whether something in the sources is broken on purpose. */
  readonly isBroken: boolean;
}

/** What is counted over many seeds. */
export const COUNTED = [
  "events",
  "messages",
  "lost",
  "repeated",
  "reordered",
  "crashes",
  "deaths",
  "sessions",
  "copies",
  "stolen",
  "found",
  "runs",
  "virtualMs",
] as const satisfies readonly (keyof Outcome)[];

/** Circumstances under which seeds are compared with each other: what only few do is lost among all. */
export const CIRCUMSTANCES = ["any", "line"] as const;
export type Circumstance = (typeof CIRCUMSTANCES)[number];

/** A seed's outcome, as numbers and text. */
export interface SeedResult {
  readonly seed: number;
  readonly failure: string | undefined;
  /** In the order of {@link COUNTED}. */
  readonly counts: readonly number[];
  /** How often schedulers, workers and the journal heard what. */
  readonly heard: Readonly<Record<string, number>>;
  readonly circumstances: readonly Circumstance[];
  /** Pairs of state and event that it walked, by position in the tables of all charts laid end to end. */
  readonly pairs: readonly number[];
}

/** Broken clusters would go on for ever: so long is enough for whole ones that are not told to be slow. */
const BROKEN_REST_MS = 60_000;

/** Runs one seed as it was ordered. */
export async function runSeed(seed: number, order: SeedOrder): Promise<SeedResult> {
  const { charts, isTwice, mutation } = order;
  const isBroken = order.isBroken || mutation !== undefined;
  const how: SimulateOptions = { charts, ...(isBroken ? { restMs: BROKEN_REST_MS } : {}) };
  const scenario = order.isCached ? withCache(makeScenario(seed)) : makeScenario(seed);
  const run = (): Promise<Outcome> => simulate(scenario, how);
  const before = walkedPairs();
  const outcome = await (mutation === undefined ? run() : withMutation(mutation, run));
  const pairs = walkedPairs().flatMap((hits, pair) => (hits > (before[pair] as number) ? [pair] : []));
  let failure = outcome.failure?.message;
  // A seed that takes longer than that when nothing is broken says nothing.
  if (failure !== undefined && mutation !== undefined && (await run()).failure !== undefined) failure = undefined;
  if (failure === undefined && isTwice) {
    const again = (await run()).traceHash;
    if (again !== outcome.traceHash) failure = `two runs left the traces ${outcome.traceHash} and ${again}`;
  }
  const circumstances: Circumstance[] = scenario.options.line === undefined ? ["any"] : ["any", "line"];
  const counts = COUNTED.map((name) => outcome[name]);
  return { seed, failure, counts, heard: outcome.heard, circumstances, pairs };
}

/** How often each pair of all charts was walked in this process. */
const walkedPairs = (): number[] => walkedCharts.flatMap(([, hits]) => [...hits]);
