import type { Clock } from "../base/clock.ts";
import { ShoalError } from "../base/errors.ts";
import type {
  Bus,
  BusMessage,
  BusStatus,
  PublishOptions,
  RequestOptions,
  SubscribeOptions,
  Subscription,
} from "./bus.ts";
import {
  type NatsConnectionLike,
  type NatsMessageLike,
  type NatsSubscriptionLike,
  readNatsStatus,
} from "./nats-connection.ts";
import { checkSize, plainBytes, respondTo } from "./payload.ts";
import { RequestTable } from "./request-table.ts";
import { StatusListeners } from "./status-listeners.ts";
import { checkPattern, checkQueue, checkSubject } from "./subject.ts";

/** Older servers lack what the journal and the leader's lease need. */
export const NATS_VERSION_MIN = "2.9.0";
const NO_RESPONDERS = 503;
/** The server is asked for a sign of life after so many bytes, and called slow when this many wait for it. */
const CHECKPOINT_BYTES = 4 << 20;
const SLOW_BYTES = 64 << 20;

export interface NatsBusOptions {
  /** Default "_INBOX"; servers with permissions tell roles apart by it. */
  readonly inboxPrefix?: string;
  /** Whether closing the bus closes the connection. Default false: it belongs to whoever made it. */
  readonly ownsConnection?: boolean;
  readonly clock?: Clock;
}

/**
 * The bus of several processes and hosts. Publishes are handed to the client library at once and leave with its next write:
 * a payload must not be changed after `publish`. While disconnected nothing is sent (the libraries would drop it without a
 * word): requests fail, and what was published is counted in the `reconnected` status.
 */
export class NatsBus implements Bus {
  readonly carries = "bytes";
  private readonly connection: NatsConnectionLike;
  private readonly ownsConnection: boolean;
  private readonly requests: RequestTable;
  private readonly statusListeners = new StatusListeners();
  private readonly subscriptions = new Set<NatsSubscription>();
  private readonly statuses: AsyncIterable<unknown>;
  private inbox: NatsSubscription | undefined;
  private phase: "open" | "draining" | "closed" = "open";
  private link: { kind: "up" } | { kind: "down"; lost: number } = { kind: "up" };
  private uncheckedBytes = 0;
  private waitingBytes = 0;
  private lastPayloadBytesMax: number;

  /** @throws ShoalError VERSION for a server below {@link NATS_VERSION_MIN}, CLOSED for a closed connection */
  constructor(connection: NatsConnectionLike, options: NatsBusOptions = {}) {
    const info = connection.info;
    if (connection.isClosed() || info === undefined)
      throw new ShoalError("The NATS connection is closed; hand over one that is open", { code: "CLOSED" });
    checkNatsVersion(info.version, `at ${connection.getServer()}`);
    this.connection = connection;
    this.ownsConnection = options.ownsConnection ?? false;
    this.requests = new RequestTable(options.inboxPrefix, options.clock);
    this.lastPayloadBytesMax = info.max_payload;
    this.statuses = connection.status();
    void this.follow();
    void connection.closed().then((cause) => this.end(cause));
  }

  get payloadBytesMax(): number {
    // A reconnect may lead to a server with another limit.
    this.lastPayloadBytesMax = this.connection.info?.max_payload ?? this.lastPayloadBytesMax;
    return this.lastPayloadBytesMax;
  }

  publish(subject: string, payload: unknown, options?: PublishOptions): void {
    this.checkOpen(subject);
    checkSubject(subject);
    if (options?.reply !== undefined) checkSubject(options.reply);
    this.send(subject, payload, options);
  }

  subscribe(pattern: string, handler: (message: BusMessage) => void, options?: SubscribeOptions): Subscription {
    if (this.phase !== "open") throw this.closedError(pattern);
    checkPattern(pattern);
    if (options?.queue !== undefined) checkQueue(options.queue);
    const hand = (message: NatsMessageLike) => handler(new NatsMessage(this, message));
    return this.listen(pattern, hand, options?.queue);
  }

