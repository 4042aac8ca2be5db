import { nannyActor } from "../../actors/nanny/nanny.ts";
import { schedulerActor } from "../../actors/scheduler/scheduler.ts";
import type { SchedulerBrain } from "../../actors/scheduler/scheduler-brain.ts";
import { WS } from "../../actors/worker/worker-brain.ts";
import { ActorSystem } from "../../runtime/actor/system.ts";
import { wallTimeMs } from "../../runtime/base/clock.ts";
import { uniqueToken } from "../../runtime/base/random.ts";
import { VERSION } from "../../runtime/base/version.ts";
import type { Bus } from "../../runtime/bus/bus.ts";
import { clusterSubjects } from "../../runtime/bus/subject.ts";
import { actorCodec } from "../../runtime/protocol/actor-codec.ts";
import type { WorkerConfig } from "./worker-config.ts";

export interface LocalClusterOptions {
  readonly cluster: string;
  readonly workers: number;
  /** Asynchronous tasks that overlap in a worker; synchronous ones run one at a time. */
  readonly slots: number;
  readonly resources: Readonly<Record<string, number>>;
  readonly functions: "any" | "named";
  readonly heartbeatMs: number;
  /** A worker that is silent for longer is taken for dead. */
  readonly workerLeaseMs: number;
  readonly clientLeaseMs: number;
  /** See SchedulerOptions. */
  readonly prefillUs: number;
  readonly allowedFailures: number;
}

/** A worker that runs somewhere. */
export interface RunningWorker {
  readonly pid: number;
  onExit(listener: (reason: string) => void): void;
  stop(): Promise<void>;
}

/** A way to run workers on a bus. */
export type StartWorker = (bus: Bus, config: WorkerConfig) => RunningWorker;

const RESTARTS_PER_MINUTE_MAX = 30;
const RESTART_DELAY_MS = 100;

/** A scheduler in this thread and workers somewhere on this machine, on one bus. */
export class LocalCluster {
  readonly bus: Bus;
  readonly name: string;
  readonly system: ActorSystem;
  private readonly options: LocalClusterOptions;
  private readonly start: StartWorker;
  private readonly workers = new Map<string, RunningWorker>();
  private readonly nanny: string;
  private made: SchedulerBrain | undefined;
  private started = 0;
  private phase: "open" | "closed" = "open";

  constructor(bus: Bus, start: StartWorker, options: LocalClusterOptions) {
    this.bus = bus;
    this.name = options.cluster;
    this.options = options;
    this.start = start;
    this.system = new ActorSystem({ bus, codec: actorCodec });
    const id = `nanny-${uniqueToken().slice(0, 8)}`;
    this.nanny = clusterSubjects(options.cluster).nanny(id);
    this.system.spawn(
      schedulerActor({
        ...options,
        epoch: wallTimeMs(),
        version: VERSION,
        isMemory: (state) => state === WS.memory,
        onBrain: (brain) => {
          this.made = brain;
        },
      }),
    );
    this.system.spawn(
      nannyActor({
        cluster: options.cluster,
        id,
        restartsMax: RESTARTS_PER_MINUTE_MAX,
        restartDelayMs: RESTART_DELAY_MS,
        restart: () => this.phase === "open" && this.addWorker(),
      }),
    );
    for (let i = 0; i < options.workers; i++) this.addWorker();
  }

  /** The scheduler's brain, to read. */
  get brain(): SchedulerBrain {
    return this.made as SchedulerBrain;
  }

  /** Process ids of workers, by name. */
  get pids(): ReadonlyMap<string, number> {
    return new Map([...this.workers].map(([id, worker]) => [id, worker.pid]));
  }

  /** Ends workers and scheduler; the bus belongs to whoever made it. */
  async close(): Promise<void> {
    if (this.phase === "closed") return;
    this.phase = "closed";
    await Promise.all([...this.workers.values()].map((worker) => worker.stop()));
    this.workers.clear();
    this.system.close();
  }

  private addWorker(): void {
    const { cluster, slots, resources, heartbeatMs, functions } = this.options;
    // A worker that takes the place of another has a name of its own: what is still said to the dead reaches nobody.
    const id = `w${this.started++}-${uniqueToken()
      .replace(/[^0-9A-Za-z]/g, "")
      .slice(0, 6)}`;
    const worker = this.start(this.bus, {
      cluster,
      id,
      incarnation: wallTimeMs(),
      slots,
      resources,
      heartbeatMs,
      functions,
    });
    this.workers.set(id, worker);
    worker.onExit((reason) => {
      this.workers.delete(id);
      if (this.phase === "open") this.system.tell(this.nanny, { type: "exited", worker: id, reason });
    });
  }
}
