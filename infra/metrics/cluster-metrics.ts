import type { ObserverBrain, WatchedWorker } from "../../actors/observer/observer-brain.ts";
import type { StateFigures } from "../../actors/scheduler/figures.ts";
import type { CacheFigures } from "../../actors/scheduler/result-cache.ts";
import type { ToldSteals } from "../../actors/scheduler/steal-figures.ts";
import type { ActivityFigures } from "../../runtime/base/activity-meter.ts";
import type { WorkerFigures } from "../../runtime/protocol/events.ts";
import type { Metric, MetricSample } from "./metrics-text.ts";
import { spillMetrics } from "./spill-figures.ts";

/**
 * A cluster's figures as metrics, named as Dask names them with `shoal` in front. Counters of the scheduler are always kept; what
 * workers alone know (lag, transfers) is there while somebody watches.
 * @see https://distributed.dask.org/en/stable/prometheus.html
 */
export function clusterMetrics(
  figures: StateFigures,
  brain: ObserverBrain,
  activities: readonly ActivityFigures[],
): Metric[] {
  return [
    ...schedulerMetrics(figures),
    ...loopMetrics(brain),
    ...prefixMetrics(figures),
    ...workerMetrics(figures.workers, brain),
    ...spillMetrics(figures.workers, activities),
  ];
}

const gauge = (name: string, help: string, samples: readonly MetricSample[]): Metric => ({
  name: `shoal_${name}`,
  help,
  type: "gauge",
  samples,
});

const counter = (name: string, help: string, samples: readonly MetricSample[]): Metric => ({
  name: `shoal_${name}`,
  help,
  type: "counter",
  samples,
});

const by = (label: string, values: Readonly<Record<string, number>>): MetricSample[] =>
  Object.entries(values).map(([name, value]) => ({ labels: { [label]: name }, value }));

function schedulerMetrics({
  tasks,
  entered,
  clients,
  workers,
  totals,
  ready,
  submissions,
  more,
}: StateFigures): Metric[] {
  const stealing = more["stealing"] as ToldSteals;
  const cache = more["cache"] as CacheFigures;
  const states = { joining: 0, running: 0, paused: 0, draining: 0 } as Record<string, number>;
  for (const { status } of workers) states[status] = (states[status] ?? 0) + 1;
  return [
    gauge("scheduler_clients", "Clients that are connected.", [{ value: clients }]),
    counter("scheduler_client_connections_added_total", "Clients that have come.", [{ value: totals.clientsAdded }]),
    counter("scheduler_client_connections_removed_total", "Clients that are gone.", [
      { value: totals.clientsAdded - clients },
    ]),
    gauge("scheduler_workers", "Workers by state.", by("state", states)),
    counter("scheduler_workers_added_total", "Workers that have joined.", [{ value: totals.workersAdded }]),
    counter("scheduler_workers_removed_total", "Workers that are gone.", [
      { value: totals.workersAdded - workers.length },
    ]),
    gauge("scheduler_tasks", "Tasks by state.", by("state", tasks)),
    gauge("scheduler_tasks_ready", "Tasks that wait for room at a worker alone.", [{ value: ready }]),
    gauge("scheduler_task_groups", "Submissions that are not forgotten.", [{ value: submissions }]),
    counter("scheduler_tasks_forgotten_total", "Tasks that nobody needs any more.", [
      { value: entered["forgotten"] ?? 0 },
    ]),
    counter("scheduler_state_totals_total", "Steps of tasks by the state they led to.", by("state", entered)),
    counter("stealing_request_count_total", "Hints to workers with little to do.", [{ value: stealing.hints }]),
    counter("stealing_tasks_moved_total", "Tasks that went to another worker.", [{ value: stealing.tasksMoved }]),
    gauge("scheduler_cache_bytes", "Bytes of results that the cache keeps.", [{ value: cache.bytes }]),
    counter("scheduler_cache_hits_total", "Results that computations found in the cache.", [{ value: cache.hits }]),
    counter("scheduler_cache_saved_seconds_total", "Time that making those had taken.", [
      { value: cache.savedMs / 1000 },
    ]),
    counter("scheduler_tick_count_total", "Turns of the scheduler.", [{ value: totals.turns }]),
    counter("scheduler_tick_duration_seconds_total", "Time in turns.", [{ value: totals.turnMs / 1000 }]),
    gauge("scheduler_tick_duration_maximum_seconds", "The longest turn so far.", [{ value: totals.turnMaxMs / 1000 }]),
  ];
}

