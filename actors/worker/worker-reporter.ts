import type { Clock, TimerHandle } from "../../runtime/base/clock.ts";
import type { ThreadSample } from "../../runtime/base/system-sampler.ts";
import type { Bus, Subscription } from "../../runtime/bus/bus.ts";
import { clusterSubjects } from "../../runtime/bus/subject.ts";
import { publishEvent, readEvent } from "../../runtime/protocol/event-json.ts";
import {
  EVENT_INTERVAL_MS,
  type ProfileEntry,
  WATCH_LEASE_MS,
  type WatchBeat,
  type WorkerEvents,
  type WorkerSample,
} from "../../runtime/protocol/events.ts";
import type { RunInterval, TaskStream } from "./task-stream.ts";

/** Samples of call stacks, while somebody wants them. */
export interface StackSampler {
  start(): void;
  stop(): void;
  /** What was sampled since it was last asked; settles soon. @param kindAt what ran at a moment of the worker's clock */
  take(kindAt: (atMs: number) => string): Promise<readonly ProfileEntry[]>;
}

export interface WorkerReporterOptions {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly cluster: string;
  readonly id: string;
  readonly stream: TaskStream;
  /** The brain's figures, read when they are told. */
  readonly brain: { readonly executing: number; readonly queued: number; readonly managedBytes: number };
  readonly sampler?: StackSampler;
  /** Milliseconds since 1970. */
  wallMs(): number;
  system(): ThreadSample;
}

const SAMPLE_INTERVAL_MS = 500;
/** The two clocks are read one after the other, with a pause of the thread between them now and then: less than that is no other time. */
const CLOCK_STEP_MS = 100;
const PROFILE_INTERVAL_MS = 1000;

type Phase =
  | { readonly kind: "silent" }
  | {
      readonly kind: "watched";
      untilMs: number;
      timer: TimerHandle;
      /** When the timer should fire, and by how much the worst one was late since the last sample. */
      dueMs: number;
      lagMs: number;
      sampledMs: number;
      profiledMs: number;
      /** Some observer wants call stacks until then. */
      profileUntilMs: number;
    }
  | { readonly kind: "closed" };

/** Tells of a worker's tasks, transfers and resources as long as observers say that they watch. */
export class WorkerReporter {
  private readonly options: WorkerReporterOptions;
  private readonly subject: string;
  private readonly subscription: Subscription;
  private phase: Phase = { kind: "silent" };
  private profiling: "off" | "on" | "taking" = "off";
  private taking: Promise<void> = Promise.resolve();
  /** From the worker's clock to milliseconds since 1970: the same while it can be, or runs that follow each other would overlap. */
  private offsetMs = Number.NEGATIVE_INFINITY;
  /** What ran when, for the samples that are being taken. */
  private intervals: RunInterval[] = [];

  constructor(options: WorkerReporterOptions) {
    this.options = options;
    const subjects = clusterSubjects(options.cluster);
    this.subject = subjects.events("worker", options.id);
    this.subscription = options.bus.subscribe(subjects.watch, ({ payload }) => this.watched(payload));
  }

  close(): void {
    this.subscription.unsubscribe();
    this.fallSilent({ kind: "closed" });
  }

  private watched(payload: unknown): void {
    const { clock, stream, sampler } = this.options;
    if (this.phase.kind === "closed") return;
    const { wantsProfile, ask } = (readEvent(payload) ?? {}) as Partial<WatchBeat>;
    const untilMs = clock.now() + WATCH_LEASE_MS;
    if (this.phase.kind === "watched") this.phase.untilMs = untilMs;
    else {
      stream.isWatched = true;
      this.options.system();
      const now = clock.now();
      const times = { dueMs: now + EVENT_INTERVAL_MS, lagMs: 0, sampledMs: now, profiledMs: now, profileUntilMs: 0 };
      this.phase = { kind: "watched", untilMs, timer: this.later(), ...times };
    }
    if (typeof ask === "string") void this.tellAll(ask);
    if (wantsProfile !== true || sampler === undefined) return;
    this.phase.profileUntilMs = untilMs;
    if (this.profiling === "off") {
      this.profiling = "on";
      sampler.start();
    }
  }

