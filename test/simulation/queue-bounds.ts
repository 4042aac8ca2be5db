import assert from "node:assert/strict";
import type { SchedulerBrain } from "../../actors/scheduler/scheduler-brain.ts";
import type { WorkerBrain } from "../../actors/worker/worker-brain.ts";
import type { ActorSystem } from "../../runtime/actor/system.ts";
import { ASK_EVERY_MS, type Fault, type Scenario } from "./scenario.ts";
import type { SimNode } from "./world.ts";

/** So many times what is usual is a queue without a bound. The fullest of 100,000 seeds came to four: results, and how short memory is after each. */
const USUAL_TIMES = 6;
/** Spare workers' starts, and both schedulers of a line. */
const OTHERS = 2;
/** A worker that is to leave is told so by each question whether it has. */
const asksOf = (faults: readonly Fault[]): number =>
  faults.reduce((sum, fault) => (fault.kind === "retire" ? sum + fault.forMs / ASK_EVERY_MS : sum), 0);

/**
 * Invariant G13 (scheduling.md, 8.4), of queues: what lies in a mailbox, waits for a turn, or was said and has not left, has a bound that time has no part in. It is
 * what there is to say of: the tasks, questions, and from each peer a sign of life for every heartbeat of the longest silence.
 */
export class QueueBounds {
  private readonly peers: number;
  private readonly most: number;
  private readonly systems = new Map<string, { readonly node: SimNode; readonly system: ActorSystem }>();

  constructor({ options, faults, layers }: Scenario) {
    const { drift, clients, heartbeatMs } = options;
    const silenceMs = Math.max(
      0,
      ...faults.map((fault) => (fault.kind === "pause" || fault.kind === "leaderPause" ? fault.forMs : 0)),
    );
    this.peers = drift.length + clients + OTHERS;
    const tasks = layers.reduce((sum, { count }) => sum + count, 0);
    this.most = USUAL_TIMES * (this.peers * (2 + silenceMs / heartbeatMs) + tasks) + asksOf(faults);
  }

  /** A process has begun another life. */
  watch(node: SimNode, system: ActorSystem): void {
    this.systems.set(node.id, { node, system });
  }

  /** Now and then. @throws AssertionError naming a queue beyond its bound */
  look(scheduler: SchedulerBrain | undefined, workers: ReadonlyMap<string, { readonly brain: WorkerBrain }>): void {
    this.check(this.most, this.most, scheduler, workers);
  }

  /** When nothing changes any more there are signs of life alone. @throws AssertionError */
  atRest(scheduler: SchedulerBrain | undefined, workers: ReadonlyMap<string, { readonly brain: WorkerBrain }>): void {
    this.check(this.peers, 0, scheduler, workers);
  }

  private check(
    inMost: number,
    outMost: number,
    scheduler: SchedulerBrain | undefined,
    workers: ReadonlyMap<string, { readonly brain: WorkerBrain }>,
  ): void {
    for (const { node, system } of this.systems.values())
      if (node.isAlive) system.eachMailbox((address, waiting) => within(waiting, inMost, "messages lie with", address));
    for (const [id, { brain }] of workers) within(brain.out.size, outMost, "words have not left", id);
    if (scheduler === undefined) return;
    const { turns, out } = scheduler.state;
    within(turns.waiting, inMost, "messages wait for a turn of", "the scheduler");
    within(turns.held, outMost, "turns' words wait for the journal at", "the scheduler");
    within(out.size, outMost, "addressees' words have not left", "the scheduler");
  }
}

function within(count: number, most: number, what: string, where: string): void {
  // Asked so often that a message is made for what fails alone.
  if (count > most) assert.fail(`G13: ${count} ${what} ${where}, at most ${most.toFixed(0)} should`);
}
