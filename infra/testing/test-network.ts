import { ShoalError } from "../../runtime/base/errors.ts";
import { LocalBus } from "../../runtime/bus/local-bus.ts";
import { isFrame } from "../../runtime/bus/payload.ts";
import { checkPattern } from "../../runtime/bus/subject.ts";
import { SubjectTrie } from "../../runtime/bus/subject-trie.ts";
import { actorCodec } from "../../runtime/protocol/actor-codec.ts";

/** Which messages are meant: those to subjects of a pattern, and of these, if it says so, frames that have a message of a type. */
export interface MessageChoice {
  /** As in `"compute"`, `"finished"`, `"submit"`: see `npx shoal tap`. */
  readonly type?: string;
  /** So many of them at most. Default: all. */
  readonly count?: number;
}

/** A message that does not arrive as long as it is held. */
export interface HeldMessage {
  readonly subject: string;
  /** Types of the messages in it; none of an answer. */
  readonly types: readonly string[];
}

interface Letter extends HeldMessage {
  readonly payload: unknown;
  readonly reply: string | undefined;
}

/** Messages that are held back, in the order in which they were said. */
export class Hold {
  private readonly send: (letter: Letter) => void;
  private readonly stop: () => void;
  private letters: Letter[] = [];
  private waiting: { readonly count: number; resolve(): void }[] = [];

  constructor(send: (letter: Letter) => void, stop: () => void) {
    this.send = send;
    this.stop = stop;
  }

  get messages(): readonly HeldMessage[] {
    return this.letters;
  }

  /** Settles when so many are held. */
  holds(count: number): Promise<void> {
    if (this.letters.length >= count) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push({ count, resolve }));
  }

  /**
   * Has held messages arrive: all, or those that are named, in the order in which they are named.
   * @throws ShoalError UNKNOWN_KEY for one that is not held
   */
  release(...messages: readonly HeldMessage[]): void {
    for (const letter of this.take(messages)) this.send(letter);
  }

  /** Has held messages never arrive: all, or those that are named. */
  drop(...messages: readonly HeldMessage[]): void {
    this.take(messages);
  }

  /** Holds nothing more; what is held arrives. */
  end(): void {
    this.stop();
    this.release();
  }

  /** For the network: one more. */
  add(letter: Letter): void {
    this.letters.push(letter);
    const ready = this.waiting.filter(({ count }) => this.letters.length >= count);
    this.waiting = this.waiting.filter((one) => !ready.includes(one));
    for (const { resolve } of ready) resolve();
  }

  private take(messages: readonly HeldMessage[]): readonly Letter[] {
    const taken = messages.length === 0 ? this.letters : (messages as readonly Letter[]);
    for (const one of taken)
      if (!this.letters.includes(one))
        throw new ShoalError(`A message to ${one.subject} is not held`, { code: "UNKNOWN_KEY" });
    this.letters = this.letters.filter((one) => !taken.includes(one));
    return taken;
  }
}

interface Rule {
  readonly type: string | undefined;
  left: number;
  take(letter: Letter): void;
}

/**
 * A network in memory for `testCluster({ network })`, all of whose messages travel as bytes and can be held back, lost, and delivered in another
 * order. Subjects are those of a cluster on NATS: `shoal.<cluster>.scheduler`, `….worker.<name>`, and `….worker.<name>.peer` where workers fetch results from one another.
 * @see https://distributed.dask.org/en/stable/develop.html (distributed.utils_test: freeze_batched_send, freeze_data_fetching, BrokenComm)
 * @example
 * const network = new TestNetwork();
 * await using cluster = await testCluster({ network, workers: 1 });
 * const held = network.hold("shoal.*.worker.*", { type: "compute" });
 * const future = cluster.client.submit(inc, 1);
 * await held.holds(1);
 * future.status; // "pending"
 * held.end();
 * await future.result(); // 2
 */
export class TestNetwork extends LocalBus {
  private readonly rules = new SubjectTrie<Rule>();

  constructor() {
    super({ carries: "bytes" });
  }

  /** Holds messages to subjects of a pattern back, from now on. */
  hold(pattern: string, choice: MessageChoice = {}): Hold {
    const held = new Hold(
      ({ subject, payload, reply }) => void super.send(subject, payload, reply),
      () => stop(),
    );
    const stop = this.rule(pattern, choice, (letter) => held.add(letter));
    return held;
  }

  /** Loses messages to subjects of a pattern, until the result is called. */
  drop(pattern: string, choice: MessageChoice = {}): () => void {
    return this.rule(pattern, choice, () => {});
  }

  protected override send(subject: string, payload: unknown, reply: string | undefined): boolean {
    const rules = this.rules.match(subject).all;
    if (rules.length === 0) return super.send(subject, payload, reply);
    const letter: Letter = { subject, types: typesOf(payload), payload, reply };
    const rule = rules.find(({ type, left }) => left > 0 && (type === undefined || letter.types.includes(type)));
    if (rule === undefined) return super.send(subject, payload, reply);
    rule.left -= 1;
    rule.take(letter);
    return true;
  }

  private rule(
    pattern: string,
    { type, count = Number.POSITIVE_INFINITY }: MessageChoice,
    take: Rule["take"],
  ): () => void {
    checkPattern(pattern);
    return this.rules.add(pattern, { type, left: count, take });
  }
}

/** What an actor's frame says, message by message. */
function typesOf(payload: unknown): readonly string[] {
  const bytes = isFrame(payload) ? payload.bytes : payload;
  if (!(bytes instanceof Uint8Array) || bytes[0] !== FRAME_BYTE) return [];
  const frame = actorCodec.decode(bytes);
  const messages = frame.kind === "frame" ? frame.messages : [];
  return messages.map((message) => String((message as { readonly type?: unknown }).type));
}

const FRAME_BYTE = 0xd5;
