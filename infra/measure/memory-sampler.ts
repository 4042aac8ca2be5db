import { currentReach } from "../../collections/futures/client-reach.ts";
import { holdProcess, systemClock } from "../../runtime/base/clock.ts";
import { clusterSubjects } from "../../runtime/bus/subject.ts";

/** Memory of the cluster at a moment. */
export interface MemorySample {
  /** Since the sample's work began. */
  readonly ms: number;
  readonly bytes: number;
}

export interface MemorySampleOptions {
  /** `process` what the processes take of the machine (default) · `managed` results · `spilled` those on disk alone. */
  readonly measure?: "process" | "managed" | "spilled";
  /** Milliseconds between samples; default 200. Workers tell their memory once a second. */
  readonly intervalMs?: number;
}

interface WorkerMemory {
  readonly pid: number;
  readonly rssBytes: number;
  readonly managedBytes: number;
  readonly spilledBytes: number;
}

/**
 * Samples the memory of a cluster while work runs, under a name for each piece of work, so that they can be compared.
 * @see https://distributed.dask.org/en/stable/diagnosing-performance.html#analysing-memory-usage-over-time
 * @example
 * const sampler = new MemorySampler();
 * await sampler.sample("sum", () => client.submit((n: number) => n + 1, 41).result());
 * sampler.records("sum").length > 0; // true
 */
export class MemorySampler {
  private readonly series = new Map<string, MemorySample[]>();

  /** Runs work and samples meanwhile. @returns what the work gave @throws what it throws */
  async sample<T>(name: string, work: () => Promise<T>, options: MemorySampleOptions = {}): Promise<T> {
    const { measure = "process", intervalMs = 200 } = options;
    const { cluster } = currentReach();
    const samples: MemorySample[] = [];
    this.series.set(name, samples);
    const startMs = systemClock.now();
    const take = async (): Promise<void> => {
      const asked = cluster.system.ask(
        clusterSubjects(cluster.name).scheduler,
        { type: "status" },
        { timeoutMs: 5000 },
      );
      const { workers } = (await asked) as { workers: readonly WorkerMemory[] };
      samples.push({ ms: systemClock.now() - startMs, bytes: bytesOf(workers, measure) });
    };
    const letGo = holdProcess();
    let state: "running" | "over" = "running";
    const sampling = (async () => {
      while (state === "running") {
        // A scheduler that does not answer in time is a gap in the picture, no failure of the work.
        await take().catch(() => {});
        await new Promise<void>((resolve) => systemClock.setTimer(intervalMs, resolve));
      }
    })();
    try {
      return await work();
    } finally {
      state = "over";
      await sampling;
      await take().catch(() => {});
      letGo();
    }
  }

  /** Names that were sampled. */
  get names(): readonly string[] {
    return [...this.series.keys()];
  }

  /** The samples of a name, in order of time. */
  records(name: string): readonly MemorySample[] {
    return this.series.get(name) ?? [];
  }

  /** All that was sampled as one picture, beginning at the same moment. @param path where to write it as well */
  async plot(path?: string): Promise<string> {
    const { plotChart } = await import("./chart-svg.ts");
    return plotChart(this.option(), path);
  }

  private option(): object {
    return {
      title: { text: "Memory of the cluster" },
      legend: { top: 30, left: 0 },
      grid: { top: 76, left: 64, right: 24, bottom: 48 },
      xAxis: { type: "value", name: "seconds", nameLocation: "middle", nameGap: 28 },
      yAxis: { type: "value", name: "MB", min: 0 },
      series: [...this.series].map(([name, samples]) => ({
        name,
        type: "line",
        showSymbol: false,
        data: samples.map(({ ms, bytes }) => [ms / 1000, bytes / 1e6]),
      })),
    };
  }
}

/** Threads of one process have its memory together. */
function bytesOf(workers: readonly WorkerMemory[], measure: "process" | "managed" | "spilled"): number {
  if (measure === "managed") return workers.reduce((sum, one) => sum + one.managedBytes, 0);
  if (measure === "spilled") return workers.reduce((sum, one) => sum + one.spilledBytes, 0);
  return [...new Map(workers.map(({ pid, rssBytes }) => [pid, rssBytes])).values()].reduce((sum, n) => sum + n, 0);
}
