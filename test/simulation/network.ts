import { CancelledError, ShoalError, TimeoutError } from "../../runtime/base/errors.ts";
import { onAbort } from "../../runtime/base/on-abort.ts";
import type { Random } from "../../runtime/base/random.ts";
import type {
  Bus,
  BusMessage,
  BusStatus,
  PublishOptions,
  RequestOptions,
  SubscribeOptions,
  Subscription,
} from "../../runtime/bus/bus.ts";
import { checkSize, isFrame } from "../../runtime/bus/payload.ts";
import { checkPattern, checkSubject } from "../../runtime/bus/subject.ts";
import { SubjectTrie } from "../../runtime/bus/subject-trie.ts";
import { actorCodec } from "../../runtime/protocol/actor-codec.ts";
import type { SimNode, World } from "./world.ts";

export interface NetworkOptions {
  /** Each message takes one delay out of this range; messages between the same two processes keep their order. */
  readonly delayMs: readonly [number, number];
  /** A message between two workers is lost with this probability. */
  readonly peerLoss: number;
  /** A message comes twice with this probability. */
  readonly duplicates: number;
  readonly payloadBytesMax: number;
}

interface Listener {
  readonly node: SimNode;
  readonly life: number;
  readonly handler: (message: BusMessage) => void;
  isEnded: boolean;
}

/**
 * Our use of NATS, as it fails: at most once, in order between two processes, lost in ranges while a link is down, sometimes
 * twice. A link is one direction between two processes.
 */
export class Network {
  readonly world: World;
  readonly options: NetworkOptions;
  /** Off when the cluster is to heal. */
  faults = true;
  bytes = 0;
  messages = 0;
  lost = 0;
  repeated = 0;
  /** Messages that overtook one that was sent to the same process before them, by another. */
  reordered = 0;
  private readonly trie = new SubjectTrie<Listener>();
  private readonly lastArrival = new Map<string, number>();
  private readonly newestArrival = new Map<string, number>();
  private readonly down = new Set<string>();
  /** The newest connection of each process. */
  private readonly buses = new Map<string, SimBus>();
  private readonly random: Random;
  /** Decides about messages that a test wants to spoil. */
  tamper: ((from: SimNode, to: SimNode, subject: string, payload: Uint8Array) => Uint8Array | undefined) | undefined;

  constructor(world: World, options: NetworkOptions) {
    this.world = world;
    this.options = options;
    this.random = world.random.fork("network");
  }

  /** Takes one direction down, or up again. */
  cut(from: string, to: string, isDown: boolean): void {
    if (isDown) this.down.add(`${from}>${to}`);
    else this.down.delete(`${from}>${to}`);
  }

  heal(): void {
    this.down.clear();
    this.faults = false;
  }

  busOf(node: SimNode): SimBus {
    const bus = new SimBus(this, node);
    this.buses.set(node.id, bus);
    return bus;
  }

  /** Whether anybody waits for an answer. */
  get isAsking(): boolean {
    for (const bus of this.buses.values()) if (bus.isAsking) return true;
    return false;
  }

  listen(pattern: string, listener: Listener): () => void {
    return this.trie.add(pattern, listener);
  }

  /** @returns whether anyone listens */
  send(from: SimNode, subject: string, payload: Uint8Array, reply: string | undefined, bus: SimBus): boolean {
    if (!from.isAlive) return true;
    const listeners = this.trie.match(subject).all.filter((one) => one.node.isAlive && one.node.life === one.life);
    for (const listener of listeners) {
      const { node } = listener;
      const body = this.tamper === undefined ? payload : this.tamper(from, node, subject, payload);
      this.messages += 1;
      this.bytes += payload.length;
      if (body === undefined || this.isLost(from, node)) {
        this.lost += 1;
        continue;
      }
      this.carry(from, node, listener, { subject, payload: body, reply });
      if (this.faults && from !== node && this.random.chance(this.options.duplicates)) {
        this.repeated += 1;
        this.carry(from, node, listener, { subject, payload: body, reply });
      }
    }
    return listeners.length > 0 || bus.isInbox(subject);
  }

  delay(): number {
    const [low, high] = this.options.delayMs;
    return low + this.random.next() * (high - low);
  }

  private isLost(from: SimNode, to: SimNode): boolean {
    if (from === to) return false;
    if (this.down.has(`${from.id}>${to.id}`)) return true;
    return this.faults && isPeer(from) && isPeer(to) && this.random.chance(this.options.peerLoss);
  }

  private carry(
    from: SimNode,
    to: SimNode,
    listener: Listener,
    message: { subject: string; payload: Uint8Array; reply: string | undefined },
  ): void {
    const link = `${from.id}#${from.life}>${to.id}#${to.life}`;
    const at = Math.max(this.lastArrival.get(link) ?? 0, this.world.now + (from === to ? 0.001 : this.delay()));
    this.lastArrival.set(link, at);
    const newest = this.newestArrival.get(to.id) ?? 0;
    if (at < newest) this.reordered += 1;
    else this.newestArrival.set(to.id, at);
    const { subject, reply } = message;
    // Each receiver reads bytes of its own.
    const payload = message.payload.slice();
    this.world.at(
      at,
      isMail(subject) ? "mail" : "message",
      () => {
        if (listener.isEnded) return;
        this.world.note(`${from.id} → ${to.id} ${subject} ${payload.length}`, () => describe(subject, payload));
        listener.handler({ subject, payload, reply, respond: (body) => this.respond(to, reply, body) });
      },
      to,
    );
  }

