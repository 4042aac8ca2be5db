import { readFileSync } from "node:fs";
import { currentReach } from "../../collections/futures/client-reach.ts";
import { holdProcess, systemClock } from "../../runtime/base/clock.ts";
import { ShoalError } from "../../runtime/base/errors.ts";
import { clusterSubjects } from "../../runtime/bus/subject.ts";

/** What this program and the workers of this machine used, up to a moment. */
export interface ResourceSample {
  /** Since the work began. */
  readonly ms: number;
  /** Cores' worth of processor time since the sample before: 1 is one core kept busy. */
  readonly cpu: number;
  /** Memory that the processes take of the machine. */
  readonly rssBytes: number;
  readonly processes: number;
}

export interface ResourceProfilerOptions {
  /** Milliseconds between samples; default 100. */
  readonly intervalMs?: number;
}

/**
 * Samples processor time and memory of this process, and of the workers that the innermost open client has on this machine,
 * while work runs. Elsewhere than on Linux, of this process alone.
 * @see https://docs.dask.org/en/stable/diagnostics-local.html#resourceprofiler
 * @example
 * const profiler = new ResourceProfiler({ intervalMs: 5 });
 * await profiler.profile(() => client.submit((n: number) => n + 1, 41).result());
 * profiler.results.length > 0; // true
 */
export class ResourceProfiler {
  private readonly intervalMs: number;
  private samples: ResourceSample[] = [];

  /** @throws RangeError unless the interval is above 0 */
  constructor({ intervalMs = 100 }: ResourceProfilerOptions = {}) {
    if (!(intervalMs > 0)) throw new RangeError(`A profiler samples every so many milliseconds > 0, not ${intervalMs}`);
    this.intervalMs = intervalMs;
  }

  /** Samples of the last work, in order of time. */
  get results(): readonly ResourceSample[] {
    return this.samples;
  }

  /** Runs work and samples meanwhile. @returns what the work gave @throws what it throws */
  async profile<T>(work: () => Promise<T>): Promise<T> {
    const samples: ResourceSample[] = [];
    this.samples = samples;
    const pids = await localPids();
    const startMs = systemClock.now();
    let before = { ms: startMs, usage: usageOf(pids) };
    const take = (): void => {
      const now = { ms: systemClock.now(), usage: usageOf(pids) };
      const cpu = (now.usage.cpuMs - before.usage.cpuMs) / Math.max(now.ms - before.ms, 1e-3);
      const { rssBytes, processes } = now.usage;
      samples.push({ ms: now.ms - startMs, cpu: Math.max(0, cpu), rssBytes, processes });
      before = now;
    };
    const letGo = holdProcess();
    const again = (): void => {
      take();
      timer = systemClock.setTimer(this.intervalMs, again);
    };
    let timer = systemClock.setTimer(this.intervalMs, again);
    try {
      return await work();
    } finally {
      systemClock.clearTimer(timer);
      take();
      letGo();
    }
  }

  /** Processor time and memory over time as one picture. @param path where to write it as well */
  async plot(path?: string): Promise<string> {
    const { plotChart } = await import("./chart-svg.ts");
    return plotChart(this.option(), path);
  }

  private option(): object {
    const line = (name: string, yAxisIndex: number, of: (one: ResourceSample) => number): object => ({
      name,
      type: "line",
      yAxisIndex,
      showSymbol: false,
      data: this.samples.map((one) => [one.ms / 1000, of(one)]),
    });
    return {
      title: { text: "Processor time and memory" },
      legend: { top: 30, left: 0 },
      grid: { top: 76, left: 64, right: 64, bottom: 48 },
      xAxis: { type: "value", name: "seconds", nameLocation: "middle", nameGap: 28 },
      yAxis: [
        { type: "value", name: "cores", min: 0 },
        { type: "value", name: "MB", min: 0, splitLine: { show: false } },
      ],
      series: [line("cores busy", 0, ({ cpu }) => cpu), line("memory", 1, ({ rssBytes }) => rssBytes / 1e6)],
    };
  }
}

const ASK_TIMEOUT_MS = 5000;

/** This process, and the processes of the open client's workers. */
async function localPids(): Promise<number[]> {
  try {
    const { cluster } = currentReach();
    const asked = cluster.system.ask(
      clusterSubjects(cluster.name).scheduler,
      { type: "status" },
      { timeoutMs: ASK_TIMEOUT_MS },
    );
    const { workers } = (await asked) as { workers: readonly { readonly pid: number }[] };
    return [...new Set([process.pid, ...workers.map((worker) => worker.pid)])];
  } catch (error) {
    // Without a client, work runs in this process.
    if (error instanceof ShoalError && error.code === "CLOSED") return [process.pid];
    throw error;
  }
}

interface Usage {
  readonly cpuMs: number;
  readonly rssBytes: number;
  readonly processes: number;
}

function usageOf(pids: readonly number[]): Usage {
  const each = pids.map((pid) => (pid === process.pid ? ownUsage() : usageOfOther(pid)));
  const there = each.filter((one) => one !== undefined);
  return {
    cpuMs: there.reduce((sum, one) => sum + one.cpuMs, 0),
    rssBytes: there.reduce((sum, one) => sum + one.rssBytes, 0),
    processes: there.length,
  };
}

function ownUsage(): Pick<Usage, "cpuMs" | "rssBytes"> {
  const { user, system } = process.cpuUsage();
  return { cpuMs: (user + system) / 1000, rssBytes: process.memoryUsage.rss() };
}

/** The kernel counts in hundredths of a second, whatever its own clock, and in pages of 4 KiB. */
const MS_PER_TICK = 10;
const PAGE_BYTES = 4096;

/** Undefined for a process that is gone, or lives on another machine. */
function usageOfOther(pid: number): Pick<Usage, "cpuMs" | "rssBytes"> | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The name of the program, in brackets, may hold anything; what follows it begins with the third field.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const [user, system, pages] = [fields[11], fields[12], fields[21]].map(Number) as [number, number, number];
    return { cpuMs: (user + system) * MS_PER_TICK, rssBytes: pages * PAGE_BYTES };
  } catch {
    return undefined;
  }
}
