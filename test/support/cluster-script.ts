import assert from "node:assert/strict";
import { checkScheduler } from "../../actors/scheduler/invariants.ts";
import {
  answerReplicaQuestion,
  type ReplicaAnswer,
  type ReplicaQuestion,
} from "../../actors/scheduler/replica-questions.ts";
import { SchedulerBrain } from "../../actors/scheduler/scheduler-brain.ts";
import { hungerChart, schedulerTaskChart } from "../../actors/scheduler/scheduler-state.ts";
import { checkWorker } from "../../actors/worker/invariants.ts";
import { WorkerBrain } from "../../actors/worker/worker-brain.ts";
import { WS, workerChartFacts, workerTaskChart } from "../../actors/worker/worker-states.ts";
import type { Annotations } from "../../runtime/graph/layer.ts";
import { ShardSet } from "../../runtime/graph/shards.ts";
import type { FromClient, ToClient } from "../../runtime/protocol/client-scheduler.ts";
import type { FromWorker, ToWorker } from "../../runtime/protocol/scheduler-worker.ts";
import type { StealAsk, StealGrant } from "../../runtime/protocol/worker-worker.ts";
import { taskLayer } from "./task-layer.ts";

type Letter =
  | { readonly kind: "order"; readonly incarnation: number; readonly message: ToWorker }
  | { readonly kind: "report"; readonly incarnation: number; readonly message: FromWorker }
  | { readonly kind: "ask"; readonly question: number; readonly ask: StealAsk }
  | { readonly kind: "grant"; readonly question: number; readonly grant: StealGrant };

/**
 * A scheduler's brain and some workers' brains, and between them links whose letters are delivered by hand: "S>A" from the
 * scheduler to A, "A>S" back, "A>B" between workers. Rows are 0, 1, 2 … as submitted first.
 */
export class ClusterScript {
  readonly brain: SchedulerBrain;
  readonly workers = new Map<string, WorkerBrain>();
  readonly links = new Map<string, Letter[]>();
  readonly toClient: ToClient[] = [];
  private readonly lives = new Map<string, number>();
  private readonly questions = new Map<string, number>();
  private requests = 0;
  private tickets = 0;
  /** Milliseconds of the scheduler's clock. */
  now = 0;

  /** @param workers names, with as many slots as said; each is welcomed and has joined */
  constructor(workers: Readonly<Record<string, number>>, prefillUs = 1e9) {
    const options = { allowedFailures: 3, prefillUs, clientLeaseMs: 1e9, workerLeaseMs: 1e9 };
    this.brain = new SchedulerBrain(1, "test", options, workerChartFacts);
    this.client({ type: "hello", hello: 1, version: "test" });
    for (const [name, slots] of Object.entries(workers)) this.join(name, slots);
  }

  /** A worker starts, again if there was one of its name, and joins; nothing of this is left on a link. */
  join(name: string, slots = 1, resources: Readonly<Record<string, number>> = {}): void {
    const incarnation = (this.lives.get(name) ?? 0) + 1;
    this.lives.set(name, incarnation);
    const worker = new WorkerBrain(name, (items) => ({ kind: "live", items }));
    worker.stealing.self = { incarnation, slots };
    this.workers.set(name, worker);
    for (const link of this.links.keys()) if (link.includes(name)) this.links.set(link, []);
    const who = { worker: name, incarnation, slots, resources, version: "test", pid: 1, host: "h" };
    this.report(name, { type: "join", join: 1, ...who });
    this.deliver(`${name}>S`);
    this.deliver(`S>${name}`);
    this.report(name, worker.inventory());
    this.deliver(`${name}>S`);
  }

  /** A worker's session begins anew. */
  rejoin(name: string, slots = 1): void {
    const incarnation = this.lives.get(name) as number;
    const who = { worker: name, incarnation, slots, resources: {}, version: "test", pid: 1, host: "h" };
    this.report(name, { type: "join", join: 2, ...who });
    this.deliver(`${name}>S`);
  }

  /** Submits one layer of tasks with these edges and wants all of them; handles count up from `handleBase`. */
  submit(name: string, edges: readonly (readonly number[])[], handleBase: number, annotations?: Annotations): void {
    this.requests += 1;
    const wants = [{ layer: 0, indices: null, handleBase }];
    const layers = [taskLayer(name, edges, annotations)];
    this.client({ type: "submit", request: this.requests, layers, wants, priority: 0, retries: 0 });
  }