  private respond(node: SimNode, reply: string | undefined, body: unknown): void {
    if (reply === undefined) throw new ShoalError("No reply subject", { code: "SUBJECT" });
    (buses.get(node) as SimBus).publish(reply, body);
  }
}

/** What a frame says, for people. */
function describe(subject: string, payload: Uint8Array): string {
  if (payload[0] !== 0xd5 || !isMail(subject)) return ` ${Buffer.from(payload).toString().slice(0, 100)}`;
  const frame = actorCodec.decode(payload);
  if (frame.kind !== "frame") return ` ${frame.kind}`;
  const told = frame.messages.map((message) =>
    JSON.stringify(message, (_, value) =>
      ArrayBuffer.isView(value) ? [...(value as Uint8Array)].slice(0, 24) : value,
    ).slice(0, 900),
  );
  return ` ${frame.session}/${frame.sequence} ${told.join(" ")}`;
}

function bytesOf(payload: unknown): Uint8Array | undefined {
  if (payload instanceof Uint8Array) return payload;
  return isFrame(payload) ? payload.bytes : undefined;
}

const isSharing = (payload: unknown): boolean => isFrame(payload) && (payload.shared?.length ?? 0) > 0;
/** Whether it ends in an actor's mailbox; answers and chunks wake promises. */
const isMail = (subject: string): boolean => !subject.startsWith("_INBOX.") && !subject.includes(".peer");
const isPeer = (node: SimNode): boolean => node.id.startsWith("w");
const buses = new WeakMap<SimNode, SimBus>();

/** One process's connection. */
export class SimBus implements Bus {
  readonly carries = "bytes";
  readonly payloadBytesMax: number;
  private readonly network: Network;
  private readonly node: SimNode;
  private readonly listeners = new Set<Subscription>();
  private readonly open = new Map<string, (answer: BusMessage | Error) => void>();
  private readonly inbox: string;
  private requests = 0;
  private isClosed = false;

  /** Whether an answer is waited for. */
  get isAsking(): boolean {
    return this.open.size > 0;
  }

  constructor(network: Network, node: SimNode) {
    this.network = network;
    this.node = node;
    this.payloadBytesMax = network.options.payloadBytesMax;
    this.inbox = `_INBOX.${node.id}-${node.life}.`;
    buses.set(node, this);
    this.subscribe(`${this.inbox}*`, (message) => this.open.get(message.subject)?.(message));
  }

  isInbox(subject: string): boolean {
    return subject.startsWith("_INBOX.");
  }

  publish(subject: string, payload: unknown, options?: PublishOptions): void {
    this.send(subject, payload, options?.reply);
  }

  subscribe(pattern: string, handler: (message: BusMessage) => void, options?: SubscribeOptions): Subscription {
    this.checkOpen(pattern);
    checkPattern(pattern);
    if (options?.queue !== undefined) throw new Error("the simulated network has no queue groups");
    const listener: Listener = { node: this.node, life: this.node.life, handler, isEnded: false };
    const remove = this.network.listen(pattern, listener);
    const subscription: Subscription = {
      unsubscribe: () => {
        if (!this.listeners.delete(subscription)) return;
        listener.isEnded = true;
        remove();
      },
    };
    this.listeners.add(subscription);
    return subscription;
  }

  async request(subject: string, payload: unknown, options: RequestOptions): Promise<BusMessage> {
    const { world } = this.network;
    const reply = `${this.inbox}${this.requests++}`;
    const clock = world.clockOf(this.node);
    if (options.signal?.aborted) throw new CancelledError(`The request to ${subject} was abandoned`);
    let timer: unknown;
    let stay: (() => void) | undefined;
    try {
      return await new Promise<BusMessage>((resolve, reject) => {
        const settle = (answer: BusMessage | Error): void =>
          answer instanceof Error ? reject(answer) : resolve(answer);
        this.open.set(reply, settle);
        timer = clock.setTimer(options.timeoutMs, () =>
          settle(new TimeoutError(`${subject} did not answer within ${options.timeoutMs} ms`, { subject })),
        );
        if (options.signal !== undefined)
          stay = onAbort(options.signal, () => settle(new CancelledError(`The request to ${subject} was abandoned`)));
        if (!this.send(subject, payload, reply))
          world.at(
            world.now + this.network.delay(),
            "no responders",
            () => settle(new ShoalError(`Nobody listens on ${subject}`, { code: "NO_RESPONDERS", retryable: true })),
            this.node,
          );
      });
    } finally {
      this.open.delete(reply);
      clock.clearTimer(timer);
      stay?.();
    }
  }

  async flush(): Promise<void> {}

  async drain(): Promise<void> {
    await this.close();
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    for (const one of [...this.listeners]) one.unsubscribe();
    for (const settle of this.open.values()) settle(new ShoalError("The bus is closed", { code: "CLOSED" }));
  }

  onStatus(_listener: (status: BusStatus) => void): Subscription {
    return { unsubscribe: () => {} };
  }

  private send(subject: string, payload: unknown, reply: string | undefined): boolean {
    this.checkOpen(subject);
    checkSubject(subject);
    const bytes = bytesOf(payload);
    if (bytes === undefined || isSharing(payload))
      throw new TypeError(`${subject}: the simulated network carries bytes alone`);
    checkSize(subject, payload, this.payloadBytesMax);
    return this.network.send(this.node, subject, bytes, reply, this);
  }

  private checkOpen(subject: string): void {
    if (this.isClosed) throw new ShoalError(`The bus is closed, so nothing goes to ${subject}`, { code: "CLOSED" });
  }
}
