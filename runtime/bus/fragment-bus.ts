import type { Clock } from "../base/clock.ts";
import { ShoalError } from "../base/errors.ts";
import { uniqueToken } from "../base/random.ts";
import { AnswerParts, joined, MARK, takingParts, unmarked, wholeAnswer } from "./answer-parts.ts";
import type {
  Bus,
  BusMessage,
  BusStatus,
  PublishOptions,
  RequestOptions,
  SubscribeOptions,
  Subscription,
} from "./bus.ts";
import { frameOf } from "./payload.ts";

const HEADER_BYTES = 48;
/** Fragments that leave before the server is asked whether it keeps up. */
const BURST = 16;
/** A message whose fragments do not come together in this time is given up: its link will show the gap. */
const ASSEMBLY_TTL_MS = 60_000;
const ASSEMBLIES_MAX = 1024;
/** Questions whose answers may come in parts, remembered until they are answered. */
const ASKED_MAX = 4096;

export interface FragmentBusOptions {
  readonly clock: Clock;
  /** The largest message, in bytes: default 1 GiB. */
  readonly payloadBytesMax?: number;
}

interface Assembly {
  readonly parts: (Uint8Array | undefined)[];
  left: number;
  readonly startedMs: number;
}

/** What waits for its turn to leave. */
interface Waiting {
  readonly subject: string;
  readonly bytes: Uint8Array;
  /** The last of its fragments, or the whole of it, leaves by this: as a message or as a request. */
  send(bytes: Uint8Array): void;
  lost?(error: unknown): void;
}

/**
 * A bus for messages larger than the one below carries: they are cut into fragments and put together again before their
 * handler sees them. Order is kept: what is published behind a large message waits for it. A large answer is kept here, and
 * fetched part by part by the bus that asked, whether the message answers or its reply subject is published to; to an asker of
 * another kind the answer is refused with OVERSIZE. A large question goes as other large messages do.
 */
export class FragmentBus implements Bus {
  readonly payloadBytesMax: number;
  private readonly inner: Bus;
  private readonly clock: Clock;
  private readonly name = uniqueToken();
  private readonly backlog: Waiting[] = [];
  private pumping: Promise<void> | undefined;
  private readonly answers: AnswerParts;
  /** Reply subjects of those who fetch parts. */
  private readonly asked = new Set<string>();
  private messages = 0;

  constructor(inner: Bus, options: FragmentBusOptions) {
    this.inner = inner;
    this.clock = options.clock;
    this.answers = new AnswerParts(options.clock);
    this.payloadBytesMax = options.payloadBytesMax ?? 2 ** 30;
  }

  get carries(): Bus["carries"] {
    return this.inner.carries;
  }

  publish(subject: string, payload: unknown, options?: PublishOptions): void {
    const { bytes } = frameOf(payload);
    this.checkSize(subject, bytes);
    if (this.asked.delete(subject)) return this.inner.publish(subject, this.answerOf(payload), options);
    if (this.mayLeave(bytes)) this.inner.publish(subject, payload, options);
    else this.line({ subject, bytes, send: (last) => this.inner.publish(subject, { bytes: last }, options) });
  }

  subscribe(pattern: string, handler: (message: BusMessage) => void, options?: SubscribeOptions): Subscription {
    // Each subscription puts its own copy together.
    const assemblies = new Map<string, Assembly>();
    return this.inner.subscribe(
      pattern,
      (message) => {
        const bytes = bytesIn(message.payload);
        if (bytes[0] !== MARK) return handler(this.answeringWhole(message));
        const part = this.answers.wanted(bytes, this.inner.payloadBytesMax);
        if (part !== undefined) return message.respond({ bytes: part });
        const asked = unmarked(bytes);
        if (asked !== undefined) return handler(this.answeringInParts(message, asked));
        if (bytes.byteLength < HEADER_BYTES) return handler(message);
        const whole = this.assemble(assemblies, message, bytes);
        if (whole === undefined) return;
        const question = unmarked(whole);
        if (question !== undefined) handler(this.answeringInParts(message, question));
        else handler(replaced(message, { bytes: whole }, (answer) => message.respond(answer)));
      },
      options,
    );
  }

  async request(subject: string, payload: unknown, options: RequestOptions): Promise<BusMessage> {
    const ask = (bytes: Uint8Array): Promise<BusMessage> => this.inner.request(subject, { bytes }, options);
    const question = takingParts(bytesIn(payload));
    this.checkSize(subject, question);
    const answer = await (this.mayLeave(question) ? ask(question) : this.askInLine(subject, question, ask));
    const first = bytesIn(answer.payload);
    const whole = await wholeAnswer(first, subject, async (bytes) => bytesIn((await ask(bytes)).payload));
    return whole === first ? answer : replaced(answer, { bytes: whole }, (payload) => answer.respond(payload));
  }

  async flush(): Promise<void> {
    await this.pumping;
    await this.inner.flush();
  }

  async drain(): Promise<void> {
    await this.pumping;
    await this.inner.drain();
  }

  close(): Promise<void> {
    const closed = new ShoalError("The bus was closed before a large question could be asked", { code: "CLOSED" });
    for (const waiting of this.backlog.splice(0)) waiting.lost?.(closed);
    return this.inner.close();
  }

  onStatus(listener: (status: BusStatus) => void): Subscription {
    return this.inner.onStatus(listener);
  }

  private answeringInParts(message: BusMessage, asked: Uint8Array): BusMessage {
    const { reply } = message;
    if (reply !== undefined) {
      // Looking for the oldest costs as much as was deleted before it.
      if (this.asked.size >= ASKED_MAX) this.asked.delete(this.asked.values().next().value as string);
      this.asked.add(reply);
    }
    const respond = (answer: unknown): void => {
      this.asked.delete(reply ?? "");
      message.respond(this.answerOf(answer));
    };
    return { subject: message.subject, reply, payload: { bytes: asked }, respond, takesParts: true };
  }

