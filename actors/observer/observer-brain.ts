import type { ClusterEvent, SchedulerFigures, WorkerEvents, WorkerSample } from "../../runtime/protocol/events.ts";
import { ProfileTree } from "./profile-tree.ts";
import { RunLog } from "./run-log.ts";
import { Series } from "./series.ts";

/** An entry of the scheduler's log, with the time it was. */
export interface ToldLogEntry {
  readonly number: number;
  readonly atMs: number;
  readonly level: string;
  readonly about: string;
  readonly name: string;
  readonly text: string;
}

/** What an observer takes in. Times are milliseconds since 1970. */
export type ObserverInput =
  | { readonly kind: "event"; readonly event: ClusterEvent }
  | { readonly kind: "log"; readonly entries: readonly ToldLogEntry[] }
  | { readonly kind: "tick" };

/** What tasks of one kind took since the observer began to watch. */
export interface KindTotals {
  count: number;
  failed: number;
  computeMs: number;
  bytes: number;
}

/** A worker as far as it told of itself. */
export class WatchedWorker {
  readonly series = new Series(WORKER_SERIES, SAMPLES_PER_WORKER);
  sample: WorkerSample | undefined;
  heardMs = 0;
  /** Which demand to tell all at once it last answered. */
  told: string | undefined;
  tasks = 0;
  computeMs = 0;
  transferMs = 0;
  /** Fetches from others, and of others from it. */
  transfersIn = 0;
  transfersOut = 0;
  bytesIn = 0;
  bytesOut = 0;
  /** Of which so many at the sample before. */
  bytesInSampled = 0;
}

/** Bytes that went from one worker to another. */
export interface PairTotals {
  readonly from: string;
  readonly to: string;
  chunks: number;
  bytes: number;
  ms: number;
}

export const WORKER_SERIES = [
  "atMs",
  "busy",
  "cpu",
  "rssBytes",
  "managedBytes",
  "executing",
  "queued",
  "lagMs",
  "bytesInPerSecond",
] as const;
export const CLUSTER_SERIES = [
  "atMs",
  "tasksPerSecond",
  "busyShare",
  "managedBytes",
  "rssBytes",
  "transferBytesPerSecond",
  "processing",
  "turnMaxMs",
  "schedulerBusy",
  "schedulerLagMs",
] as const;

const SAMPLES_PER_WORKER = 240;
const SECONDS_KEPT = 600;
const LOG_MAX = 1000;
const PAIRS_MAX = 4096;
const SECOND_MS = 1000;
/** The scheduler tells its figures twice a second, less often where it has millions of tasks. */
const SILENCE_MS = 6000;

/**
 * What an observer knows: the last figures of the scheduler, what workers ran, fetched and used, in bounded rings. Pure: it
 * is told events and the time, and asked for views.
 */
export class ObserverBrain {
  readonly runs = new RunLog();
  readonly kinds = new Map<string, KindTotals>();
  readonly workers = new Map<string, WatchedWorker>();
  readonly pairs = new Map<string, PairTotals>();
  readonly profile = new ProfileTree();
  readonly cluster = new Series(CLUSTER_SERIES, SECONDS_KEPT);
  figures: SchedulerFigures | undefined;
  log: readonly ToldLogEntry[] = [];
  /** When watching began. */
  sinceMs = 0;
  nowMs = 0;
  private figuresMs = 0;
  private secondMs = 0;
  private second = { tasks: 0, bytes: 0, turnMaxMs: 0 };

  step(input: ObserverInput, nowMs: number): void {
    this.nowMs = nowMs;
    if (this.sinceMs === 0) this.sinceMs = this.secondMs = nowMs;
    if (input.kind === "tick") this.tick();
    else if (input.kind === "log") this.takeLog(input.entries);
    else if (input.event.type === "worker") this.takeWorker(input.event);
    else this.takeScheduler(input.event);
  }

  /** Whether the scheduler speaks: `waiting` it has not spoken yet, `lost` it did and no longer does. */
  get connection(): "waiting" | "live" | "lost" {
    if (this.figures === undefined) return "waiting";
    return this.nowMs - this.figuresMs > SILENCE_MS ? "lost" : "live";
  }

  private takeScheduler(figures: SchedulerFigures): void {
    // Another scheduler counts anew.
    if (this.figures !== undefined && this.figures.epoch !== figures.epoch) this.log = [];
    this.figures = figures;
    this.figuresMs = this.nowMs;
    this.second.turnMaxMs = Math.max(this.second.turnMaxMs, figures.turns.maxMs);
    const known = new Set(figures.workers.map(({ id }) => id));
    for (const [id, worker] of this.workers)
      if (!known.has(id) && this.nowMs - worker.heardMs > SILENCE_MS) this.workers.delete(id);
  }

