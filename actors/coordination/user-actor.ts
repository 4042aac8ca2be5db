import type { Actor, ActorContext, ActorSpec, Envelope, Question } from "../../runtime/actor/actor.ts";
import { ShoalError } from "../../runtime/base/errors.ts";
import { clusterSubjects } from "../../runtime/bus/subject.ts";
import { errorToWire } from "../../runtime/wire/error-wire.ts";
import { importModule } from "../../runtime/wire/function-loader.ts";
import { decodeValueSoon, encodeValue, flattenValue, unflattenValue } from "../../runtime/wire/value.ts";

/** What a handle asks its actor: a call of a method, or the value of a field. */
export interface ActorCall {
  readonly op: "call" | "read";
  readonly name: string;
  /** The encoded list of arguments. */
  readonly args: Uint8Array;
}

/** How a call went: an encoded value, or an encoded error. */
export type ActorReply = { readonly value: Uint8Array } | { readonly error: Uint8Array };

export interface UserActorOptions {
  readonly cluster: string;
  readonly id: string;
  readonly instance: object;
  /** Called after every call, with the state as the class gives it. */
  readonly onSnapshot: ((bytes: Uint8Array) => void) | undefined;
}

const CALLED = { op: "called" } as const;

/** An instance of a user's class as an actor. Calls run one after another, in the order in which they came. */
export function userActor(options: UserActorOptions): ActorSpec {
  return {
    address: clusterSubjects(options.cluster).userActor(options.id),
    make: (context) => new UserActor(options, context),
    mailbox: { capacity: 1 << 16 },
  };
}

class UserActor implements Actor {
  private readonly options: UserActorOptions;
  private readonly context: ActorContext;
  private readonly waiting: { readonly call: ActorCall; readonly question: Question }[] = [];
  private phase: "idle" | "calling" = "idle";

  constructor(options: UserActorOptions, context: ActorContext) {
    this.options = options;
    this.context = context;
  }

  receive(batch: readonly Envelope[]): void {
    for (const { message, question } of batch) {
      if (question !== undefined) this.waiting.push({ call: message as ActorCall, question });
      else if ((message as { op?: unknown }).op === CALLED.op) this.phase = "idle";
    }
    while (this.phase === "idle" && this.waiting.length > 0) this.next();
  }

  stopped(): void {
    const gone = new ShoalError(`Actor ${this.options.id} was stopped`, { code: "ACTOR_FAILED" });
    for (const { question } of this.waiting.splice(0)) question.fail(gone);
  }

  private next(): void {
    const { call, question } = this.waiting.shift() as { call: ActorCall; question: Question };
    try {
      const result = this.perform(call);
      if (!(result instanceof Promise)) return this.reply(question, call, result);
      this.phase = "calling";
      const done = result.then(
        (value) => this.reply(question, call, value),
        (error: unknown) => question.answer({ error: errorToWire(error) }),
      );
      this.context.pipe(done, () => CALLED);
    } catch (error) {
      question.answer({ error: errorToWire(error) });
    }
  }

  private perform({ op, name, args }: ActorCall): unknown {
    const instance = this.options.instance as Record<string, unknown>;
    if (op === "read") return instance[name];
    const method = instance[name];
    if (typeof method !== "function")
      throw new TypeError(`${instance.constructor.name}.${name} is not a method; read it with "await actor.${name}"`);
    const given = decodeValueSoon(unflattenValue(args), importModule);
    return given instanceof Promise
      ? given.then((list) => method.apply(instance, list as unknown[]))
      : method.apply(instance, given as unknown[]);
  }

  private reply(question: Question, { op }: ActorCall, value: unknown): void {
    try {
      const bytes = flattenValue(encodeValue(value, { shareMemory: false }));
      // The state that the answer speaks of is told before the answer.
      if (op === "call") this.options.onSnapshot?.(snapshotOf(this.options.instance));
      question.answer({ value: bytes });
    } catch (error) {
      question.answer({ error: errorToWire(error) });
    }
  }
}

/** The state of an instance whose class says what it is. */
export function snapshotOf(instance: object): Uint8Array {
  return flattenValue(encodeValue((instance as { snapshot(): unknown }).snapshot(), { shareMemory: false }));
}
