import type { Observer } from "../../actors/observer/observer.ts";
import { CLUSTER_SERIES, type ObserverBrain, type WatchedWorker } from "../../actors/observer/observer-brain.ts";
import type { SchedulerFigures, WorkerFigures } from "../../runtime/protocol/events.ts";
import { spillFigures } from "../metrics/spill-figures.ts";
import { whereTimeGoes } from "./where-time-goes.ts";

/** What a page may be of: the name of the view, and whom it is of. */
export interface ViewRequest {
  readonly view: string;
  /** The worker's name, the task's key, the kind of tasks. */
  readonly of: string;
}

/** What stands above every page. */
export interface PageHead {
  readonly cluster: string;
  readonly connection: "waiting" | "live" | "lost";
  readonly atMs: number;
  readonly version: string;
  readonly tasksPerSecond: number;
  readonly workers: number;
  readonly tasks: Readonly<Record<string, number>>;
  readonly finished: number;
  readonly failed: number;
}

type View = (observer: Observer, of: string) => unknown;

const SERIES_SECONDS = 180;
const PROCESSED_MS = 60_000;

/** The pages' data by name; each gives plain JSON. */
export const views: Readonly<Record<string, View>> = {
  status: ({ brain }) => statusView(brain),
  workers: ({ brain }) => ({ workers: workerRows(brain, true) }),
  worker: (observer, id) => workerView(observer, id),
  task: (observer, key) => observer.askTask(key, { type: "story" }),
  graph: (observer, by) => observer.askScheduler({ type: "graph", by }),
  memory: async (observer) => ({ ...memoryView(observer.brain), spill: spillFigures(await observer.activities()) }),
  stealing: ({ brain }) => ({ stealing: brain.figures?.more["stealing"] ?? null, workers: workerRows(brain, false) }),
  exchange: ({ brain }) => exchangeView(brain),
  time: async (observer) => ({ ...timeView(observer.brain), ...(await whereTimeGoes(observer)) }),
  profile: ({ brain }, kind) => ({
    kinds: brain.profile.totals,
    tree: brain.profile.tree(kind === "" ? undefined : kind),
  }),
  logs: ({ brain }) => ({ entries: brain.log }),
  errors: (observer) => observer.askScheduler({ type: "failures" }),
  system: ({ brain }) => systemView(brain),
};

export const viewNames: readonly string[] = Object.keys(views);

/** Views that are pages by themselves: the others are of one worker or one task. */
export const pageNames: readonly string[] = viewNames.filter((name) => name !== "worker" && name !== "task");

export function pageHead(observer: Observer): PageHead {
  const { brain } = observer;
  const { figures } = brain;
  return {
    cluster: observer.subjects.cluster,
    connection: brain.connection,
    atMs: brain.nowMs,
    version: figures?.version ?? "",
    tasksPerSecond: brain.cluster.last("tasksPerSecond") ?? 0,
    workers: figures?.workers.length ?? 0,
    tasks: figures?.tasks ?? {},
    finished: figures?.entered["memory"] ?? 0,
    failed: sumOf(figures?.prefixes, ({ failedTotal }) => failedTotal),
  };
}

/** A view's data with its head; an error becomes part of it, as pages must say what is wrong. */
export async function viewData(
  observer: Observer,
  { view, of }: ViewRequest,
): Promise<Readonly<Record<string, unknown>>> {
  const head = pageHead(observer);
  try {
    const body = await views[view]?.(observer, of);
    return { head, body };
  } catch (error) {
    const { code = "FAILED", message } = error as { code?: string; message: string };
    return { head, problem: { code, message } };
  }
}

function statusView(brain: ObserverBrain): unknown {
  return {
    prefixes: brain.figures?.prefixes ?? [],
    lacks: brain.figures?.lacks ?? [],
    workers: workerRows(brain, false),
    series: recent(brain),
    turns: brain.figures?.turns ?? null,
  };
}

/** What is known of each worker: by the scheduler, and by its own telling. */
function workerRows(brain: ObserverBrain, withSeries: boolean): unknown[] {
  return (brain.figures?.workers ?? []).map((figures) => {
    const watched = brain.workers.get(figures.id);
    const { busy, rssBytes, managedBytes } = watched?.series.columnsByName() ?? EMPTY_SERIES;
    return { ...ownFigures(figures, watched), ...(withSeries ? { series: { busy, rssBytes, managedBytes } } : {}) };
  });
}

