import { type BindChart, type BoundChart, bindChart } from "../../runtime/actor/bound-chart.ts";
import { compileChart } from "../../runtime/actor/chart.ts";
import { unreachable } from "../../runtime/base/errors.ts";
import type { ComputeBatch, ToWorker } from "../../runtime/protocol/scheduler-worker.ts";
import type { LayerDefinition } from "../../runtime/protocol/wire-layer.ts";
import { NOTHING_GRANTED, type StealAsk, type StealGrant } from "../../runtime/protocol/worker-worker.ts";
import { thiefMachine } from "../task/thief-chart.ts";
import type { FetchQueue } from "./fetch-queue.ts";
import { HeldDigest } from "./held-digest.ts";
import type { RunQueue, Verdict } from "./run-queue.ts";
import type { Waiters } from "./waiters.ts";
import type { WorkerOutbox } from "./worker-outbox.ts";
import type { WorkerRows } from "./worker-rows.ts";
import { E, WS } from "./worker-states.ts";

export const thiefChart = compileChart(thiefMachine);
const T = thiefChart.eventIds;

/** Before a task that is given away could run elsewhere, this much time has gone. */
const STEAL_US = 2000;
/** Entries of the queue that are looked at for one that may go. */
const LOOKS_PER_TASK = 4;
/** Promises that the scheduler has neither claimed nor voided after so many heartbeats are dropped. */
const BEATS_MAX = 2;

/** What the shell tells of peers. */
export type StealEvent =
  | { readonly type: "asked"; readonly ticket: number; readonly ask: StealAsk }
  | { readonly type: "answered"; readonly question: number; readonly grant: StealGrant }
  | { readonly type: "failed"; readonly question: number }
  | { readonly type: "beat" };

/** The worker whose tasks are given away, or that takes others'. */
export interface StealHost {
  readonly id: string;
  readonly epoch: number;
  readonly rows: WorkerRows;
  readonly layers: ReadonlyMap<number, LayerDefinition>;
  readonly out: WorkerOutbox;
  readonly fetches: FetchQueue;
  readonly queue: RunQueue;
  readonly waiters: Waiters;
  move(row: number, event: number): void;
  fetch(row: number, attempt: number, holder: string): void;
  stopWaiting(row: number): void;
}

/** Who asks for tasks: what of their inputs it holds already, and what is left of its resources for the next of them. */
interface Thief {
  readonly ask: StealAsk;
  readonly digest: HeldDigest;
  readonly free: Record<string, number>;
}

interface Victim {
  readonly id: string;
  readonly most: number;
  readonly meanUs: number;
}

/**
 * Both sides of stealing between workers. A victim gives tasks that it has not begun and says so to the scheduler in the same
 * turn; the thief may fetch their inputs, and runs them when the scheduler has claimed them for it with an attempt of their own:
 * the claim is an ordinary `compute`, complete in itself, so that nothing depends on what peers say to each other.
 * @see https://distributed.dask.org/en/stable/work-stealing.html
 */
export class Stealing {
  /** Its life and its tasks at a time; its shell says so. */
  self = { incarnation: 0, slots: 1 };
  private readonly host: StealHost;
  private readonly chart: BoundChart;
  private state = thiefChart.initial;
  private questions = 0;
  private victims: Victim[] = [];
  /** What the worker has free of its resources, by the scheduler's word: it alone knows what is on its way here. */
  private resources: Readonly<Record<string, number>> = {};
  /** How fast results move, as the scheduler has learned from all workers. */
  private bytesPerUs = 1;
  private victim = "";
  /** Rows given to this worker and not claimed, with the victim's attempts. */
  private readonly promises = new Map<number, number>();
  /** Attempts that were voided while the answer that promises them may still be on its way. */
  private readonly dead = new Set<number>();
  private beats = 0;

  constructor(host: StealHost, bind: BindChart = bindChart, hits?: Uint32Array) {
    this.host = host;
    this.chart = bind(thiefChart, { hits });
  }

  hear(message: ToWorker & { type: "hint" | "void" }): void {
    if (message.type === "hint") return this.hinted(message);
    message.rows.forEach((row, i) => {
      this.dead.add(message.attempts[i] as number);
      if (this.promises.get(row) === message.attempts[i]) this.drop(row);
    });
    this.settle();
  }

