import type { Clock } from "../base/clock.ts";
import { type ErrorCode, ShoalError } from "../base/errors.ts";
import type {
  Bus,
  BusMessage,
  BusStatus,
  Frame,
  PublishOptions,
  RequestOptions,
  SubscribeOptions,
  Subscription,
} from "./bus.ts";
import { checkSize, frameOf, plainBytes, respondTo } from "./payload.ts";
import { type FrameRef, frameAt, type PortChannel, type PortOp, PortOutbox } from "./port-channel.ts";
import { RequestTable } from "./request-table.ts";
import { StatusListeners } from "./status-listeners.ts";
import { checkPattern, checkQueue, checkSubject } from "./subject.ts";

/**
 * The bus of a worker thread or a child process: the far end of a channel that `attachPort` joined to a bus. All
 * messages pass through the hub, so a thread's own also come back from there. Statuses of the hub's connection are told
 * here too. There is no way back from a lost hub: the bus tells `disconnected`, then `closed`.
 */
export class PortBus implements Bus {
  readonly carries: "shared" | "bytes";
  readonly payloadBytesMax: number;
  private readonly channel: PortChannel;
  private readonly outbox: PortOutbox;
  private readonly requests: RequestTable;
  private readonly statusListeners = new StatusListeners();
  private readonly handlers = new Map<number, (message: BusMessage) => void>();
  private readonly flushes = new Map<number, { resolve(): void; reject(error: ShoalError): void }>();
  private phase: "open" | "draining" | "closed" = "open";
  private count = 0;

  private constructor(
    channel: PortChannel,
    payloadBytesMax: number,
    carries: "shared" | "bytes",
    clock: Clock | undefined,
  ) {
    this.channel = channel;
    this.carries = carries;
    this.payloadBytesMax = payloadBytesMax;
    this.outbox = new PortOutbox(channel);
    this.requests = new RequestTable("_INBOX", clock);
  }

  /** Settles when the hub has greeted. @throws ShoalError CONNECT if the other side ends before */
  static open(channel: PortChannel, clock?: Clock): Promise<PortBus> {
    return new Promise((resolve, reject) => {
      let bus: PortBus | undefined;
      channel.listen(
        ({ shoalBus: ops, body }) => {
          for (const op of ops) {
            if (op[0] === "hello") resolve((bus = new PortBus(channel, op[1], op[2], clock)));
            else bus?.take(op, body);
          }
        },
        (reason) => {
          bus?.lose(reason);
          reject(new ShoalError(`The hub of the port did not greet: ${reason}`, { code: "CONNECT" }));
        },
      );
    });
  }

  publish(subject: string, payload: unknown, options?: PublishOptions): void {
    if (this.phase === "closed") throw this.closedError(subject);
    if (options?.reply !== undefined) checkSubject(options.reply);
    const frame = this.checkedFrame(subject, payload);
    this.outbox.push(["publish", subject, options?.reply, this.outbox.place(frame)]);
  }

  subscribe(pattern: string, handler: (message: BusMessage) => void, options?: SubscribeOptions): Subscription {
    if (this.phase !== "open") throw this.closedError(pattern);
    checkPattern(pattern);
    if (options?.queue !== undefined) checkQueue(options.queue);
    const id = this.count++;
    this.handlers.set(id, handler);
    this.outbox.push(["subscribe", id, pattern, options?.queue]);
    return {
      unsubscribe: () => {
        if (this.handlers.delete(id) && this.phase !== "closed") this.outbox.push(["unsubscribe", id]);
      },
    };
  }

  async request(subject: string, payload: unknown, options: RequestOptions): Promise<BusMessage> {
    if (this.phase !== "open") throw this.closedError(subject);
    let sent: string | undefined;
    try {
      return await this.requests.ask(subject, options, (id) => {
        const frame = this.outbox.place(this.checkedFrame(subject, payload));
        this.outbox.push(["request", (sent = id), subject, options.timeoutMs, frame]);
      });
    } catch (error) {
      if (sent !== undefined && this.isOpen()) this.outbox.push(["abandon", sent]);
      throw error;
    }
  }

  async flush(): Promise<void> {
    if (this.phase === "closed") throw this.closedError("flush");
    const id = this.count++;
    await new Promise<void>((resolve, reject) => {
      this.flushes.set(id, { resolve, reject });
      this.outbox.push(["flush", id]);
    });
  }

