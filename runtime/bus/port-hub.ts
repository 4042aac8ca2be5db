import { ShoalError } from "../base/errors.ts";
import type { Bus, BusMessage, Frame, FrameCodec, Subscription } from "./bus.ts";
import { frameOf, rawPayload, SealedPayload } from "./payload.ts";
import { CHANNEL_PAYLOAD_BYTES_MAX, frameAt, type PortChannel, type PortOp, PortOutbox } from "./port-channel.ts";

export interface PortHubOptions {
  /** Needed when the hub's own bus carries by reference; what it gives must fit the channel (no shared buffers over IPC). */
  readonly codec?: FrameCodec;
  /** Called once when the other side is gone or has said goodbye. */
  readonly onEnd?: (reason: string) => void;
}

/**
 * Lets the bus at the other end of a channel take part in this one: its subscriptions are made here, so only what it
 * wants crosses. A frame from one channel to another passes without being decoded.
 * @throws TypeError if the bus carries by reference and there is no codec
 * @example
 * const { port1, port2 } = new MessageChannel();
 * attachPort(bus, messagePortChannel(port1), { codec });
 * const leaf = await PortBus.open(messagePortChannel(port2));
 */
export function attachPort(bus: Bus, channel: PortChannel, options: PortHubOptions = {}): { detach(): void } {
  if (bus.carries === "reference" && options.codec === undefined)
    throw new TypeError(
      "A port on a bus that carries by reference needs a codec; pass { codec: { toFrame, fromFrame } }",
    );
  const port = new HubPort(bus, channel, options);
  return { detach: () => port.detach("the hub closed the port") };
}

class HubPort {
  private readonly bus: Bus;
  private readonly channel: PortChannel;
  private readonly codec: FrameCodec | undefined;
  private readonly onEnd: ((reason: string) => void) | undefined;
  private readonly outbox: PortOutbox;
  private readonly subscriptions = new Map<number, Subscription>();
  private readonly requests = new Map<string, AbortController>();
  private readonly watching: Subscription;
  private isOpen = true;

  constructor(bus: Bus, channel: PortChannel, options: PortHubOptions) {
    this.bus = bus;
    this.channel = channel;
    this.codec = bus.carries === "reference" ? options.codec : undefined;
    this.onEnd = options.onEnd;
    this.outbox = new PortOutbox(channel);
    this.watching = bus.onStatus((status) => {
      if (status.kind === "closed") this.detach("the hub's bus is closed");
      // Handlers that fail are this side's concern; what happens to the hub's own connection is everyone's.
      else if (status.kind !== "failed") this.outbox.push(["status", status]);
    });
    channel.listen(
      (batch) => {
        for (const op of batch.shoalBus) if (this.isOpen) this.take(op, batch.body);
      },
      (reason) => this.end(reason),
    );
    // Shared memory that could not go further than the hub must not be offered to it.
    const carries = bus.carries === "bytes" ? "bytes" : channel.carries;
    this.outbox.push(["hello", Math.min(bus.payloadBytesMax, CHANNEL_PAYLOAD_BYTES_MAX), carries]);
  }

  detach(reason: string): void {
    if (!this.isOpen) return;
    this.outbox.push(["bye"]);
    this.outbox.flush();
    this.channel.close();
    this.end(reason);
  }

  private end(reason: string): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.watching.unsubscribe();
    for (const subscription of this.subscriptions.values()) subscription.unsubscribe();
    for (const request of this.requests.values()) request.abort(new Error(reason));
    this.onEnd?.(reason);
  }

  private take(op: PortOp, body: Uint8Array): void {
    if (op[0] === "publish") this.publish(op[1], op[2], frameAt(body, op[3]));
    else if (op[0] === "request") void this.request(op[1], op[2], op[3], frameAt(body, op[4]));
    else if (op[0] === "subscribe") this.subscribe(op[1], op[2], op[3]);
    else if (op[0] === "flush") void this.flush(op[1]);
    else if (op[0] === "abandon") this.requests.get(op[1])?.abort(new Error("the asker gave up"));
    else if (op[0] === "unsubscribe") {
      this.subscriptions.get(op[1])?.unsubscribe();
      this.subscriptions.delete(op[1]);
    } else if (op[0] === "bye") {
      this.channel.close();
      this.end("the other side closed its bus");
    }
  }

  private publish(subject: string, reply: string | undefined, frame: Frame): void {
    try {
      this.bus.publish(subject, this.inward(frame), reply === undefined ? undefined : { reply });
    } catch (error) {
      this.outbox.push(["failure", subject, messageOf(error)]);
    }
  }

  private subscribe(id: number, pattern: string, queue: string | undefined): void {
    const hand = (message: BusMessage) => {
      const { subject, reply, answerBytesMax } = message;
      this.outbox.push(["message", id, subject, reply, this.outbox.place(this.outward(message)), answerBytesMax]);
    };
    try {
      this.subscriptions.set(id, this.bus.subscribe(pattern, hand, queue === undefined ? undefined : { queue }));
    } catch (error) {
      this.outbox.push(["failure", pattern, messageOf(error)]);
    }
  }

  private async request(id: string, subject: string, timeoutMs: number, frame: Frame): Promise<void> {
    const stop = new AbortController();
    this.requests.set(id, stop);
    try {
      const answer = await this.bus.request(subject, this.inward(frame), { timeoutMs, signal: stop.signal });
      if (this.isOpen)
        this.outbox.push(["answer", id, answer.subject, answer.reply, this.outbox.place(this.outward(answer))]);
    } catch (error) {
      const code = error instanceof ShoalError ? error.code : "CONNECT";
      if (this.isOpen) this.outbox.push(["refusal", id, code, messageOf(error)]);
    } finally {
      this.requests.delete(id);
    }
  }

  private async flush(id: number): Promise<void> {
    // A bus that cannot be flushed is closed or cut off: its own statuses say so, and the asker must not wait for ever.
    await this.bus.flush().catch(() => {});
    if (this.isOpen) this.outbox.push(["flushed", id]);
  }

  private inward(frame: Frame): unknown {
    return this.codec === undefined ? frame : new SealedPayload(frame, this.codec);
  }

  private outward(message: BusMessage): Frame {
    const raw = rawPayload(message);
    if (this.codec === undefined) return frameOf(raw);
    if (!(raw instanceof SealedPayload)) return this.codec.toFrame(raw);
    const crosses = this.channel.carries === "shared" || (raw.frame.shared?.length ?? 0) === 0;
    return crosses ? raw.frame : this.codec.toFrame(raw.open());
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
