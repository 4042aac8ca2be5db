import type { Clock } from "../../runtime/base/clock.ts";
import { ShoalError } from "../../runtime/base/errors.ts";
import type { Bus, BusMessage, Frame, Subscription } from "../../runtime/bus/bus.ts";
import { decodeChunks, encodeChunks, type MovingChunk } from "./chunk-frame.ts";

/** A frame up to this size goes in one answer; what is larger is pulled in parts of it. */
const PART_BYTES = 512 * 1024;
/** Parts asked for at once: the receiver's credit. */
const PARTS_OPEN_MAX = 8;
/** An answer that nobody pulls to its end is let go. */
const TRANSFER_LEASE_MS = 60_000;

/** What is asked of those who hold chunks. */
export type ChunkRequest =
  | { readonly type: "get"; readonly rows: readonly number[]; readonly attempts: readonly number[] }
  | { readonly type: "part"; readonly transfer: number; readonly at: number }
  /** A client offers data: the worker pulls it from there and parks it under the tickets. */
  | {
      readonly type: "offer";
      readonly from: string;
      readonly transfer: number;
      readonly bytes: number;
      readonly tickets: readonly string[] /** The data itself, where the bus carries it by reference. */;
      readonly values?: readonly unknown[];
    };

interface Outgoing {
  readonly bytes: Uint8Array;
  lastAskedMs: number;
}

/** A place that gives chunks away: answers "get" and, for what is large, "part". One subscription. */
export class ChunkSource {
  readonly subject: string;
  private readonly bus: Bus;
  private readonly clock: Clock;
  private readonly outgoing = new Map<number, Outgoing>();
  private readonly subscription: Subscription;
  private transfers = 0;

  /**
   * @param get the chunks of a request, in its order
   * @param other answers requests of other types
   */
  constructor(
    parts: { bus: Bus; clock: Clock; subject: string },
    get: (rows: readonly number[], attempts: readonly number[]) => MovingChunk[],
    other: (request: ChunkRequest, message: BusMessage) => void,
  ) {
    this.bus = parts.bus;
    this.clock = parts.clock;
    this.subject = parts.subject;
    this.subscription = parts.bus.subscribe(parts.subject, (message) => {
      const request = readRequest(message.payload);
      if (request === undefined) return;
      if (request.type === "part") this.answerPart(message, request.transfer, request.at);
      else if (request.type === "get") void this.answerGet(message, get(request.rows, request.attempts));
      else other(request, message);
    });
  }

  close(): void {
    this.subscription.unsubscribe();
    this.outgoing.clear();
  }

  /** Makes bytes ready to be pulled; gives the transfer's number. */
  offer(bytes: Uint8Array): number {
    const now = this.clock.now();
    for (const [transfer, one] of this.outgoing)
      if (now - one.lastAskedMs > TRANSFER_LEASE_MS) this.outgoing.delete(transfer);
    this.transfers += 1;
    this.outgoing.set(this.transfers, { bytes, lastAskedMs: now });
    return this.transfers;
  }

  withdraw(transfer: number): void {
    this.outgoing.delete(transfer);
  }

  private async answerGet(message: BusMessage, chunks: MovingChunk[]): Promise<void> {
    if (this.bus.carries === "reference") return message.respond({ chunks });
    try {
      const frame = await encodeChunks(chunks, this.bus.carries === "shared");
      if (frame.bytes.byteLength <= partBytes(this.bus) || this.bus.carries === "shared") {
        message.respond({ ...frame, bytes: marked(WHOLE, frame.bytes) });
        return;
      }
      const transfer = this.offer(frame.bytes);
      message.respond({ bytes: marked(IN_PARTS, numbers(transfer, frame.bytes.byteLength)) });
    } catch (error) {
      message.respond({ bytes: marked(REFUSED, Buffer.from(error instanceof Error ? error.message : String(error))) });
    }
  }

