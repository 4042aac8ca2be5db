import type { Actor, ActorContext, ActorSpec, Envelope } from "../../runtime/actor/actor.ts";
import type { BindChart } from "../../runtime/actor/bound-chart.ts";
import type { Doubts } from "../../runtime/actor/doubts.ts";
import { ShoalError, unreachable } from "../../runtime/base/errors.ts";
import { currentTracer } from "../../runtime/base/tracing.ts";
import { clusterSubjects, parseSubject } from "../../runtime/bus/subject.ts";
import { type CommitLog, NO_COMMIT_LOG } from "../../runtime/journal/commit-log.ts";
import { HeldOutput } from "../../runtime/journal/held-output.ts";
import type { FromClient } from "../../runtime/protocol/client-scheduler.ts";
import type { FromNanny } from "../../runtime/protocol/nanny-scheduler.ts";
import type { FromWorker } from "../../runtime/protocol/scheduler-worker.ts";
import { AbsenceProbe, type Probed } from "./absence-probe.ts";
import type { LogEntry } from "./cluster-log.ts";
import { TurnLedger } from "./ledger.ts";
import type { LedgerRecord } from "./ledger-record.ts";
import { ledgerSummary, rowFacts } from "./ledger-summary.ts";
import { answerQuestion } from "./questions.ts";
import { chunkActors, taskActors } from "./row-actors.ts";
import { SchedulerBrain, type TaskSaid } from "./scheduler-brain.ts";
import type { SchedulerHits, SchedulerOptions } from "./scheduler-state.ts";
import { CLIENT_WORDS, WORKER_WORDS } from "./scheduler-words.ts";
import type { WorkerChartFacts } from "./settlement.ts";
import { brainOptions, type StimulusSink } from "./stimuli.ts";

export interface SchedulerActorOptions extends SchedulerOptions, WorkerChartFacts {
  readonly cluster: string;
  /** Grows with every scheduler of a cluster; commands of an older one are refused. */
  readonly epoch: number;
  readonly version: string;
  /** Signs of life to workers and clients, and the search for those that gave none. */
  readonly heartbeatMs: number;
  /** Messages of a turn at most, where no time passes in turns; else it is the time that counts. */
  readonly messagesPerTurn?: number | undefined;
  /** Counts the pairs of its charts that were walked. */
  readonly hits?: SchedulerHits;
  /** How that chart is run; compiled, if nothing is said. */
  readonly bind?: BindChart;
  /** Where steps that must never happen are noted, so that workers say anew what they have; without it they throw. */
  readonly doubts?: Doubts;
  /** A turn is over, and took so long. */
  onTurn?(tookMs: number): void;
  /** Where all that happens to it is written down, to be lived through again. */
  readonly record?: StimulusSink | undefined;
  /** Where it writes down what a successor has to know; without one, nobody comes after. */
  readonly journal?: SchedulerJournal | undefined;
  /** A watched task changed its state. */
  onWatched?(key: string, state: string): void;
  /** Something happened that people want to know. */
  onLogged?(entries: readonly LogEntry[]): void;
  /** A running task said how far it is, or a line. */
  onNoted?(note: TaskSaid): void;
  /** For those who share the thread: the brain, to read. */
  onBrain?(brain: SchedulerBrain): void;
}

/** What a turn says to one address. */
interface Said {
  readonly address: string;
  readonly messages: readonly unknown[];
}

/** Where a scheduler's records go, and what its predecessor left. */
export interface SchedulerJournal {
  readonly commits: CommitLog;
  /** The records of the line so far, oldest first; empty where it begins with this one. */
  readonly past: readonly LedgerRecord[];
  /** Coordination's records among a summary's. */
  summaryOfOthers(): readonly LedgerRecord[];
}

const TICK = { type: "tick" } as const;
const ALARM = { type: "alarm" } as const;
/** To itself: what was too much for the last turn. */
const MORE = { type: "more" } as const;
const isMore = ({ message }: Envelope): boolean => message === MORE;
/** To itself: records are committed, so that what waited for them may leave. */
const COMMITTED = { type: "committed" } as const;
type OwnWord = typeof TICK | typeof ALARM | typeof MORE | typeof COMMITTED | Probed;

/** Senders whose link has a gap: nothing they say counts until they have begun anew. */
type Broken = Set<string>;

/**
 * The scheduler: an actor around its brain. It steps the brain once per message, then ends the turn; every worker and client
 * it has something for gets one frame.
 */
