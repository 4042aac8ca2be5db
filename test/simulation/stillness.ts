import type { SchedulerBrain } from "../../actors/scheduler/scheduler-brain.ts";
import type { Network } from "./network.ts";
import type { Scenario } from "./scenario.ts";
import type { SimNode, World } from "./world.ts";

/** The cluster that may have come to stand still. */
export interface StillHost {
  readonly world: World;
  readonly network: Network;
  readonly scenario: Scenario;
  readonly nodes: ReadonlyMap<string, SimNode>;
  readonly workers: ReadonlyMap<string, { readonly brain: { readonly executing: number } }>;
  readonly scheduler: SchedulerBrain | undefined;
}

/** Knows when nothing happens any more: nobody would do anything but say that he is alive. */
export class Stillness {
  private readonly host: StillHost;
  /** When a brain last had something else to do than to hear that all are alive. */
  private stirredMs = 0;

  constructor(host: StillHost) {
    this.host = host;
  }

  stir(): void {
    this.stirredMs = this.host.world.now;
  }

  /** Nothing runs, nobody waits for an answer, and for longer than a silence may last nothing has changed. */
  get isStill(): boolean {
    const { scenario, world, scheduler, nodes, network } = this.host;
    const { leaseMs, heartbeatMs } = scenario.options;
    if (world.now - this.stirredMs < leaseMs + 2 * heartbeatMs) return false;
    if (scheduler?.state.phase !== "leading") return false;
    for (const node of nodes.values()) if (node.life > 0 && !this.isWell(node)) return false;
    return !network.isAsking;
  }

  /** It runs, is not busy, and is a member if it is a worker. */
  private isWell({ id, isAlive, pausedUntil }: SimNode): boolean {
    const { workers, scheduler, world } = this.host;
    const worker = workers.get(id);
    const isMember = scheduler?.state.workerByName.get(id)?.status === "running";
    return isAlive && pausedUntil <= world.now && (worker === undefined || (isMember && worker.brain.executing === 0));
  }
}
