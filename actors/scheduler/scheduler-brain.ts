import type { BindChart } from "../../runtime/actor/bound-chart.ts";
import { unreachable } from "../../runtime/base/errors.ts";
import type { FromClient, ToClient } from "../../runtime/protocol/client-scheduler.ts";
import type { EndWorker, WorkerDeath } from "../../runtime/protocol/nanny-scheduler.ts";
import type { FromWorker, JoinMessage, ToWorker } from "../../runtime/protocol/scheduler-worker.ts";
import type { TaskQuestion } from "../task/task-question.ts";
import type { ClientRecord } from "./client-record.ts";
import { replicasAdded, tasksFailed, tasksFinished, tasksMissing, wakeRested } from "./completion.ts";
import { dropFirstCopy, dropSurplus } from "./copies.ts";
import { clientGone, goOnLettingGo } from "./departures.ts";
import { heartbeat } from "./heartbeat.ts";
import { goOnTakingIn } from "./intake.ts";
import type { LedgerRecord } from "./ledger-record.ts";
import { renewSession } from "./membership.ts";
import { placeReady } from "./placement.ts";
import { heard } from "./races.ts";
import { reconcile, workerLost } from "./recovery.ts";
import { type ReplayEars, replayRecord } from "./replay.ts";
import { answerReplicaQuestion, type ReplicaAnswer, type ReplicaQuestion } from "./replica-questions.ts";
import { reviewReplicas } from "./replicas.ts";
import { slotsChanged, tasksNoted } from "./running-tasks.ts";
import type { SchedulerInput } from "./scheduler-input.ts";
import { type SchedulerHits, type SchedulerOptions, SchedulerState } from "./scheduler-state.ts";
import {
  cancelHandles,
  clientHello,
  releaseHandles,
  resume,
  retryHandles,
  scattered,
  tellWorkers,
} from "./sessions.ts";
import { settle, type WorkerChartFacts } from "./settlement.ts";
import { dropIdleSlabs } from "./slab-release.ts";
import { stateDigest } from "./state-digest.ts";
import { claimGiven, hintHungry, tasksRelinquished } from "./stealing.ts";
import type { StimulusSink } from "./stimuli.ts";
import { copyStragglers } from "./stragglers.ts";
import { askedEnds, type StuckWorker, stuckWorkers, vouched } from "./stuck-workers.ts";
import { submit } from "./submission.ts";
import { Takeover, waits } from "./takeover.ts";
import { answerTask } from "./task-answers.ts";
import { reviewUnrunnable } from "./unrunnable.ts";
import { type WorkerRecord, workerRecord } from "./worker-record.ts";

/** How far a task is (below 0: it did not say), or a line of its ("": none). */
export interface TaskSaid {
  readonly key: string;
  readonly worker: string;
  readonly progress: number;
  readonly line: string;
}

/** Where a turn's messages go. */
export interface SchedulerOutput {
  worker(id: string, messages: readonly ToWorker[]): void;
  client(id: string, messages: readonly ToClient[]): void;
  /** A watched task changed its state. */
  watched(row: number, chartState: number): void;
  /** What a running task said of itself. */
  noted?(note: TaskSaid): void;
  /** Workers that are out of the cluster now. */
  expelled(worker: string): void;
  /** Where workers have nannies. */
  nanny?(address: string, message: EndWorker): void;
}

/** How the task chart is run, and watched. */
export interface ChartUse {
  /** Counts the pairs that were walked. */
  readonly hits?: SchedulerHits | undefined;
  readonly bind?: BindChart | undefined;
}

/**
 * The scheduler without its shell: synchronous, deterministic, no clock, chance or bus. Step it once per message, then end
 * the turn: ready work is placed and every peer gets its messages at once.
 */
export class SchedulerBrain {
  readonly state: SchedulerState;
  private readonly version: string;
  private readonly facts: WorkerChartFacts;
  /** Where all that happens to it is written down, if it is. */
  recorder: StimulusSink | undefined;
  private turns = 0;
  private readonly expelled: string[] = [];
  /** Workers that are to end, as nothing holds them here. */
  private readonly dismissed: string[] = [];
  private ends: StuckWorker[] = [];
  private tickedMs: number | undefined;
  private takeover: Takeover<SchedulerInput> | undefined;

