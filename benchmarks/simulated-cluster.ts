import { SchedulerBrain } from "../actors/scheduler/scheduler-brain.ts";
import { WorkerBrain } from "../actors/worker/worker-brain.ts";
import { WS } from "../actors/worker/worker-states.ts";
import { Random } from "../runtime/base/random.ts";
import type { Annotations } from "../runtime/graph/layer.ts";
import type { FromWorker, ToWorker } from "../runtime/protocol/scheduler-worker.ts";
import type { WireLayer } from "../runtime/protocol/wire-layer.ts";
import { EventHeap } from "./event-heap.ts";

export interface SimulatedWorker {
  readonly slots: number;
  /** How long its tasks take, beside what they should. */
  readonly slowness: number;
}

const LATENCY_MS = 0.2;
/** A worker's reports of so long go in one frame. */
const TURN_MS = 1;
/** Tasks that wait for tasks: none; the graph is what is scheduled here, not what runs. */
const NO_INDEX = new Uint32Array(0);

/**
 * The real brains of a scheduler and its workers on a clock of our own: tasks take time without anything being run, so that
 * only what the scheduler does costs any. Its turns are timed one by one.
 */
export class SimulatedCluster {
  readonly brain: SchedulerBrain;
  nowMs = 0;
  /** The longest turn of the scheduler, and all of them, in real milliseconds. */
  longestTurnMs = 0;
  turnsMs = 0;
  turns = 0;
  stolen = 0;
  finished = 0;
  private readonly workers = new Map<
    string,
    { brain: WorkerBrain; slowness: number; slots: number; inTurn: boolean }
  >();
  private readonly events = new EventHeap();
  private readonly taskMs: () => number;
  private requests = 0;
  private tickets = 0;

  /** @param taskMs how long the next task takes on a worker of usual pace */
  constructor(taskMs: (random: Random) => number, prefillUs = 4000) {
    const random = new Random(1);
    this.taskMs = () => taskMs(random);
    const options = { allowedFailures: 3, prefillUs, clientLeaseMs: 1e12, workerLeaseMs: 1e12 };
    this.brain = new SchedulerBrain(1, "0", options, {
      isMemory: (state) => state === WS.memory,
      isRunning: (state) => state === WS.executing,
    });
    this.brain.step({ kind: "client", client: "c", message: { type: "hello", hello: 1, version: "0" } }, 0);
    this.schedulerTurn(() => {});
  }

  join(name: string, { slots, slowness }: SimulatedWorker): void {
    const brain = new WorkerBrain(name, (items) => ({ kind: "live", items }));
    brain.stealing.self = { incarnation: 1, slots };
    this.workers.set(name, { brain, slots, slowness, inTurn: false });
    const who = { worker: name, incarnation: 1, slots, resources: {}, version: "0", pid: 1, host: "h" };
    this.report(name, { type: "join", join: 1, ...who });
    this.report(name, { ...brain.inventory(), epoch: 1 });
  }

  submit(name: string, count: number, annotations?: Annotations): void {
    this.requests += 1;
    const layer: WireLayer = {
      kind: "tasks",
      name,
      grid: [count],
      annotations,
      calls: [],
      sources: [],
      inputOffsets: new Uint32Array(count + 1),
      inputIndex: NO_INDEX,
    };
    const wants = [{ layer: 0, indices: null, handleBase: this.requests * 1e7 }];
    const message = {
      type: "submit",
      request: this.requests,
      layers: [layer],
      wants,
      priority: 0,
      retries: 0,
    } as const;
    this.schedulerTurn(() => this.brain.step({ kind: "client", client: "c", message }, this.nowMs));
    while (this.brain.hasMore) this.schedulerTurn(() => this.brain.step({ kind: "more" }, this.nowMs));
  }

  /** Lets time go by until so many tasks are finished; gives the time. @throws Error if nothing is left to happen */
  runUntil(finished: number, untilMs = Number.POSITIVE_INFINITY): number {
    while (this.finished < finished && this.nowMs < untilMs) {
      const event = this.events.pop();
      if (event === undefined)
        throw new Error(`${this.finished} of ${finished} tasks are finished, and nothing happens`);
      this.nowMs = event.at;
      event.run();
    }
    return this.nowMs;
  }

  /** What was measured until now is forgotten. */
  beginMeasuring(): void {
    this.longestTurnMs = this.turnsMs = this.turns = 0;
  }

  private schedulerTurn(step: () => void): void {
    const start = performance.now();
    step();
    this.brain.endTurn({
      worker: (id, messages) => this.after(LATENCY_MS, () => this.orders(id, messages)),
      client: () => {},
      watched: () => {},
      expelled: () => {},
    });
    const tookMs = performance.now() - start;
    this.turns += 1;
    this.turnsMs += tookMs;
    this.longestTurnMs = Math.max(this.longestTurnMs, tookMs);
  }

  private orders(name: string, messages: readonly ToWorker[]): void {
    const worker = this.workers.get(name);
    if (worker === undefined) return;
    for (const message of messages) worker.brain.step({ kind: "message", message });
    this.workerTurn(name);
  }

  private report(name: string, message: FromWorker): void {
    this.after(LATENCY_MS, () => {
      if (message.type === "finished") this.finished += message.rows.length;
      if (message.type === "relinquish") this.stolen += message.rows.length;
      this.schedulerTurn(() => this.brain.step({ kind: "worker", worker: name, incarnation: 1, message }, this.nowMs));
    });
  }

  /** Begins what may begin; reports a little later what has ended by then. */
  private workerTurn(name: string): void {
    const worker = this.workers.get(name);
    if (worker === undefined) return;
    const { brain } = worker;
    brain.endTurn();
    while (brain.executing < worker.slots) {
      const row = brain.takeRunnable();
      if (row < 0) break;
      const tookMs = this.taskMs() * worker.slowness;
      this.after(tookMs, () => {
        brain.finished(row, undefined, 8, tookMs * 1000, undefined);
        this.workerTurn(name);
      });
    }
    this.speakWithPeers(name, brain);
    if (worker.inTurn) return;
    worker.inTurn = true;
    this.after(TURN_MS, () => {
      worker.inTurn = false;
      for (const message of brain.out.takeReports()) this.report(name, message);
    });
  }

  private speakWithPeers(name: string, brain: WorkerBrain): void {
    for (const { question, victim, ask } of brain.out.asks.splice(0))
      this.after(LATENCY_MS, () => {
        const asked = this.workers.get(victim)?.brain;
        if (asked === undefined) return;
        asked.step({ kind: "steal", event: { type: "asked", ticket: this.tickets++, ask } });
        const [answer] = asked.out.grants.splice(0);
        for (const message of asked.out.takeReports()) this.report(victim, message);
        this.after(LATENCY_MS, () => {
          if (answer !== undefined)
            brain.step({ kind: "steal", event: { type: "answered", question, grant: answer.grant } });
          this.workerTurn(name);
        });
      });
  }

  private after(delayMs: number, run: () => void): void {
    this.events.push({ at: this.nowMs + delayMs, run });
  }
}