  private answeringWhole(message: BusMessage): BusMessage {
    if (message.reply === undefined) return message;
    const respond = (answer: unknown): void => message.respond(answer);
    return { ...replaced(message, message.payload, respond), answerBytesMax: this.inner.payloadBytesMax };
  }

  /** An answer as it goes out: whole, or as a word that it is kept in parts. */
  private answerOf(answer: unknown): unknown {
    const partBytes = this.inner.payloadBytesMax;
    const bytes = bytesIn(answer);
    return bytes.byteLength <= partBytes ? answer : { bytes: this.answers.keep(bytes, partBytes) };
  }

  private checkSize(subject: string, { byteLength }: Uint8Array): void {
    if (byteLength <= this.payloadBytesMax) return;
    throw new ShoalError(
      `A message of ${byteLength} bytes to ${subject} is larger than the ${this.payloadBytesMax} that may travel`,
      { code: "OVERSIZE", details: { subject, bytes: byteLength } },
    );
  }

  /** Whether it goes as it is, and nothing stands before it. */
  private mayLeave({ byteLength }: Uint8Array): boolean {
    return this.pumping === undefined && byteLength <= this.inner.payloadBytesMax;
  }

  private line(waiting: Waiting): void {
    this.backlog.push(waiting);
    this.startPump();
  }

  /** The last fragment is the request, so that its answer is the answer to all. */
  private askInLine(
    subject: string,
    bytes: Uint8Array,
    ask: (last: Uint8Array) => Promise<BusMessage>,
  ): Promise<BusMessage> {
    return new Promise((resolve, lost) => {
      this.line({ subject, bytes, send: (last) => void ask(last).then(resolve, lost), lost });
    });
  }

  private startPump(): void {
    this.pumping ??= this.pump().finally(() => {
      this.pumping = undefined;
      if (this.backlog.length > 0) this.startPump();
    });
  }

  /** Sends what waits, in order, at the pace of the server. What cannot leave is lost, as on a broken connection. */
  private async pump(): Promise<void> {
    let sent = 0;
    // Whoever publishes next in this turn stands in the same line.
    await undefined;
    let next: Waiting | undefined;
    try {
      for (next = this.backlog.shift(); next !== undefined; next = this.backlog.shift()) {
        let last = next.bytes;
        for (const fragment of this.cut(next.bytes)) {
          if (last !== next.bytes) {
            this.inner.publish(next.subject, { bytes: last });
            sent += 1;
            if (sent % BURST === 0) await this.inner.flush();
          }
          last = fragment;
        }
        next.send(last);
      }
    } catch (error) {
      for (const waiting of [next, ...this.backlog.splice(0)]) waiting?.lost?.(error);
    }
  }

  private *cut(bytes: Uint8Array): Generator<Uint8Array> {
    if (bytes.byteLength <= this.inner.payloadBytesMax) return;
    const size = this.inner.payloadBytesMax - HEADER_BYTES;
    const count = Math.ceil(bytes.byteLength / size);
    this.messages += 1;
    const { messages } = this;
    for (let at = 0; at < count; at++) {
      const body = bytes.subarray(at * size, (at + 1) * size);
      const fragment = new Uint8Array(HEADER_BYTES + body.byteLength);
      fragment[0] = MARK;
      fragment.set(Buffer.from(this.name), 1);
      const numbers = new DataView(fragment.buffer);
      numbers.setUint32(24, messages, true);
      numbers.setUint32(28, at, true);
      numbers.setUint32(32, count, true);
      fragment.set(body, HEADER_BYTES);
      yield fragment;
    }
  }

  /** The whole that a fragment completes. */
  private assemble(assemblies: Map<string, Assembly>, message: BusMessage, bytes: Uint8Array): Uint8Array | undefined {
    const numbers = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
    const at = numbers.getUint32(28, true);
    const count = numbers.getUint32(32, true);
    const partsMax = Math.ceil(this.payloadBytesMax / Math.max(1, this.inner.payloadBytesMax - HEADER_BYTES));
    if (count === 0 || at >= count || count > partsMax) return undefined;
    const id = `${message.subject} ${Buffer.from(bytes.subarray(1, 24)).toString("latin1")} ${numbers.getUint32(24, true)}`;
    const assembly = assemblies.get(id) ?? this.begin(assemblies, id, count);
    if (assembly.parts.length !== count || assembly.parts[at] !== undefined) return undefined;
    assembly.parts[at] = bytes.subarray(HEADER_BYTES);
    assembly.left -= 1;
    if (assembly.left > 0) return undefined;
    assemblies.delete(id);
    return joined(assembly.parts as Uint8Array[]);
  }

  private begin(assemblies: Map<string, Assembly>, id: string, count: number): Assembly {
    const now = this.clock.now();
    for (const [old, { startedMs }] of assemblies)
      if (now - startedMs > ASSEMBLY_TTL_MS || assemblies.size >= ASSEMBLIES_MAX) assemblies.delete(old);
    const assembly = { parts: new Array<Uint8Array | undefined>(count), left: count, startedMs: now };
    assemblies.set(id, assembly);
    return assembly;
  }
}

const bytesIn = (payload: unknown): Uint8Array => (payload instanceof Uint8Array ? payload : frameOf(payload).bytes);

const replaced = ({ subject, reply }: BusMessage, payload: unknown, respond: BusMessage["respond"]): BusMessage => ({
  subject,
  reply,
  payload,
  respond,
});
