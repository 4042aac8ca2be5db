import { OverloadedError, ShoalError } from "../../runtime/base/errors.ts";
import { errorToWire } from "../../runtime/wire/error-wire.ts";
import { importModule } from "../../runtime/wire/function-loader.ts";
import { decodeValueSoon, encodeValue, flattenValue, unflattenValue } from "../../runtime/wire/value.ts";
import { type CallName, type CallState, CallsHeard } from "./calls-heard.ts";

/** What a handle asks its actor: a call of a method, or the value of a field. */
export interface ActorCall {
  readonly op: "call" | "read";
  readonly name: string;
  /** The encoded list of arguments. */
  readonly args: Uint8Array;
  /** Given by those who may say it again, or ask what became of it. */
  readonly as?: CallName | undefined;
}

/** How a call went: an encoded value, or an encoded error. */
export type ActorReply = { readonly value: Uint8Array } | { readonly error: Uint8Array };

/** Who called, and waits. */
export interface CallQuestion {
  answer(reply: ActorReply): void;
  fail(error: unknown): void;
}

/** So many calls wait for their turn at most. */
const WAITING_MAX = 1 << 16;

/** The calls of one instance of a user's class: one after another, in the order in which they came, whatever way they came by. */
export class ActorCalls {
  private readonly id: string;
  private readonly instance: object;
  private readonly onSnapshot: ((bytes: Uint8Array) => void) | undefined;
  private readonly waiting: { readonly call: ActorCall; readonly question: CallQuestion }[] = [];
  private readonly heard = new CallsHeard();
  private running: CallName | undefined;
  private phase: "idle" | "calling" | "stopped" = "idle";

  /** @param onSnapshot called after every call, with the state as the class gives it */
  constructor(id: string, instance: object, onSnapshot: ((bytes: Uint8Array) => void) | undefined) {
    this.id = id;
    this.instance = instance;
    this.onSnapshot = onSnapshot;
  }

  take(call: ActorCall, question: CallQuestion): void {
    // Said again, as it seemed lost: whoever said it is answered for the first time.
    if (call.as !== undefined && !this.heard.hear(call.as)) return;
    if (this.phase === "stopped") question.fail(this.goneError());
    else if (this.waiting.length >= WAITING_MAX) question.fail(overloadedError(this.id));
    else this.waiting.push({ call, question });
    this.goOn();
  }

  stop(): void {
    this.phase = "stopped";
    for (const { question } of this.waiting.splice(0)) question.fail(this.goneError());
  }

  /** What became of calls of a line. */
  statesOf(line: string, numbers: readonly number[]): CallState[] {
    const open = new Set(
      this.waiting
        .map(({ call }) => call.as)
        .filter((as) => as?.line === line)
        .map((as) => as?.number),
    );
    if (this.running?.line === line) open.add(this.running.number);
    return numbers.map((number) => (open.has(number) ? "open" : this.heard.has({ line, number }) ? "done" : "unheard"));
  }

  private goOn(): void {
    while (this.phase === "idle" && this.waiting.length > 0) this.next();
  }

  private next(): void {
    const { call, question } = this.waiting.shift() as { call: ActorCall; question: CallQuestion };
    try {
      const result = this.perform(call);
      if (!(result instanceof Promise)) return this.reply(question, call, result);
      this.phase = "calling";
      this.running = call.as;
      void result
        .then(
          (value) => this.reply(question, call, value),
          (error: unknown) => question.answer({ error: errorToWire(error) }),
        )
        .then(() => this.called());
    } catch (error) {
      question.answer({ error: errorToWire(error) });
    }
  }

  private called(): void {
    this.running = undefined;
    if (this.phase === "calling") this.phase = "idle";
    this.goOn();
  }

  private perform({ op, name, args }: ActorCall): unknown {
    const instance = this.instance as Record<string, unknown>;
    if (op === "read") return instance[name];
    const method = instance[name];
    if (typeof method !== "function")
      throw new TypeError(`${instance.constructor.name}.${name} is not a method; read it with "await actor.${name}"`);
    const given = decodeValueSoon(unflattenValue(args), importModule);
    return given instanceof Promise
      ? given.then((list) => method.apply(instance, list as unknown[]))
      : method.apply(instance, given as unknown[]);
  }

  private reply(question: CallQuestion, { op }: ActorCall, value: unknown): void {
    try {
      const bytes = flattenValue(encodeValue(value, { shareMemory: false }));
      // The state that the answer speaks of is told before the answer.
      if (op === "call") this.onSnapshot?.(snapshotOf(this.instance));
      question.answer({ value: bytes });
    } catch (error) {
      question.answer({ error: errorToWire(error) });
    }
  }

  private goneError(): ShoalError {
    return new ShoalError(`Actor ${this.id} was stopped`, { code: "ACTOR_FAILED" });
  }
}

const overloadedError = (id: string): OverloadedError =>
  new OverloadedError(`Actor ${id} has ${WAITING_MAX} calls waiting; await some of them before you make more`, {
    actor: id,
    capacity: WAITING_MAX,
  });

/** The state of an instance whose class says what it is. */
export function snapshotOf(instance: object): Uint8Array {
  return flattenValue(encodeValue((instance as { snapshot(): unknown }).snapshot(), { shareMemory: false }));
}
