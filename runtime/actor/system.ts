import { type Clock, systemClock } from "../base/clock.ts";
import { ShoalError } from "../base/errors.ts";
import { uniqueToken } from "../base/random.ts";
import type { Bus, BusMessage } from "../bus/bus.ts";
import type { ActorSpec, Question } from "./actor.ts";
import {
  type ActorCodec,
  type ActorFrame,
  type ActorPayload,
  bytesIn,
  failureOf,
  type QuestionForm,
  readAnswer,
  readFrame,
  writePayload,
} from "./actor-frame.ts";
import { ActorCell, type CellHost } from "./cell.ts";
import type { DeathWatchOptions } from "./deathwatch.ts";
import type { ActorRef, AskOptions } from "./ref.ts";
import { Tap } from "./tap.ts";
import { TurnQueue } from "./turn-queue.ts";
import { PING, type Pong, Watcher } from "./watcher.ts";

/** How long a question that was handed on may take. */
const RELAY_MS = 60_000;

export interface ActorSystemOptions {
  readonly bus: Bus;
  readonly clock?: Clock;
  /** Needed where the bus carries bytes; JSON asks work without. */
  readonly codec?: ActorCodec;
  readonly tap?: Tap;
  /** Names for lives of actors; never the same twice. */
  readonly newToken?: () => string;
  /** Runs a function soon: by default in a microtask, now and then in a macrotask. */
  readonly defer?: (run: () => void) => void;
  /** Signs of life between actors that watch each other. Default: asked every second, dead after five of silence. */
  readonly watch?: DeathWatchOptions;
  /** Whether frames between actors of this system skip the bus. Default: where the bus carries bytes, which they need not be. */
  readonly shortcut?: boolean;
  /** Told of crashes that nobody survived and frames that could not leave. Without it they are thrown as uncaught errors. */
  readonly onFailure?: (error: unknown, actor: string) => void;
}

/**
 * The actors of one thread. Addresses are subjects of its bus: whether an actor lives here or elsewhere makes no difference to
 * those who tell and ask it.
 * @example
 * const system = new ActorSystem({ bus: new LocalBus() });
 * const echo = system.spawn({ address: "echo", make: () => ({ receive: (batch) => batch.forEach((one) => one.question?.answer(one.message)) }) });
 * await echo.ask("hello", { timeoutMs: 100 }); // "hello"
 */
export class ActorSystem {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly tap: Tap;
  private readonly codec: ActorCodec | undefined;
  private readonly onFailure: ((error: unknown, actor: string) => void) | undefined;
  private readonly cells = new Map<string, ActorCell>();
  private readonly watcher: Watcher;
  private readonly host: CellHost;
  private readonly isShortcut: boolean;
  private isClosed = false;

  constructor(options: ActorSystemOptions) {
    this.bus = options.bus;
    this.clock = options.clock ?? systemClock;
    this.tap = options.tap ?? new Tap();
    this.codec = options.codec;
    this.onFailure = options.onFailure;
    this.isShortcut = options.shortcut ?? options.bus.carries !== "reference";
    const turns = new TurnQueue(() => this.clock.now(), options.defer);
    this.watcher = new Watcher(options.watch ?? { intervalMs: 1000, ttlMs: 5000 }, {
      clock: this.clock,
      tap: this.tap,
      ping: (address, timeoutMs) => this.ask(address, PING, { timeoutMs }) as Promise<Pong>,
    });
    this.host = {
      clock: this.clock,
      tap: this.tap,
      newToken: options.newToken ?? uniqueToken,
      queueTurn: (cell) => turns.add(cell),
      publish: (from, to, { session, sequence, term }, messages) =>
        this.publish(to, { kind: "frame", from, session, sequence, term, messages }),
      ask: (from, to, message, asked) => this.askAs(from, to, message, asked),
      spawn: (spec, parent) => this.spawnUnder(spec, parent),
      watch: (address, watcher) => this.watcher.watch(address, watcher),
      unwatch: (address, watcher) => this.watcher.unwatch(address, watcher),
      removed: (cell) => this.removed(cell),
      reportFailure: (error, actor) => this.reportFailure(error, actor),
    };
  }