export function schedulerActor(options: SchedulerActorOptions): ActorSpec {
  return {
    address: clusterSubjects(options.cluster).scheduler,
    make: (context) => new Scheduler(options, context),
    term: options.epoch,
    mailbox: { capacity: MAILBOX_FRAMES_MAX },
    // Its state is the cluster's: a crash of the brain is never papered over by an empty one.
    supervision: { onCrash: "escalate" },
  };
}

const MAILBOX_FRAMES_MAX = 1 << 20;
/** A turn takes no further message after so long: what is left has the next one. */
const TAKING_MAX_MS = 4;

class Scheduler implements Actor {
  private readonly options: SchedulerActorOptions;
  private readonly brain: SchedulerBrain;
  private readonly context: ActorContext;
  private readonly subjects: ReturnType<typeof clusterSubjects>;
  private readonly senders = new Map<string, { kind: "worker" | "client" | "nanny"; id: string } | undefined>();
  private readonly broken: Broken = new Set();
  private alarmMs = Number.POSITIVE_INFINITY;
  /** What came and did not fit into the turns so far. */
  private backlog: readonly Envelope[] = [];
  private isMoreSaid = false;
  private readonly incarnations = new Map<string, number>();
  private readonly ledger = new TurnLedger();
  private readonly output: HeldOutput<Said>;
  private readonly probe: AbsenceProbe;

  constructor(options: SchedulerActorOptions, context: ActorContext) {
    this.options = options;
    this.context = context;
    this.subjects = clusterSubjects(options.cluster);
    const charts = { hits: options.hits, bind: options.doubts?.bind ?? options.bind };
    this.brain = new SchedulerBrain(options.epoch, options.version, options, options, charts);
    this.record();
    options.onBrain?.(this.brain);
    this.probe = new AbsenceProbe(context, (id) => this.subjects.worker(id));
    this.output = new HeldOutput(
      options.journal?.commits ?? NO_COMMIT_LOG,
      ({ address, messages }) => this.tellAll(address, messages),
      (committed) => context.pipe(committed, () => COMMITTED),
    );
    if (options.journal !== undefined) this.takeOver(options.journal);
    context.after(options.heartbeatMs, TICK);
    context.spawn(taskActors(this.subjects, this.brain, () => this.endTurn()));
    context.spawn(chunkActors(this.subjects, this.brain, () => this.endTurn()));
  }

  receive(batch: readonly Envelope[]): void {
    const now = this.context.now();
    const backlog = this.backlog.length === 0 ? batch : this.behindBacklog(batch);
    let taken = 0;
    let left = this.options.messagesPerTurn ?? Number.POSITIVE_INFINITY;
    while (taken < backlog.length) {
      const envelope = backlog[taken++] as Envelope;
      this.take(envelope, now);
      // However slow it is, every turn takes a message that somebody sent.
      if (!isMore(envelope) && (--left <= 0 || this.context.now() - now >= TAKING_MAX_MS)) break;
    }
    this.backlog = backlog.slice(taken);
    this.endTurn();
    this.mendDoubts(now);
    if ((this.backlog.length > 0 || this.brain.hasMore) && !this.isMoreSaid) {
      this.isMoreSaid = true;
      this.context.tellSelf(MORE);
    }
    this.noteTurn(this.context.now() - now);
  }

  /** What it said to itself goes first: behind a backlog that does not end in this turn, nothing would say it again. */
  private behindBacklog(batch: readonly Envelope[]): readonly Envelope[] {
    return [...batch.filter(isMore), ...this.backlog, ...batch.filter((envelope) => !isMore(envelope))];
  }

  private record(): void {
    const { record, epoch, version, journal } = this.options;
    const begin = { kind: "begin", now: this.context.now(), epoch, version } as const;
    record?.write({ ...begin, options: brainOptions(this.options), past: journal?.past ?? null });
    this.brain.recorder = record;
  }

  stopped(): void {
    this.brain.writeDigest();
    for (const { question } of this.backlog)
      question?.fail(new ShoalError("The scheduler has stopped", { code: "CLOSED" }));
  }

  private noteTurn(tookMs: number): void {
    this.brain.state.turns.note(tookMs, this.backlog.length, this.output.size);
    this.options.onTurn?.(tookMs);
  }

  /** Something happened that must never: every worker is asked to begin anew, and its inventory sets right what is wrong. */
  private mendDoubts(now: number): void {
    const { state } = this.brain;
    const doubts = this.options.doubts?.take() ?? [];
    for (const text of doubts) state.log.note({ atMs: now, level: "error", about: "task", name: "chart", text });
    if (doubts.length === 0) return;
    for (const id of state.workerByName.keys()) {
      const address = this.subjects.worker(id);
      this.broken.add(address);
      this.context.tell(address, { type: "resync" });
    }
  }

