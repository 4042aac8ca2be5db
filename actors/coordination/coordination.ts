import type { Actor, ActorContext, ActorSpec, Envelope, Question } from "../../runtime/actor/actor.ts";
import { ShoalError } from "../../runtime/base/errors.ts";
import { clusterSubjects } from "../../runtime/bus/subject.ts";
import { NO_COMMIT_LOG } from "../../runtime/journal/commit-log.ts";
import { HeldOutput } from "../../runtime/journal/held-output.ts";
import type { RegistryOut, RestoreOrder } from "./actor-registry.ts";
import { CoordinationBrain } from "./coordination-brain.ts";
import {
  type CoordinationEntry,
  type CoordinationJournal,
  isRead,
  type Outcome,
  replayEntries,
  wholeEntry,
} from "./coordination-history.ts";
import type { Holder, SharedItem } from "./coordination-out.ts";
import type { CoordinationRequest } from "./coordination-request.ts";

/** What the scheduler beside it knows and does: who is there, and whose results are kept. */
export interface SchedulerSide {
  readonly workers: readonly string[];
  /** Grows with every start of a worker; undefined for those that are not there. */
  lifeOf(worker: string): number | undefined;
  /** A former scheduler's workers have yet to say what they have: nothing can be kept or judged until then. */
  readonly isRecovering: boolean;
  hasClient(id: string): boolean;
  /** Keeps the result of a key, once more with every call; false if there is no such task. */
  hold(key: string): boolean;
  letGo(key: string): void;
  /** Keeps a task wanted until it is done; false if there is no such task. */
  keepUntilDone(key: string): boolean;
  /** Lets go of what was kept so and is done. True if there was any. */
  reviewKept(): boolean;
  /** Gives a client handles for keys that are held; it hears how they stand. */
  give(client: string, keys: readonly string[], firstHandle: number): void;
}

export interface CoordinationOptions {
  readonly cluster: string;
  readonly epoch: number;
  /** How often the gone are looked for. */
  readonly reviewMs: number;
  readonly scheduler: SchedulerSide;
  /** Where it writes down what a successor has to know; without one, nobody comes after. */
  readonly journal?: CoordinationJournal | undefined;
  /** For those who share the thread: what gives all of it as one entry, and the brain to read. */
  onMade?(brain: CoordinationBrain, summary: () => CoordinationEntry): void;
}

const TICK = { op: "tick" } as const;
/** To itself: entries are committed, so that answers which waited for them may leave. */
const COMMITTED = { op: "committed" } as const;
/** To the scheduler: it ends a turn, and with it what was done on its side takes effect. */
const ENDS_TURN = { type: "coordinated" } as const;
const RESTORE_TIMEOUT_MS = 30_000;
/** An actor ends once the call that it runs has, and its thread may compute until then. */
const STOP_TIMEOUT_MS = 30_000;
/** Outcomes kept for requests that are said again because their answer was lost. */
const OUTCOMES_MAX = 4096;

type Own =
  | typeof TICK
  | typeof COMMITTED
  | { readonly op: "restored" | "stopped"; readonly id: string; readonly worker: string; readonly isWell: boolean };

/**
 * Locks, semaphores, events, queues, variables, datasets and the places of user actors: one actor beside the scheduler, so that
 * it knows at once who is gone, and can have results kept.
 */
export function coordinationActor(options: CoordinationOptions): ActorSpec {
  return {
    address: clusterSubjects(options.cluster).coordination,
    make: (context) => new Coordination(options, context),
    mailbox: { capacity: 1 << 20 },
    // What was held would be lost silently with a fresh state.
    supervision: { onCrash: "escalate" },
  };
}

class Coordination implements Actor, RegistryOut {
  private readonly options: CoordinationOptions;
  private readonly context: ActorContext;
  private readonly brain: CoordinationBrain;
  private readonly subjects: ReturnType<typeof clusterSubjects>;
  private readonly questions = new Map<string, Question>();
  private readonly outcomes = new Map<string, Outcome>();
  private readonly output: HeldOutput<() => void>;
  /** Asked while the scheduler recovers. */
  private readonly early: { readonly request: CoordinationRequest; readonly question: Question }[] = [];
  private isTouched = false;