  constructor(
    epoch: number,
    version: string,
    options: SchedulerOptions,
    facts: WorkerChartFacts,
    charts: ChartUse = {},
  ) {
    this.state = new SchedulerState(epoch, options, charts.hits, charts.bind);
    this.version = version;
    this.facts = facts;
  }

  /**
   * Takes over from a scheduler that is no more, by what it wrote down. Until its workers have said what they have, nothing is
   * decided.
   */
  takeOver(records: Iterable<LedgerRecord>, now: number, ears: ReplayEars): void {
    const takeover = new Takeover<SchedulerInput>(now);
    this.state.phase = "recovering";
    for (const record of records) replayRecord(this.state, takeover, record, ears);
    this.takeover = takeover;
    this.settleIfComplete(now);
  }

  /** Workers of the former scheduler that have yet to say what they have. */
  get awaited(): readonly string[] {
    return this.takeover === undefined ? NOBODY : [...this.takeover.awaited.keys()];
  }

  /** @param now milliseconds of the shell's clock */
  step(input: SchedulerInput, now: number): void {
    this.recorder?.write({ kind: "step", now, input });
    this.happen(input, now);
  }

  private happen(input: SchedulerInput, now: number): void {
    this.state.nowMs = now;
    // A stall may come before the first tick.
    this.tickedMs ??= now;
    if (this.takeover === undefined) this.apply(input, now);
    else {
      if (!waits(this.state, this.takeover, input)) this.apply(input, now);
      if (input.kind === "tick" && now - this.takeover.sinceMs > this.state.options.workerLeaseMs)
        this.takeover.awaited.clear();
      this.settleIfComplete(now);
    }
  }

  private settleIfComplete(now: number): void {
    const { takeover } = this;
    if (takeover === undefined || takeover.awaited.size > 0) return;
    this.takeover = undefined;
    settle(this.state, takeover, this.facts);
    for (const input of takeover.waiting) this.happen(input, now);
  }

  private apply(input: SchedulerInput, now: number): void {
    switch (input.kind) {
      case "client":
        return this.fromClient(input.client, input.message, now);
      case "worker":
        return this.fromWorker(input.worker, input.incarnation, input.message, now);
      case "workerGone": {
        const worker = this.state.workerByName.get(input.worker);
        if (worker !== undefined) this.lose(worker, input.isExpected, input.reason ?? "its nanny says so", input.death);
        return;
      }
      case "vouched":
        return vouched(this.state, input.nanny, input.workers, now);
      case "tick":
        return this.expire(now);
      case "more":
        return this.goOn(now);
      default:
        return unreachable(input);
    }
  }

  /** Places what is ready, forgets what is done with, and hands out the messages of the turn. */
  endTurn(output: SchedulerOutput): void {
    const { state } = this;
    this.recorder?.write({ kind: "end", now: state.nowMs });
    for (const worker of reviewReplicas(state)) this.dismiss(worker);
    dropIdleSlabs(state);
    claimGiven(state);
    placeReady(state);
    // What a copy has taken back from where it was sent ahead leaves a slot there, and its client a place.
    if (copyStragglers(state)) placeReady(state);
    hintHungry(state);
    state.loads.touched.clear();
    dropIdleSlabs(state);
    const { watched } = state.out;
    for (let i = 0; i < watched.length; i += 2) output.watched(watched[i] as number, watched[i + 1] as number);
    watched.length = 0;
    for (const note of state.out.noted.splice(0)) output.noted?.(note);
    state.out.flush(
      (number, messages) => {
        const worker = state.workers[number];
        if (worker !== undefined) output.worker(worker.id, messages);
      },
      (number, messages) => {
        const client = state.clientByNumber[number];
        if (client !== undefined) output.client(client.id, messages);
      },
    );
    for (const id of this.dismissed.splice(0)) output.worker(id, [{ type: "shutdown", reason: "it was let go" }]);
    for (const id of this.expelled.splice(0)) output.expelled(id);
    if (this.recorder !== undefined && ++this.turns % DIGEST_TURNS === 0) this.writeDigest();
    for (const { nanny, ...end } of this.ends.splice(0)) output.nanny?.(nanny, { type: "end", ...end });
    state.departures.looked = 0;
    state.growAhead();
  }