  private takeWorker(event: WorkerEvents): void {
    const worker = this.workerOf(event.worker);
    worker.heardMs = this.nowMs;
    if (event.told !== undefined) worker.told = event.told;
    if (event.runs !== undefined) this.takeRuns(event.worker, worker, event.runs);
    if (event.transfers !== undefined) this.takeTransfers(event.worker, worker, event.transfers);
    if (event.profile !== undefined) this.profile.add(event.profile);
    const { sample } = event;
    if (sample === undefined) return;
    const { busy, cpu, rssBytes, lagMs } = sample.system;
    const { atMs, managedBytes, executing, queued } = sample;
    const elapsedMs = atMs - (worker.sample?.atMs ?? atMs);
    const bytesInPerSecond = elapsedMs > 0 ? ((worker.bytesIn - worker.bytesInSampled) / elapsedMs) * SECOND_MS : 0;
    worker.sample = sample;
    worker.bytesInSampled = worker.bytesIn;
    worker.series.push({ atMs, busy, cpu, rssBytes, managedBytes, executing, queued, lagMs, bytesInPerSecond });
  }

  private takeRuns(id: string, worker: WatchedWorker, runs: WorkerEvents["runs"] & object): void {
    this.runs.add(id, runs);
    for (let i = 0; i < runs.prefix.length; i++) {
      const name = runs.prefixes[runs.prefix[i] as number] ?? "";
      let kind = this.kinds.get(name);
      if (kind === undefined) this.kinds.set(name, (kind = { count: 0, failed: 0, computeMs: 0, bytes: 0 }));
      const count = runs.count[i] as number;
      const ms = (runs.busyUs[i] as number) / 1000;
      kind.count += count;
      kind.failed += runs.failed[i] as number;
      kind.computeMs += ms;
      kind.bytes += runs.bytes[i] as number;
      worker.tasks += count;
      worker.computeMs += ms;
      this.second.tasks += count;
    }
  }

  private takeTransfers(id: string, worker: WatchedWorker, columns: WorkerEvents["transfers"] & object): void {
    columns.from.forEach((from, i) => {
      const bytes = columns.bytes[i] as number;
      const ms = (columns.durationUs[i] as number) / 1000;
      worker.transferMs += ms;
      worker.transfersIn += 1;
      worker.bytesIn += bytes;
      const giver = this.workerOf(from);
      giver.transfersOut += 1;
      giver.bytesOut += bytes;
      this.second.bytes += bytes;
      const name = `${from} ${id}`;
      let pair = this.pairs.get(name);
      if (pair === undefined) {
        if (this.pairs.size >= PAIRS_MAX) return;
        this.pairs.set(name, (pair = { from, to: id, chunks: 0, bytes: 0, ms: 0 }));
      }
      pair.chunks += columns.chunks[i] as number;
      pair.bytes += bytes;
      pair.ms += ms;
    });
  }

  private takeLog(entries: readonly ToldLogEntry[]): void {
    const newest = this.log.at(-1)?.number ?? 0;
    this.log = [...this.log, ...entries.filter((entry) => entry.number > newest)].slice(-LOG_MAX);
  }

  private tick(): void {
    const elapsedMs = this.nowMs - this.secondMs;
    if (elapsedMs < SECOND_MS) return;
    const { tasks, bytes, turnMaxMs } = this.second;
    const samples = [...this.workers.values()].flatMap(({ sample }) => (sample === undefined ? [] : [sample]));
    const sum = (of: (sample: WorkerSample) => number): number => samples.reduce((total, one) => total + of(one), 0);
    this.cluster.push({
      atMs: this.nowMs,
      tasksPerSecond: (tasks / elapsedMs) * SECOND_MS,
      busyShare: samples.length === 0 ? 0 : sum((one) => one.system.busy) / samples.length,
      managedBytes: sum((one) => one.managedBytes),
      rssBytes: residentBytes(this.figures),
      transferBytesPerSecond: (bytes / elapsedMs) * SECOND_MS,
      processing: this.figures?.workers.reduce((total, one) => total + one.processing, 0) ?? 0,
      turnMaxMs,
      schedulerBusy: this.figures?.system.busy ?? 0,
      schedulerLagMs: this.figures?.system.lagMs ?? 0,
    });
    this.second = { tasks: 0, bytes: 0, turnMaxMs: 0 };
    this.secondMs = this.nowMs;
  }

  private workerOf(id: string): WatchedWorker {
    let worker = this.workers.get(id);
    if (worker === undefined) {
      this.workers.set(id, (worker = new WatchedWorker()));
      worker.heardMs = this.nowMs;
    }
    return worker;
  }
}

/** Workers that are threads of one process have its memory together. */
export function residentBytes(figures: SchedulerFigures | undefined): number {
  const byProcess = new Map(figures?.workers.map(({ host, pid, rssBytes }) => [`${host} ${pid}`, rssBytes]));
  return [...byProcess.values()].reduce((sum, bytes) => sum + bytes, 0);
}
