import { writeFile } from "node:fs/promises";
import type { DrawnRun } from "../../actors/observer/run-log.ts";
import { currentReach } from "../../collections/futures/client-reach.ts";
import type { ChartItem } from "./chart-svg.ts";

/** A task that ran, or short tasks of one kind that followed each other on a worker. */
export interface StreamedRun {
  readonly worker: string;
  /** The kind of task. */
  readonly prefix: string;
  /** Milliseconds since 1970. */
  readonly startMs: number;
  readonly durationMs: number;
  /** Tasks of it, and how many of them failed. */
  readonly count: number;
  readonly failed: number;
}

/**
 * What tasks ran while work was done, where and when: the task stream of the live page as data and as a picture.
 * @see https://distributed.dask.org/en/stable/api.html#distributed.get_task_stream
 */
export class TaskStream<T = unknown> {
  /** What the work gave. */
  readonly value: T;
  /** In order of their beginnings. */
  readonly runs: readonly StreamedRun[];

  constructor(value: T, drawn: readonly DrawnRun[]) {
    this.value = value;
    this.runs = drawn
      .map(([startMs, spanUs, worker, prefix, count, failed]) => ({
        worker,
        prefix,
        startMs,
        durationMs: spanUs / 1000,
        count,
        failed,
      }))
      .sort((a, b) => a.startMs - b.startMs);
  }

  /** A row for each worker, a rectangle for each run, a colour for each kind, as SVG. @param path where to write it as well */
  async plot(path?: string): Promise<string> {
    const { chartSvg } = await import("./chart-svg.ts");
    const workers = [...new Set(this.runs.map(({ worker }) => worker))].sort();
    const svg = await chartSvg(this.option(workers), { width: 900, height: 130 + workers.length * 28 });
    if (path !== undefined) await writeFile(path, svg);
    return svg;
  }

  private option(workers: readonly string[]): object {
    const firstMs = this.runs[0]?.startMs ?? 0;
    const kinds = [...new Set(this.runs.map(({ prefix }) => prefix))];
    return {
      title: { text: "Task stream" },
      legend: { top: 30, left: 0, data: kinds },
      grid: { top: 70, left: 120, right: 24, bottom: 48 },
      xAxis: { type: "value", name: "seconds", nameLocation: "middle", nameGap: 28, min: 0 },
      yAxis: { type: "category", data: workers, inverse: true },
      series: kinds.map((kind) => ({
        name: kind,
        type: "custom",
        encode: { x: [0, 1], y: 2 },
        renderItem: drawRun,
        data: this.runs
          .filter(({ prefix }) => prefix === kind)
          .map(({ startMs, durationMs, worker }) => [
            (startMs - firstMs) / 1000,
            (startMs - firstMs + durationMs) / 1000,
            workers.indexOf(worker),
          ]),
      })),
    };
  }
}

function drawRun(_: unknown, api: ChartItem): object {
  const [x, y] = api.coord([api.value(0), api.value(2)]);
  const [end] = api.coord([api.value(1), api.value(2)]);
  const height = api.size([0, 1])[1] * 0.7;
  return {
    type: "rect",
    shape: { x, y: y - height / 2, width: Math.max(1, end - x), height },
    style: api.style(),
  };
}

/**
 * Runs work on the cluster of the innermost open client and gives what ran meanwhile.
 * @throws ShoalError CLOSED if no client is open; what the work throws
 * @see https://distributed.dask.org/en/stable/api.html#distributed.get_task_stream
 * @example
 * const stream = await getTaskStream(() => client.submit((n: number) => n + 1, 41).result());
 * stream.runs.length; // 1
 */
export async function getTaskStream<T>(work: () => Promise<T>): Promise<TaskStream<T>> {
  const { cluster } = currentReach();
  const { recordedWork } = await import("../report/recorded-work.ts");
  return recordedWork(cluster, work, (value, recording) => new TaskStream(value, recording.runs()));
}
