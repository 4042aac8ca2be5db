import type { BenchCase } from "./bench-case.ts";
import { SimulatedCluster } from "./simulated-cluster.ts";
import { wideCluster } from "./wide-cluster.ts";

/** What placement and stealing are worth, and what they cost, on a clock of our own: only the scheduler's turns take time. */

const IDEAL = "makespanOfIdeal";

/** A worker five times slower than another: the time all takes, beside what both together could do. */
function slowAndFast(n: number, taskMs: number): BenchCase {
  return {
    name: "tasks/slow-and-fast",
    params: { n, ms: taskMs, workers: 2 },
    run: async () => {
      const cluster = new SimulatedCluster(() => taskMs);
      cluster.join("fast", { slots: 1, slowness: 1 });
      cluster.join("slow", { slots: 1, slowness: 5 });
      cluster.submit("work", n);
      const makespanMs = cluster.runUntil(n);
      const idealMs = (n * taskMs) / (1 + 1 / 5);
      const share = makespanMs / idealMs;
      if (share > 1.1) throw new Error(`${makespanMs} ms are ${share.toFixed(3)} times the ideal ${idealMs} ms`);
      return { seconds: makespanMs / 1000, more: { [IDEAL]: share, stolen: cluster.stolen } };
    },
  };
}

/** All tasks were sent to a few workers on the word of a wrong estimate; then the others come. */
function stealable(n: number, workers: number): BenchCase {
  return {
    name: "tasks/stealable",
    params: { n, workers },
    runs: 3,
    run: async () => {
      let taskMs = 0.001;
      const cluster = new SimulatedCluster(() => taskMs);
      const loaded = Math.ceil(n / 4000);
      for (let i = 0; i < loaded; i++) cluster.join(`w${i}`, { slots: 1, slowness: 1 });
      cluster.submit("known", 100);
      cluster.runUntil(100);
      taskMs = 10;
      cluster.submit("known-more", n);
      cluster.runUntil(101);
      for (let i = loaded; i < workers; i++) cluster.join(`w${i}`, { slots: 1, slowness: 1 });
      cluster.beginMeasuring();
      const startMs = cluster.nowMs;
      const makespanMs = cluster.runUntil(n + 100) - startMs;
      const { longestTurnMs, turnsMs, stolen, turns } = cluster;
      return {
        seconds: turnsMs / 1000,
        more: { longestTurnMs, turns, stolen, [IDEAL]: makespanMs / ((n * taskMs) / workers) },
      };
    },
  };
}

/** The scheduler's cost for each task, with few and with very many workers. */
function wide(n: number, workers: number): BenchCase {
  return {
    name: "tasks/wide",
    params: { n, workers },
    runs: 3,
    run: async () => wideCluster(n, workers),
  };
}

export const cases: readonly BenchCase[] = [
  slowAndFast(2000, 5),
  slowAndFast(500, 100),
  stealable(50_000, 100),
  wide(1e6, 10),
  wide(1e6, 1000),
];
