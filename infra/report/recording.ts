import { Observer, type Watch } from "../../actors/observer/observer.ts";
import type { ProfileTree } from "../../actors/observer/profile-tree.ts";
import type { DrawnRun } from "../../actors/observer/run-log.ts";
import type { ActorSystem } from "../../runtime/actor/system.ts";
import { systemClock, wallTimeMs } from "../../runtime/base/clock.ts";
import { viewData } from "../dashboard/views.ts";

/** All that the pages showed, as plain data. */
export interface RecordedPages {
  readonly startMs: number;
  readonly endMs: number;
  /** By view, or by view and whom it is of: "worker w0". */
  readonly views: Readonly<Record<string, unknown>>;
  readonly runs: readonly DrawnRun[];
}

/** What it needs of a cluster. */
export interface WatchedCluster {
  readonly name: string;
  readonly system: ActorSystem;
}

const VIEWS = ["status", "graph", "workers", "memory", "exchange", "stealing", "time", "logs", "errors", "system"];
const RUNS_MAX = 8000;
const WORKERS_MAX = 50;
const KINDS_MAX = 30;
const FIRST_WORD_MS = 3000;
const LOOK_MS = 20;
/** Workers that are silent for longer have died, or their functions hold their threads. */
const SETTLE_MAX_MS = 5000;

/** Watches a cluster from a moment on. */
export class Recording {
  private readonly observer: Observer;
  private readonly watch: Watch;
  private readonly startMs = wallTimeMs();

  private constructor({ system, name }: WatchedCluster) {
    this.observer = new Observer({
      bus: system.bus,
      clock: systemClock,
      cluster: name,
      wallMs: wallTimeMs,
      ask: (address, message, asked) => system.ask(address, message, asked),
    });
    this.watch = this.observer.watch(true);
  }

  /** Settles when the scheduler tells: from then on nothing is missed. */
  static async start(cluster: WatchedCluster): Promise<Recording> {
    const recording = new Recording(cluster);
    const { brain } = recording.observer;
    const untilMs = systemClock.now() + FIRST_WORD_MS;
    while (brain.connection === "waiting" && systemClock.now() < untilMs)
      await new Promise<void>((resolve) => systemClock.setTimer(LOOK_MS, resolve));
    return recording;
  }

  /** Settles when the last of what was done is here. */
  settle(): Promise<void> {
    return this.observer.catchUp(SETTLE_MAX_MS);
  }

  /** What ran so far; where it is much, runs of a kind on a worker are drawn together. */
  runs(): DrawnRun[] {
    return this.observer.brain.runs.drawn(0, RUNS_MAX);
  }

  /** Where the time of tasks went so far, as their call stacks tell. */
  get profile(): ProfileTree {
    return this.observer.brain.profile;
  }

  stop(): void {
    this.watch.end();
    this.observer.close();
  }

  /** What was seen. */
  async end(): Promise<RecordedPages> {
    const { observer } = this;
    const views: Record<string, unknown> = {};
    const keep = async (view: string, of = ""): Promise<void> => {
      views[of === "" ? view : `${view} ${of}`] = await viewData(observer, { view, of });
    };
    for (const view of VIEWS) await keep(view);
    await keep("profile");
    for (const { prefix } of observer.brain.profile.totals.slice(0, KINDS_MAX))
      if (prefix !== "") await keep("profile", prefix);
    for (const id of [...observer.brain.workers.keys()].slice(0, WORKERS_MAX)) await keep("worker", id);
    const runs = this.runs();
    this.stop();
    return { startMs: this.startMs, endMs: wallTimeMs(), views, runs };
  }
}
