import type { ShoalError } from "../base/errors.ts";

/**
 * Where messages travel: subjects are NATS subjects (`a.b.c`; in patterns `*` stands for one token, a last `>` for one or
 * more). Delivery is at most once; per publisher and subscription it is in order; handlers run later, never inside
 * `publish`. Local, port and NATS buses pass one suite of cases, `test/cases/bus-cases.ts`.
 */
export interface Bus {
  /**
   * What payloads may be. "reference": anything, handed over as it is. "shared": a {@link Frame} whose shared buffers cross by
   * reference. "bytes": a {@link Frame} of bytes alone. Where frames are carried a bare Uint8Array is accepted too.
   */
  readonly carries: "reference" | "shared" | "bytes";
  /** The largest payload in bytes; Infinity where nothing is copied. */
  readonly payloadBytesMax: number;
  /**
   * Sends to every matching subscription, and to one member of each matching queue group. The payload belongs to the bus
   * from now on: it leaves later in the turn, so it must not be changed.
   * @throws ShoalError SUBJECT | OVERSIZE | CLOSED; what is published while disconnected is counted in the `reconnected` status
   */
  publish(subject: string, payload: unknown, options?: PublishOptions): void;
  /** @throws ShoalError SUBJECT | CLOSED */
  subscribe(pattern: string, handler: (message: BusMessage) => void, options?: SubscribeOptions): Subscription;
  /**
   * Publishes and waits for the first answer.
   * @throws ShoalError NO_RESPONDERS at once when nobody listens, TIMEOUT, CANCELLED by the signal, CONNECT when the
   * connection is lost meanwhile, and what `publish` throws
   */
  request(subject: string, payload: unknown, options: RequestOptions): Promise<BusMessage>;
  /** Settles when all that was published before has left this bus, and all subscriptions made before are in force. */
  flush(): Promise<void>;
  /** Takes no more messages, lets handlers have those already here, flushes, and closes. */
  drain(): Promise<void>;
  /** Closes at once: messages not yet delivered are gone, open requests fail with CLOSED. Twice is once. */
  close(): Promise<void>;
  /** Told of every change from now on; a new listener is not told the past. */
  onStatus(listener: (status: BusStatus) => void): Subscription;
}

export interface PublishOptions {
  readonly reply?: string;
}

export interface SubscribeOptions {
  /** Each message goes to one member of a group of this name. */
  readonly queue?: string;
}

export interface RequestOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export interface Subscription {
  /** No handler call comes after this. Twice is once. */
  unsubscribe(): void;
}

export interface BusMessage {
  readonly subject: string;
  readonly payload: unknown;
  readonly reply: string | undefined;
  /** The largest answer its sender takes, in bytes: set where that is less than this bus carries. */
  readonly answerBytesMax?: number | undefined;
  /** Its sender fetches an answer in parts if it is too large for one message, from whoever answers at this subject. */
  readonly takesParts?: boolean;
  /** @throws ShoalError SUBJECT if the sender gave no reply subject, and what `publish` throws */
  respond(payload: unknown): void;
}

/** The payload of buses that carry "shared" or "bytes". */
export interface Frame {
  readonly bytes: Uint8Array;
  readonly shared?: readonly SharedArrayBuffer[];
}

/** Turns any message into a frame and back: the codec of `runtime/wire`, handed to buses that need it. */
export interface FrameCodec {
  toFrame(payload: unknown): Frame;
  fromFrame(frame: Frame): unknown;
}

/** What happens to a bus, told to `onStatus` listeners. */
export type BusStatus =
  | { readonly kind: "connected"; readonly to: string }
  /** Open requests have failed; what is published until `reconnected` is not sent. */
  | { readonly kind: "disconnected"; readonly reason: string }
  /** Subscriptions are in force again. `lost` counts the messages this bus could not send; more may have died on the way. */
  | { readonly kind: "reconnected"; readonly to: string; readonly lost: number }
  /** Messages come in faster than handlers take them, or go out faster than the other side takes them. */
  | { readonly kind: "slow"; readonly reason: string }
  /** The server's permissions forbid it; the message was dropped, or the subscription is dead. */
  | { readonly kind: "denied"; readonly action: "publish" | "subscribe"; readonly subject: string }
  /** A handler threw (it stays subscribed), or the connection complained. With no listener, the error is thrown as uncaught. */
  | { readonly kind: "failed"; readonly subject: string | undefined; readonly error: unknown }
  | { readonly kind: "closed"; readonly cause: ShoalError | undefined };