  /** Whether there is work that waits for turns of its own. */
  get hasMore(): boolean {
    return this.state.intakes.size > 0 || this.state.departures.size > 0;
  }

  /** Lets go of more, and takes more of a large submission in; once it is all here, what its client said meanwhile counts. */
  private goOn(now: number): void {
    goOnLettingGo(this.state);
    const client = goOnTakingIn(this.state);
    if (client === undefined) return;
    for (const message of client.waiting.splice(0)) this.fromClient(client.id, message, now);
  }

  /** Answers a task's question, which may change it. */
  askTask(row: number, question: TaskQuestion): Readonly<Record<string, unknown>> {
    this.recorder?.write({ kind: "task", now: this.state.nowMs, row, question });
    return answerTask(this.state, row, question);
  }

  /** Has workers ended, each for another in its place. @throws ShoalError UNKNOWN_KEY | NOT_SUPPORTED */
  restart(workers: readonly string[]): void {
    this.ends.push(...askedEnds(this.state, workers));
    this.state.happenings?.events.push({ kind: "restart", workers });
  }

  /** A wish about where results lie. @throws ShoalError UNKNOWN_KEY */
  askReplicas(question: ReplicaQuestion): ReplicaAnswer {
    this.recorder?.write({ kind: "replicas", now: this.state.nowMs, question });
    return answerReplicaQuestion(this.state, question);
  }

  /** Drops one copy of several; the last one stays while it is needed. @returns whether there was one to drop */
  dropFirstCopy(row: number): boolean {
    this.recorder?.write({ kind: "dropCopy", now: this.state.nowMs, row });
    return dropFirstCopy(this.state, row);
  }

  /** Says what the state is by now, for those who live through the same. */
  writeDigest(): void {
    const { recorder, state } = this;
    recorder?.write({ kind: "digest", now: state.nowMs, digest: stateDigest(state) });
  }

  private fromClient(id: string, message: FromClient, now: number): void {
    const { state } = this;
    const busy = state.clients.get(id);
    if (busy?.intake !== undefined) {
      busy.lastSeenMs = now;
      busy.waiting.push(message);
      return;
    }
    if (message.type === "hello") {
      clientHello(state, id, message.hello, now, this.version, message.share);
      return;
    }
    const client = state.clients.get(id);
    // It was given up, or never came: what it says counts once it has said hello.
    if (client === undefined) return;
    client.lastSeenMs = now;
    this.serve(client, message);
  }

  private serve(client: ClientRecord, message: Exclude<FromClient, { type: "hello" }>): void {
    const { state } = this;
    switch (message.type) {
      case "submit":
        return submit(state, client, message);
      case "release":
        return releaseHandles(state, client, message.handles);
      case "resume":
        return resume(state, client, message.handles);
      case "scattered":
        return scattered(state, client, message);
      case "retry":
        return retryHandles(state, client, message.handles);
      case "cancel":
        return cancelHandles(state, client, message.handles, message.reason);
      case "clientHeartbeat":
        return;
      case "goodbye":
        return clientGone(state, client);
      default:
        return unreachable(message);
    }
  }