  /**
   * Starts an actor.
   * @throws ShoalError NAME_TAKEN if this system has one at this address, SUBJECT, CLOSED, and whatever its `make` throws
   */
  spawn(spec: ActorSpec): ActorRef {
    return this.spawnUnder(spec, undefined);
  }

  /** An actor by its address, wherever it lives. */
  ref(address: string): ActorRef {
    return {
      address,
      tell: (message) => this.tell(address, message),
      ask: (message, options) => this.ask(address, message, options),
      stop: () => this.stop(address),
    };
  }

  /** Sends a message from outside of any actor, at once. @throws ShoalError SUBJECT | OVERSIZE | CLOSED */
  tell(address: string, message: unknown): void {
    this.publish(address, { kind: "frame", from: "", session: "", sequence: 0, term: 0, messages: [message] });
  }

  /** See {@link ActorRef.ask}. */
  ask(address: string, message: unknown, options: AskOptions): Promise<unknown> {
    return this.askAs("", address, message, options);
  }

  /** Whether an actor of this system has this very address. */
  has(address: string): boolean {
    return this.cells.has(address);
  }

  /** How many messages lie in the mailbox of each actor, by its address. */
  eachMailbox(visit: (address: string, waiting: number) => void): void {
    for (const [address, cell] of this.cells) visit(address, cell.waiting);
  }

  /** Stops an actor of this system and its children; nothing happens if there is none. */
  stop(address: string): void {
    this.cells.get(address)?.stop("asked");
  }

