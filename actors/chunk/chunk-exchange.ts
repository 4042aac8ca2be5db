import type { Clock } from "../../runtime/base/clock.ts";
import { ShoalError } from "../../runtime/base/errors.ts";
import type { Bus, BusMessage, Frame, Subscription } from "../../runtime/bus/bus.ts";
import { decodeChunks, encodeChunkPieces, encodeChunks, type MovingChunk } from "./chunk-frame.ts";

/** A frame up to this size goes in one answer; what is larger is pulled in parts of it. */
const PART_BYTES = 1024 * 1024;
/** Parts asked for at once: the receiver's credit. */
const PARTS_OPEN_MAX = 16;
/** An answer that nobody pulls to its end is let go. */
const TRANSFER_LEASE_MS = 60_000;

/** What is asked of those who hold chunks. */
export type ChunkRequest =
  | { readonly type: "get"; readonly rows: readonly number[]; readonly attempts: readonly number[] }
  | { readonly type: "part"; readonly transfer: number; readonly at: number }
  /** A client offers data: the worker pulls it from there and parks it under the tickets. */
  | (Transfer & {
      readonly type: "offer";
      readonly from: string;
      readonly tickets: readonly string[];
      /** The data itself, where the bus carries it by reference. */
      readonly values?: readonly unknown[];
    });

/** What is pulled in parts: its number at the source, and the sizes of its pieces, each cut into parts by itself. */
export interface Transfer {
  readonly transfer: number;
  readonly partBytes: number;
  readonly pieces: readonly number[];
}

interface Outgoing {
  /** Views on the pieces. */
  readonly parts: readonly Uint8Array[];
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

  /** Makes the pieces of a frame ready to be pulled; they must not change until they are withdrawn. */
  offer(pieces: readonly Uint8Array[]): Transfer {
    const now = this.clock.now();
    for (const [transfer, one] of this.outgoing)
      if (now - one.lastAskedMs > TRANSFER_LEASE_MS) this.outgoing.delete(transfer);
    this.transfers += 1;
    const size = partBytes(this.bus);
    const parts = pieces.flatMap((piece) =>
      Array.from({ length: Math.ceil(piece.byteLength / size) }, (_, i) => piece.subarray(i * size, (i + 1) * size)),
    );
    this.outgoing.set(this.transfers, { parts, lastAskedMs: now });
    return { transfer: this.transfers, partBytes: size, pieces: pieces.map((piece) => piece.byteLength) };
  }

  withdraw(transfer: number): void {
    this.outgoing.delete(transfer);
  }

  private async answerGet(message: BusMessage, chunks: MovingChunk[]): Promise<void> {
    if (this.bus.carries === "reference") return message.respond({ chunks });
    try {
      if (this.bus.carries === "shared") {
        const frame = await encodeChunks(chunks, true);
        return message.respond({ ...frame, bytes: marked(WHOLE, [frame.bytes]) });
      }
      const pieces = await encodeChunkPieces(chunks);
      const size = pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
      if (size <= partBytes(this.bus)) return message.respond({ bytes: marked(WHOLE, pieces) });
      const header = Buffer.from(JSON.stringify(this.offer(pieces)));
      return message.respond({ bytes: marked(IN_PARTS, [header]) });
    } catch (error) {
      message.respond({
        bytes: marked(REFUSED, [Buffer.from(error instanceof Error ? error.message : String(error))]),
      });
    }
  }

  /** A part goes as it is, uncopied; an empty answer says that there is no such part. */
  private answerPart(message: BusMessage, transfer: number, at: number): void {
    const outgoing = this.outgoing.get(transfer);
    const part = outgoing?.parts[at];
    if (outgoing === undefined || part === undefined) return message.respond({ bytes: new Uint8Array(0) });
    outgoing.lastAskedMs = this.clock.now();
    if (at === outgoing.parts.length - 1) outgoing.lastAskedMs -= TRANSFER_LEASE_MS / 2;
    message.respond({ bytes: part });
  }
}

/** Parts leave room for the mark and stay below what the bus carries. */
const partBytes = (bus: Bus): number => Math.min(PART_BYTES, bus.payloadBytesMax - 64);

const WHOLE = 1;
const IN_PARTS = 2;
const REFUSED = 3;
/** The mark takes eight bytes, so that what follows stays aligned. */
const MARK_BYTES = 8;

function marked(mark: number, body: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(body.reduce((sum, piece) => sum + piece.byteLength, MARK_BYTES));
  bytes[0] = mark;
  let at = MARK_BYTES;
  for (const piece of body) {
    bytes.set(piece, at);
    at += piece.byteLength;
  }
  return bytes;
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
  const transfer = JSON.parse(Buffer.from(body).toString()) as Transfer;
  return decodeChunks({ bytes: await pullParts(bus, holder, transfer, options) });
}

/** Pulls a transfer in parts, several at a time. @throws ShoalError LOST_DATA, or of the bus */
export async function pullParts(
  bus: Bus,
  holder: string,
  { transfer, partBytes: part, pieces }: Transfer,
  options: { readonly timeoutMs: number; readonly signal?: AbortSignal },
): Promise<Uint8Array> {
  const starts: number[] = [];
  let size = 0;
  for (const piece of pieces) {
    for (let at = 0; at < piece; at += part) starts.push(size + at);
    size += piece;
  }
  const whole = new Uint8Array(size);
  let next = 0;
  const pull = async (): Promise<void> => {
    while (next < starts.length) {
      const at = next++;
      const answer = await bus.request(holder, writeRequest(bus, { type: "part", transfer, at }), options);
      const { bytes } = frameOf(answer.payload);
      const start = starts[at] as number;
      if (bytes.byteLength !== (starts[at + 1] ?? size) - start)
        throw cannotGive(holder, Buffer.from(`part ${at} of transfer ${transfer} is not there any more`));
      whole.set(bytes, start);
    }
  };
  await Promise.all(Array.from({ length: Math.min(PARTS_OPEN_MAX, starts.length) }, pull));
  return whole;
}

const frameOf = (payload: unknown): Frame => (payload instanceof Uint8Array ? { bytes: payload } : (payload as Frame));

const cannotGive = (holder: string, reason: Uint8Array): ShoalError =>
  new ShoalError(`${holder} cannot give its chunks: ${Buffer.from(reason).toString()}`, {
    code: "LOST_DATA",
    retryable: true,
  });