  take(event: StealEvent): void {
    switch (event.type) {
      case "asked":
        this.host.out.grants.push({ ticket: event.ticket, grant: this.give(event.ask) });
        return;
      case "answered":
        if (event.question === this.questions && this.isIn("asking")) this.answered(event.grant);
        return;
      case "failed":
        if (event.question !== this.questions || !this.isIn("asking")) return;
        this.move(T["denied"] as number);
        return this.askNext();
      case "beat":
        this.beats += 1;
        if (this.beats > BEATS_MAX && this.isIn("promised")) this.end(T["expired"] as number);
        return;
      default:
        return unreachable(event);
    }
  }

  /** The scheduler claimed a promised row for this worker: it is computed, and inputs that come for it are asked for anew. */
  claimed(row: number): void {
    this.promises.delete(row);
    const batch = this.host.rows.batch(row) as ComputeBatch;
    const at = this.host.rows.batchAt(row);
    for (let e = batch.inputOffsets[at] as number; e < (batch.inputOffsets[at + 1] as number); e++)
      this.host.waiters.leave(batch.inputs[e] as number, row);
    this.settle();
  }

  /** A promise is not kept, or its row is wanted for something else: as if it had never been made. */
  drop(row: number): void {
    this.promises.delete(row);
    this.host.stopWaiting(row);
    this.host.move(row, E["void"] as number);
    this.settle();
  }

  /** Rows given to this worker and not claimed, with the victim's attempts. */
  get promised(): ReadonlyMap<number, number> {
    return this.promises;
  }

  /** A row that is promised though its promise was voided; undefined as it must be. */
  findVoided(): number | undefined {
    return [...this.promises].find(([, attempt]) => this.dead.has(attempt))?.[0];
  }

  /** Whether its chart says that it was promised something, exactly while it was. */
  get isPromisedTruly(): boolean {
    return this.isIn("promised") === this.promises.size > 0;
  }

  /** The session begins anew: what was promised is not held. */
  reset(): void {
    this.end(T["reset"] as number);
  }

  private hinted(message: ToWorker & { type: "hint" }): void {
    if (this.isIn("calm")) {
      this.resources = message.resources;
      this.bytesPerUs = message.bytesPerUs;
      this.victims = message.victims.map((id, i) => ({
        id,
        most: message.most[i] as number,
        meanUs: message.meansUs[i] as number,
      }));
      return this.askNext();
    }
    this.move(T["hint"] as number);
  }

  private askNext(): void {
    const victim = this.victims.shift();
    const { id, epoch, out } = this.host;
    if (victim === undefined) {
      this.dead.clear();
      return;
    }
    this.move(T["hint"] as number);
    this.victim = victim.id;
    this.questions += 1;
    const { resources, bytesPerUs } = this;
    const { incarnation } = this.self;
    const { most, meanUs } = victim;
    const needs = { most, meanUs, bytesPerUs, resources, digest: this.digest() };
    const ask = { type: "ask", epoch, thief: id, incarnation, ...needs } as const;
    out.asks.push({ question: this.questions, victim: victim.id, ask });
  }

  private digest(): string {
    const { rows } = this.host;
    const inMemory = function* (): Generator<number> {
      for (const row of rows.rows()) if (rows.state(row) === WS.memory) yield row;
    };
    return HeldDigest.of(inMemory());
  }

  private answered(grant: StealGrant): void {
    if (grant.rows.length === 0) {
      this.move(T["denied"] as number);
      return this.askNext();
    }
    this.move(T["granted"] as number);
    this.beats = 0;
    this.victims = [];
    const batch = batchOf(grant);
    for (let at = 0; at < grant.rows.length; at++) this.promise(batch, at);
    this.settle();
  }

  private promise(batch: ComputeBatch, at: number): void {
    const { host } = this;
    const row = batch.rows[at] as number;
    const attempt = batch.attempts[at] as number;
    // Its claim overtook the promise, or the number belongs to another task by now.
    if (host.rows.state(row) !== WS.absent || this.dead.has(attempt)) return;
    host.move(row, E["promise"] as number);
    host.rows.setAttempt(row, attempt);
    host.rows.setTask(row, batch, at);
    this.promises.set(row, attempt);
    for (let e = batch.inputOffsets[at] as number; e < (batch.inputOffsets[at + 1] as number); e++) {
      const input = batch.inputs[e] as number;
      if (host.rows.state(input) === WS.absent) host.fetch(input, batch.inputAttempts[e] as number, this.victim);
      if (host.rows.state(input) === WS.fetching) host.waiters.add(input, row);
    }
  }

  private settle(): void {
    if (this.promises.size === 0 && this.isIn("promised")) this.end(T["settled"] as number);
  }

