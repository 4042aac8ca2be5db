import { runSeed, type SeedOrder, type SeedResult } from "./seed-run.ts";
import { SeedWatchdog } from "./seed-watchdog.ts";
import { walkedCharts } from "./walked-charts.ts";

/** Seeds for a process of {@link SeedPool}. */
export interface SeedBatch {
  readonly from: number;
  readonly count: number;
  readonly order: SeedOrder;
}

/** What it says: each seed, then that the batch is done, with all pairs walked so far. */
export type SeedNews =
  | { readonly kind: "seed"; readonly result: SeedResult }
  | { readonly kind: "done"; readonly walked: readonly (readonly number[])[] };

process.on("message", (batch: SeedBatch) => void runBatch(batch));
process.on("disconnect", () => process.exit());

let watchdog: SeedWatchdog | undefined;

async function runBatch({ from, count, order }: SeedBatch): Promise<void> {
  if (order.isBroken) watchdog ??= new SeedWatchdog();
  for (let seed = from; seed < from + count; seed++) {
    tell({ kind: "seed", result: await runSeed(seed, order) });
    watchdog?.beat();
  }
  tell({ kind: "done", walked: walkedCharts.map(([, hits]) => [...hits]) });
}

function tell(news: SeedNews): void {
  process.send?.(news);
}
