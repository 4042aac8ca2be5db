import type { Clock } from "../base/clock.ts";
import { ShoalError } from "../base/errors.ts";
import type {
  Bus,
  BusMessage,
  BusStatus,
  Frame,
  FrameCodec,
  PublishOptions,
  RequestOptions,
  SubscribeOptions,
  Subscription,
} from "./bus.ts";
import { checkSize, respondTo, SealedPayload } from "./payload.ts";
import { RequestTable } from "./request-table.ts";
import { StatusListeners } from "./status-listeners.ts";
import { checkPattern, checkQueue, checkSubject } from "./subject.ts";
import { type Route, SubjectTrie } from "./subject-trie.ts";

/** After so many deliveries other events of the thread get their turn. */
const DELIVERIES_PER_TURN = 1024;
/** The delivered part of the queue is cut off in pieces of this length, so that cutting costs little per message. */
const COMPACT_AT = 1 << 16;
/** Answers are sent to subjects that occur once; they would only push others out of the cache. */
const INBOX_START = "_INBOX.";

export interface LocalBusOptions {
  /** Strict mode: every payload is encoded when published and decoded for each receiver, as if it had crossed a wire. */
  readonly codec?: FrameCodec;
  /** Bytes alone are measured: frames and Uint8Arrays, and in strict mode everything. Default: no limit. */
  readonly payloadBytesMax?: number;
  readonly clock?: Clock;
  /** What its users agree to publish; default "reference". With frames only, ports pass them on without decoding. */
  readonly carries?: Bus["carries"];
}

/**
 * The bus of one thread. Messages are delivered in the order they were published, in microtasks; every
 * {@link DELIVERIES_PER_TURN} deliveries it lets timers and sockets have their turn.
 * @example
 * const bus = new LocalBus();
 * bus.subscribe("greet.*", (message) => message.respond(`hello ${message.payload}`));
 * const answer = await bus.request("greet.world", "you", { timeoutMs: 100 });
 */
export class LocalBus implements Bus {
  readonly carries: Bus["carries"];
  readonly payloadBytesMax: number;
  private readonly codec: FrameCodec | undefined;
  private readonly trie = new SubjectTrie<LocalSubscription>();
  private readonly subscriptions = new Set<LocalSubscription>();
  private readonly statusListeners = new StatusListeners();
  private readonly requests: RequestTable;
  private phase: "open" | "draining" | "closed" = "open";
  private inbox: LocalSubscription | undefined;
  private queue: Delivery[] = [];
  /** Where in `queue` the next delivery stands. */
  private head = 0;
  private isScheduled = false;
  private deliveriesLeft = DELIVERIES_PER_TURN;
  private published = 0;
  private delivered = 0;
  /** Flushes, in order of the count of deliveries each waits for. */
  private readonly waiting: { readonly until: number; resolve(): void }[] = [];

  constructor(options: LocalBusOptions = {}) {
    this.codec = options.codec;
    this.carries = options.carries ?? "reference";
    this.payloadBytesMax = options.payloadBytesMax ?? Number.POSITIVE_INFINITY;
    this.requests = new RequestTable("_INBOX", options.clock);
  }

  publish(subject: string, payload: unknown, options?: PublishOptions): void {
    const reply = options?.reply;
    if (reply !== undefined) checkSubject(reply);
    this.send(subject, payload, reply);
  }

  subscribe(pattern: string, handler: (message: BusMessage) => void, options?: SubscribeOptions): Subscription {
    if (this.phase !== "open") throw this.closedError(pattern);
    checkPattern(pattern);
    if (options?.queue !== undefined) checkQueue(options.queue);
    return this.listen(pattern, handler, options?.queue);
  }

  async request(subject: string, payload: unknown, options: RequestOptions): Promise<BusMessage> {
    this.checkOpen(subject);
    this.inbox ??= this.listen(this.requests.inbox, (message) => this.requests.answer(message), undefined);
    return this.requests.ask(subject, options, (reply) => {
      if (!this.send(subject, payload, reply)) this.requests.refuse(reply);
    });
  }

  /** Whether anyone listens at a subject: what NATS tells a requester by "no responders". */
  hasListeners(subject: string): boolean {
    return isHeard(this.routeOf(subject));
  }

  /** Settles when everything published so far has been handed to its handlers. */
  flush(): Promise<void> {
    if (this.phase === "closed") return Promise.reject(this.closedError("flush"));
    return this.whenDelivered();
  }

  /** Answers to open requests still come in while it drains. */
  async drain(): Promise<void> {
    if (this.phase !== "open") return;
    this.phase = "draining";
    for (const subscription of this.subscriptions) if (subscription !== this.inbox) subscription.withdraw();
    await this.whenDelivered();
    await this.close();
  }

  async close(): Promise<void> {
    if (this.phase === "closed") return;
    this.phase = "closed";
    this.queue = [];
    this.head = 0;
    for (const subscription of [...this.subscriptions]) subscription.unsubscribe();
    this.requests.failAll((subject) => this.closedError(subject));
    for (const { resolve } of this.waiting.splice(0)) resolve();
    this.statusListeners.announce({ kind: "closed", cause: undefined });
  }

  onStatus(listener: (status: BusStatus) => void): Subscription {
    return this.statusListeners.add(listener);
  }

