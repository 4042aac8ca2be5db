import type { Actor, ActorContext, ActorSpec, Envelope } from "../../runtime/actor/actor.ts";
import type { BindChart } from "../../runtime/actor/bound-chart.ts";
import { clusterSubjects, parseSubject } from "../../runtime/bus/subject.ts";
import type { FromClient } from "../../runtime/protocol/client-scheduler.ts";
import type { FromWorker } from "../../runtime/protocol/scheduler-worker.ts";
import { answerQuestion } from "./questions.ts";
import { chunkActors, taskActors } from "./row-actors.ts";
import { SchedulerBrain } from "./scheduler-brain.ts";
import type { SchedulerHits, SchedulerOptions } from "./scheduler-state.ts";

export interface SchedulerActorOptions extends SchedulerOptions {
  readonly cluster: string;
  /** Grows with every scheduler of a cluster; commands of an older one are refused. */
  readonly epoch: number;
  readonly version: string;
  /** Signs of life to workers and clients, and the search for those that gave none. */
  readonly heartbeatMs: number;
  /** Counts the pairs of its charts that were walked. */
  readonly hits?: SchedulerHits;
  /** How that chart is run; compiled, if nothing is said. */
  readonly bind?: BindChart;
  /** Which states of an inventory mean that a result lies on the worker. */
  isMemory(chartState: number): boolean;
  /** A turn is over, and took so long. */
  onTurn?(tookMs: number): void;
  /** A watched task changed its state. */
  onWatched?(key: string, state: string): void;
  /** For those who share the thread: the brain, to read. */
  onBrain?(brain: SchedulerBrain): void;
}

const TICK = { type: "tick" } as const;

interface NannyNews {
  readonly type: string;
  readonly worker: string;
  readonly isExpected?: boolean;
  readonly reason?: string;
}

/** How much of the mailbox a sender's broken link costs: nothing it says counts until it has begun anew. */
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

class Scheduler implements Actor {
  private readonly options: SchedulerActorOptions;
  private readonly brain: SchedulerBrain;
  private readonly context: ActorContext;
  private readonly subjects: ReturnType<typeof clusterSubjects>;
  private readonly senders = new Map<string, { kind: "worker" | "client" | "nanny"; id: string } | undefined>();
  private readonly broken: Broken = new Set();
  private readonly incarnations = new Map<string, number>();

  constructor(options: SchedulerActorOptions, context: ActorContext) {
    this.options = options;
    this.context = context;
    this.subjects = clusterSubjects(options.cluster);
    this.brain = new SchedulerBrain(options.epoch, options.version, options, options, options);
    options.onBrain?.(this.brain);
    context.after(options.heartbeatMs, TICK);
    context.spawn(taskActors(this.subjects, this.brain, () => this.endTurn()));
    context.spawn(chunkActors(this.subjects, this.brain, () => this.endTurn()));
  }

  receive(batch: readonly Envelope[]): void {
    const now = this.context.now();
    for (const envelope of batch) this.take(envelope, now);
    this.endTurn();
    this.options.onTurn?.(this.context.now() - now);
  }

  private endTurn(): void {
    this.brain.endTurn({
      worker: (id, messages) => this.tellAll(this.subjects.worker(id), messages),
      client: (id, messages) => this.tellAll(this.subjects.client(id), messages),
      watched: (row, state) => this.tellWatched(row, state),
      expelled: (worker) => this.incarnations.delete(worker),
    });
  }

  /** A frame too large, or to one who is gone: the link has a gap, which its other end will see and mend. */
  undelivered(): void {}

  private take(envelope: Envelope, now: number): void {
    const message = envelope.message as (FromClient | FromWorker | typeof TICK) & { type: string };
    if (envelope.question !== undefined) {
      // What it tells is as of now.
      this.brain.state.nowMs = now;
      answerQuestion(this.brain, envelope.question, message as never, this.options);
      return;
    }
    if (message.type === "tick") return this.tick(now);
    const sender = this.senderOf(envelope.from);
    if (sender === undefined || envelope.from === undefined) return;
    if (sender.kind === "nanny") {
      const { type, worker, isExpected, reason } = envelope.message as NannyNews;
      if (type === "workerGone")
        this.brain.step({ kind: "workerGone", worker, isExpected: isExpected === true, reason: String(reason) }, now);
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
    if (sender.kind === "client")
      this.brain.step({ kind: "client", client: sender.id, message: message as FromClient }, now);
    else this.fromWorker(sender.id, message as FromWorker, now);
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
  }

  private tellWatched(row: number, state: number): void {
    const { state: brain } = this.brain;
    if (!brain.slabs.has(brain.tasks.slab[row] as number)) return;
    this.options.onWatched?.(brain.slabOf(row).keyOf(row), brain.chart.chart.states[state] as string);
  }
}

const CLIENT_WORDS: ReadonlySet<string> = new Set<FromClient["type"]>([
  "hello",
  "submit",
  "release",
  "resume",
  "scattered",
  "retry",
  "cancel",
  "clientHeartbeat",
  "goodbye",
]);
const WORKER_WORDS: ReadonlySet<string> = new Set<FromWorker["type"]>([
  "join",
  "inventory",
  "finished",
  "failed",
  "missing",
  "relinquish",
  "holds",
  "heartbeat",
  "leaving",
]);
const BEAT = { type: "beat" } as const;
const SENDERS_MAX = 100_000;
