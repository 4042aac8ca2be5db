import type { Bus, Frame } from "../../runtime/bus/bus.ts";
import type { StealAsk } from "../../runtime/protocol/worker-worker.ts";

/** What is asked of those who hold chunks. */
export type ChunkRequest =
  | {
      readonly type: "get";
      readonly rows: readonly number[];
      readonly attempts: readonly number[];
      /** The answer is to hold no more, beyond its first chunk; left out: as much as the holder likes. */
      readonly bytesMax?: number;
      /** The asker can look into windows of its host. */
      readonly looks: boolean;
    }
  /** The places[i]-th shard of sets[i]. */
  | {
      readonly type: "shards";
      readonly sets: readonly string[];
      readonly places: readonly number[];
      readonly looks: boolean;
    }
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

/** A stretch of all pieces in a row; it comes in the answer, or stands in the window from position `at` on. */
export interface PartRequest {
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

/** What an answer is. The mark takes eight bytes, so that what follows stays aligned. */
export const MARK = { whole: 1, inParts: 2, refused: 3, inWindow: 4, held: 5 } as const;
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
