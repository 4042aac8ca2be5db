import type { Clock } from "../base/clock.ts";
import { ShoalError } from "../base/errors.ts";

/** First byte of what buses say to each other: no frame, msgpack or JSON begins with it. */
export const MARK = 0xc1;
/** Second byte. Where a fragment's is the first letter of a name, none of these is a letter. */
const TAKES_PARTS = 0xfd;
const WANTS_PART = 0xfe;
const IN_PARTS = 0xff;
const HEADER_BYTES = 10;
/** How long an answer's asker may take for the next part. */
const KEPT_MS = 60_000;
const KEPT_MAX = 64;

interface Kept {
  readonly bytes: Uint8Array;
  usedMs: number;
}

/** A request's bytes, under a mark that its asker fetches a large answer in parts. */
export function takingParts(bytes: Uint8Array): Uint8Array {
  const marked = new Uint8Array(2 + bytes.byteLength);
  marked.set([MARK, TAKES_PARTS]);
  marked.set(bytes, 2);
  return marked;
}

/** The request under such a mark, if it has one. */
export const unmarked = (bytes: Uint8Array): Uint8Array | undefined =>
  bytes[0] === MARK && bytes[1] === TAKES_PARTS ? bytes.subarray(2) : undefined;

/** Answers that are larger than the bus carries, kept until their askers have fetched them part by part. */
export class AnswerParts {
  private readonly clock: Clock;
  private readonly kept = new Map<number, Kept>();
  private count = 0;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Keeps an answer; what is returned goes out in its place. @param partBytes of which all parts but the last are */
  keep(bytes: Uint8Array, partBytes: number): Uint8Array {
    const now = this.clock.now();
    for (const [old, { usedMs }] of this.kept)
      if (now - usedMs > KEPT_MS || this.kept.size >= KEPT_MAX) this.kept.delete(old);
    this.count += 1;
    this.kept.set(this.count, { bytes, usedMs: now });
    return header(IN_PARTS, this.count, Math.ceil(bytes.byteLength / partBytes));
  }

  /** The part that a message asks for, empty if it is gone; undefined if the message asks for none. */
  wanted(message: Uint8Array, partBytes: number): Uint8Array | undefined {
    if (message[0] !== MARK || message[1] !== WANTS_PART || message.byteLength !== HEADER_BYTES) return undefined;
    const [id, at] = numbersOf(message);
    const kept = this.kept.get(id);
    if (kept === undefined) return new Uint8Array(0);
    kept.usedMs = this.clock.now();
    if ((at + 1) * partBytes >= kept.bytes.byteLength) this.kept.delete(id);
    return kept.bytes.subarray(at * partBytes, (at + 1) * partBytes);
  }
}

/**
 * The whole of an answer that may have come as a word that it is kept in parts.
 * @param ask sends one request for a part, and gives the answer's bytes
 * @throws ShoalError OVERSIZE if whoever kept it has given it up
 */
export async function wholeAnswer(
  answer: Uint8Array,
  subject: string,
  ask: (request: Uint8Array) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  if (answer[0] !== MARK || answer[1] !== IN_PARTS || answer.byteLength !== HEADER_BYTES) return answer;
  const [id, count] = numbersOf(answer);
  const parts: Uint8Array[] = [];
  for (let at = 0; at < count; at++) {
    const part = await ask(header(WANTS_PART, id, at));
    if (part.byteLength === 0)
      throw new ShoalError(
        `The answer of ${subject} came in ${count} parts, and part ${at} is not kept any more; ask again`,
        {
          code: "OVERSIZE",
          retryable: true,
          details: { subject, parts: count },
        },
      );
    parts.push(part);
  }
  return joined(parts);
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}

function header(kind: number, id: number, count: number): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES);
  bytes.set([MARK, kind]);
  const numbers = new DataView(bytes.buffer);
  numbers.setUint32(2, id, true);
  numbers.setUint32(6, count, true);
  return bytes;
}

function numbersOf(bytes: Uint8Array): [number, number] {
  const numbers = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
  return [numbers.getUint32(2, true), numbers.getUint32(6, true)];
}
