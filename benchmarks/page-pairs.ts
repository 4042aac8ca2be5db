import type { SteadyLoad, TaskCost } from "./steady-load.ts";

const BLOCK_MS = 10_000;
/** What opening and closing pages takes by itself is not what open pages cost. */
const SETTLE_MS = 2000;

/** Pages that can be opened, and closed until nobody watches any more. */
export interface Pages {
  open(): Promise<void>;
  close(): Promise<void>;
}

/**
 * What open pages cost a task, by pairs of short blocks that follow each other, one with the pages open and one without: a machine whose speed wavers over
 * minutes wavers for both. Which comes first alternates, so that what drifts in one direction weighs on both alike.
 * @returns the ratios watched to alone: quartiles over the pairs
 */
export async function ratiosByPairs(
  load: SteadyLoad,
  pages: Pages,
  pairs: number,
): Promise<Readonly<Record<string, number>>> {
  const costs = { alone: [] as TaskCost[], watched: [] as TaskCost[] };
  let phase: keyof typeof costs = "alone";
  for (let pair = 0; pair < pairs; pair++)
    for (const next of pair % 2 === 0 ? (["alone", "watched"] as const) : (["watched", "alone"] as const)) {
      if (next !== phase) await (next === "watched" ? pages.open() : pages.close());
      if (next !== phase) await load.costOver(SETTLE_MS);
      phase = next;
      const cost = await load.costOver(BLOCK_MS);
      costs[next].push(cost);
      process.stderr.write(`${next} ${JSON.stringify(cost)}\n`);
    }
  if (phase === "watched") await pages.close();
  const ratios = (of: keyof TaskCost): number[] =>
    costs.watched.map((cost, pair) => cost[of] / (costs.alone[pair] as TaskCost)[of]);
  const [here, workers] = [ratios("hereUs"), ratios("workersUs")];
  return {
    pairs,
    watchedToAlone: quantile(here, 0.5),
    watchedToAloneQ1: quantile(here, 0.25),
    watchedToAloneQ3: quantile(here, 0.75),
    workersWatchedToAlone: quantile(workers, 0.5),
    workersWatchedToAloneQ1: quantile(workers, 0.25),
    workersWatchedToAloneQ3: quantile(workers, 0.75),
  };
}

/** Between two values it lies between them. */
function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const [low, high] = [sorted[Math.floor(at)] as number, sorted[Math.ceil(at)] as number];
  return low + (high - low) * (at - Math.floor(at));
}
