import { nannyActor } from "../../actors/nanny/nanny.ts";
import type { WhatRuns } from "../../actors/worker/what-runs.ts";
import type { MemoryConfig } from "../../collections/futures/memory-options.ts";
import type { ActorRef } from "../../runtime/actor/ref.ts";
import type { ActorSystem } from "../../runtime/actor/system.ts";
import { type TimerHandle, wallTimeMs } from "../../runtime/base/clock.ts";
import { plainToken, uniqueToken } from "../../runtime/base/random.ts";
import type { Bus } from "../../runtime/bus/bus.ts";
import { clusterSubjects } from "../../runtime/bus/subject.ts";
import type { WorkerDeath } from "../../runtime/protocol/nanny-scheduler.ts";
import { askToLeave } from "./ask-to-leave.ts";
import { stackActor } from "./stack-actor.ts";
import type { WorkerConfig } from "./worker-config.ts";

/** How a worker ended. One that was refused would be refused again; one that was dismissed left in order. */
export interface WorkerEnd {
  readonly kind: "died" | "refused" | "dismissed";
  readonly reason: string;
  readonly death?: WorkerDeath;
}

/** A worker that runs somewhere. */
export interface RunningWorker {
  readonly pid: number;
  onExit(listener: (end: WorkerEnd) => void): void;
  /** False while it is stopped by a signal, where the system says so. */
  runs(): boolean;
  /** Ends it at once, whatever it is doing; those who listen for its exit are told. */
  kill(): void;
  stop(): Promise<void>;
  /** What it is doing, where that is told here; on NATS its own process tells. */
  whatRuns?(): Promise<WhatRuns | undefined>;
}

/** A way to run workers on a bus. */
export type StartWorker = (bus: Bus, config: WorkerConfig) => RunningWorker;

export interface WorkerPoolOptions {
  readonly cluster: string;
  readonly workers: number;
  /** Asynchronous tasks that overlap in a worker; synchronous ones run one at a time. */
  readonly slots: number;
  readonly resources: Readonly<Record<string, number>>;
  readonly functions: "any" | "named";
  readonly heartbeatMs: number;
  readonly memory: MemoryConfig;
  /** Addresses of modules that are imported before a worker joins. */
  readonly preload: readonly string[];
  /** Variables of their environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** A worker leaves after so long, when another one has taken its place; one after the other within `staggerMs`. */
  readonly lifetime?: { readonly afterMs: number; readonly staggerMs: number } | undefined;
  /** Told of workers that left in order, when the scheduler let them go. */
  onDismissed?(worker: string): void;
  /** Told of workers that will not come back: refused by the scheduler, or dead too often. */
  onLost?(worker: string, reason: string): void;
}

const RESTARTS_PER_MINUTE_MAX = 30;
const RESTART_DELAY_MS = 100;
const GOODBYE_TIMEOUT_MS = 2000;
/** What a worker runs may take long; it is let go when that has ended. */
const LET_GO_MS = 3_600_000;
const REPLACE_AGAIN_MS = 500;
/** Workers that start together do not end together. */
const STAGGERED = 8;

/** Workers of one machine with the nanny that looks after them. */
export class WorkerPool {
  private readonly system: ActorSystem;
  private readonly options: WorkerPoolOptions;
  private readonly start: StartWorker;
  private readonly workers = new Map<string, RunningWorker>();
  /** Those who tell what workers are doing. */
  private readonly stacks = new Map<string, ActorRef>();
  /** Workers that are to leave in order. */
  private readonly leaving = new Set<string>();
  /** When workers have lived long enough. */
  private readonly lifetimes = new Map<string, TimerHandle>();
  /** Why workers are ended on the scheduler's word. */
  private readonly told = new Map<string, string>();
  private readonly nanny: string;
  private started = 0;
  private phase: "open" | "closed" = "open";

  constructor(system: ActorSystem, start: StartWorker, options: WorkerPoolOptions) {
    this.system = system;
    this.start = start;
    this.options = options;
    const id = `nanny-${uniqueToken().slice(0, 8)}`;
    this.nanny = clusterSubjects(options.cluster).nanny(id);
    system.spawn(
      nannyActor({
        cluster: options.cluster,
        id,
        restartsMax: RESTARTS_PER_MINUTE_MAX,
        restartDelayMs: RESTART_DELAY_MS,
        heartbeatMs: options.heartbeatMs,
        running: () => [...this.workers].filter(([, worker]) => worker.runs()).map(([name]) => name),
        end: (worker, reason) => this.endWorker(worker, reason),
        // One that was to leave anyway is not missed.
        restart: (worker) => this.phase === "open" && !this.leaving.delete(worker) && this.addWorker(),
        onGivenUp: (worker, reason) => this.options.onLost?.(worker, reason),
      }),
    );
    this.add(options.workers);
  }

  /** Workers that run or are starting, but for those that leave. */
  get size(): number {
    return this.names.length;
  }

  get names(): readonly string[] {
    return [...this.workers.keys()].filter((name) => !this.leaving.has(name));
  }

  has(worker: string): boolean {
    return this.workers.has(worker) && !this.leaving.has(worker);
  }