  private end(event: number): void {
    this.move(event);
    this.victims = [];
    this.dead.clear();
    for (const row of [...this.promises.keys()]) this.drop(row);
  }

  /** Whether its chart is in a state. */
  isIn(state: "calm" | "asking" | "promised"): boolean {
    return this.state === thiefChart.stateId(state);
  }

  private move(event: number): void {
    this.state = this.chart.step(0, this.state, event);
  }

  /** The victim's side: tasks from the end of the queue that the thief would begin sooner, with their inputs. */
  private give(ask: StealAsk): StealGrant {
    const { host } = this;
    if (ask.epoch !== host.epoch || ask.thief === host.id) return NOTHING_GRANTED;
    const { slots } = this.self;
    // What will have begun here before it could begin there stays.
    const kept = slots + Math.ceil((slots * STEAL_US) / Math.max(ask.meanUs, 1));
    const most = Math.min(ask.most, (host.queue.size - kept + 1) >> 1);
    if (most <= 0) return NOTHING_GRANTED;
    const thief = { ask, digest: HeldDigest.read(ask.digest), free: { ...ask.resources } };
    const given = host.queue.takeLast(most, most * LOOKS_PER_TASK + 16, (row, attempt, ahead) =>
      this.judge(row, attempt, ahead, thief),
    );
    for (const row of given) host.out.relinquish(row, host.rows.attempt(row), ask.thief, ask.incarnation);
    return this.grantOf(given);
  }

  /** Whether a queued task may go to a thief, `ahead` others before it here. */
  private judge(row: number, attempt: number, ahead: number, { ask, digest, free }: Thief): Verdict {
    const { host } = this;
    if (host.rows.state(row) !== WS.queued || host.rows.attempt(row) !== attempt) return "stale";
    // Tasks here that wait for it would have to go with it.
    if (host.waiters.has(row)) return "stays";
    // An input may have gone since it arrived: the task goes back when its turn comes.
    if (host.rows.findInput(row, (input) => host.rows.state(input) !== WS.memory) >= 0) return "stays";
    const batch = host.rows.batch(row) as ComputeBatch;
    const { workers, allowOtherWorkers, resources = {} } = host.layers.get(batch.layer)?.annotations ?? {};
    // Others may only run it where none of its own workers is, and this one may be one of them.
    const isElsewhere = allowOtherWorkers === true && workers?.includes(host.id) !== true;
    if (workers !== undefined && !workers.includes(ask.thief) && !isElsewhere) return "stays";
    for (const name in resources) if ((free[name] ?? 0) < (resources[name] as number)) return "stays";
    let bytes = 0;
    host.rows.findInput(row, (input) => {
      if (!digest.mayHold(input)) bytes += host.rows.bytes(input);
      return false;
    });
    const gainUs = (ahead * ask.meanUs) / this.self.slots;
    if (gainUs <= 2 * (STEAL_US + bytes / ask.bytesPerUs)) return "stays";
    for (const name in resources) free[name] = (free[name] as number) - (resources[name] as number);
    return "goes";
  }

  private grantOf(given: readonly number[]): StealGrant {
    const { rows } = this.host;
    const inputOffsets = [0];
    const inputs: number[] = [];
    const inputAttempts: number[] = [];
    const attempts = given.map((row) => rows.attempt(row));
    for (const row of given) {
      rows.findInput(row, (input) => {
        inputs.push(input);
        inputAttempts.push(rows.attempt(input));
        return false;
      });
      inputOffsets.push(inputs.length);
      this.host.move(row, E["relinquish"] as number);
    }
    return { type: "grant", rows: given, attempts, inputOffsets, inputs, inputAttempts };
  }
}

const NO_COLUMN = new Uint32Array(0);

/** A grant as a batch: it says which inputs rows have, and nothing of what is to be done with them. */
function batchOf({ rows, attempts, inputOffsets, inputs, inputAttempts }: StealGrant): ComputeBatch {
  return {
    layer: 0,
    rows: Uint32Array.from(rows),
    attempts: Float64Array.from(attempts),
    indices: NO_COLUMN,
    priorities: new Float64Array(0),
    wanted: new Uint8Array(0),
    callOf: NO_COLUMN,
    inputOffsets: Uint32Array.from(inputOffsets),
    inputs: Uint32Array.from(inputs),
    inputAttempts: Float64Array.from(inputAttempts),
    inputHolders: new Uint16Array(0),
    ownOffsets: NO_COLUMN,
    own: { kind: "numbers", data: new Float64Array(0) },
  };
}