  async drain(): Promise<void> {
    if (this.phase !== "open") return;
    this.phase = "draining";
    // Twice: the first brings what the hub has taken but not yet handed out, the second what came until it stopped.
    await this.flush();
    for (const id of this.handlers.keys()) this.outbox.push(["unsubscribe", id]);
    await this.flush();
    await this.close();
  }

  async close(): Promise<void> {
    if (this.phase === "closed") return;
    this.outbox.push(["bye"]);
    this.outbox.flush();
    this.channel.close();
    this.end(undefined);
  }

  onStatus(listener: (status: BusStatus) => void): Subscription {
    return this.statusListeners.add(listener);
  }

  private take(op: PortOp, body: Uint8Array): void {
    if (!this.isOpen()) return;
    if (op[0] === "message") this.hand(op[1], this.messageOf(op[2], op[3], body, op[4], op[5]));
    else if (op[0] === "answer") this.requests.settle(op[1], this.messageOf(op[2], op[3], body, op[4]));
    else if (op[0] === "refusal") this.refuse(op[1], op[2] as ErrorCode, op[3]);
    else if (op[0] === "failure")
      this.statusListeners.announce({
        kind: "failed",
        subject: op[1],
        error: new ShoalError(op[2], { code: "CONNECT" }),
      });
    else if (op[0] === "status") this.statusListeners.announce(op[1]);
    else if (op[0] === "flushed") {
      this.flushes.get(op[1])?.resolve();
      this.flushes.delete(op[1]);
    } else if (op[0] === "bye") {
      this.channel.close();
      this.lose("the hub closed the port");
    }
  }

  private hand(id: number, message: BusMessage): void {
    const handler = this.handlers.get(id);
    if (handler === undefined) return;
    try {
      handler(message);
    } catch (error) {
      this.statusListeners.announce({ kind: "failed", subject: message.subject, error });
    }
  }

  private refuse(id: string, code: ErrorCode, message: string): void {
    if (code === "NO_RESPONDERS") this.requests.refuse(id);
    else
      this.requests.settle(id, new ShoalError(message, { code, retryable: code === "TIMEOUT" || code === "CONNECT" }));
  }

  private messageOf(
    subject: string,
    reply: string | undefined,
    body: Uint8Array,
    at: FrameRef,
    answerBytesMax?: number,
  ): BusMessage {
    const frame = frameAt(body, at);
    return new PortMessage(this, subject, frame.shared === undefined ? frame.bytes : frame, reply, answerBytesMax);
  }

  private checkedFrame(subject: string, payload: unknown): Frame {
    checkSubject(subject);
    const frame = this.carries === "shared" ? frameOf(payload, subject) : { bytes: plainBytes(subject, payload) };
    checkSize(subject, frame, this.payloadBytesMax);
    return frame;
  }

  private lose(reason: string): void {
    if (this.phase === "closed") return;
    this.statusListeners.announce({ kind: "disconnected", reason });
    const cause = new ShoalError(`The bus of this thread lost its hub: ${reason}`, { code: "CONNECT" });
    this.requests.failAll(
      (subject) =>
        new ShoalError(`The hub is lost, so ${subject} cannot answer: ${reason}`, {
          code: "CONNECT",
          details: { subject },
        }),
    );
    this.end(cause);
  }

  private end(cause: ShoalError | undefined): void {
    this.phase = "closed";
    this.handlers.clear();
    this.requests.failAll((subject) => this.closedError(subject));
    for (const flush of this.flushes.values()) flush.reject(this.closedError("flush"));
    this.flushes.clear();
    this.statusListeners.announce({ kind: "closed", cause });
  }

  /** Whether anything can be said and heard still. */
  isOpen(): boolean {
    return this.phase !== "closed";
  }

  private closedError(subject: string): ShoalError {
    return new ShoalError(`The bus of this thread is closed, so nothing goes to ${subject}`, {
      code: "CLOSED",
      details: { subject },
    });
  }
}

class PortMessage implements BusMessage {
  readonly subject: string;
  readonly payload: Uint8Array | Frame;
  readonly reply: string | undefined;
  readonly answerBytesMax: number | undefined;
  private readonly bus: Bus;

  constructor(
    bus: Bus,
    subject: string,
    payload: Uint8Array | Frame,
    reply: string | undefined,
    answerBytesMax: number | undefined,
  ) {
    this.bus = bus;
    this.subject = subject;
    this.payload = payload;
    this.reply = reply;
    this.answerBytesMax = answerBytesMax;
  }

  respond(payload: unknown): void {
    if (this.answerBytesMax !== undefined) checkSize(this.reply ?? "", frameOf(payload), this.answerBytesMax);
    respondTo(this, this.bus, payload);
  }
}
