import { Callback } from "../../collections/core/callback.ts";
import { systemClock } from "../../runtime/base/clock.ts";
import { keyPrefix } from "../../runtime/graph/key.ts";

/** A task that ran in this thread. */
export interface ProfiledTask {
  readonly key: string;
  /** Milliseconds of this process's clock. */
  readonly startMs: number;
  readonly endMs: number;
  readonly failed: boolean;
}

/**
 * Notes when each task of this thread starts and ends: without a client, or in mode "inline". For tasks on workers there is `getTaskStream`.
 * @see https://docs.dask.org/en/stable/diagnostics-local.html#profiler
 * @example
 * const profiler = new Profiler();
 * await profiler.during(() => delayed((n: number) => n + 1)(1).compute());
 * profiler.results.length; // 1
 */
export class Profiler {
  private readonly open = new Map<string, number>();
  private readonly ended: ProfiledTask[] = [];
  private readonly callback = new Callback({
    pretask: (key) => void this.open.set(key, systemClock.now()),
    posttask: (key, outcome) => {
      const endMs = systemClock.now();
      this.ended.push({ key, startMs: this.open.get(key) ?? endMs, endMs, failed: "error" in outcome });
      this.open.delete(key);
    },
  });

  /** Tasks that have ended, in the order of their ends. */
  get results(): readonly ProfiledTask[] {
    return this.ended;
  }

  /** Notes from now on. */
  register(): this {
    this.callback.register();
    return this;
  }

  unregister(): void {
    this.callback.unregister();
  }

  /** Notes what runs while some work is done. @returns what the work gives */
  during<T>(work: () => T | Promise<T>): Promise<T> {
    return this.callback.during(work);
  }

  clear(): void {
    this.ended.length = 0;
    this.open.clear();
  }

  /** Count and time of tasks by kind, the heaviest first. Milliseconds. */
  get kinds(): readonly { readonly prefix: string; readonly count: number; readonly ms: number }[] {
    const kinds = new Map<string, { prefix: string; count: number; ms: number }>();
    for (const { key, startMs, endMs } of this.ended) {
      const prefix = keyPrefix(key);
      const kind = kinds.get(prefix) ?? { prefix, count: 0, ms: 0 };
      kind.count += 1;
      kind.ms += endMs - startMs;
      kinds.set(prefix, kind);
    }
    return [...kinds.values()].sort((a, b) => b.ms - a.ms);
  }

  /** Time by kind of task, as SVG. @param path where to write it as well */
  async plot(path?: string): Promise<string> {
    const { plotChart } = await import("./chart-svg.ts");
    const kinds = [...this.kinds].reverse();
    const option = {
      title: { text: "Time of tasks by kind" },
      grid: { top: 50, left: 160, right: 24, bottom: 48 },
      xAxis: { type: "value", name: "milliseconds", nameLocation: "middle", nameGap: 28 },
      yAxis: { type: "category", data: kinds.map(({ prefix, count }) => `${prefix} × ${count}`) },
      series: [{ type: "bar", data: kinds.map(({ ms }) => Number(ms.toFixed(3))) }],
    };
    return plotChart(option, path);
  }

  [Symbol.dispose](): void {
    this.unregister();
  }
}
