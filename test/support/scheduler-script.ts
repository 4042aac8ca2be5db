import assert from "node:assert/strict";
import { checkScheduler } from "../../actors/scheduler/invariants.ts";
import { SchedulerBrain } from "../../actors/scheduler/scheduler-brain.ts";
import { type SchedulerOptions, schedulerTaskChart } from "../../actors/scheduler/scheduler-state.ts";
import { WS, workerChartFacts } from "../../actors/worker/worker-states.ts";
import type { Annotations } from "../../runtime/graph/layer.ts";
import type { FromClient, ToClient } from "../../runtime/protocol/client-scheduler.ts";
import type { FromWorker, ToWorker } from "../../runtime/protocol/scheduler-worker.ts";
import { taskLayer } from "./task-layer.ts";

/** How a task finished, where it is not as the first of a worker with a number. */
interface FinishedAs {
  readonly incarnation?: number;
  readonly isLocated?: boolean;
  readonly bytes?: number;
  readonly durationUs?: number;
}

const options = { allowedFailures: 3, prefillUs: 0, clientLeaseMs: 60_000, workerLeaseMs: 30_000 };

/** A scheduler's brain alone, told by hand what workers and a client would tell it. Rows are 0, 1, 2 … as submitted first. */
export class SchedulerScript {
  readonly brain: SchedulerBrain;
  readonly toClient: ToClient[] = [];
  private readonly toWorkers: [string, ToWorker][] = [];
  private requests = 0;

  /** @param workers names, with as many slots as said */
  constructor(
    workers: Readonly<Record<string, number>>,
    resources: Readonly<Record<string, number>> = {},
    intakeRows?: number,
    more: Partial<SchedulerOptions> = {},
  ) {
    this.brain = new SchedulerBrain(0, "test", { ...options, ...more, intakeRows }, workerChartFacts);
    this.client({ type: "hello", hello: 1, version: "test" });
    for (const [name, slots] of Object.entries(workers)) this.join(name, 1, slots, resources);
  }

  join(worker: string, incarnation: number, slots = 1, resources: Readonly<Record<string, number>> = {}): void {
    const who = { worker, incarnation, slots, resources, version: "test", pid: 1, host: "h" };
    this.step(worker, incarnation, { type: "join", join: 1, ...who });
    this.inventory(worker, incarnation, []);
  }

  /** The same worker begins its session anew; its inventory follows. */
  rejoin(worker: string, incarnation: number, join: number, slots = 1): void {
    const who = { worker, incarnation, slots, resources: {}, version: "test", pid: 1, host: "h" };
    this.from(worker, incarnation, { type: "join", join, ...who });
  }

  /** What a worker says it has: [row, attempt, state]. */
  inventory(worker: string, incarnation: number, rows: readonly (readonly [number, number, keyof typeof WS])[]): void {
    this.from(worker, incarnation, {
      type: "inventory",
      epoch: 0,
      rows: Uint32Array.from(rows, ([row]) => row),
      attempts: Float64Array.from(rows, ([, attempt]) => attempt),
      since: Float64Array.from(rows, () => 0),
      states: Uint8Array.from(rows, ([, , state]) => WS[state]),
      bytes: Float64Array.from(rows, () => 8),
      located: new Uint32Array(0),
      handles: new Uint32Array(0),
      layers: new Uint32Array(0),
      layersSince: new Float64Array(0),
    });
  }

  /** Submits one layer of tasks with these edges and wants some of them; handles count up from `handleBase`. */
  submit(
    name: string,
    edges: readonly (readonly number[])[],
    wants: readonly number[],
    handleBase: number,
    annotations?: Annotations,
    client = "c",
  ): void {
    this.requests += 1;
    const wanted = { layer: 0, indices: Uint32Array.from(wants), handleBase };
    const layers = [taskLayer(name, edges, annotations)];
    this.client({ type: "submit", request: this.requests, layers, wants: [wanted], priority: 0, retries: 0 }, client);
  }

  client(message: FromClient, client = "c"): void {
    this.brain.step({ kind: "client", client, message }, 0);
    this.endTurn();
  }

