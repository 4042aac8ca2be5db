import type { Clock } from "../base/clock.ts";
import { InvariantError } from "../base/errors.ts";
import type { Subscription } from "../bus/bus.ts";
import type { ActorContext, ActorSpec } from "./actor.ts";
import { LinkNumbers, type LinkPosition } from "./link-table.ts";
import type { ActorRef, AskOptions } from "./ref.ts";

/** The cell that a context acts for. */
export interface ContextOwner {
  readonly address: string;
  readonly clock: Clock;
  newToken(): string;
  publish(to: string, link: LinkPosition, messages: readonly unknown[]): void;
  ask(to: string, message: unknown, options: AskOptions): Promise<unknown>;
  spawn(spec: ActorSpec): ActorRef;
  watch(address: string): void;
  unwatch(address: string): void;
  /** A message that the actor itself has asked for. */
  deliverOwn(message: unknown): void;
  crash(error: unknown): void;
  stop(): void;
}

/** The hands of one incarnation; once it is over they do nothing more. */
export class CellContext implements ActorContext {
  readonly address: string;
  readonly incarnation: string;
  isStopping = false;
  private readonly owner: ContextOwner;
  private readonly numbers: LinkNumbers;
  private readonly timers = new Set<Subscription>();
  private outbox = new Map<string, unknown[]>();
  private phase: "between-turns" | "in-turn" | "closed" = "between-turns";

  constructor(owner: ContextOwner) {
    this.owner = owner;
    this.address = owner.address;
    this.incarnation = owner.newToken();
    let sessions = 0;
    this.numbers = new LinkNumbers(() => `${this.incarnation}-${sessions++}`);
  }

  now(): number {
    return this.owner.clock.now();
  }

  beginAnew(address: string): void {
    this.numbers.beginAnew(address);
  }

  tell(address: string, message: unknown): void {
    if (this.phase === "closed") return;
    if (this.phase === "between-turns") {
      this.send(address, [message]);
      return;
    }
    const waiting = this.outbox.get(address);
    if (waiting === undefined) this.outbox.set(address, [message]);
    else waiting.push(message);
  }

  ask(address: string, message: unknown, options: AskOptions): Promise<unknown> {
    return this.owner.ask(address, message, options);
  }

  pipe<T>(work: Promise<T>, toMessage: (outcome: PromiseSettledResult<T>) => unknown): void {
    const arrive = (outcome: PromiseSettledResult<T>): void => {
      if (this.phase !== "closed") this.owner.deliverOwn(toMessage(outcome));
    };
    work
      .then(
        (value) => arrive({ status: "fulfilled", value }),
        (reason) => arrive({ status: "rejected", reason }),
      )
      // What `toMessage` throws is a fault of the actor, outside of any turn.
      .catch((error) => this.owner.crash(error));
  }

  tellSelf(message: unknown): void {
    if (this.phase !== "closed") this.owner.deliverOwn(message);
  }

  after(delayMs: number, message: unknown): Subscription {
    if (this.phase === "closed") return { unsubscribe: () => {} };
    const handle = this.owner.clock.setTimer(delayMs, () => {
      this.timers.delete(timer);
      this.owner.deliverOwn(message);
    });
    const timer: Subscription = {
      unsubscribe: () => {
        if (this.timers.delete(timer)) this.owner.clock.clearTimer(handle);
      },
    };
    this.timers.add(timer);
    return timer;
  }

  watch(address: string): void {
    if (this.phase !== "closed") this.owner.watch(address);
  }

  unwatch(address: string): void {
    this.owner.unwatch(address);
  }

  spawn(spec: ActorSpec): ActorRef {
    if (this.phase === "closed")
      throw new InvariantError(`${this.address} has ended, it starts no child ${spec.address}`);
    return this.owner.spawn(spec);
  }

  stop(): void {
    if (this.phase === "in-turn") this.isStopping = true;
    else this.owner.stop();
  }

  beginTurn(): void {
    this.phase = "in-turn";
  }

  /** Sends what the turn has said, one frame for each addressee, in the order in which they were first spoken to. */
  endTurn(undelivered: (address: string, messages: readonly unknown[], error: unknown) => void): void {
    this.phase = "between-turns";
    const outbox = this.outbox;
    if (outbox.size === 0) return;
    this.outbox = new Map();
    for (const [address, messages] of outbox) {
      try {
        this.send(address, messages);
      } catch (error) {
        undelivered(address, messages, error);
      }
    }
  }

  /** The turn failed: what it said is not said. */
  discardTurn(): void {
    this.phase = "between-turns";
    this.outbox = new Map();
  }

  close(): void {
    this.phase = "closed";
    this.outbox = new Map();
    for (const timer of [...this.timers]) timer.unsubscribe();
  }

  private send(address: string, messages: readonly unknown[]): void {
    this.owner.publish(address, this.numbers.next(address), messages);
  }
}