  add(count: number): void {
    for (let i = 0; i < count; i++) this.addWorker();
  }

  /** Starts workers, or lets some go in order, until there are so many. @returns when they have left */
  async scale(count: number): Promise<void> {
    const { names } = this;
    if (count >= names.length) this.add(count - names.length);
    // Those that came last have the least to move.
    else await this.letGo(names.slice(count));
  }

  /** Lets workers go in order: what only they hold is moved first, and none comes in their place. @returns those that stay */
  async letGo(names: readonly string[], timeoutMs = LET_GO_MS): Promise<readonly string[]> {
    for (const name of names) this.leaving.add(name);
    const stay = await askToLeave(this.system, this.options.cluster, names, timeoutMs);
    for (const name of stay) this.leaving.delete(name);
    await Promise.all(names.filter((name) => !stay.includes(name)).map((name) => this.endLeft(name)));
    return stay;
  }

  /** Process ids of workers, by name. */
  get pids(): ReadonlyMap<string, number> {
    return new Map([...this.workers].map(([id, worker]) => [id, worker.pid]));
  }

  /**
   * Ends the workers; with `tell` the scheduler hears that they left, and gives their work to others at once. With
   * `drainMs` they leave in order, as far as others are there to take over within that time.
   */
  async close(tell: "tell" | "silent" = "silent", drainMs = 0): Promise<void> {
    if (this.phase === "closed") return;
    if (drainMs > 0) await this.letGo([...this.workers.keys()], drainMs);
    this.phase = "closed";
    for (const timer of this.lifetimes.values()) this.system.clock.clearTimer(timer);
    const names = [...this.workers.keys()];
    await Promise.all([...this.workers.values()].map((worker) => worker.stop()));
    this.workers.clear();
    for (const id of [...this.stacks.keys()]) this.stopStack(id);
    if (tell === "silent") return;
    await this.system.ask(this.nanny, { type: "left", workers: names }, { timeoutMs: GOODBYE_TIMEOUT_MS });
    await this.system.bus.flush();
  }

  private addWorker(): void {
    const { cluster, slots, resources, heartbeatMs, functions, memory, preload, environment } = this.options;
    // A worker that takes the place of another has a name of its own: what is still said to the dead reaches nobody.
    const id = `w${this.started++}-${plainToken(6)}`;
    const incarnation = wallTimeMs();
    const config = { cluster, id, incarnation, slots, resources, heartbeatMs, functions, memory, preload, environment };
    const worker = this.start(this.system.bus, config);
    this.workers.set(id, worker);
    const { whatRuns } = worker;
    if (whatRuns !== undefined) this.stacks.set(id, this.system.spawn(stackActor(cluster, id, whatRuns)));
    worker.onExit((end) => this.ended(id, end));
    this.limitLife(id);
  }

  private limitLife(id: string): void {
    const { lifetime } = this.options;
    if (lifetime === undefined) return;
    const share = (this.started % STAGGERED) / STAGGERED;
    const timer = this.system.clock.setTimer(lifetime.afterMs + share * lifetime.staggerMs, () => {
      if (this.phase !== "open" || !this.has(id)) return;
      this.addWorker();
      void this.replace(id);
    });
    this.lifetimes.set(id, timer);
  }

  /** It stays until the one in its place has joined. */
  private async replace(id: string): Promise<void> {
    const stay = await this.letGo([id]);
    if (stay.length === 0 || this.phase !== "open") return;
    this.lifetimes.set(
      id,
      this.system.clock.setTimer(REPLACE_AGAIN_MS, () => void this.replace(id)),
    );
  }

  /** The scheduler has let it go, has never heard of it, or was given all the time there was. */
  private async endLeft(id: string): Promise<void> {
    const worker = this.workers.get(id);
    if (worker === undefined || this.phase !== "open") return;
    this.workers.delete(id);
    this.stopStack(id);
    await worker.stop();
    this.forget(id);
    this.system.tell(this.nanny, { type: "left", workers: [id] });
    this.options.onDismissed?.(id);
  }

  private stopStack(id: string): void {
    this.stacks.get(id)?.stop();
    this.stacks.delete(id);
  }

  private forget(id: string): void {
    this.leaving.delete(id);
    this.system.clock.clearTimer(this.lifetimes.get(id));
    this.lifetimes.delete(id);
  }

  /** On the scheduler's word: another takes its place. */
  private endWorker(id: string, reason: string): void {
    const worker = this.workers.get(id);
    if (worker === undefined) return;
    this.told.set(id, reason);
    worker.kill();
  }

  private ended(id: string, { kind, reason, death }: WorkerEnd): void {
    if (!this.workers.delete(id)) return;
    this.stopStack(id);
    if (kind !== "died") this.forget(id);
    const told = this.told.get(id);
    this.told.delete(id);
    if (this.phase === "closed") return;
    if (kind === "dismissed") this.options.onDismissed?.(id);
    else if (kind === "refused") this.options.onLost?.(id, reason);
    else {
      const exited = { type: "exited", worker: id, reason: told ?? reason, isExpected: told !== undefined } as const;
      this.system.tell(this.nanny, death === undefined ? exited : { ...exited, death });
    }
  }
}
