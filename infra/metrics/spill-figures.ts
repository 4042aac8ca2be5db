import type { ActivityFigures } from "../../runtime/base/activity-meter.ts";
import type { WorkerFigures } from "../../runtime/protocol/events.ts";
import type { Metric, MetricSample } from "./metrics-text.ts";

/** What results that left memory, and came back, came to since the workers began; those that are gone included. */
export interface SpillFigures {
  readonly written: SpillSum;
  /** Results that lie in a file already are let go of without being written. */
  readonly letGo: SpillSum;
  readonly read: SpillSum;
  /** Uses that found their result in memory, of all uses; 1 before there was one. */
  readonly foundShare: number;
}

interface SpillSum {
  readonly count: number;
  readonly bytes: number;
  /** On the disk, and in making bytes of values or values of bytes. */
  readonly seconds: number;
}

/** What went to disk and came back. */
export function spillFigures(activities: readonly ActivityFigures[]): SpillFigures {
  const sum = (context: string, counted: readonly string[], ...others: string[]): SpillSum => {
    const all = activities.filter((one) => one.context === context);
    const moved = all.filter(({ activity }) => counted.includes(activity));
    return {
      count: total(moved, ({ count }) => count),
      bytes: total(moved, ({ bytes }) => bytes),
      seconds: total(
        all.filter(({ activity }) => counted.includes(activity) || others.includes(activity)),
        ({ seconds }) => seconds,
      ),
    };
  };
  const read = sum("restore", ["read", "read again"], "decode");
  const found = sum("restore", ["found"]);
  const uses = found.count + read.count;
  return {
    written: sum("spill", ["write"], "encode"),
    letGo: sum("spill", ["let go"]),
    read,
    foundShare: uses === 0 ? 1 : found.count / uses,
  };
}

const total = (list: readonly ActivityFigures[], of: (one: ActivityFigures) => number): number =>
  list.reduce((sum, one) => sum + of(one), 0);

/** As Dask names them, by what a worker does: `memory_read` is a use that found its result in memory. */
const NAMES: Readonly<Record<string, string>> = {
  "spill encode": "serialize",
  "spill write": "disk_write",
  "spill let go": "let_go",
  "restore found": "memory_read",
  "restore read": "disk_read",
  "restore read again": "file_read",
  "restore decode": "deserialize",
};

/**
 * Counters of spilling by worker and activity.
 * @see https://distributed.dask.org/en/stable/prometheus.html#worker-metrics
 */
export function spillMetrics(workers: readonly WorkerFigures[], activities: readonly ActivityFigures[]): Metric[] {
  const here = new Set(workers.map(({ id }) => id));
  const counted = activities.filter(
    ({ worker, context, activity }) => here.has(worker) && NAMES[`${context} ${activity}`] !== undefined,
  );
  const metric = (name: string, help: string, of: (one: ActivityFigures) => number): Metric => ({
    name: `shoal_worker_spill_${name}_total`,
    help,
    type: "counter",
    samples: counted.map(
      (one): MetricSample => ({
        labels: { worker: one.worker, activity: NAMES[`${one.context} ${one.activity}`] as string },
        value: of(one),
      }),
    ),
  });
  return [
    metric("bytes", "Bytes of results that left memory, or came back, by activity.", ({ bytes }) => bytes),
    metric("count", "How often results left memory, came back, or were found there.", ({ count }) => count),
    metric("time_seconds", "Time that leaving memory and coming back took.", ({ seconds }) => seconds),
  ];
}
