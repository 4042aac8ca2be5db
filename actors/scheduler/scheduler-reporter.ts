import type { Clock, TimerHandle } from "../../runtime/base/clock.ts";
import type { ThreadSample } from "../../runtime/base/system-sampler.ts";
import type { Bus, Subscription } from "../../runtime/bus/bus.ts";
import { clusterSubjects } from "../../runtime/bus/subject.ts";
import { publishEvent } from "../../runtime/protocol/event-json.ts";
import { type SchedulerFigures, WATCH_LEASE_MS } from "../../runtime/protocol/events.ts";
import { stateFigures } from "./figures.ts";
import type { SchedulerState } from "./scheduler-state.ts";

export interface SchedulerReporterOptions {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly cluster: string;
  readonly version: string;
  /** Milliseconds since 1970. */
  wallMs(): number;
  system(): ThreadSample;
}

/** As often as pages are drawn. */
const FIGURES_INTERVAL_MS = 500;
/** Counting a million rows takes some milliseconds: it is done so seldom that it takes one part in so many of the time. */
const COUNTING_SHARE = 400;
/** Observers take a scheduler that says nothing for longer for lost. */
const PAUSE_MAX_MS = 2000;

type Phase =
  | { readonly kind: "silent" }
  | { readonly kind: "watched"; untilMs: number; timer: TimerHandle; dueMs: number }
  | { readonly kind: "closed" };

/** Tells the scheduler's figures as long as observers say that they watch. */
export class SchedulerReporter {
  private readonly options: SchedulerReporterOptions;
  private readonly state: SchedulerState;
  private readonly subject: string;
  private readonly subscription: Subscription;
  private phase: Phase = { kind: "silent" };
  private turns = { total: 0, count: 0, sumMs: 0, maxMs: 0 };

  constructor(options: SchedulerReporterOptions, state: SchedulerState) {
    this.options = options;
    this.state = state;
    const subjects = clusterSubjects(options.cluster);
    this.subject = subjects.events("scheduler");
    this.subscription = options.bus.subscribe(subjects.watch, () => this.watched());
  }

  /** A turn of the scheduler took so long. */
  noteTurn(tookMs: number): void {
    const { turns } = this;
    turns.total += 1;
    turns.count += 1;
    turns.sumMs += tookMs;
    if (tookMs > turns.maxMs) turns.maxMs = tookMs;
  }

  /** What is told, at this moment. */
  figures(lagMs = 0): SchedulerFigures {
    const { wallMs, system, version } = this.options;
    const { total, count, sumMs, maxMs } = this.turns;
    this.turns = { total, count: 0, sumMs: 0, maxMs: 0 };
    this.state.nowMs = this.options.clock.now();
    return {
      type: "scheduler",
      atMs: wallMs(),
      ...stateFigures(this.state, version),
      turns: { total, count, meanMs: count === 0 ? 0 : sumMs / count, maxMs },
      system: { ...system(), lagMs },
    };
  }

  close(): void {
    this.subscription.unsubscribe();
    this.fallSilent({ kind: "closed" });
  }

  private watched(): void {
    const { clock, system } = this.options;
    const untilMs = clock.now() + WATCH_LEASE_MS;
    if (this.phase.kind === "closed") return;
    if (this.phase.kind === "watched") {
      this.phase.untilMs = untilMs;
      return;
    }
    system();
    this.state.watchTransitions(true);
    this.phase = { kind: "watched", untilMs, timer: clock.setTimer(0, () => this.tell()), dueMs: clock.now() };
  }

  private tell(): void {
    const { clock, bus } = this.options;
    if (this.phase.kind !== "watched") return;
    const startMs = clock.now();
    if (startMs > this.phase.untilMs) return this.fallSilent({ kind: "silent" });
    publishEvent(bus, this.subject, this.figures(Math.max(0, startMs - this.phase.dueMs)));
    const tookMs = clock.now() - startMs;
    const pauseMs = Math.min(PAUSE_MAX_MS, Math.max(FIGURES_INTERVAL_MS, tookMs * COUNTING_SHARE));
    this.phase.dueMs = clock.now() + pauseMs;
    this.phase.timer = clock.setTimer(pauseMs, () => this.tell());
  }

  private fallSilent(phase: Phase): void {
    if (this.phase.kind === "watched") this.options.clock.clearTimer(this.phase.timer);
    this.phase = phase;
    this.state.watchTransitions(false);
  }
}