  /** So much time goes by that every client is given up. */
  expireClients(): void {
    this.brain.step({ kind: "tick" }, 0);
    this.brain.step({ kind: "tick" }, options.clientLeaseMs / 8);
    for (const client of this.brain.state.clients.values()) client.lastSeenMs = Number.NEGATIVE_INFINITY;
    this.brain.step({ kind: "tick" }, options.clientLeaseMs / 8);
    this.endTurn();
  }

  tick(now = 0): void {
    this.brain.step({ kind: "tick" }, now);
    this.endTurn();
  }

  /** A turn for what did not fit into the ones before. */
  more(now = 0): void {
    this.brain.step({ kind: "more" }, now);
    this.endTurn();
  }

  release(first: number, count: number): void {
    this.client({ type: "release", handles: Uint32Array.of(first, count) });
  }

  finished(
    worker: string,
    row: number,
    attempt: number,
    { incarnation = 1, isLocated = false, bytes = 8, durationUs = 8 }: FinishedAs = {},
  ): void {
    const results = { kind: "live", items: [] } as const;
    const figures = { bytes: Float64Array.of(bytes), durationsUs: Float64Array.of(durationUs) };
    const rows = { rows: Uint32Array.of(row), attempts: Float64Array.of(attempt), ...figures };
    this.from(worker, incarnation, {
      type: "finished",
      ...rows,
      located: Uint32Array.from(isLocated ? [0] : []),
      resultOf: new Uint32Array(0),
      results,
    });
  }

  failed(worker: string, row: number, attempt: number): void {
    const rows = { rows: Uint32Array.of(row), attempts: Float64Array.of(attempt) };
    this.from(worker, 1, { type: "failed", ...rows, errors: [{ thrown: new Error(`row ${row}`) }] });
  }

  missing(
    worker: string,
    row: number,
    attempt: number,
    input: readonly [row: number, attempt: number, holder: string],
  ): void {
    this.from(worker, 1, {
      type: "missing",
      rows: Uint32Array.of(row),
      attempts: Float64Array.of(attempt),
      inputs: Uint32Array.of(input[0]),
      inputAttempts: Float64Array.of(input[1]),
      holders: [input[2]],
    });
  }

  holds(worker: string, row: number, attempt: number): void {
    this.from(worker, 1, { type: "holds", rows: Uint32Array.of(row), attempts: Float64Array.of(attempt) });
  }

  gone(worker: string): void {
    this.brain.step({ kind: "workerGone", worker, isExpected: false }, 0);
    this.endTurn();
  }

  from(worker: string, incarnation: number, message: FromWorker): void {
    this.step(worker, incarnation, message);
    this.endTurn();
  }

  state(row: number): string {
    return schedulerTaskChart.states[this.brain.state.tasks.state[row] as number] as string;
  }

  /** The attempt in force. */
  attempt(row: number): number {
    return this.brain.state.tasks.attempt[row] as number;
  }

  /** What workers were told since it was last asked, in short: "A compute 3@7". Layers and greetings are left out. */
  orders(): string[] {
    return this.toWorkers.splice(0).flatMap(([worker, message]) => {
      const batches = message.type === "compute" ? message.batches : message.type === "free" ? [message] : [];
      return batches.flatMap((one) =>
        [...one.rows].map((row, i) => `${worker} ${message.type} ${row}@${one.attempts[i]}`),
      );
    });
  }

  /** What the client was told since it was last asked: "erred 1", "inMemory 2". */
  news(): string[] {
    return this.toClient
      .splice(0)
      .flatMap((message) =>
        "handles" in message ? [...message.handles].map((handle) => `${message.type} ${handle}`) : [],
      );
  }

  isEmpty(): void {
    const { state } = this.brain;
    assert.deepEqual([state.slabs.size, state.layers.size, state.moreHolders.size, state.failures.size], [0, 0, 0, 0]);
    for (const worker of state.workerByName.values()) {
      assert.equal(worker.processing, 0);
      assert.deepEqual(worker.resourcesFree, worker.resources);
    }
  }

  private step(worker: string, incarnation: number, message: FromWorker): void {
    this.brain.step({ kind: "worker", worker, incarnation, message }, 0);
  }

  private endTurn(): void {
    this.brain.endTurn({
      worker: (id, messages) => this.toWorkers.push(...messages.map((one): [string, ToWorker] => [id, one])),
      client: (_, messages) => void this.toClient.push(...messages),
      watched: () => {},
      expelled: () => {},
    });
    checkScheduler(this.brain.state);
  }
}