  /** Out of turn: somebody wants to see what was done until now. */
  private async tellAll(ask: string): Promise<void> {
    this.tellNoted(true);
    if (this.profiling === "on") this.taking = this.tellProfile();
    await this.taking;
    if (this.phase.kind === "watched") this.publish({ type: "worker", worker: this.options.id, told: ask });
  }

  private later(): TimerHandle {
    return this.options.clock.setTimer(EVENT_INTERVAL_MS, () => this.tell());
  }

  private tell(): void {
    const { clock } = this.options;
    if (this.phase.kind !== "watched") return;
    const now = clock.now();
    const lagMs = Math.max(0, now - this.phase.dueMs);
    // While a function held the thread, no beat could be heard: that time does not count.
    this.phase.untilMs += lagMs;
    this.phase.profileUntilMs += lagMs;
    if (now > this.phase.untilMs) return this.fallSilent({ kind: "silent" });
    this.phase.lagMs = Math.max(this.phase.lagMs, lagMs);
    this.phase.dueMs = now + EVENT_INTERVAL_MS;
    this.phase.timer = this.later();
    this.tellNoted(now - this.phase.sampledMs >= SAMPLE_INTERVAL_MS);
    // Others who watch may not want call stacks: what counts is the last who did.
    if (this.profiling === "on" && now > this.phase.profileUntilMs) this.stopProfiling();
    if (this.profiling === "on" && now - this.phase.profiledMs >= PROFILE_INTERVAL_MS) {
      this.phase.profiledMs = now;
      this.taking = this.tellProfile();
    }
  }

  private tellNoted(isSampled: boolean): void {
    const { clock, stream, id } = this.options;
    if (this.phase.kind !== "watched") return;
    if (this.profiling !== "off") this.intervals.push(...stream.intervals());
    const offsetMs = this.options.wallMs() - clock.now();
    if (Math.abs(offsetMs - this.offsetMs) > CLOCK_STEP_MS) this.offsetMs = offsetMs;
    const noted = stream.take(this.offsetMs);
    const events = { ...noted, ...(isSampled ? { sample: this.sample(this.phase.lagMs) } : {}) };
    if (isSampled) {
      this.phase.sampledMs = clock.now();
      this.phase.lagMs = 0;
    }
    if (Object.keys(events).length > 0) this.publish({ type: "worker", worker: id, ...events });
  }

  private sample(lagMs: number): WorkerSample {
    const { executing, queued, managedBytes } = this.options.brain;
    const system = { ...this.options.system(), lagMs };
    return { atMs: this.options.wallMs(), executing, queued, managedBytes, system };
  }

  private async tellProfile(): Promise<void> {
    this.profiling = "taking";
    const ran = this.intervals;
    this.intervals = [];
    const kindAt = (atMs: number): string => ran.find((run) => atMs >= run.startMs && atMs <= run.endMs)?.prefix ?? "";
    const profile = (await this.options.sampler?.take(kindAt)) ?? [];
    if (this.profiling === "taking") this.profiling = "on";
    if (profile.length > 0 && this.phase.kind === "watched")
      this.publish({ type: "worker", worker: this.options.id, profile });
  }

  private publish(events: WorkerEvents): void {
    publishEvent(this.options.bus, this.subject, events);
  }

  private fallSilent(phase: Phase): void {
    const { clock, stream } = this.options;
    if (this.phase.kind === "watched") clock.clearTimer(this.phase.timer);
    this.phase = phase;
    stream.isWatched = false;
    stream.forget();
    if (this.profiling !== "off") this.stopProfiling();
  }

  private stopProfiling(): void {
    this.profiling = "off";
    this.intervals = [];
    this.options.sampler?.stop();
  }
}