  async request(subject: string, payload: unknown, options: RequestOptions): Promise<BusMessage> {
    if (this.phase !== "open") throw this.closedError(subject);
    this.inbox ??= this.listen(this.requests.inbox, (message) => this.takeAnswer(message), undefined);
    return this.requests.ask(subject, options, (reply) => {
      checkSubject(subject);
      if (this.link.kind === "down") throw this.lostError(subject);
      this.checkOpen(subject);
      this.send(subject, payload, { reply });
    });
  }

  async flush(): Promise<void> {
    this.checkOpen("flush");
    await this.connection.flush();
  }

  async drain(): Promise<void> {
    if (this.phase !== "open") return;
    this.phase = "draining";
    const withdrawn = [...this.subscriptions].filter((subscription) => subscription !== this.inbox);
    if (!this.connection.isClosed() && this.link.kind === "up") {
      await Promise.all(withdrawn.map((subscription) => subscription.drain()));
      await this.connection.flush();
    }
    await this.close();
  }

  async close(): Promise<void> {
    if (this.phase === "closed") return;
    this.end(undefined);
    if (this.ownsConnection) await this.connection.close();
  }

  onStatus(listener: (status: BusStatus) => void): Subscription {
    return this.statusListeners.add(listener);
  }

  private send(subject: string, payload: unknown, options: PublishOptions | undefined): void {
    const bytes = plainBytes(subject, payload);
    checkSize(subject, bytes, this.payloadBytesMax);
    if (this.link.kind === "down") {
      this.link.lost += 1;
      return;
    }
    if (options?.reply === undefined) this.connection.publish(subject, bytes);
    else this.connection.publish(subject, bytes, { reply: options.reply });
    this.uncheckedBytes += bytes.byteLength;
    if (this.uncheckedBytes >= CHECKPOINT_BYTES) void this.checkpoint();
  }

  private listen(
    pattern: string,
    hand: (message: NatsMessageLike) => void,
    queue: string | undefined,
  ): NatsSubscription {
    const callback = (error: unknown, message: NatsMessageLike) => {
      // A refused subscription comes here too; the status tells of it.
      if (error !== null && error !== undefined) return;
      if (subscription.isEnded) return;
      try {
        hand(message);
      } catch (failure) {
        this.statusListeners.announce({ kind: "failed", subject: message.subject, error: failure });
      }
    };
    const inner = this.connection.subscribe(pattern, queue === undefined ? { callback } : { callback, queue });
    const subscription = new NatsSubscription(inner, (self) => void this.subscriptions.delete(self));
    this.subscriptions.add(subscription);
    return subscription;
  }

  private takeAnswer(message: NatsMessageLike): void {
    if (message.data.byteLength === 0 && message.headers?.code === NO_RESPONDERS) this.requests.refuse(message.subject);
    else this.requests.answer(new NatsMessage(this, message));
  }

  private async follow(): Promise<void> {
    for await (const status of this.statuses) {
      if (this.phase === "closed") return;
      this.take(status);
    }
  }

  private take(status: unknown): void {
    const event = readNatsStatus(status);
    if (event === undefined) return;
    if (event.kind === "disconnect") {
      this.link = { kind: "down", lost: 0 };
      this.statusListeners.announce({ kind: "disconnected", reason: `The connection to ${event.server} broke` });
      this.requests.failAll((subject) => this.lostError(subject));
    } else if (event.kind === "reconnect") {
      const lost = this.link.kind === "down" ? this.link.lost : 0;
      this.link = { kind: "up" };
      this.statusListeners.announce({ kind: "reconnected", to: event.server, lost });
    } else if (event.kind === "slow")
      this.statusListeners.announce({ kind: "slow", reason: "Messages come in faster than they are handled" });
    else if (event.kind === "denied") {
      this.statusListeners.announce(event);
      if (event.action === "publish") this.requests.failSubject(event.subject, deniedError(event.subject));
    } else this.statusListeners.announce({ kind: "failed", subject: undefined, error: event.error });
  }