  private fromWorker(id: string, incarnation: number, message: FromWorker, now: number): void {
    const { state } = this;
    if (message.type === "join") return this.join(id, incarnation, message, now);
    const worker = state.workerByName.get(id);
    // A worker that was given up, or its former life: nothing it says counts until it joins again.
    if (worker === undefined || worker.incarnation !== incarnation) return;
    heard(state, worker, now);
    switch (message.type) {
      case "finished":
        return tasksFinished(state, worker, message);
      case "failed":
        return tasksFailed(state, worker, message);
      case "missing":
        return tasksMissing(state, worker, message);
      case "slots":
        return slotsChanged(state, worker, message);
      case "notes":
        return tasksNoted(state, worker, message);
      case "relinquish":
        return tasksRelinquished(state, worker, message);
      case "holds":
        return replicasAdded(state, worker, message.rows, message.attempts);
      case "inventory":
        return reconcile(state, worker, message, (chartState) => this.facts.isMemory(chartState));
      case "heartbeat":
        return heartbeat(state, worker, message);
      case "leaving":
        return this.lose(worker, true, message.reason);
      default:
        return unreachable(message);
    }
  }

  private join(id: string, incarnation: number, message: JoinMessage, now: number): void {
    const { state } = this;
    const known = state.workerByName.get(id);
    if (known !== undefined && known.incarnation === incarnation) {
      renewSession(state, known, now);
      this.welcome(known, message.join);
      return;
    }
    if (known !== undefined && known.incarnation > incarnation) return;
    if (state.replicas.dismissed.get(id) === incarnation) {
      // It did not hear that it may go.
      this.dismissed.push(id);
      this.expelled.push(id);
      return;
    }
    if (known !== undefined) workerLost(state, known, false);
    state.happenings?.events.push({ kind: "addWorker", worker: id });
    const worker = workerRecord(state.workers.length, message, now);
    state.workers.push(worker);
    state.workerByName.set(id, worker);
    state.ledger.workerJoined(id, incarnation);
    this.welcome(worker, message.join);
    tellWorkers(state);
    const text = `joined: process ${message.pid} on ${message.host}, ${message.slots} at a time`;
    state.log.note({ atMs: now, level: "info", about: "worker", name: id, text });
  }

  private welcome(worker: WorkerRecord, join: number): void {
    const { incarnation, number } = worker;
    this.state.out.toWorker(number).say({ type: "welcome", epoch: this.state.lineage, incarnation, join });
  }

  /** Nothing that anyone needs is only there: it may go. */
  private dismiss(worker: WorkerRecord): void {
    this.state.replicas.noteDismissed(worker.id, worker.incarnation);
    this.dismissed.push(worker.id);
    this.lose(worker, true, "it was let go");
  }

  private lose(worker: WorkerRecord, isExpected: boolean, reason: string, death?: WorkerDeath): void {
    const { state } = this;
    const level = isExpected ? "info" : "error";
    const text = `${isExpected ? "left" : "is gone"} with ${worker.processing} tasks: ${reason}`;
    state.log.note({ atMs: state.nowMs, level, about: "worker", name: worker.id, text });
    workerLost(state, worker, isExpected, death);
    state.happenings?.events.push({ kind: "removeWorker", worker: worker.id, reason });
    this.expelled.push(worker.id);
    tellWorkers(this.state);
  }

  private expire(now: number): void {
    const { state } = this;
    wakeRested(state);
    dropSurplus(state);
    reviewUnrunnable(state);
    const sleptMs = now - (this.tickedMs ?? now);
    this.tickedMs = now;
    // A scheduler that stood still itself does not hold it against others.
    if (sleptMs > state.options.workerLeaseMs / 3) {
      for (const worker of state.workerByName.values()) worker.lastSeenMs += sleptMs;
      for (const worker of state.workerByName.values()) worker.vouchedMs += sleptMs;
      for (const client of state.clients.values()) client.lastSeenMs += sleptMs;
    }
    for (const worker of [...state.workerByName.values()])
      if (now - Math.max(worker.lastSeenMs, worker.vouchedMs) > state.options.workerLeaseMs)
        this.lose(worker, false, "it was silent for too long");
    for (const client of [...state.clients.values()])
      if (now - client.lastSeenMs > state.options.clientLeaseMs) clientGone(state, client);
    this.ends.push(...stuckWorkers(state, now));
  }
}

/** Turns of a recorded run between two digests of its state. */
const DIGEST_TURNS = 512;
const NOBODY: readonly string[] = [];
