import { createMachine } from "xstate";
import type { Clock } from "../base/clock.ts";
import { OverloadedError, ShoalError } from "../base/errors.ts";
import type { Subscription } from "../bus/bus.ts";
import type { Actor, ActorSpec, Envelope, Question, StopReason } from "./actor.ts";
import { CellContext, type ContextOwner } from "./cell-context.ts";
import { type Lifecycle, startLifecycle } from "./lifecycle.ts";
import { type LinkPosition, LinkTable } from "./link-table.ts";
import { Mailbox } from "./mailbox.ts";
import type { ActorRef, AskOptions } from "./ref.ts";
import { Supervisor } from "./supervisor.ts";
import type { Tap } from "./tap.ts";
import type { TurnTaker } from "./turn-queue.ts";

/** One frame in a mailbox. */
export interface Delivery {
  readonly to: string;
  readonly from: string | undefined;
  readonly session: string;
  /** 0: not numbered. */
  readonly sequence: number;
  readonly term: number;
  readonly messages: readonly unknown[];
  /** Set where a single message is a question. */
  readonly question: Question | undefined;
}

/** What a cell needs of its system. */
export interface CellHost {
  readonly clock: Clock;
  readonly tap: Tap;
  newToken(): string;
  queueTurn(cell: ActorCell): void;
  publish(from: string, to: string, link: LinkPosition & { readonly term: number }, messages: readonly unknown[]): void;
  ask(from: string, to: string, message: unknown, options: AskOptions): Promise<unknown>;
  spawn(spec: ActorSpec, parent: ActorCell): ActorRef;
  watch(address: string, watcher: ActorCell): void;
  unwatch(address: string, watcher: ActorCell): void;
  /** The cell has ended: nobody finds it any more. */
  removed(cell: ActorCell): void;
  reportFailure(error: unknown, actor: string): void;
}

/** Messages a turn takes at most, so that one busy actor does not hold up the others. */
const MESSAGES_PER_TURN_MAX = 1024;

export const cellMachine = createMachine({
  id: "actor",
  initial: "starting",
  states: {
    starting: { on: { started: "running", crash: "crashed", stop: "stopped" } },
    running: { on: { crash: "crashed", stop: "stopped" } },
    crashed: { on: { restart: "starting", stop: "stopped" } },
    stopped: { type: "final" },
  },
});

/** One actor's place in a system: mailbox, turns, supervision, children. */
export class ActorCell implements TurnTaker {
  readonly spec: ActorSpec;
  readonly parent: ActorCell | undefined;
  readonly children = new Set<ActorCell>();
  private readonly host: CellHost;
  private readonly mailbox: Mailbox<Delivery>;
  private readonly supervisor: Supervisor;
  private readonly lifecycle: Lifecycle<typeof cellMachine>;
  private links = new LinkTable();
  private life: { readonly actor: Actor; readonly context: CellContext } | undefined;
  private subscription: Subscription | undefined;
  private isQueued = false;

  constructor(spec: ActorSpec, parent: ActorCell | undefined, host: CellHost) {
    this.spec = spec;
    this.parent = parent;
    this.host = host;
    this.mailbox = new Mailbox(spec.mailbox);
    this.supervisor = new Supervisor(spec.supervision);
    this.lifecycle = startLifecycle(cellMachine, { clock: host.clock, tap: host.tap, actor: spec.address });
  }

  get address(): string {
    return this.spec.address;
  }

  get incarnation(): string | undefined {
    return this.life?.context.incarnation;
  }

  /** Messages in its mailbox. */
  get waiting(): number {
    return this.mailbox.size;
  }

  get isStopped(): boolean {
    return this.lifecycle.state === "stopped";
  }

  /** Makes the actor; what `make` throws reaches the caller. */
  start(listen: () => Subscription): void {
    this.begin();
    this.subscription = listen();
    this.lifecycle.send({ type: "started" });
  }

  /** A frame from the bus. */
  deliver(delivery: Delivery): void {
    if (this.isStopped) return;
    for (const lost of this.mailbox.offer(delivery)) {
      const { capacity } = this.mailbox;
      lost.question?.fail(
        new OverloadedError(`The mailbox of ${this.address} is full (${capacity} messages)`, {
          address: this.address,
          capacity,
        }),
      );
      if (this.host.tap.active)
        this.host.tap.emit({
          kind: "refused",
          to: lost.to,
          from: lost.from,
          count: lost.messages.length,
          reason: "overload",
        });
    }
    this.wantTurn();
  }

  /** A message the actor has asked for: a timer's, a pipe's, a down. It always finds room. */
  deliverOwn(message: unknown): void {
    if (this.isStopped) return;
    this.mailbox.push({
      to: this.address,
      from: this.address,
      session: "",
      sequence: 0,
      term: 0,
      messages: [message],
      question: undefined,
    });
    this.wantTurn();
  }

