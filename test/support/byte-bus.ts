import assert from "node:assert/strict";
import { deserialize, serialize } from "node:v8";
import type { ActorCodec, ActorPayload } from "../../runtime/actor/actor-frame.ts";
import type {
  Bus,
  BusMessage,
  PublishOptions,
  RequestOptions,
  SubscribeOptions,
  Subscription,
} from "../../runtime/bus/bus.ts";
import { LocalBus, type LocalBusOptions } from "../../runtime/bus/local-bus.ts";

/** A bus of one process that carries bytes alone, as NATS does. */
export class ByteBus implements Bus {
  readonly carries = "bytes";
  readonly payloadBytesMax: number;
  private readonly inner: LocalBus;

  constructor(options: LocalBusOptions = {}) {
    this.inner = new LocalBus(options);
    this.payloadBytesMax = this.inner.payloadBytesMax;
  }

  publish(subject: string, payload: unknown, options?: PublishOptions): void {
    this.inner.publish(subject, copyOf(payload), options);
  }

  subscribe(pattern: string, handler: (message: BusMessage) => void, options?: SubscribeOptions): Subscription {
    const checked = (message: BusMessage): void =>
      handler({
        subject: message.subject,
        payload: message.payload,
        reply: message.reply,
        respond: (payload) => message.respond(copyOf(payload)),
      });
    return this.inner.subscribe(pattern, checked, options);
  }

  request(subject: string, payload: unknown, options: RequestOptions): Promise<BusMessage> {
    return this.inner.request(subject, copyOf(payload), options);
  }

  flush = (): Promise<void> => this.inner.flush();
  drain = (): Promise<void> => this.inner.drain();
  close = (): Promise<void> => this.inner.close();
  onStatus: Bus["onStatus"] = (listener) => this.inner.onStatus(listener);
}

/** Stands in for the wire's codec: its bytes begin with 0xff. */
export const v8ActorCodec: ActorCodec = {
  encode: (payload) => serialize(payload),
  decode: (payload) => deserialize(payload instanceof Uint8Array ? payload : payload.bytes) as ActorPayload,
};

function copyOf(payload: unknown): Uint8Array {
  assert.ok(payload instanceof Uint8Array, `a bus of bytes was given ${typeof payload}`);
  return payload.slice();
}
