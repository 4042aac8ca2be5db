import { descendants, startNeighbours } from "./busy-neighbour.ts";
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
 * What open pages cost a task, in processor time of the cluster's processes, by short blocks that follow each other: with the pages open; alone; and without
 * pages beside processes that have nothing to do with the cluster and take as much of the machine as browsers and readers did. A machine whose speed wavers
 * over minutes wavers for all three; which comes first goes round.
 * @returns the ratios of watched blocks to those alone and to those beside the neighbours: quartiles over the rounds
 */
export async function ratiosByPairs(
  load: SteadyLoad,
  pages: Pages,
  rounds: number,
): Promise<Readonly<Record<string, number>>> {
  const costs: Costs = { alone: [], watched: [], beside: [] };
  const cluster = new Set(descendants(new Set()).keys());
  const coresOfPages: number[] = [];
  const block = async (phase: Phase): Promise<void> => {
    await load.costOver(SETTLE_MS);
    const cost = await load.costOver(BLOCK_MS);
    costs[phase].push(cost);
    process.stderr.write(`${phase} ${JSON.stringify(cost)}\n`);
  };
  const phases: Readonly<Record<Phase, () => Promise<void>>> = {
    alone: () => block("alone"),
    watched: async () => {
      await pages.open();
      const before = descendants(cluster);
      const startMs = performance.now();
      await block("watched");
      coresOfPages.push((secondsSince(before, descendants(cluster)) * 1000) / (performance.now() - startMs));
      await pages.close();
    },
    beside: async () => {
      const neighbours = await startNeighbours(median(coresOfPages));
      await block("beside");
      await neighbours.end();
    },
  };
  // How much the pages' readers take is known once they were open: the first round begins with them.
  const order: readonly Phase[] = ["watched", "beside", "alone"];
  for (let round = 0; round < rounds; round++)
    for (let i = 0; i < order.length; i++) await phases[order[(round + i) % order.length] as Phase]();
  return { rounds, coresOfPages: median(coresOfPages), ...ratiosOf(costs) };
}

function secondsSince(before: ReadonlyMap<number, number>, after: ReadonlyMap<number, number>): number {
  return [...after].reduce((sum, [pid, seconds]) => sum + seconds - (before.get(pid) ?? 0), 0);
}

function ratiosOf(costs: Costs): Record<string, number> {
  const told: Record<string, number> = {};
  const whole = ({ hereUs, workersUs }: TaskCost): number => hereUs + workersUs;
  const parts = { cluster: whole, here: (cost: TaskCost) => cost.hereUs, workers: (cost: TaskCost) => cost.workersUs };
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

const median = (values: readonly number[]): number => quantile(values, 0.5);

/** Between two values it lies between them. */
function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const [low, high] = [sorted[Math.floor(at)] as number, sorted[Math.ceil(at)] as number];
  return low + (high - low) * (at - Math.floor(at));
}