/** How the scheduler's thread stands, as it last told: nothing before anybody watched. */
function loopMetrics({ figures }: ObserverBrain): Metric[] {
  if (figures === undefined) return [];
  const { busy, lagMs } = figures.system;
  return [
    gauge("scheduler_event_loop_lag_seconds", "How late timers of the scheduler's thread are, while watched.", [
      { value: lagMs / 1000 },
    ]),
    gauge("scheduler_event_loop_utilization", "Share of the time that the scheduler's thread is busy, while watched.", [
      { value: busy },
    ]),
  ];
}

function prefixMetrics({ prefixes }: StateFigures): Metric[] {
  const each = (of: (one: StateFigures["prefixes"][number]) => number): MetricSample[] =>
    prefixes.map((one) => ({ labels: { task_prefix_name: one.name }, value: of(one) }));
  return [
    counter(
      "scheduler_prefix_state_totals_total",
      "Tasks that finished or failed, by kind.",
      prefixes.flatMap(({ name, finishedTotal, failedTotal }) => [
        { labels: { task_prefix_name: name, state: "memory" }, value: finishedTotal },
        { labels: { task_prefix_name: name, state: "erred" }, value: failedTotal },
      ]),
    ),
    counter(
      "scheduler_tasks_compute_seconds_total",
      "Run time of functions by kind.",
      each((one) => one.computeUsTotal / 1e6),
    ),
    gauge(
      "scheduler_tasks_output_bytes",
      "Bytes of results in memory by kind.",
      each((one) => one.bytes),
    ),
  ];
}

function workerMetrics(workers: readonly WorkerFigures[], brain: ObserverBrain): Metric[] {
  const each = (of: (one: WorkerFigures) => number): MetricSample[] =>
    workers.map((one) => ({ labels: { worker: one.id }, value: of(one) }));
  const watched = watchedOf(workers, brain);
  const memory = workers.flatMap(({ id, managedBytes, spilledBytes, rssBytes }) => {
    const inMemory = managedBytes - spilledBytes;
    return [
      { labels: { worker: id, type: "managed" }, value: inMemory },
      { labels: { worker: id, type: "unmanaged" }, value: Math.max(0, rssBytes - inMemory) },
      { labels: { worker: id, type: "spilled" }, value: spilledBytes },
    ];
  });
  return [
    gauge(
      "worker_tasks",
      "Tasks that a worker was sent and has not finished.",
      each((one) => one.processing),
    ),
    gauge(
      "worker_threads",
      "Tasks that a worker runs at a time.",
      each((one) => one.slots),
    ),
    gauge(
      "worker_occupancy_seconds",
      "Estimated run time of what a worker was sent.",
      each((one) => one.occupancyUs / 1e6),
    ),
    gauge(
      "worker_latency_seconds",
      "How long ago a worker was heard.",
      each((one) => one.lastSeenAgoMs / 1000),
    ),
    gauge("worker_memory_bytes", "Memory of a worker: results, and the rest of its process.", memory),
    gauge(
      "worker_tick_duration_maximum_seconds",
      "The longest that a worker's thread kept others waiting, while watched.",
      watched.map(({ labels, worker }) => ({ labels, value: (worker.sample?.system.lagMs ?? 0) / 1000 })),
    ),
    gauge(
      "worker_event_loop_utilization",
      "Share of the time that a worker's thread is busy, while watched.",
      watched.map(({ labels, worker }) => ({ labels, value: worker.sample?.system.busy ?? 0 })),
    ),
    ...transferMetrics(watched),
  ];
}

/** A worker that told of itself. */
interface Watched {
  readonly labels: { readonly worker: string };
  readonly worker: WatchedWorker;
}

const watchedOf = (workers: readonly WorkerFigures[], brain: ObserverBrain): Watched[] =>
  workers.flatMap(({ id }) => {
    const worker = brain.workers.get(id);
    return worker === undefined ? [] : [{ labels: { worker: id }, worker }];
  });

function transferMetrics(watched: readonly Watched[]): Metric[] {
  return [
    counter(
      "worker_transfer_incoming_bytes_total",
      "Bytes fetched from other workers, while watched.",
      watched.map(({ labels, worker }) => ({ labels, value: worker.bytesIn })),
    ),
    counter(
      "worker_transfer_outgoing_bytes_total",
      "Bytes given to other workers, while watched.",
      watched.map(({ labels, worker }) => ({ labels, value: worker.bytesOut })),
    ),
    counter(
      "worker_transfer_incoming_count_total",
      "Fetches from other workers, while watched.",
      watched.map(({ labels, worker }) => ({ labels, value: worker.transfersIn })),
    ),
    counter(
      "worker_transfer_outgoing_count_total",
      "Fetches by other workers, while watched.",
      watched.map(({ labels, worker }) => ({ labels, value: worker.transfersOut })),
    ),
  ];
}
