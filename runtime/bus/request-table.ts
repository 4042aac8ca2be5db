import { type Clock, systemClock, type TimerHandle } from "../base/clock.ts";
import { CancelledError, ShoalError, TimeoutError } from "../base/errors.ts";
import { onAbort } from "../base/on-abort.ts";
import { uniqueToken } from "../base/random.ts";
import type { BusMessage, RequestOptions } from "./bus.ts";

interface OpenRequest {
  readonly subject: string;
  settle(answer: BusMessage | Error): void;
}

/**
 * The open requests of one bus. All answers come in on one pattern, `inbox`, and are told apart by their last token, so a
 * request costs no subscription.
 */
export class RequestTable {
  /** To be subscribed before the first request leaves. */
  readonly inbox: string;
  private readonly prefix: string;
  private readonly open = new Map<string, OpenRequest>();
  private readonly clock: Clock;
  private count = 0;

  constructor(inboxPrefix = "_INBOX", clock: Clock = systemClock) {
    this.prefix = `${inboxPrefix}.${uniqueToken()}.`;
    this.inbox = `${this.prefix}*`;
    this.clock = clock;
  }

  /** Opens a request, has it sent, and waits. `send` may throw: then nothing stays open. */
  ask(subject: string, options: RequestOptions, send: (reply: string) => void): Promise<BusMessage> {
    const { timeoutMs, signal } = options;
    const reply = `${this.prefix}${(this.count++).toString(36)}`;
    return new Promise<BusMessage>((resolve, reject) => {
      if (!(timeoutMs >= 0))
        throw new RangeError(`timeoutMs of a request to ${subject} is ${timeoutMs}; give a number ≥ 0`);
      if (signal?.aborted) throw abandoned(subject, signal);
      let timer: TimerHandle;
      let stay: (() => void) | undefined;
      const settle = (answer: BusMessage | Error): void => {
        this.open.delete(reply);
        if (timer !== undefined) this.clock.clearTimer(timer);
        stay?.();
        if (answer instanceof Error) reject(answer);
        else resolve(answer);
      };
      this.open.set(reply, { subject, settle });
      if (timeoutMs !== Number.POSITIVE_INFINITY)
        timer = this.clock.setTimer(timeoutMs, () =>
          settle(new TimeoutError(`${subject} did not answer within ${timeoutMs} ms`, { subject, timeoutMs })),
        );
      if (signal !== undefined) stay = onAbort(signal, () => settle(abandoned(subject, signal)));
      try {
        send(reply);
      } catch (error) {
        settle(error as Error);
      }
    });
  }

  /** Hands an answer to its request; one that nobody waits for any more is no error. */
  answer(message: BusMessage): void {
    this.settle(message.subject, message);
  }

  settle(reply: string, answer: BusMessage | ShoalError): void {
    this.open.get(reply)?.settle(answer);
  }

  /** Nobody listens where this request went. */
  refuse(reply: string): void {
    const request = this.open.get(reply);
    if (request === undefined) return;
    const { subject } = request;
    request.settle(
      new ShoalError(`Nobody listens on ${subject}`, { code: "NO_RESPONDERS", retryable: true, details: { subject } }),
    );
  }

  failSubject(subject: string, error: ShoalError): void {
    for (const request of this.open.values()) if (request.subject === subject) request.settle(error);
  }

  failAll(make: (subject: string) => ShoalError): void {
    for (const request of this.open.values()) request.settle(make(request.subject));
  }
}

function abandoned(subject: string, signal: AbortSignal): CancelledError {
  const reason: unknown = signal.reason;
  return new CancelledError(
    `The request to ${subject} was abandoned: ${reason instanceof Error ? reason.message : String(reason)}`,
    {
      subject,
    },
  );
}
