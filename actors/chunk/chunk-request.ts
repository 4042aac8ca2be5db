import { type Packed, unpacked } from "../../runtime/base/compression.ts";
import type { Bus, Frame } from "../../runtime/bus/bus.ts";
import type { StealAsk } from "../../runtime/protocol/worker-worker.ts";
import { undecodable } from "../../runtime/wire/sections.ts";

/** The codecs that an asker can read an answer in; left out: none. */
interface Readable {
  readonly unpacks?: readonly string[];
}

/** What is asked of those who hold chunks. */
export type ChunkRequest =
  | (Readable & {
      readonly type: "get";
      readonly rows: readonly number[];
      readonly attempts: readonly number[];
      /** The answer is to hold no more, beyond its first chunk; left out: as much as the holder likes. */
      readonly bytesMax?: number;
      /** The asker can look into windows of its host. */
      readonly looks: boolean;
    })
  /** The places[i]-th shard of sets[i]. */
  | (Readable & {
      readonly type: "shards";
      readonly sets: readonly string[];
      readonly places: readonly number[];
      readonly looks: boolean;
    })
  | PartRequest
  | StealAsk
  /** Whether the pieces of a transfer are what they were when it was offered. */
  | { readonly type: "held"; readonly transfer: number }
  /** The receiver has all it wants of a transfer. */
  | { readonly type: "done"; readonly transfer: number }
  /** A client offers data: the worker pulls it from there and parks it under the tickets. */
  | (Transfer & {
      readonly type: "offer";
      readonly from: string;
      readonly tickets: readonly string[];
      /** The data itself, where the bus carries it by reference. */
      readonly values?: readonly unknown[];
    });

/**
 * A stretch of all pieces in a row; it comes in the answer, or stands in the window from position `at` on. An answer of another
 * length than was asked for is {@link MARK}`.packed`.
 */
export interface PartRequest extends Readable {
  readonly type: "part";
  readonly transfer: number;
  readonly from: number;
  readonly to: number;
  readonly at?: number;
}

/** What is pulled in parts: its number at the source, the sizes of its pieces, and where those on its host may find them. */
export interface Transfer {
  readonly transfer: number;
  readonly pieces: readonly number[];
  readonly window?: string;
}

/**
 * What an answer is. The mark takes eight bytes, so that what follows stays aligned. That of packed bytes says by which codec
 * (second byte) and how many they were (last four).
 */
export const MARK = { whole: 1, inParts: 2, refused: 3, inWindow: 4, held: 5, packed: 6 } as const;
export const MARK_BYTES = 8;

export function marked(mark: number, body: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(MARK_BYTES + bytesOfAll(body));
  bytes[0] = mark;
  let at = MARK_BYTES;
  for (const piece of body) {
    bytes.set(piece, at);
    at += piece.byteLength;
  }
  return bytes;
}

/** @param whole bytes before they were made fewer */
export function markedPacked({ number, bytes }: Packed, whole: number): Uint8Array {
  const answer = marked(MARK.packed, [bytes]);
  answer[1] = number;
  new DataView(answer.buffer).setUint32(4, whole, true);
  return answer;
}

/** The bytes under such a mark. @throws ShoalError DECODE if they are more than `bytesMax`, or not to be read */
export function readPacked(answer: Uint8Array, bytesMax: number): Promise<Uint8Array> {
  const whole = new DataView(answer.buffer, answer.byteOffset, MARK_BYTES).getUint32(4, true);
  if (whole > bytesMax) throw undecodable(`An answer of ${whole} bytes is more than ${bytesMax}`);
  return unpacked({ number: answer[1] as number, bytes: answer.subarray(MARK_BYTES) }, whole);
}

export const bytesOfAll = (pieces: readonly Uint8Array[]): number =>
  pieces.reduce((sum, piece) => sum + piece.byteLength, 0);

/** Parts leave room for the mark and stay below what the bus carries. */
export const partBytes = (bus: Bus): number => Math.min(1024 * 1024, bus.payloadBytesMax - 64);

/** Requests are JSON in bytes, plain objects by reference. */
export function readRequest(payload: unknown): ChunkRequest | undefined {
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
