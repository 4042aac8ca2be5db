import assert from "node:assert/strict";
import { nannyActor } from "../../actors/nanny/nanny.ts";
import type { SchedulerInput } from "../../actors/scheduler/scheduler-input.ts";
import type { ActorSystem } from "../../runtime/actor/system.ts";
import { clusterSubjects } from "../../runtime/bus/subject.ts";
import type { SimNode, World } from "./world.ts";

/** The cluster whose workers are looked after. */
export interface NannyHost {
  readonly world: World;
  readonly identity: { readonly cluster: string };
  readonly workers: ReadonlyMap<string, unknown>;
  addNode(id: string, drift: number): void;
  beginLife(id: string): SimNode;
  systemOn(node: SimNode): ActorSystem;
  crash(id: string, restartAfterMs: number, isAsked: boolean): void;
  startWorker(id: string): void;
}

const ID = "n1";
const REASON = "its process ended";
/** The operating system tells of a process that ended. */
const NOTICE_MS = 5;
/** What takes the place of a worker is there after so long, or later. */
const REPLACED_MS = 100;

/** One real nanny for all workers: it says that they run, tells of those that died, and ends those that do not come back from a task. */
export class Nannies {
  /** Workers it ended because the scheduler said so. */
  ended = 0;
  private readonly host: NannyHost;
  private readonly system: ActorSystem;
  /** When others take the places of those that died. */
  private readonly returns = new Map<string, number>();

  constructor(host: NannyHost, heartbeatMs: number) {
    this.host = host;
    host.addNode(ID, 1);
    this.system = host.systemOn(host.beginLife(ID));
    this.system.spawn(
      nannyActor({
        cluster: host.identity.cluster,
        id: ID,
        restartsMax: Number.POSITIVE_INFINITY,
        restartDelayMs: 1,
        heartbeatMs,
        running: () => [...host.workers.keys()],
        end: (worker, reason) => this.end(worker, reason),
        restart: (worker) => this.restart(worker),
      }),
    );
  }

  /** A worker's process ended, and another is to take its place. @param isExpected on the scheduler's word */
  exited(worker: string, restartAfterMs: number, isExpected: boolean): void {
    const { world } = this.host;
    this.returns.set(worker, world.now + Math.max(REPLACED_MS, restartAfterMs));
    const death = { exitCode: 1, outOfMemory: false, memory: { everyMs: 1000, bytes: [] }, log: [] };
    const exited = { type: "exited", worker, reason: REASON, isExpected, death };
    const address = clusterSubjects(this.host.identity.cluster).nanny(ID);
    world.at(world.now + NOTICE_MS, "exit", () => this.system.tell(address, exited));
  }

  /** Looks at what a scheduler is told of those that are gone: all that the nanny knows. @throws AssertionError */
  check(input: SchedulerInput): void {
    if (input.kind === "workerGone" && input.reason === REASON)
      assert.equal(input.death?.exitCode, 1, `how ${input.worker} ended is passed on`);
  }

  private end(worker: string, reason: string): void {
    const { world } = this.host;
    if (!this.host.workers.has(worker)) return;
    world.note(`${ID} ends ${worker}: ${reason}`);
    this.ended += 1;
    this.host.crash(worker, REPLACED_MS, true);
  }

  private restart(worker: string): void {
    const { world } = this.host;
    world.at(this.returns.get(worker) ?? 0, "restart", () => this.host.startWorker(worker));
  }
}
