import type { Subscription } from "../bus/bus.ts";
import type { LinkVerdict } from "./link-table.ts";
import type { MailboxOptions } from "./mailbox.ts";
import type { ActorRef, AskOptions } from "./ref.ts";
import type { Supervision } from "./supervisor.ts";

/**
 * Whoever has an address and a mailbox. An actor never awaits: it gets what came in since its last turn, changes itself, and
 * tells others; what it says during a turn leaves at the turn's end, as one frame for each addressee.
 */
export interface Actor {
  /** One turn. What it throws is a crash: nothing that it said leaves, its supervision decides. */
  receive(batch: readonly Envelope[], context: ActorContext): void;
  /** After it stopped or before it is replaced by a fresh one. */
  stopped?(reason: StopReason): void;
  /** A frame could not leave (closed bus, too large). Without this method it is reported as a failure of the system. */
  undelivered?(address: string, messages: readonly unknown[], error: unknown): void;
}

export type StopReason = "asked" | "crashed" | "restarting" | "parent-stopped" | "system-closed";

/** One message on its way into a turn. */
export interface Envelope {
  readonly message: unknown;
  /** The address it was sent to; the full one where the actor's own has wildcards. */
  readonly to: string;
  /** The actor that sent it; undefined where it came from outside of any. */
  readonly from: string | undefined;
  /** Set where its sender waits for an answer. */
  readonly question: Question | undefined;
  /** How its frame followed the sender's last one; undefined for what is not numbered. */
  readonly link: LinkVerdict | undefined;
}

/** An answer that is awaited. It is given once; later ones are ignored. It may be given in a later turn. */
export interface Question {
  readonly isAnswered: boolean;
  answer(value: unknown): void;
  /** ShoalErrors keep code, details and retryable; anything else arrives as ACTOR_FAILED. */
  fail(error: unknown): void;
  /** Lets another address answer: it gets the same question, or the one given, in the same form. */
  forward(address: string, message?: unknown): void;
}

/** Delivered to a watcher when what it watches is no more. */
export interface DownMessage {
  readonly type: "down";
  readonly address: string;
  readonly reason: DownReason;
}

/** `stopped` nobody answers at its address · `silent` no sign of life for the time to live · `restarted` it lost its memory. */
export type DownReason = "stopped" | "silent" | "restarted";

/** An actor's hands: all that it does to the world. Calls are good for the life of one incarnation. */
export interface ActorContext {
  readonly address: string;
  /** Names this life of the actor; another one after every restart. */
  readonly incarnation: string;
  /** Milliseconds of the system's clock. */
  now(): number;
  /** To be sent at the end of the turn; outside of one, at once. */
  tell(address: string, message: unknown): void;
  /** Begins a new session with an addressee: what was said before and did not arrive is given up, by both ends. */
  beginAnew(address: string): void;
  ask(address: string, message: unknown, options: AskOptions): Promise<unknown>;
  /** Has the outcome of work come in as a message, unless the actor has stopped or started anew by then. */
  pipe<T>(work: Promise<T>, toMessage: (outcome: PromiseSettledResult<T>) => unknown): void;
  /** Has a message come in after those that lie in the mailbox: the rest of work that is too much for one turn. */
  tellSelf(message: unknown): void;
  /** Has a message come in later. All are cancelled when the actor stops or starts anew. */
  after(delayMs: number, message: unknown): Subscription;
  /** Has a {@link DownMessage} come in when an actor, here or elsewhere, stops, falls silent or starts anew. */
  watch(address: string): void;
  unwatch(address: string): void;
  /** Starts a child: it stops with this actor, and its escalated crashes are crashes of this actor. */
  spawn(spec: ActorSpec): ActorRef;
  /** Stops this actor at the end of the turn. */
  stop(): void;
}

export interface ActorSpec {
  /** A subject; with wildcards, the actor stands for all whose addresses match (see `virtualActors`). */
  readonly address: string;
  /** Makes the actor, at start and after every crash that it survives. */
  readonly make: (context: ActorContext) => Actor;
  /** Grows where the address passes from one process to another: whoever heard a later holder hears an earlier one no more. */
  readonly term?: number;
  readonly mailbox?: MailboxOptions;
  /** Default: restarted, at most 3 times within 5 s, then escalated. */
  readonly supervision?: Supervision;
}