  client(message: FromClient): void {
    this.brain.step({ kind: "client", client: "c", message }, this.now);
    this.endTurn();
  }

  release(first: number, count: number): void {
    this.client({ type: "release", handles: Uint32Array.of(first, count) });
  }

  gone(name: string): void {
    this.workers.delete(name);
    for (const link of this.links.keys()) if (link.includes(name)) this.links.set(link, []);
    this.brain.step({ kind: "workerGone", worker: name, isExpected: false }, this.now);
    this.endTurn();
  }

  /** A wish about where results lie. */
  wish(question: ReplicaQuestion): ReplicaAnswer {
    this.brain.state.nowMs = this.now;
    const answer = answerReplicaQuestion(this.brain.state, question);
    this.endTurn();
    return answer;
  }

  /** Which workers hold a row, as the scheduler believes. */
  holders(row: number): string {
    const { state } = this.brain;
    return state
      .holdersOf(row)
      .map((number) => state.worker(number).id)
      .sort()
      .join("");
  }

  /** A worker's membership; "gone" if it is none. */
  status(name: string): string {
    return this.brain.state.workerByName.get(name)?.status ?? "gone";
  }

  /** Time goes by at the scheduler. */
  tick(ms: number): void {
    this.now += ms;
    this.brain.step({ kind: "tick" }, this.now);
    this.endTurn();
  }

  /** Delivers the first letters of a link; all, if nothing is said. */
  deliver(link: string, count = Number.POSITIVE_INFINITY): void {
    const letters = (this.links.get(link) ?? []).splice(0, count);
    for (const letter of letters) this.hand(link, letter);
  }

  /** Letters of a link get lost. */
  lose(link: string): void {
    this.links.set(link, []);
  }

  /** Delivers everything, link by link, until nothing is under way. */
  flow(): void {
    for (let left = true; left; ) {
      left = false;
      for (const link of [...this.links.keys()])
        if ((this.links.get(link) as Letter[]).length > 0) {
          left = true;
          this.deliver(link);
        }
    }
  }

  /** The next task that begins on a worker, or -1. */
  begins(name: string): number {
    const row = this.worker(name).takeRunnable();
    this.turn(name);
    return row;
  }

  finish(name: string, row: number, bytes = 8): void {
    this.worker(name).finished(row, row, bytes, 1000, undefined);
    this.turn(name);
  }

  /** A task ends with shards, which exist only where they were made. */
  makesShards(name: string, row: number): void {
    this.worker(name).finished(row, new ShardSet(name, `${row}-1`, 2), 8, 1000, undefined);
    this.turn(name);
  }

  fail(name: string, row: number): void {
    this.worker(name).failed(row, { thrown: new Error(`row ${row}`) });
    this.turn(name);
  }

  beat(name: string): void {
    this.worker(name).step({ kind: "steal", event: { type: "beat" } });
    this.turn(name);
  }

  /** Runs everything to its end, one task after another on each worker; gives who ran what: "A0 B3". */
  runAll(): string {
    const ran: string[] = [];
    for (let idle = false; !idle; ) {
      idle = true;
      this.flow();
      for (const name of this.workers.keys()) {
        const row = this.begins(name);
        if (row < 0) continue;
        idle = false;
        ran.push(`${name}${row}`);
        this.finish(name, row);
      }
    }
    return ran.join(" ");
  }

  /** "S:processing A:queued B:promised": where a row stands; workers that know nothing of it are left out. */
  stands(row: number): string {
    const at = [`S:${schedulerTaskChart.states[this.brain.state.tasks.state[row] as number]}`];
    for (const [name, { rows }] of this.workers)
      if (rows.state(row) !== WS.absent) at.push(`${name}:${workerTaskChart.states[rows.state(row)]}`);
    return at.join(" ");
  }

  hunger(name: string): string {
    return hungerChart.states[this.brain.state.workerByName.get(name)?.hunger ?? -1] as string;
  }

