import type { ActivityFigures } from "../../runtime/base/activity-meter.ts";
import type { Clock, TimerHandle } from "../../runtime/base/clock.ts";
import { uniqueToken } from "../../runtime/base/random.ts";
import type { Bus, Subscription } from "../../runtime/bus/bus.ts";
import { type ClusterSubjects, clusterSubjects } from "../../runtime/bus/subject.ts";
import { publishEvent, readEvent } from "../../runtime/protocol/event-json.ts";
import {
  type ClusterEvent,
  type SchedulerFigures,
  WATCH_BEAT_MS,
  type WatchBeat,
} from "../../runtime/protocol/events.ts";
import { ObserverBrain, type ToldLogEntry } from "./observer-brain.ts";

export interface ObserverOptions {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly cluster: string;
  /** Milliseconds since 1970. */
  wallMs(): number;
  /** Asks an actor of the cluster. */
  ask(address: string, message: unknown, options: { timeoutMs: number }): Promise<unknown>;
}

/** Somebody who looks: as long as there is one, events flow. */
export interface Watch {
  /** Whether call stacks are wanted. */
  wantsProfile: boolean;
  end(): void;
}

const ASK_TIMEOUT_MS = 3000;
const TICK_MS = 250;
const LOOK_MS = 10;
/** Workers tell where their time went with their heartbeats: asking more often would tell nothing new. */
const ACTIVITIES_MS = 2000;
/** After the last one has left, watching goes on for a moment: pages are opened one after another. */
const LINGER_MS = 5000;

/**
 * Sees what happens in a cluster: says that it watches while somebody looks, takes in what scheduler and workers tell, and
 * keeps it in a brain of bounded size. It runs beside the cluster, in any process, and nothing depends on it.
 */
export class Observer {
  readonly brain = new ObserverBrain();
  readonly subjects: ClusterSubjects;
  private readonly options: ObserverOptions;
  private readonly watches = new Set<Watch>();
  private phase:
    | { readonly kind: "idle" }
    | {
        readonly kind: "watching";
        readonly subscriptions: readonly Subscription[];
        timer: TimerHandle;
        beatMs: number;
        leftMs: number;
      }
    | { readonly kind: "closed" } = { kind: "idle" };
  private isAskingLog = false;
  private asked: { readonly atMs: number; readonly activities: Promise<readonly ActivityFigures[]> } | undefined;

  constructor(options: ObserverOptions) {
    this.options = options;
    this.subjects = clusterSubjects(options.cluster);
  }

  /** Begins to look. */
  watch(wantsProfile = false): Watch {
    const watch: Watch = { wantsProfile, end: () => void this.watches.delete(watch) };
    this.watches.add(watch);
    if (this.phase.kind === "idle") this.begin();
    return watch;
  }

  /** Asks the scheduler. @throws what it answers; NO_RESPONDERS and TIMEOUT where there is none */
  askScheduler(message: unknown): Promise<unknown> {
    return this.options.ask(this.subjects.scheduler, message, { timeoutMs: ASK_TIMEOUT_MS });
  }

  /**
   * Has all that was done until now be told: by workers, who tell it now and then, and by the scheduler, who tells its figures the less often
   * the more tasks there are.
   * @param mostMs workers whose functions hold their threads for longer are not waited for
   */
  async catchUp(mostMs: number): Promise<void> {
    const { clock } = this.options;
    const ask = uniqueToken();
    const untilMs = clock.now() + mostMs;
    this.beat(ask);
    while (!this.haveAllTold(ask) && clock.now() < untilMs)
      await new Promise<void>((resolve) => clock.setTimer(LOOK_MS, resolve));
    // Where there is no scheduler any more, the pages say so.
    await this.renewFigures().catch(() => {});
  }

  private haveAllTold(ask: string): boolean {
    const { figures, workers } = this.brain;
    return figures?.workers.every(({ id }) => workers.get(id)?.told === ask) ?? false;
  }