  turn(): boolean {
    const life = this.life;
    if (life !== undefined && this.lifecycle.state === "running") {
      const batch = this.mailbox.take(MESSAGES_PER_TURN_MAX).flatMap((delivery) => this.open(delivery));
      if (batch.length > 0) this.receive(life.actor, life.context, batch);
    }
    // After a crash what the mailbox still holds is for the fresh actor.
    this.isQueued = this.mailbox.size > 0 && this.lifecycle.state === "running";
    return this.isQueued;
  }

  /** A crash: of its own turn, or escalated by a child. */
  crash(error: unknown): void {
    if (this.isStopped) return;
    const decision = this.supervisor.decide(this.host.clock.now());
    if (this.host.tap.active) this.host.tap.emit({ kind: "crashed", actor: this.address, error, decision });
    this.lifecycle.send({ type: "crash" });
    if (decision === "restart") this.restart();
    else this.end("crashed");
    if (decision === "escalate" && this.parent !== undefined) this.parent.crash(error);
    else if (decision !== "restart") this.host.reportFailure(error, this.address);
  }

  stop(reason: StopReason): void {
    if (!this.isStopped) this.end(reason);
  }

  private receive(actor: Actor, context: CellContext, batch: readonly Envelope[]): void {
    const startedAt = this.host.tap.active ? this.host.clock.now() : 0;
    try {
      context.beginTurn();
      actor.receive(batch, context);
      context.endTurn((address, messages, error) => this.undelivered(actor, address, messages, error));
    } catch (error) {
      context.discardTurn();
      const crashed = new ShoalError(`${this.address} failed over its messages: ${messageOf(error)}`, {
        code: "ACTOR_FAILED",
        cause: error,
        details: { address: this.address },
      });
      for (const { question } of batch) question?.fail(crashed);
      this.crash(error);
    }
    if (this.host.tap.active) {
      const durationMs = this.host.clock.now() - startedAt;
      this.host.tap.emit({ kind: "turn", actor: this.address, messages: batch.length, durationMs });
    }
    if (context.isStopping) this.stop("asked");
  }

  private undelivered(actor: Actor, address: string, messages: readonly unknown[], error: unknown): void {
    if (actor.undelivered !== undefined) actor.undelivered(address, messages, error);
    else this.host.reportFailure(error, this.address);
  }

  /** Judges a frame's place in its link, and takes its messages out. */
  private open(delivery: Delivery): Envelope[] {
    const { from, to, session, sequence, term, messages, question } = delivery;
    const isNumbered = sequence > 0 && from !== undefined;
    let link = isNumbered ? this.links.accept(from, session, sequence, term) : undefined;
    const { tap } = this.host;
    if (link === "repeat") {
      if (tap.active) tap.emit({ kind: "refused", to, from, count: messages.length, reason: "repeat" });
      return [];
    }
    if (tap.active) tap.emit({ kind: "received", from, to, messages, link });
    return messages.map((message) => {
      const envelope: Envelope = { message, to, from, question, link };
      if (link !== undefined) link = "next";
      return envelope;
    });
  }

  private begin(): void {
    const context = new CellContext(this.hands());
    this.links = new LinkTable();
    this.life = { actor: this.spec.make(context), context };
  }

  private hands(): ContextOwner {
    const { host, address } = this;
    const term = this.spec.term ?? 0;
    return {
      address,
      clock: host.clock,
      newToken: () => host.newToken(),
      publish: (to, { session, sequence }, messages) =>
        host.publish(address, to, { session, sequence, term }, messages),
      ask: (to, message, options) => host.ask(address, to, message, options),
      spawn: (spec) => host.spawn(spec, this),
      watch: (other) => host.watch(other, this),
      unwatch: (other) => host.unwatch(other, this),
      deliverOwn: (message) => this.deliverOwn(message),
      crash: (error) => this.crash(error),
      stop: () => this.stop("asked"),
    };
  }

  private restart(): void {
    this.endLife("restarting");
    this.lifecycle.send({ type: "restart" });
    try {
      this.begin();
      this.lifecycle.send({ type: "started" });
      this.wantTurn();
    } catch (error) {
      this.crash(error);
    }
  }

  private end(reason: StopReason): void {
    this.lifecycle.send({ type: "stop" });
    this.subscription?.unsubscribe();
    this.endLife(reason);
    const closed = new ShoalError(`${this.address} has stopped`, {
      code: "CLOSED",
      details: { address: this.address },
    });
    for (const { question } of this.mailbox.take(Number.POSITIVE_INFINITY)) question?.fail(closed);
    this.parent?.children.delete(this);
    this.host.removed(this);
  }

  private endLife(reason: StopReason): void {
    for (const child of [...this.children]) child.stop("parent-stopped");
    const life = this.life;
    this.life = undefined;
    life?.context.close();
    try {
      life?.actor.stopped?.(reason);
    } catch (error) {
      this.host.reportFailure(error, this.address);
    }
  }

  private wantTurn(): void {
    if (this.isQueued || this.mailbox.size === 0 || this.lifecycle.state !== "running") return;
    this.isQueued = true;
    this.host.queueTurn(this);
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