  /** Whoever knew the former scheduler is asked to begin anew; who is not there any more is known to be gone at once. */
  private takeOver({ past }: SchedulerJournal): void {
    const { context, subjects, brain } = this;
    const ears = { coordination: () => {} };
    brain.takeOver(past, context.now(), ears);
    brain.state.ledger = this.ledger;
    this.probe.probe(brain.awaited, this.options.heartbeatMs);
    // Where nobody is awaited all is decided already, and a turn is to end.
    context.after(0, COMMITTED);
    for (const id of brain.state.clients.keys()) context.tell(subjects.client(id), { type: "resync" });
  }

  private endTurn(): void {
    const said: Said[] = [];
    this.brain.endTurn({
      worker: (id, messages) => said.push({ address: this.subjects.worker(id), messages }),
      client: (id, messages) => said.push({ address: this.subjects.client(id), messages }),
      watched: (row, state) => this.tellWatched(row, state),
      noted: (note) => this.options.onNoted?.(note),
      expelled: (worker) => this.incarnations.delete(worker),
      nanny: (address, message) => this.context.tell(address, message),
    });
    const { journal } = this.options;
    if (journal !== undefined) this.writeDown(journal.commits);
    this.output.say(said);
    const logged = this.brain.state.log.takeNew();
    if (logged.length > 0) this.options.onLogged?.(logged);
    this.armAlarm();
  }

  /** Rows that rest, and copies that are to come, are not to wait for the next heartbeat. */
  private armAlarm(): void {
    const { rests, replicas, phase } = this.brain.state;
    // Until workers have said what they have, nothing is planned.
    const nextMs = phase === "leading" ? Math.min(rests.nextMs, replicas.nextMs) : rests.nextMs;
    if (nextMs >= this.alarmMs) return;
    this.alarmMs = nextMs;
    this.context.after(Math.max(0, nextMs - this.context.now()), ALARM);
  }

  private writeDown(commits: CommitLog): void {
    const { records, isUrgent } = this.ledger.take(rowFacts(this.brain.state));
    if (records.length === 0) return;
    const position = commits.add(records, isUrgent);
    if (isUrgent) this.output.waitFor(position);
  }

  private summarize({ commits, summaryOfOthers }: SchedulerJournal): void {
    if (!commits.wantsSummary) return;
    // What this turn has done so far is part of the summary, and must not be told once more after it.
    this.writeDown(commits);
    const records = ledgerSummary(this.brain.state, this.options.version);
    if (records !== undefined) commits.summarize([...records, ...summaryOfOthers()]);
  }

  /** A frame too large, or to one who is gone: the link has a gap, which its other end will see and mend. */
  undelivered(): void {}

  private take(envelope: Envelope, now: number): void {
    if (envelope.question !== undefined) {
      // What it tells is as of now.
      this.brain.state.nowMs = now;
      answerQuestion(this.brain, envelope.question, envelope.message, this.options);
      return;
    }
    // What it says to itself nobody else may say.
    if (envelope.from === this.context.address) return this.hearItself(envelope.message as OwnWord, now);
    const message = envelope.message as FromClient | FromWorker | FromNanny;
    const sender = this.senderOf(envelope.from);
    if (sender === undefined || envelope.from === undefined) return;
    if (sender.kind === "nanny") {
      this.fromNanny(envelope.from, message as FromNanny, now);
      return;
    }
    // Each role has its own words; what is none of them is nobody's.
    if (!(sender.kind === "client" ? CLIENT_WORDS : WORKER_WORDS).has(message.type)) return;
    if (!this.isHeard(envelope, message.type)) return;
    if (!this.isMember(sender, message.type)) {
      // It was given up, or speaks to a former scheduler, and has not noticed.
      this.broken.add(envelope.from);
      this.context.tell(envelope.from, { type: "resync" });
      return;
    }
    if (sender.kind === "client") this.fromClient(sender.id, message as FromClient, now);
    else this.fromWorker(sender.id, message as FromWorker, now);
  }

  private hearItself(message: OwnWord, now: number): void {
    switch (message.type) {
      case "tick":
        return this.tick(now);
      case "alarm":
        this.alarmMs = Number.POSITIVE_INFINITY;
        return this.brain.step({ kind: "tick" }, now);
      case "more":
        this.isMoreSaid = false;
        return this.brain.step({ kind: "more" }, now);
      case "committed":
        return this.output.release();
      case "probed":
        return this.probed(message, now);
      default:
        return unreachable(message);
    }
  }