  /** All that is said goes by here. @returns whether anyone listens */
  protected send(subject: string, payload: unknown, reply: string | undefined): boolean {
    this.checkOpen(subject);
    const route = this.routeOf(subject);
    const body = this.codec === undefined ? payload : encoded(payload, this.codec);
    if (this.payloadBytesMax !== Number.POSITIVE_INFINITY) checkSize(subject, body, this.payloadBytesMax);
    if (!isHeard(route)) return false;
    this.published += 1;
    this.queue.push(new Delivery(this, route, subject, body, reply));
    if (!this.isScheduled) this.schedule();
    return true;
  }

  private listen(
    pattern: string,
    handler: (message: BusMessage) => void,
    queue: string | undefined,
  ): LocalSubscription {
    const subscription = new LocalSubscription(handler, (self) => void this.subscriptions.delete(self));
    subscription.list(this.trie.add(pattern, subscription, queue));
    this.subscriptions.add(subscription);
    return subscription;
  }

  private routeOf(subject: string): Route<LocalSubscription> {
    const cached = this.trie.cached(subject);
    if (cached !== undefined) return cached;
    checkSubject(subject);
    const route = this.trie.match(subject);
    if (!subject.startsWith(INBOX_START)) this.trie.remember(subject, route);
    return route;
  }

  /** A microtask, but every so often a macrotask: two actors that answer each other must not stop the thread's timers. */
  private schedule(): void {
    this.isScheduled = true;
    if (this.deliveriesLeft > 0) queueMicrotask(this.deliver);
    else
      setImmediate(() => {
        this.deliveriesLeft = DELIVERIES_PER_TURN;
        this.deliver();
      });
  }

  private readonly deliver = (): void => {
    while (this.head < this.queue.length) {
      if (this.deliveriesLeft-- <= 0) {
        this.schedule();
        return;
      }
      const delivery = this.queue[this.head++] as Delivery;
      if (this.head === this.queue.length || this.head === COMPACT_AT) {
        this.queue = this.queue.slice(this.head);
        this.head = 0;
      }
      this.hand(delivery);
      this.delivered += 1;
      while (this.waiting[0] !== undefined && this.waiting[0].until <= this.delivered) this.waiting.shift()?.resolve();
    }
    this.isScheduled = false;
  };

  private hand(delivery: Delivery): void {
    const { all, groups } = delivery.route;
    for (let i = 0; i < all.length; i++) this.handTo(all[i] as LocalSubscription, delivery);
    for (let i = 0; i < groups.length; i++) {
      const group = groups[i];
      const member = group?.next((subscription) => !subscription.isEnded);
      if (member !== undefined) this.handTo(member, delivery);
    }
  }

  private handTo(subscription: LocalSubscription, delivery: Delivery): void {
    if (subscription.isEnded) return;
    try {
      const message =
        this.codec === undefined ? delivery : delivery.with(new SealedPayload(delivery.raw as Frame, this.codec));
      subscription.handler(message);
    } catch (error) {
      this.statusListeners.announce({ kind: "failed", subject: delivery.subject, error });
    }
  }

  private whenDelivered(): Promise<void> {
    const until = this.published;
    if (this.delivered >= until) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push({ until, resolve }));
  }

  private checkOpen(subject: string): void {
    if (this.phase === "closed") throw this.closedError(subject);
  }

  private closedError(subject: string): ShoalError {
    return new ShoalError(`The bus of this process is closed, so nothing goes to ${subject}`, {
      code: "CLOSED",
      details: { subject },
    });
  }
}

function encoded(payload: unknown, codec: FrameCodec): Frame {
  return payload instanceof SealedPayload ? payload.frame : codec.toFrame(payload);
}

function isHeard(route: Route<unknown>): boolean {
  return route.all.length > 0 || route.groups.length > 0;
}

class LocalSubscription implements Subscription {
  readonly handler: (message: BusMessage) => void;
  isEnded = false;
  private unlist: (() => void) | undefined;
  private readonly onEnd: (self: LocalSubscription) => void;

  constructor(handler: (message: BusMessage) => void, onEnd: (self: LocalSubscription) => void) {
    this.handler = handler;
    this.onEnd = onEnd;
  }

  list(unlist: () => void): void {
    this.unlist = unlist;
  }

  /** Hears of nothing new; what is on its way still comes. */
  withdraw(): void {
    this.unlist?.();
    this.unlist = undefined;
  }

  unsubscribe(): void {
    if (this.isEnded) return;
    this.isEnded = true;
    this.withdraw();
    this.onEnd(this);
  }
}

/** A message on its way, and what its receivers see of it. */
class Delivery implements BusMessage {
  readonly subject: string;
  /** The payload as it travels. */
  readonly raw: unknown;
  readonly reply: string | undefined;
  readonly route: Route<LocalSubscription>;
  private readonly bus: Bus;

  constructor(bus: Bus, route: Route<LocalSubscription>, subject: string, payload: unknown, reply: string | undefined) {
    this.bus = bus;
    this.route = route;
    this.subject = subject;
    this.raw = payload;
    this.reply = reply;
  }

  get payload(): unknown {
    return this.raw instanceof SealedPayload ? this.raw.open() : this.raw;
  }

  with(payload: unknown): Delivery {
    return new Delivery(this.bus, this.route, this.subject, payload, this.reply);
  }

  respond(payload: unknown): void {
    respondTo(this, this.bus, payload);
  }
}