  /** @throws what the scheduler answers */
  private async renewFigures(): Promise<void> {
    const told = (await this.askScheduler({ type: "figures" })) as Partial<SchedulerFigures>;
    const { figures } = this.brain;
    if (figures === undefined || figures.epoch !== told.epoch) return;
    const atMs = this.options.wallMs();
    this.brain.step({ kind: "event", event: { ...figures, ...told, atMs } }, atMs);
  }

  /** Asks a task. @throws ShoalError UNKNOWN_KEY for one that is forgotten */
  askTask(key: string, message: unknown): Promise<unknown> {
    return this.options.ask(this.subjects.task(key), message, { timeoutMs: ASK_TIMEOUT_MS });
  }

  /** Where the workers' time and bytes went: asked once in two seconds at most, whoever and however many want it. @throws what the scheduler answers */
  activities(): Promise<readonly ActivityFigures[]> {
    const atMs = this.options.clock.now();
    if (this.asked === undefined || atMs - this.asked.atMs >= ACTIVITIES_MS) {
      const answer = this.askScheduler({ type: "activities" }) as Promise<{ activities: readonly ActivityFigures[] }>;
      this.asked = { atMs, activities: answer.then(({ activities }) => activities) };
      // What failed is not kept.
      this.asked.activities.catch(() => (this.asked = undefined));
    }
    return this.asked.activities;
  }

  close(): void {
    this.stop({ kind: "closed" });
  }

  private begin(): void {
    const { bus, clock } = this.options;
    const take = ({ payload }: { payload: unknown }): void => {
      const event = readEvent(payload) as ClusterEvent | undefined;
      if (event !== undefined) this.brain.step({ kind: "event", event }, this.options.wallMs());
    };
    const { every, events } = this.subjects;
    const subscriptions = [bus.subscribe(every.workerEvent, take), bus.subscribe(events("scheduler"), take)];
    const timer = clock.setTimer(0, () => this.tick());
    // Whoever looks for less than a moment counts as well: programs that read the page's data now and then.
    this.phase = { kind: "watching", subscriptions, timer, beatMs: 0, leftMs: clock.now() };
  }

  private tick(): void {
    const { clock } = this.options;
    if (this.phase.kind !== "watching") return;
    const now = clock.now();
    if (this.watches.size > 0) this.phase.leftMs = now;
    else if (now - this.phase.leftMs > LINGER_MS) return this.stop({ kind: "idle" });
    if (this.phase.beatMs === 0 || now - this.phase.beatMs >= WATCH_BEAT_MS) {
      this.phase.beatMs = now;
      this.beat();
      void this.askLog();
    }
    this.brain.step({ kind: "tick" }, this.options.wallMs());
    this.phase.timer = clock.setTimer(TICK_MS, () => this.tick());
  }

  private beat(ask?: string): void {
    const wantsProfile = [...this.watches].some((one) => one.wantsProfile);
    const beat: WatchBeat = { type: "watch", wantsProfile, ...(ask === undefined ? {} : { ask }) };
    publishEvent(this.options.bus, this.subjects.watch, beat);
  }

  private async askLog(): Promise<void> {
    if (this.isAskingLog) return;
    this.isAskingLog = true;
    try {
      const after = this.brain.log.at(-1)?.number ?? 0;
      const { entries } = (await this.askScheduler({ type: "log", after })) as {
        entries: readonly (Omit<ToldLogEntry, "atMs"> & { agoMs: number })[];
      };
      const now = this.options.wallMs();
      const told = entries.map(({ agoMs, ...entry }) => ({ ...entry, atMs: now - agoMs }));
      this.brain.step({ kind: "log", entries: told }, now);
    } catch {
      // There is no scheduler now; the page says so.
    } finally {
      this.isAskingLog = false;
    }
  }

  private stop(phase: { readonly kind: "idle" } | { readonly kind: "closed" }): void {
    if (this.phase.kind === "watching") {
      this.options.clock.clearTimer(this.phase.timer);
      for (const one of this.phase.subscriptions) one.unsubscribe();
    }
    this.phase = phase;
  }
}
