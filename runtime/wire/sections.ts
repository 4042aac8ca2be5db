import { ShoalError } from "../base/errors.ts";

/**
 * The outer form of messages and stored values: a head and binary sections, each starting on a multiple of 8 bytes.
 *
 * | bytes        | content                                     |
 * |--------------|---------------------------------------------|
 * | 1 + 1 + 2    | mark 0xd5, version 1, zero                  |
 * | 4            | bytes of the head, little endian like all   |
 * | 4            | number of sections n                        |
 * | 4 n          | bytes of each section                       |
 * | …            | head, zeros up to a multiple of 8           |
 * | …            | section, zeros up to a multiple of 8, n times |
 */
const MARK = 0xd5;
const VERSION = 1;
const PROLOGUE_BYTES = 12;
const SECTION_BYTES_MAX = 0xffff_ffff;

/** Joins a head and its sections to one string of bytes with memory of its own. */
export function joinSections(head: Uint8Array, sections: readonly ArrayBufferView[]): Uint8Array {
  return sectionPieces(head, sections, Number.POSITIVE_INFINITY)[0] as Uint8Array;
}

/**
 * What {@link joinSections} gives, in pieces that follow each other: sections of `pieceBytesMin` and more are pieces as they
 * are, uncopied, so they must not change until the pieces have gone.
 */
export function sectionPieces(
  head: Uint8Array,
  sections: readonly ArrayBufferView[],
  pieceBytesMin: number,
): readonly Uint8Array[] {
  const headAt = PROLOGUE_BYTES + 4 * sections.length;
  const pieces: Uint8Array[] = [];
  let from = 0;
  let first = 0;
  let end = headAt + head.byteLength;
  const copied = (to: number, upTo: number): void => {
    const piece = new Uint8Array(upTo - from);
    if (from === 0) {
      writePrologue(piece, head.byteLength, sections);
      piece.set(head, headAt);
    }
    let at = from === 0 ? headAt + head.byteLength : from;
    for (const section of sections.slice(first, to)) {
      at = aligned(at);
      place(piece, at - from, section);
      at += section.byteLength;
    }
    if (piece.byteLength > 0) pieces.push(piece);
  };
  sections.forEach((section, i) => {
    if (section.byteLength > SECTION_BYTES_MAX)
      throw new RangeError(`A section of ${section.byteLength} bytes is too long, at most ${SECTION_BYTES_MAX}`);
    const start = aligned(end);
    end = start + section.byteLength;
    if (section.byteLength < pieceBytesMin) return;
    copied(i, start);
    pieces.push(asBytes(section));
    first = i + 1;
    from = end;
  });
  copied(sections.length, end);
  return pieces;
}

/** The engine keeps arrays of up to 64 bytes without memory of their own, which to ask for costs more than all the rest. */
const SMALL_BYTES_MAX = 64;

function place(piece: Uint8Array, at: number, section: ArrayBufferView): void {
  const { byteLength } = section;
  if (byteLength === 0) return;
  if (section instanceof Uint8Array) piece.set(section, at);
  else if (byteLength > SMALL_BYTES_MAX || at % 8 !== 0) piece.set(asBytes(section), at);
  else if (section instanceof Float64Array) new Float64Array(piece.buffer, at, byteLength / 8).set(section);
  else if (section instanceof Uint32Array) new Uint32Array(piece.buffer, at, byteLength / 4).set(section);
  else if (section instanceof Uint16Array) new Uint16Array(piece.buffer, at, byteLength / 2).set(section);
  else piece.set(asBytes(section), at);
}

const asBytes = (section: ArrayBufferView): Uint8Array =>
  section instanceof Uint8Array ? section : new Uint8Array(section.buffer, section.byteOffset, section.byteLength);

function writePrologue(bytes: Uint8Array, headBytes: number, sections: readonly ArrayBufferView[]): void {
  bytes[0] = MARK;
  bytes[1] = VERSION;
  writeU32(bytes, 4, headBytes);
  writeU32(bytes, 8, sections.length);
  for (let i = 0; i < sections.length; i++)
    writeU32(bytes, PROLOGUE_BYTES + 4 * i, (sections[i] as ArrayBufferView).byteLength);
}

/**
 * Takes {@link joinSections} apart again; copies only what is small and does not lie on an 8-byte border.
 * @throws ShoalError DECODE unless the bytes are exactly what it wrote, or that with zeros up to the next 8-byte border.
 */
export function splitSections(input: Uint8Array): { head: Uint8Array; sections: Uint8Array[] } {
  const bytes = inPlace(input);
  if (bytes.byteLength < PROLOGUE_BYTES || bytes[0] !== MARK)
    throw undecodable("The bytes do not begin like a Shoal message");
  if (bytes[1] !== VERSION || bytes[2] !== 0 || bytes[3] !== 0)
    throw undecodable(`Wire version ${bytes[1]} is not known here, only ${VERSION}`);
  const headBytes = readU32(bytes, 4);
  const count = readU32(bytes, 8);
  const headAt = PROLOGUE_BYTES + 4 * count;
  let at = headAt + headBytes;
  if (at > bytes.byteLength) throw undecodable(`The bytes end at ${bytes.byteLength}, within the head`);
  const sections: Uint8Array[] = [];
  for (let i = 0; i < count; i++) {
    const start = aligned(at);
    at = start + readU32(bytes, PROLOGUE_BYTES + 4 * i);
    if (at > bytes.byteLength) throw undecodable(`The bytes end at ${bytes.byteLength}, within section ${i}`);
    sections.push(bytes.subarray(start, at));
  }
  if (!isPaddedTo(bytes, at)) throw undecodable(`${bytes.byteLength - at} bytes are left over after the last section`);
  return { head: bytes.subarray(headAt, headAt + headBytes), sections };
}

/** Up to here one copy of all is cheaper than one of each section that does not lie on a border. */
const COPIED_BYTES_MAX = 16 * 1024;

function inPlace(input: Uint8Array): Uint8Array {
  if (input.byteOffset % 8 !== 0 && input.byteLength <= COPIED_BYTES_MAX) return new Uint8Array(input);
  // A Buffer's slices would be Buffers too, and Buffer.slice does not copy.
  return new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
}

/** Values that lie one after another in a column begin at 8-byte borders, with zeros between them. */
function isPaddedTo(bytes: Uint8Array, end: number): boolean {
  if (bytes.byteLength === end) return true;
  return bytes.byteLength === aligned(end) && bytes.subarray(end).every((byte) => byte === 0);
}

/** What every unreadable input becomes. */
export function undecodable(message: string, cause?: unknown): ShoalError {
  return new ShoalError(message, { code: "DECODE", cause });
}

const aligned = (at: number): number => Math.ceil(at / 8) * 8;

function writeU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

const readU32 = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)) >>>
  0;
