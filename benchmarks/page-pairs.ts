import type { SteadyLoad, TaskCost } from "./steady-load.ts";

const BLOCK_MS = 10_000;
/** What opening and closing pages takes by itself is not what open pages cost. */
const SETTLE_MS = 2000;

/** Pages that can be opened, and closed until nobody watches any more. */
export interface Pages {
  open(): Promise<void>;
  close(): Promise<void>;
}

type Phase = "alone" | "watched" | "beside";
type Costs = Readonly<Record<Phase, TaskCost[]>>;

/**
 * What open pages cost a task, in processor time of the cluster's processes, by short blocks that follow each other: with its pages open; alone; and beside the same browser
 * and readers on pages that have nothing to do with it. What the last two of these differ by is what a machine of few cores does to whatever runs beside a browser: its
 * caches and its turns. A machine whose speed wavers over minutes wavers for all three; which comes first goes round.
 * @returns the ratios of watched blocks to those alone and to those beside the others' pages: quartiles over the rounds
 */
export async function ratiosByPairs(
  load: SteadyLoad,
  pages: Readonly<Record<"watched" | "beside", Pages>>,
  rounds: number,
): Promise<Readonly<Record<string, number>>> {
  const costs: Costs = { alone: [], watched: [], beside: [] };
  const order: readonly Phase[] = ["alone", "watched", "beside"];
  for (let round = 0; round < rounds; round++)
    for (let i = 0; i < order.length; i++) {
      const phase = order[(round + i) % order.length] as Phase;
      const open = phase === "alone" ? undefined : pages[phase];
      await open?.open();
      await load.costOver(SETTLE_MS);
      const cost = await load.costOver(BLOCK_MS);
      await open?.close();
      costs[phase].push(cost);
      process.stderr.write(`${phase} ${JSON.stringify(cost)}\n`);
    }
  return { rounds, ...ratiosOf(costs) };
}

function ratiosOf(costs: Costs): Record<string, number> {
  const told: Record<string, number> = {};
  const whole = ({ schedulerUs, workersUs }: TaskCost): number => schedulerUs + workersUs;
  const scheduler = ({ schedulerUs }: TaskCost): number => schedulerUs;
  const parts = { cluster: whole, scheduler, workers: ({ workersUs }: TaskCost): number => workersUs };
  for (const [part, of] of Object.entries(parts))
    for (const [name, base] of [
      ["WatchedToBeside", costs.beside],
      ["WatchedToAlone", costs.alone],
    ] as const) {
      const ratios = costs.watched.map((cost, round) => of(cost) / of(base[round] as TaskCost));
      for (const [suffix, share] of [
        ["", 0.5],
        ["Q1", 0.25],
        ["Q3", 0.75],
      ] as const)
        told[`${part}${name}${suffix}`] = quantile(ratios, share);
    }
  return told;
}

/** Between two values it lies between them. */
function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const [low, high] = [sorted[Math.floor(at)] as number, sorted[Math.ceil(at)] as number];
  return low + (high - low) * (at - Math.floor(at));
}