  /** Stops all actors, children first. The bus stays open: it belongs to whoever made it. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    for (const cell of [...this.cells.values()].reverse()) cell.stop("system-closed");
    this.watcher.close();
  }

  private spawnUnder(spec: ActorSpec, parent: ActorCell | undefined): ActorRef {
    const { address } = spec;
    if (this.isClosed)
      throw new ShoalError(`The actor system is closed; it cannot start ${address}`, { code: "CLOSED" });
    if (this.cells.has(address))
      throw new ShoalError(`An actor has the address ${address} already`, { code: "NAME_TAKEN", details: { address } });
    const cell = new ActorCell(spec, parent, this.host);
    this.cells.set(address, cell);
    parent?.children.add(cell);
    try {
      cell.start(() => this.bus.subscribe(address, (message) => this.arrived(cell, message)));
    } catch (error) {
      cell.stop("crashed");
      throw error;
    }
    return this.ref(address);
  }

  private arrived(cell: ActorCell, message: BusMessage): void {
    let form: QuestionForm;
    let frame: ActorFrame;
    try {
      ({ form, frame } = readFrame(message.payload, this.codec));
    } catch (error) {
      this.refuse(message, error);
      return;
    }
    const { from, session, sequence, term, messages } = frame;
    const { subject: to, reply } = message;
    if (reply !== undefined && (messages[0] as Partial<typeof PING> | null)?.type === PING.type) {
      this.respond(message, { kind: "answer", value: { address: to, incarnation: cell.incarnation ?? "" } }, form);
      return;
    }
    const question =
      reply === undefined
        ? undefined
        : new AskedQuestion(message, form, this.bus, this.writer, (other) =>
            writePayload(
              { kind: "frame", from: "", session: "", sequence: 0, term: 0, messages: [other] },
              form,
              this.codec,
            ),
          );
    cell.deliver({ to, from: from === "" ? undefined : from, session, sequence, term, messages, question });
  }

  private readonly writer = (message: BusMessage, payload: ActorPayload, form: QuestionForm): void =>
    this.respond(message, payload, form);

  private async askAs(from: string, address: string, message: unknown, options: AskOptions): Promise<unknown> {
    const { timeoutMs, signal } = options;
    const form: QuestionForm = this.bus.carries === "reference" ? "value" : (options.form ?? "json");
    const frame: ActorFrame = { kind: "frame", from, session: "", sequence: 0, term: 0, messages: [message] };
    if (this.tap.active) this.tap.emit({ kind: "sent", from, to: address, messages: frame.messages });
    const payload = writePayload(frame, form, this.codec);
    const answer = await this.bus.request(
      address,
      payload,
      signal === undefined ? { timeoutMs } : { timeoutMs, signal },
    );
    return readAnswer(answer.payload, form, this.codec);
  }

  private publish(to: string, frame: ActorFrame): void {
    if (this.tap.active) this.tap.emit({ kind: "sent", from: frame.from, to, messages: frame.messages });
    const cell = this.cells.get(to);
    if (cell !== undefined && this.isShortcut) {
      // Both live in this thread: no bytes, no bus. Messages are read-only once they are sent, as on a bus by reference.
      const { from, session, sequence, term, messages } = frame;
      cell.deliver({
        to,
        from: from === "" ? undefined : from,
        session,
        sequence,
        term,
        messages,
        question: undefined,
      });
      return;
    }
    this.bus.publish(to, writePayload(frame, this.bus.carries === "reference" ? "value" : "frame", this.codec));
  }

  private respond(message: BusMessage, payload: ActorPayload, form: QuestionForm): void {
    let written: unknown;
    try {
      written = writePayload(payload, form, this.codec);
    } catch (error) {
      written = writePayload(failureOf(error), form, this.codec);
    }
    try {
      message.respond(written);
    } catch (error) {
      // Too large for the bus, say: the asker is told; where it cannot be, whoever looks after this system is.
      if (payload.kind === "answer") this.respond(message, failureOf(error), form);
      else this.reportFailure(error, message.subject);
    }
  }

  private refuse(message: BusMessage, error: unknown): void {
    const { subject: to, reply } = message;
    if (this.tap.active) this.tap.emit({ kind: "refused", to, from: undefined, count: 1, reason: "undecodable" });
    const form: QuestionForm = bytesIn(message.payload) === undefined ? "value" : "json";
    if (reply !== undefined) this.respond(message, failureOf(error), form);
    else if (!(error instanceof ShoalError)) this.reportFailure(error, to);
  }

  private removed(cell: ActorCell): void {
    if (this.cells.get(cell.address) === cell) this.cells.delete(cell.address);
    this.watcher.removed(cell);
  }

  private reportFailure(error: unknown, actor: string): void {
    if (this.onFailure !== undefined) this.onFailure(error, actor);
    else
      queueMicrotask(() => {
        throw error;
      });
  }
}

class AskedQuestion implements Question {
  isAnswered = false;
  private readonly message: BusMessage;
  private readonly form: QuestionForm;
  private readonly bus: Bus;
  private readonly respond: (message: BusMessage, payload: ActorPayload, form: QuestionForm) => void;
  private readonly rewrite: (message: unknown) => unknown;

  constructor(
    message: BusMessage,
    form: QuestionForm,
    bus: Bus,
    respond: (message: BusMessage, payload: ActorPayload, form: QuestionForm) => void,
    rewrite: (message: unknown) => unknown,
  ) {
    this.message = message;
    this.form = form;
    this.bus = bus;
    this.respond = respond;
    this.rewrite = rewrite;
  }

  answer(value: unknown): void {
    this.settle({ kind: "answer", value });
  }

  fail(error: unknown): void {
    this.settle(failureOf(error));
  }

  forward(address: string, message?: unknown): void {
    if (this.isAnswered) return;
    this.isAnswered = true;
    const payload = message === undefined ? this.message.payload : this.rewrite(message);
    if (this.message.takesParts === true) void this.relay(address, payload);
    else this.bus.publish(address, payload, { reply: this.message.reply as string });
  }

  /** Whoever fetches a large answer in parts fetches them where it asked: the answer comes by here. */
  private async relay(address: string, payload: unknown): Promise<void> {
    try {
      const answer = await this.bus.request(address, payload, { timeoutMs: RELAY_MS });
      this.message.respond(answer.payload);
    } catch (error) {
      this.respond(this.message, failureOf(error), this.form);
    }
  }

  private settle(payload: ActorPayload): void {
    if (this.isAnswered) return;
    this.isAnswered = true;
    this.respond(this.message, payload, this.form);
  }
}
