import { nannyActor } from "../../actors/nanny/nanny.ts";
import type { MemoryConfig } from "../../collections/futures/memory-options.ts";
import type { ActorSystem } from "../../runtime/actor/system.ts";
import { wallTimeMs } from "../../runtime/base/clock.ts";
import { uniqueToken } from "../../runtime/base/random.ts";
import type { Bus } from "../../runtime/bus/bus.ts";
import { clusterSubjects } from "../../runtime/bus/subject.ts";
import type { WorkerDeath } from "../../runtime/protocol/nanny-scheduler.ts";
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
  /** Told of workers that left in order, when the scheduler let them go. */
  onDismissed?(worker: string): void;
  /** Told of workers that will not come back: refused by the scheduler, or dead too often. */
  onLost?(worker: string, reason: string): void;
}

const RESTARTS_PER_MINUTE_MAX = 30;
const RESTART_DELAY_MS = 100;
const GOODBYE_TIMEOUT_MS = 2000;

/** Workers of one machine with the nanny that looks after them. */
export class WorkerPool {
  private readonly system: ActorSystem;
  private readonly options: WorkerPoolOptions;
  private readonly start: StartWorker;
  private readonly workers = new Map<string, RunningWorker>();
  /** Workers that are ended on the scheduler's word, and why. */
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
        restart: () => this.phase === "open" && this.addWorker(),
        onGivenUp: (worker, reason) => this.options.onLost?.(worker, reason),
      }),
    );
    for (let i = 0; i < options.workers; i++) this.addWorker();
  }

  /** Process ids of workers, by name. */
  get pids(): ReadonlyMap<string, number> {
    return new Map([...this.workers].map(([id, worker]) => [id, worker.pid]));
  }

  /** Ends the workers; with `tell` the scheduler hears that they left, and gives their work to others at once. */
  async close(tell: "tell" | "silent" = "silent"): Promise<void> {
    if (this.phase === "closed") return;
    this.phase = "closed";
    const names = [...this.workers.keys()];
    await Promise.all([...this.workers.values()].map((worker) => worker.stop()));
    this.workers.clear();
    if (tell === "silent") return;
    await this.system.ask(this.nanny, { type: "left", workers: names }, { timeoutMs: GOODBYE_TIMEOUT_MS });
    await this.system.bus.flush();
  }

  private addWorker(): void {
    const { cluster, slots, resources, heartbeatMs, functions, memory } = this.options;
    // A worker that takes the place of another has a name of its own: what is still said to the dead reaches nobody.
    const id = `w${this.started++}-${uniqueToken()
      .replace(/[^0-9A-Za-z]/g, "")
      .slice(0, 6)}`;
    const incarnation = wallTimeMs();
    const config = { cluster, id, incarnation, slots, resources, heartbeatMs, functions, memory };
    const worker = this.start(this.system.bus, config);
    this.workers.set(id, worker);
    worker.onExit((end) => this.ended(id, end));
  }

  /** On the scheduler's word: another takes its place. */
  private endWorker(id: string, reason: string): void {
    const worker = this.workers.get(id);
    if (worker === undefined) return;
    this.told.set(id, reason);
    worker.kill();
  }

  private ended(id: string, { kind, reason, death }: WorkerEnd): void {
    this.workers.delete(id);
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