  constructor(options: CoordinationOptions, context: ActorContext) {
    this.options = options;
    this.context = context;
    this.brain = new CoordinationBrain(options.journal === undefined ? options.epoch : 0);
    this.subjects = clusterSubjects(options.cluster);
    this.output = new HeldOutput<() => void>(
      options.journal?.commits ?? NO_COMMIT_LOG,
      (say) => say(),
      (committed) => context.pipe(committed, () => COMMITTED),
    );
    if (options.journal !== undefined) this.takeOver(options.journal.past);
    options.onMade?.(this.brain, () => wholeEntry(this.brain, this.outcomes));
    context.after(options.reviewMs, TICK);
  }

  private takeOver(past: readonly unknown[]): void {
    // Fences go on from where they were, and are greater than all before.
    replayEntries(this.brain, past, this.outcomes);
    const { epoch } = this.options;
    this.brain.leases.raise(epoch);
    this.writeDown({ op: "raised", epoch });
    this.brain.actors.resume(this);
  }

  receive(batch: readonly Envelope[]): void {
    if (!this.options.scheduler.isRecovering)
      for (const { request, question } of this.early.splice(0)) this.asked(request, question);
    for (const { message, question, from } of batch) {
      if (question !== undefined) this.asked(message as CoordinationRequest, question);
      else if (from === this.context.address) this.own(message as Own);
    }
    if (this.isTouched) this.context.tell(this.subjects.scheduler, ENDS_TURN);
    this.isTouched = false;
  }

  undelivered(): void {}

  answer(ticket: string, value: unknown): void {
    this.brain.answered(ticket);
    this.settle(ticket, { value });
  }

  fail(ticket: string, error: ShoalError): void {
    this.brain.forget(ticket);
    this.settle(ticket, { error });
  }

  hold(keys: readonly string[]): void {
    for (const key of keys) this.options.scheduler.hold(key);
    this.isTouched ||= keys.length > 0;
  }

  letGo(keys: readonly string[]): void {
    for (const key of keys) this.options.scheduler.letGo(key);
    this.isTouched ||= keys.length > 0;
  }

  restore({ id, worker, life, recipe, snapshot }: RestoreOrder): void {
    this.writeDown({ op: "moved", id, worker, life });
    const made = this.context.ask(
      this.subjects.workerHost(worker),
      { op: "restore", id, recipe, snapshot },
      { timeoutMs: RESTORE_TIMEOUT_MS, form: "frame" },
    );
    this.context.pipe(made, ({ status }) => ({ op: "restored", id, worker, isWell: status === "fulfilled" }));
  }

  stop(id: string, worker: string): void {
    const stopped = this.context.ask(
      this.subjects.workerHost(worker),
      { op: "stop", id },
      { timeoutMs: STOP_TIMEOUT_MS, form: "frame" },
    );
    this.context.pipe(stopped, ({ status }) => ({ op: "stopped", id, worker, isWell: status === "fulfilled" }));
  }

  lost(id: string): void {
    this.writeDown({ op: "lost", id });
  }

  left(holder: Holder): void {
    this.writeDown({ op: "gone", holder });
  }

  private own(message: Own): void {
    if (message.op === "restored") {
      const { op, id, worker, isWell } = message;
      this.writeDown({ op, id, worker, isWell });
      this.brain.actors.restored(id, worker, isWell);
    } else if (message.op === "stopped") {
      if (!message.isWell) this.brain.actors.notStopped(message.id, message.worker);
    } else if (message.op === "committed") this.output.release();
    else if (message.op === "tick") {
      this.context.after(this.options.reviewMs, TICK);
      this.review();
    }
  }

  private review(): void {
    const { scheduler } = this.options;
    if (scheduler.isRecovering) return;
    this.isTouched = scheduler.reviewKept() || this.isTouched;
    const isPresent = (holder: Holder): boolean => this.isPresent(holder);
    this.brain.review({ workers: scheduler.workers, lifeOf: (worker) => scheduler.lifeOf(worker), isPresent }, this);
  }

  private isPresent(holder: Holder): boolean {
    const [client = "", worker] = holder.split("@");
    const { scheduler } = this.options;
    return scheduler.hasClient(client) && (worker === undefined || scheduler.workers.includes(worker));
  }