const EMPTY_SERIES = { busy: [], rssBytes: [], managedBytes: [] };

function ownFigures(figures: WorkerFigures, watched: WatchedWorker | undefined): Readonly<Record<string, unknown>> {
  const sample = watched?.sample;
  return {
    ...figures,
    // Its own figures are newer than those of its last heartbeat.
    managedBytes: sample?.managedBytes ?? figures.managedBytes,
    rssBytes: sample?.system.rssBytes ?? figures.rssBytes,
    executing: sample?.executing ?? 0,
    queued: sample?.queued ?? 0,
    busy: sample?.system.busy ?? 0,
    cpu: sample?.system.cpu ?? 0,
    heapBytes: sample?.system.heapBytes ?? 0,
    descriptors: sample?.system.descriptors ?? -1,
    lagMs: sample?.system.lagMs ?? 0,
    finished: watched?.tasks ?? 0,
    computeMs: watched?.computeMs ?? 0,
    transferMs: watched?.transferMs ?? 0,
    bytesIn: watched?.bytesIn ?? 0,
    bytesOut: watched?.bytesOut ?? 0,
    bytesInPerSecond: watched?.series.last("bytesInPerSecond") ?? 0,
  };
}

async function workerView(observer: Observer, id: string): Promise<unknown> {
  const { brain } = observer;
  const detail = (await observer.askScheduler({ type: "worker", worker: id })) as WorkerFigures;
  const watched = brain.workers.get(id);
  const kinds = new Map<string, { count: number; ms: number }>();
  for (const run of brain.runs.since(brain.nowMs - PROCESSED_MS, id)) {
    const kind = kinds.get(run.prefix) ?? { count: 0, ms: 0 };
    kinds.set(run.prefix, { count: kind.count + run.count, ms: kind.ms + run.spanUs / 1000 });
  }
  return {
    ...detail,
    ...ownFigures(detail, watched),
    series: watched?.series.columnsByName() ?? null,
    kinds: [...kinds].map(([prefix, kind]) => ({ prefix, ...kind })),
  };
}

function memoryView(brain: ObserverBrain): object {
  return {
    prefixes: (brain.figures?.prefixes ?? [])
      .filter(({ memory }) => memory > 0)
      .map(({ name, memory, bytes }) => ({ name, count: memory, bytes }))
      .sort((a, b) => b.bytes - a.bytes),
    workers: workerRows(brain, false),
    series: recent(brain),
    cache: brain.figures?.more["cache"] ?? null,
  };
}

function exchangeView(brain: ObserverBrain): unknown {
  return { pairs: [...brain.pairs.values()], workers: workerRows(brain, false), series: recent(brain) };
}

function timeView(brain: ObserverBrain): object {
  const watchedMs = brain.nowMs - brain.sinceMs;
  return {
    watchedMs,
    kinds: [...brain.kinds]
      .map(([name, totals]) => ({ name, ...totals }))
      .sort((a, b) => b.computeMs - a.computeMs)
      .slice(0, 100),
    workers: workerRows(brain, false),
    totals: (brain.figures?.prefixes ?? []).map(({ name, finishedTotal, failedTotal, computeUsTotal, expectedUs }) => ({
      name,
      finishedTotal,
      failedTotal,
      computeMs: computeUsTotal / 1000,
      expectedUs,
    })),
  };
}

function systemView(brain: ObserverBrain): unknown {
  const { figures } = brain;
  return {
    system: figures?.system ?? null,
    turns: figures?.turns ?? null,
    epoch: figures?.epoch ?? 0,
    clients: figures?.clients ?? 0,
    submissions: figures?.submissions ?? 0,
    entered: figures?.entered ?? {},
    series: recent(brain),
    workers: workerRows(brain, false),
  };
}

/** The cluster's figures of the last minutes, by name. */
function recent(brain: ObserverBrain): Readonly<Record<string, readonly number[]>> {
  return Object.fromEntries(CLUSTER_SERIES.map((name) => [name, brain.cluster.column(name).slice(-SERIES_SECONDS)]));
}

function sumOf(
  prefixes: SchedulerFigures["prefixes"] | undefined,
  of: (one: SchedulerFigures["prefixes"][number]) => number,
): number {
  return (prefixes ?? []).reduce((sum, one) => sum + of(one), 0);
}