  private probed(message: Probed, now: number): void {
    const { worker } = message;
    if (this.probe.take(message) && this.brain.awaited.includes(worker))
      this.brain.step({ kind: "workerGone", worker, isExpected: false, reason: "nobody is at its address" }, now);
  }

  private fromClient(client: string, message: FromClient, now: number): void {
    const trace = message.type === "submit" ? message.trace : undefined;
    const span =
      trace === undefined ? undefined : currentTracer()?.start("shoal.schedule", { "shoal.client": client }, trace);
    // Without a tracer here, tasks belong to the client's own span.
    const traced = span === undefined ? message : ({ ...message, trace: span.context } as FromClient);
    this.brain.step({ kind: "client", client, message: traced }, now);
    span?.end();
  }

  private fromNanny(nanny: string, message: FromNanny, now: number): void {
    if (message.type === "vouched") this.brain.step({ kind: "vouched", nanny, workers: message.workers }, now);
    else if (message.type === "workerGone") {
      const { worker, isExpected, reason, death } = message;
      const gone = { kind: "workerGone", worker, isExpected: isExpected === true, reason: String(reason) } as const;
      this.brain.step(death === undefined ? gone : { ...gone, death }, now);
    }
  }

  private fromWorker(worker: string, message: FromWorker, now: number): void {
    if (message.type === "join") {
      if (message.worker !== worker) return;
      if (message.version !== this.options.version) {
        const reason = `the worker runs Shoal ${message.version}, the scheduler ${this.options.version}: install one version everywhere`;
        this.context.tell(this.subjects.worker(worker), { type: "refused", reason });
        return;
      }
      this.incarnations.set(worker, message.incarnation);
    }
    this.brain.step({ kind: "worker", worker, incarnation: this.incarnations.get(worker) ?? -1, message }, now);
  }

  private isMember(sender: { readonly kind: string; readonly id: string }, type: string): boolean {
    const { state } = this.brain;
    if (type === "join" || type === "hello" || type === "leaving" || type === "goodbye") return true;
    if (sender.kind === "client") return state.clients.has(sender.id);
    const worker = state.workerByName.get(sender.id);
    return worker !== undefined && worker.incarnation === this.incarnations.get(sender.id);
  }

  /** After a gap, only a sender that begins anew is heard; it is asked to. */
  private isHeard(envelope: Envelope, type: string): boolean {
    const from = envelope.from as string;
    const begins = type === "join" || type === "hello";
    if (begins) {
      this.broken.delete(from);
      // A late frame of a former scheduler may have ended the link at the other side: it begins anew here too.
      this.context.beginAnew(from);
    } else if (envelope.link === "gap") this.broken.add(from);
    if (!this.broken.has(from)) return true;
    if (envelope.link === "gap") this.context.tell(from, { type: "resync" });
    return false;
  }

  private senderOf(from: string | undefined): { kind: "worker" | "client" | "nanny"; id: string } | undefined {
    if (from === undefined) return undefined;
    if (this.senders.has(from)) return this.senders.get(from);
    const parsed = parseSubject(from);
    const isPeer = parsed?.kind === "worker" || parsed?.kind === "client" || parsed?.kind === "nanny";
    const sender = isPeer ? { kind: parsed.kind, id: parsed.id } : undefined;
    if (this.senders.size > SENDERS_MAX) this.senders.clear();
    this.senders.set(from, sender);
    return sender;
  }

  private tellAll(address: string, messages: readonly unknown[]): void {
    for (const message of messages) this.context.tell(address, message);
  }

  private tick(now: number): void {
    this.brain.step({ kind: "tick" }, now);
    const { state } = this.brain;
    for (const id of state.workerByName.keys()) this.context.tell(this.subjects.worker(id), BEAT);
    for (const id of state.clients.keys()) this.context.tell(this.subjects.client(id), BEAT);
    // Those that were asked to begin anew and did not hear it are asked again.
    for (const from of this.broken) this.context.tell(from, { type: "resync" });
    this.context.after(this.options.heartbeatMs, TICK);
    this.probe.probe(this.brain.awaited, this.options.heartbeatMs);
    if (this.options.journal !== undefined) this.summarize(this.options.journal);
  }

  private tellWatched(row: number, state: number): void {
    const { state: brain } = this.brain;
    if (!brain.slabs.has(brain.tasks.slab[row] as number)) return;
    this.options.onWatched?.(brain.slabOf(row).keyOf(row), brain.chart.chart.states[state] as string);
  }
}

const BEAT = { type: "beat" } as const;
const SENDERS_MAX = 100_000;