  private asked(request: CoordinationRequest, question: Question): void {
    const { ticket } = request;
    if (typeof ticket !== "string" || typeof request.holder !== "string" || typeof request.op !== "string") {
      question.fail(
        new ShoalError("The coordination actor is asked with op, ticket and holder", { code: "NOT_SUPPORTED" }),
      );
      return;
    }
    if (this.options.scheduler.isRecovering) {
      this.early.push({ request, question });
      return;
    }
    const outcome = this.outcomes.get(ticket);
    this.questions.set(ticket, question);
    if (outcome !== undefined) return this.settle(ticket, outcome);
    if (this.brain.knows(ticket)) return this.brain.again(ticket, this);
    if (request.op === "actorWhere") this.review();
    if (request.op === "arrived") this.give(request);
    if (request.op === "want") return this.want(request);
    if (request.op === "forget") return this.runToEnd(request);
    const kept = this.kept(request);
    if (kept === undefined) return;
    if (!isRead(kept)) this.writeDown({ op: "request", request: kept });
    this.brain.step(kept, this);
    // What was only read is read again.
    if (isRead(kept)) this.outcomes.delete(ticket);
  }

  private writeDown(entry: CoordinationEntry): void {
    const commits = this.options.journal?.commits;
    if (commits === undefined) return;
    // A line in a log is not worth a wait.
    const isUrgent = entry.op !== "request" || entry.request.op !== "log";
    const position = commits.add([{ kind: "coordination", entry }], isUrgent);
    if (isUrgent) this.output.waitFor(position);
  }

  /** The request with what it holds of its own: the item's bytes apart from the frame, its results kept. */
  private kept(request: CoordinationRequest): CoordinationRequest | undefined {
    if (request.op === "actorRegister")
      return {
        ...request,
        // Only the host knows which life of its worker it is: this one may be over by now.
        life: request.life ?? this.options.scheduler.lifeOf(request.worker),
        recipe: request.recipe.slice(),
      };
    if (request.op === "actorSnapshot" || request.op === "log") return { ...request, bytes: request.bytes.slice() };
    if (request.op !== "put" && request.op !== "set") return request;
    const { bytes, keys } = request.item;
    const held: string[] = [];
    for (const key of keys) {
      if (this.options.scheduler.hold(key)) held.push(key);
      else {
        this.letGo(held);
        this.refuseUnknown(request.ticket, key, "its result cannot be shared");
        return undefined;
      }
    }
    const item: SharedItem = { bytes: bytes.slice(), keys: [...keys] };
    return { ...request, item };
  }

  private give(request: CoordinationRequest & { op: "arrived" }): void {
    const keys = this.brain.keysInTransit(request.arrived);
    if (keys.length === 0) return;
    const [client = ""] = request.holder.split("@");
    this.options.scheduler.give(client, keys, request.firstHandle);
    this.isTouched = true;
  }

  /** Handles for a client by keys. Answers which of them are known. */
  private want({ ticket, holder, keys, firstHandle }: CoordinationRequest & { op: "want" }): void {
    const { scheduler } = this.options;
    const [client = ""] = holder.split("@");
    const known = keys.map((key, i) => {
      if (!scheduler.hold(key)) return false;
      // Wanted once more while it is handed over.
      scheduler.give(client, [key], firstHandle + i);
      scheduler.letGo(key);
      return true;
    });
    this.isTouched = true;
    this.settle(ticket, { value: known });
  }

  private runToEnd({ ticket, keys }: CoordinationRequest & { op: "forget" }): void {
    const unknown = keys.find((key) => !this.options.scheduler.keepUntilDone(key));
    this.isTouched = true;
    if (unknown === undefined) this.settle(ticket, { value: true });
    else this.refuseUnknown(ticket, unknown, "it cannot run to its end");
  }

  /** Not an outcome to keep: the task of a future that was just submitted is known a moment later. */
  private refuseUnknown(ticket: string, key: string, what: string): void {
    const question = this.questions.get(ticket);
    this.questions.delete(ticket);
    question?.fail(
      new ShoalError(`Task ${key} is not known to the scheduler, so ${what}`, {
        code: "UNKNOWN_KEY",
        retryable: true,
        details: { key },
      }),
    );
  }

  private settle(ticket: string, outcome: { readonly value: unknown } | { readonly error: ShoalError }): void {
    if (!isData(outcome)) {
      this.outcomes.set(ticket, outcome);
      if (this.outcomes.size > OUTCOMES_MAX) this.outcomes.delete(this.outcomes.keys().next().value as string);
    }
    const question = this.questions.get(ticket);
    this.questions.delete(ticket);
    if (question === undefined) return;
    const say = (): void => ("error" in outcome ? question.fail(outcome.error) : question.answer(outcome.value));
    this.output.say([say]);
  }
}

/** What was only read may be read again, and is not kept twice. */
function isData(outcome: object): boolean {
  const value = (outcome as { value?: unknown }).value;
  return (
    Array.isArray(value) || (typeof value === "object" && value !== null && ("bytes" in value || "items" in value))
  );
}
