import type { SchedulerBrain } from "../../actors/scheduler/scheduler-brain.ts";
import type { AdaptOptions } from "../../collections/futures/spawner.ts";
import { ActorSystem } from "../../runtime/actor/system.ts";
import type { Bus } from "../../runtime/bus/bus.ts";
import { actorCodec } from "../../runtime/protocol/actor-codec.ts";
import { Adaptive } from "./adaptive.ts";
import { type SchedulerSettings, startScheduler } from "./start-scheduler.ts";
import { type StartWorker, WorkerPool, type WorkerPoolOptions } from "./worker-pool.ts";

export interface LocalClusterOptions extends Omit<SchedulerSettings, "functions">, WorkerPoolOptions {}

/** A scheduler in this thread and workers somewhere on this machine, on one bus. */
export class LocalCluster {
  readonly bus: Bus;
  readonly name: string;
  readonly system: ActorSystem;
  /** The scheduler's brain, to read. */
  readonly brain: SchedulerBrain;
  private readonly pool: WorkerPool;
  private adaptive: Adaptive | undefined;
  private readonly lostListeners = new Set<(reason: string) => void>();

  constructor(bus: Bus, start: StartWorker, options: LocalClusterOptions) {
    this.bus = bus;
    this.name = options.cluster;
    this.system = new ActorSystem({ bus, codec: actorCodec });
    this.brain = startScheduler(this.system, options).brain;
    const onLost = (worker: string, reason: string): void => {
      for (const listener of [...this.lostListeners]) listener(reason);
      process.emitWarning(`Worker ${worker} is gone for good: ${reason}`, { type: "Shoal", code: "WORKER_LOST" });
    };
    this.pool = new WorkerPool(this.system, start, { ...options, onLost });
  }

  /** Calls with the reason when a worker is gone for good. */
  onLost(listener: (reason: string) => void): () => void {
    this.lostListeners.add(listener);
    return () => this.lostListeners.delete(listener);
  }

  /** Starts workers, or lets some go in order, until there are so many. */
  scale(count: number): Promise<void> {
    this.adaptive?.stop();
    return this.pool.scale(count);
  }

  /** The number of workers follows the work from now on. */
  adapt(options: AdaptOptions): Adaptive {
    this.adaptive?.stop();
    this.adaptive = new Adaptive(this.system, this.name, this.pool, options);
    return this.adaptive;
  }

  /** Process ids of workers, by name. */
  get pids(): ReadonlyMap<string, number> {
    return this.pool.pids;
  }

  /** Ends workers and scheduler; the bus belongs to whoever made it. Twice is once. */
  async close(): Promise<void> {
    this.adaptive?.stop();
    await this.pool.close();
    this.system.close();
  }
}