  /** Learns by a round trip how much the server has taken. */
  private async checkpoint(): Promise<void> {
    const bytes = this.uncheckedBytes;
    this.uncheckedBytes = 0;
    const before = this.waitingBytes;
    this.waitingBytes += bytes;
    if (before < SLOW_BYTES && this.waitingBytes >= SLOW_BYTES)
      this.statusListeners.announce({
        kind: "slow",
        reason: `${this.connection.getServer()} has yet to take ${this.waitingBytes} bytes`,
      });
    // A flush fails when the connection breaks: what waited is then gone, and `disconnected` has said so.
    await this.connection.flush().catch(() => {});
    this.waitingBytes -= bytes;
  }

  private end(cause: unknown): void {
    if (this.phase === "closed") return;
    this.phase = "closed";
    for (const subscription of [...this.subscriptions]) subscription.end(!this.connection.isClosed());
    // Both libraries' iterators have it; it takes this bus off the connection's list of listeners.
    (this.statuses as { stop?: () => void }).stop?.();
    this.requests.failAll((subject) => this.closedError(subject));
    const why =
      cause instanceof Error
        ? new ShoalError(`The NATS connection ended: ${cause.message}`, { code: "CONNECT", cause })
        : undefined;
    this.statusListeners.announce({ kind: "closed", cause: why });
  }

  private checkOpen(subject: string): void {
    if (this.phase === "closed" || this.connection.isClosed()) throw this.closedError(subject);
  }

  private closedError(subject: string): ShoalError {
    return new ShoalError(`The bus over NATS is closed, so nothing goes to ${subject}`, {
      code: "CLOSED",
      details: { subject },
    });
  }

  private lostError(subject: string): ShoalError {
    return new ShoalError(`The connection to NATS is lost, so ${subject} cannot answer; it is being restored`, {
      code: "CONNECT",
      retryable: true,
      details: { subject },
    });
  }
}

class NatsSubscription implements Subscription {
  isEnded = false;
  private readonly inner: NatsSubscriptionLike;
  private readonly onEnd: (self: NatsSubscription) => void;

  constructor(inner: NatsSubscriptionLike, onEnd: (self: NatsSubscription) => void) {
    this.inner = inner;
    this.onEnd = onEnd;
  }

  unsubscribe(): void {
    this.end(true);
  }

  drain(): Promise<void> {
    return this.inner.drain();
  }

  end(tellServer: boolean): void {
    if (this.isEnded) return;
    this.isEnded = true;
    this.onEnd(this);
    if (tellServer) this.inner.unsubscribe();
  }
}

class NatsMessage implements BusMessage {
  readonly subject: string;
  readonly payload: Uint8Array;
  readonly reply: string | undefined;
  private readonly bus: Bus;

  constructor(bus: Bus, message: NatsMessageLike) {
    this.bus = bus;
    this.subject = message.subject;
    this.payload = message.data;
    this.reply = message.reply === undefined || message.reply === "" ? undefined : message.reply;
  }

  respond(payload: unknown): void {
    respondTo(this, this.bus, payload);
  }
}

function deniedError(subject: string): ShoalError {
  return new ShoalError(`The server's permissions do not let this user publish to ${subject}`, {
    code: "DENIED",
    details: { subject },
  });
}

/** @param server where it is: "at HOST:PORT", or the path of a program. @throws ShoalError VERSION for a server below {@link NATS_VERSION_MIN} */
export function checkNatsVersion(found: string, server: string): void {
  const [major = 0, minor = 0] = found.split(".").map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = NATS_VERSION_MIN.split(".").map(Number);
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return;
  throw new ShoalError(
    `The NATS server ${server} is version ${found}, at least ${NATS_VERSION_MIN} is needed; upgrade it`,
    { code: "VERSION", details: { found, needed: NATS_VERSION_MIN, server } },
  );
}