  private answerPart(message: BusMessage, transfer: number, at: number): void {
    const outgoing = this.outgoing.get(transfer);
    if (outgoing === undefined) {
      message.respond({ bytes: marked(REFUSED, Buffer.from(`transfer ${transfer} is over`)) });
      return;
    }
    outgoing.lastAskedMs = this.clock.now();
    const size = partBytes(this.bus);
    const part = outgoing.bytes.subarray(at * size, (at + 1) * size);
    if ((at + 1) * size >= outgoing.bytes.byteLength) outgoing.lastAskedMs -= TRANSFER_LEASE_MS / 2;
    message.respond({ bytes: marked(WHOLE, part) });
  }
}

/** Parts leave room for the mark and stay below what the bus carries. */
const partBytes = (bus: Bus): number => Math.min(PART_BYTES, bus.payloadBytesMax - 64);

const WHOLE = 1;
const IN_PARTS = 2;
const REFUSED = 3;
/** The mark takes eight bytes, so that what follows stays aligned. */
const MARK_BYTES = 8;

function marked(mark: number, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(MARK_BYTES + body.byteLength);
  bytes[0] = mark;
  bytes.set(body, MARK_BYTES);
  return bytes;
}

function numbers(...values: number[]): Uint8Array {
  return new Uint8Array(Float64Array.from(values).buffer);
}

/** Requests are JSON in bytes, plain objects by reference. */
function readRequest(payload: unknown): ChunkRequest | undefined {
  const bytes = payload instanceof Uint8Array ? payload : (payload as Partial<Frame> | null)?.bytes;
  if (!(bytes instanceof Uint8Array)) return payload as ChunkRequest;
  try {
    return JSON.parse(Buffer.from(bytes).toString()) as ChunkRequest;
  } catch {
    return undefined;
  }
}

export const writeRequest = (bus: Bus, request: ChunkRequest): unknown =>
  bus.carries === "reference" ? request : { bytes: Buffer.from(JSON.stringify(request)) };

/**
 * Fetches chunks from a holder.
 * @throws ShoalError of the bus; LOST_DATA if the holder cannot give them
 */
export async function fetchChunks(
  bus: Bus,
  holder: string,
  wanted: { readonly rows: readonly number[]; readonly attempts: readonly number[] },
  options: { readonly timeoutMs: number; readonly signal?: AbortSignal },
): Promise<MovingChunk[]> {
  const answer = await bus.request(
    holder,
    writeRequest(bus, { type: "get", rows: wanted.rows, attempts: wanted.attempts }),
    options,
  );
  if (bus.carries === "reference") return (answer.payload as { chunks: MovingChunk[] }).chunks;
  const frame = frameOf(answer.payload);
  const body = frame.bytes.subarray(MARK_BYTES);
  if (frame.bytes[0] === REFUSED) throw cannotGive(holder, body);
  if (frame.bytes[0] === WHOLE) return decodeChunks({ ...frame, bytes: body });
  const [transfer = 0, size = 0] = new Float64Array(body.slice().buffer);
  return decodeChunks({ bytes: await pullParts(bus, holder, transfer, size, options) });
}

/** Pulls a transfer in parts, several at a time. */
export async function pullParts(
  bus: Bus,
  holder: string,
  transfer: number,
  size: number,
  options: { readonly timeoutMs: number; readonly signal?: AbortSignal },
): Promise<Uint8Array> {
  const whole = new Uint8Array(size);
  const part = partBytes(bus);
  const count = Math.ceil(size / part);
  let next = 0;
  const pull = async (): Promise<void> => {
    while (next < count) {
      const at = next++;
      const answer = await bus.request(holder, writeRequest(bus, { type: "part", transfer, at }), options);
      const { bytes } = frameOf(answer.payload);
      if (bytes[0] !== WHOLE) throw cannotGive(holder, bytes.subarray(MARK_BYTES));
      whole.set(bytes.subarray(MARK_BYTES), at * part);
    }
  };
  await Promise.all(Array.from({ length: Math.min(PARTS_OPEN_MAX, count) }, pull));
  return whole;
}

const frameOf = (payload: unknown): Frame => (payload instanceof Uint8Array ? { bytes: payload } : (payload as Frame));

const cannotGive = (holder: string, reason: Uint8Array): ShoalError =>
  new ShoalError(`${holder} cannot give its chunks: ${Buffer.from(reason).toString()}`, {
    code: "LOST_DATA",
    retryable: true,
  });