  /** What lies on a link, in short: "hint", "ask", "grant 7 8", "relinquish 7", "compute 7@3". */
  mail(link: string): string[] {
    return (this.links.get(link) ?? []).map((letter) => {
      if (letter.kind === "ask") return "ask";
      if (letter.kind === "grant") return ["grant", ...letter.grant.rows].join(" ");
      const { message } = letter;
      if (message.type === "compute") return `compute ${message.batches.flatMap((one) => [...one.rows]).join(" ")}`;
      return "rows" in message ? `${message.type} ${[...message.rows].join(" ")}` : message.type;
    });
  }

  worker(name: string): WorkerBrain {
    const worker = this.workers.get(name);
    assert.ok(worker !== undefined, `${name} is there`);
    return worker;
  }

  /** Nothing is left of any task; loads are zero. */
  isEmpty(): void {
    const { state } = this.brain;
    assert.deepEqual([state.slabs.size, state.layers.size, state.moreHolders.size, state.failures.size], [0, 0, 0, 0]);
    for (const record of state.workerByName.values()) {
      assert.deepEqual([record.processing, record.byPrefix.size], [0, 0], record.id);
      assert.deepEqual(record.resourcesFree, record.resources);
    }
    for (const worker of this.workers.values()) assert.deepEqual([...worker.rows.rows()], [], worker.id);
  }

  private hand(link: string, letter: Letter): void {
    const [from, to] = link.split(">") as [string, string];
    if (letter.kind === "report") {
      this.brain.step(
        { kind: "worker", worker: from, incarnation: letter.incarnation, message: letter.message },
        this.now,
      );
      return this.endTurn();
    }
    const worker = this.workers.get(to);
    if (worker === undefined) return;
    if (letter.kind === "order") {
      if (letter.incarnation !== this.lives.get(to)) return;
      worker.step({ kind: "message", message: letter.message });
    } else if (letter.kind === "ask") {
      this.tickets += 1;
      this.questions.set(`${to}${this.tickets}`, letter.question);
      worker.step({ kind: "steal", event: { type: "asked", ticket: this.tickets, ask: letter.ask } });
      for (const { ticket, grant } of worker.out.grants.splice(0))
        this.post(`${to}>${from}`, {
          kind: "grant",
          question: this.questions.get(`${to}${ticket}`) as number,
          grant,
        });
    } else worker.step({ kind: "steal", event: { type: "answered", question: letter.question, grant: letter.grant } });
    this.turn(to);
  }

  /** A worker says how it stands. */
  tellState(name: string): void {
    const worker = this.worker(name);
    const parked = worker.parked.tell();
    const bytes = { managedBytes: worker.managedBytes, spilledBytes: 0, rssBytes: 0 };
    const work = { executing: worker.executing, queued: worker.queued };
    this.report(name, { type: "heartbeat", ...bytes, ...work, pressure: "none", diskError: undefined, parked });
  }

  private turn(name: string): void {
    const worker = this.worker(name);
    worker.endTurn();
    if (worker.parked.isAsked) this.tellState(name);
    for (const { question, victim, ask } of worker.out.asks.splice(0))
      this.post(`${name}>${victim}`, { kind: "ask", question, ask });
    for (const report of worker.out.takeReports()) this.report(name, report);
    for (const { transfer, peer, rows } of worker.out.fetches.splice(0)) {
      const chunks = rows.map((row) => ({
        row,
        since: this.workers.get(peer)?.rows.since(row) ?? 0,
        value: row,
        bytes: this.workers.get(peer)?.rows.state(row) === WS.memory ? 8 : -1,
      }));
      worker.step({ kind: "fetched", transfer, peer, chunks });
      this.turn(name);
    }
    worker.out.aborts.splice(0);
    checkWorker(worker);
  }

  private report(name: string, message: FromWorker): void {
    this.post(`${name}>S`, { kind: "report", incarnation: this.lives.get(name) as number, message });
  }

  private post(link: string, letter: Letter): void {
    const letters = this.links.get(link);
    if (letters === undefined) this.links.set(link, [letter]);
    else letters.push(letter);
  }

  private endTurn(): void {
    this.brain.endTurn({
      worker: (id, messages) => {
        const incarnation = this.brain.state.workerByName.get(id)?.incarnation ?? 0;
        for (const message of messages) this.post(`S>${id}`, { kind: "order", incarnation, message });
      },
      client: (_, messages) => void this.toClient.push(...messages),
      watched: () => {},
      expelled: () => {},
    });
    checkScheduler(this.brain.state);
  }
}
