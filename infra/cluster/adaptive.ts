import type { Demand } from "../../actors/scheduler/demand.ts";
import type { AdaptOptions } from "../../collections/futures/spawner.ts";
import type { ActorSystem } from "../../runtime/actor/system.ts";
import type { TimerHandle } from "../../runtime/base/clock.ts";
import { parseDurationMs } from "../../runtime/base/units.ts";
import { clusterSubjects } from "../../runtime/bus/subject.ts";
import { AdaptBrain } from "./adapt-brain.ts";
import type { WorkerPool } from "./worker-pool.ts";

const ADAPT_DEFAULTS = { minimum: 0, maximum: Number.POSITIVE_INFINITY, interval: "1s", waitCount: 3, target: "5s" };
const ASK_TIMEOUT_MS = 5000;

/** Asks the scheduler again and again how many workers its work wants, and has the pool follow. */
export class Adaptive {
  private readonly system: ActorSystem;
  private readonly cluster: string;
  private readonly pool: WorkerPool;
  private readonly brain: AdaptBrain;
  private readonly intervalMs: number;
  private readonly targetUs: number;
  private timer: TimerHandle;
  private phase: "open" | "closed" = "open";

  /** @throws RangeError for limits that are none */
  constructor(system: ActorSystem, cluster: string, pool: WorkerPool, options: AdaptOptions) {
    const { minimum, maximum, interval, waitCount, target } = { ...ADAPT_DEFAULTS, ...options };
    if (!(minimum >= 0) || !(maximum >= Math.max(1, minimum)) || !(waitCount >= 1))
      throw new RangeError(
        `A cluster adapts between minimum ≥ 0 and maximum ≥ 1, after waitCount ≥ 1 looks, not ${minimum}, ${maximum}, ${waitCount}`,
      );
    this.system = system;
    this.cluster = cluster;
    this.pool = pool;
    this.brain = new AdaptBrain({ minimum, maximum, waitCount });
    this.intervalMs = parseDurationMs(interval);
    this.targetUs = parseDurationMs(target) * 1000;
    this.timer = undefined;
    this.lookAgain(0);
  }

  /** The cluster stays as it is from now on. */
  stop(): void {
    this.phase = "closed";
    this.system.clock.clearTimer(this.timer);
  }

  private lookAgain(delayMs: number): void {
    if (this.phase === "open") this.timer = this.system.clock.setTimer(delayMs, () => void this.look());
  }

  private async look(): Promise<void> {
    const { targetUs, system, pool } = this;
    try {
      const { scheduler } = clusterSubjects(this.cluster);
      const asked = system.ask(scheduler, { type: "demand", targetUs }, { timeoutMs: ASK_TIMEOUT_MS });
      const demand = (await asked) as Demand;
      if (this.phase !== "open") return;
      const own = demand.spare.filter((name) => pool.has(name));
      const step = this.brain.step({ ...demand, spare: own }, pool.size);
      if (step.kind === "grow") pool.add(step.by);
      else if (step.kind === "shrink") await pool.letGo(step.workers);
    } catch {
      // No scheduler answers: there is nothing to follow until one does.
    }
    this.lookAgain(this.intervalMs);
  }
}
