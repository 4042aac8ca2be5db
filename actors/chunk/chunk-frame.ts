import { Packr } from "msgpackr/pack";
import { ShoalError } from "../../runtime/base/errors.ts";
import type { Frame } from "../../runtime/bus/bus.ts";
import { importModule } from "../../runtime/wire/function-loader.ts";
import { joinSections, sectionPieces, splitSections } from "../../runtime/wire/sections.ts";
import { decodeValueSoon, type EncodedValue, encodeValueSoon } from "../../runtime/wire/value.ts";
import { ChunkFault } from "./chunk-fault.ts";

/** In `bytes`: the sender has it, and gives it when it is asked again; it has given enough at once. */
export const LATER = -2;

/**
 * One chunk on its way; `bytes` below 0: the sender does not have it, or gives it LATER. A value
 * that cannot be moved is a {@link ChunkFault}.
 */
export interface MovingChunk {
  readonly row: number;
  /** Which life of the row it is of, where its sender knows: numbers of rows are given again. */
  readonly since: number;
  readonly value: unknown;
  readonly bytes: number;
}

/** A chunk that does not come. @param bytes why: see {@link MovingChunk} */
export const absentChunk = (row: number, bytes: number): MovingChunk => ({ row, since: 0, value: undefined, bytes });

/** What becomes of a value that cannot be written or read: a fault in its place, or the error is thrown. */
export type OnFault = (error: unknown) => ChunkFault;

export const asFault: OnFault = (error) => new ChunkFault(error);

const rethrow: OnFault = (error) => {
  throw error;
};

/** Bytes of an entry whose head is a text: why the value cannot be written. */
const FAULT = -3;

/** [row, bytes, head section, [buffer section, or −1 − position among the shared buffers, then offset and length] …, since] */
type ChunkEntry = [row: number, bytes: number, head: number, buffers: number[][], since: number];

const packr = new Packr({ useRecords: false });

/**
 * Chunks as one frame: a table, then heads and memory in aligned sections. Where the carrier shares memory, shared buffers
 * are handed over by reference and cost nothing.
 */
export async function encodeChunks(
  chunks: readonly MovingChunk[],
  shareMemory: boolean,
  onFault: OnFault = rethrow,
): Promise<Frame> {
  const { head, sections, shared } = await encodeSections(chunks, shareMemory, onFault);
  const bytes = joinSections(head, sections);
  return shared.length === 0 ? { bytes } : { bytes, shared };
}

/** Memory of a chunk from this size on is not copied into a frame that goes in pieces. */
const PIECE_BYTES_MIN = 64 * 1024;

/** Chunks as one frame in pieces that follow each other; large ones are the chunks' own memory. */
export async function encodeChunkPieces(
  chunks: readonly MovingChunk[],
  onFault: OnFault = rethrow,
): Promise<readonly Uint8Array[]> {
  const { head, sections } = await encodeSections(chunks, false, onFault);
  return sectionPieces(head, sections, PIECE_BYTES_MIN);
}

async function encodeSections(
  chunks: readonly MovingChunk[],
  shareMemory: boolean,
  onFault: OnFault,
): Promise<{ head: Uint8Array; sections: Uint8Array[]; shared: SharedArrayBuffer[] }> {
  const encoded: (EncodedValue | ChunkFault | undefined)[] = [];
  for (const chunk of chunks)
    encoded.push(chunk.bytes < 0 ? undefined : await encodedOrFault(chunk.value, shareMemory, onFault));
  const sections: Uint8Array[] = [];
  const shared: SharedArrayBuffer[] = [];
  const table = chunks.map((chunk, i): ChunkEntry => {
    const value = encoded[i];
    if (value === undefined) return [chunk.row, chunk.bytes, 0, [], 0];
    if (value instanceof ChunkFault)
      return [chunk.row, FAULT, sections.push(new TextEncoder().encode(value.reason)) - 1, [], chunk.since];
    const head = sections.push(value.head) - 1;
    const buffers = value.buffers.map((buffer) =>
      shareMemory && buffer.buffer instanceof SharedArrayBuffer
        ? [-1 - sharedAt(shared, buffer.buffer), buffer.byteOffset, buffer.byteLength]
        : [sections.push(buffer) - 1],
    );
    return [chunk.row, chunk.bytes, head, buffers, chunk.since];
  });
  return { head: packr.pack(table), sections, shared };
}

async function encodedOrFault(
  value: unknown,
  shareMemory: boolean,
  onFault: OnFault,
): Promise<EncodedValue | ChunkFault> {
  if (value instanceof ChunkFault) return value;
  try {
    return await encodeValueSoon(value, { shareMemory });
  } catch (error) {
    return onFault(error);
  }
}

function sharedAt(shared: SharedArrayBuffer[], buffer: SharedArrayBuffer): number {
  const at = shared.indexOf(buffer);
  return at >= 0 ? at : shared.push(buffer) - 1;
}

/** @throws ShoalError DECODE, and what reading a value throws unless that becomes a fault */
export async function decodeChunks(frame: Frame, onFault: OnFault = rethrow): Promise<MovingChunk[]> {
  const { head, sections } = splitSections(frame.bytes);
  const table = packr.unpack(head) as unknown;
  if (!Array.isArray(table)) throw malformed();
  const chunks: MovingChunk[] = [];
  for (const entry of table as ChunkEntry[]) {
    if (!Array.isArray(entry) || entry.length !== 5 || !Array.isArray(entry[3])) throw malformed();
    const [row, bytes, headAt, buffers, since] = entry;
    if (bytes === FAULT) {
      const value = new ChunkFault(new TextDecoder().decode(sectionOf(sections, headAt)));
      chunks.push({ row, since, value, bytes: 0 });
      continue;
    }
    if (bytes < 0) {
      chunks.push(absentChunk(row, bytes));
      continue;
    }
    const value = {
      head: sectionOf(sections, headAt),
      buffers: buffers.map((one) => bufferOf(one, sections, frame.shared)),
    };
    chunks.push({ row, since, value: await decodedOrFault(value, onFault), bytes });
  }
  return chunks;
}

async function decodedOrFault(encoded: EncodedValue, onFault: OnFault): Promise<unknown> {
  try {
    return await decodeValueSoon(encoded, importModule);
  } catch (error) {
    return onFault(error);
  }
}

function bufferOf(
  entry: number[],
  sections: readonly Uint8Array[],
  shared: readonly SharedArrayBuffer[] | undefined,
): Uint8Array {
  const [at = 0, offset = 0, length = 0] = entry;
  if (at >= 0) return sectionOf(sections, at);
  const buffer = shared?.[-1 - at];
  if (buffer === undefined) throw malformed();
  return new Uint8Array(buffer, offset, length);
}

function sectionOf(sections: readonly Uint8Array[], at: number): Uint8Array {
  const section = sections[at];
  if (section === undefined) throw malformed();
  return section;
}

const malformed = (): ShoalError => new ShoalError("A frame of chunks is malformed", { code: "DECODE" });
