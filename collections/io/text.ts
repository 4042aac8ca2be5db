import { isAscii, isUtf8 } from "node:buffer";
import { ShoalError } from "../../runtime/base/errors.ts";
import { type Compression, unpacked } from "./compression.ts";
import { fileSystemOf } from "./schemes.ts";

export type TextEncoding = "utf8" | "latin1" | "utf16le" | "ascii";

/** Encodings of a byte a character, by the names that `TextDecoder` knows; they can be read, not written. */
export type SingleByteEncoding =
  | `windows-${1250 | 1251 | 1252 | 1253 | 1254 | 1255 | 1256 | 1257 | 1258 | 874}`
  | `iso-8859-${2 | 3 | 4 | 5 | 6 | 7 | 8 | 10 | 13 | 14 | 15 | 16}`
  | "koi8-r"
  | "koi8-u"
  | "ibm866"
  | "macintosh";

const SINGLE_BYTE = /^(windows-(125[0-8]|874)|iso-8859-([2-8]|1[03456])|koi8-[ru]|ibm866|macintosh)$/;
const ALIASES: Readonly<Record<string, TextEncoding>> = {
  utf8: "utf8",
  "utf-8": "utf8",
  latin1: "latin1",
  "latin-1": "latin1",
  "iso-8859-1": "latin1",
  utf16le: "utf16le",
  "utf-16le": "utf16le",
  "utf-16-le": "utf16le",
  ucs2: "utf16le",
  ascii: "ascii",
  "us-ascii": "ascii",
};

/**
 * Reads an encoding's name.
 * @throws RangeError if there is no such encoding
 * @example
 * parseEncoding("UTF-8"); // "utf8"
 */
export function parseEncoding(name: string): TextEncoding | SingleByteEncoding {
  const plain = name
    .toLowerCase()
    .replaceAll("_", "-")
    .replace(/^cp(?=\d)/, "windows-");
  const known = ALIASES[plain];
  if (known !== undefined) return known;
  if (SINGLE_BYTE.test(plain)) return plain as SingleByteEncoding;
  throw new RangeError(
    `Text cannot be read as ${JSON.stringify(name)}: give utf8, latin1, utf16le, ascii, or one of a byte a character such as windows-1252`,
  );
}

const isSingleByte = (encoding: TextEncoding | SingleByteEncoding): encoding is SingleByteEncoding =>
  !(encoding in ALIASES);

/** How bytes become lines. */
export interface LineFormat {
  readonly encoding: TextEncoding | SingleByteEncoding;
  /** What to do with bytes that are no text in this encoding: fail, put U+FFFD, or leave them out. */
  readonly errors: "strict" | "replace" | "ignore";
  /** What ends a line; stays part of it. */
  readonly delimiter: string;
}

/** A piece of a file whose lines belong together: those that begin in it, after the first delimiter unless at byte 0. */
export interface TextBlock {
  readonly path: string;
  /** A packed file is one block. */
  readonly compression: Compression;
  readonly start: number;
  /** Infinity is the end of the file. */
  readonly end: number;
}

/** Bytes of text that end with a delimiter, unless they are the last of the file. */
export interface TextPiece {
  readonly bytes: Buffer;
  /** Where they begin in the (unpacked) file. */
  readonly offset: number;
}

/**
 * The bytes of a block, in pieces of whole lines of about a megabyte. A block starts after the first delimiter at or
 * behind its start, and ends with the first delimiter at or behind its end: neighbours share no line and miss none.
 * @throws FileError
 */
export async function* readTextBlock(block: TextBlock, format: LineFormat): AsyncIterable<TextPiece> {
  const delimiter = delimiterBytes(format);
  const files = fileSystemOf(block.path);
  const from = aligned(block.start, format.encoding);
  const bytes = files.readStream(block.path, { offset: from });
  const cutter = new LineCutter(delimiter, format.encoding, from, aligned(block.end, format.encoding));
  for await (const piece of unpacked(bytes, block.compression, block.path)) {
    const whole = cutter.push(piece);
    if (whole !== undefined) yield whole;
    if (cutter.over) return;
  }
  const rest = cutter.finish();
  if (rest !== undefined) yield rest;
}

function delimiterBytes({ delimiter, encoding }: LineFormat): Buffer {
  if (!isSingleByte(encoding)) return Buffer.from(delimiter, encoding);
  if (/[^\0-\x7f]/.test(delimiter))
    throw new RangeError(`Lines of ${encoding} text can be cut at ASCII only, not at ${JSON.stringify(delimiter)}`);
  return Buffer.from(delimiter, "latin1");
}

/** Whether a delimiter can begin within itself ("aa", "|a|"): then only the start of a file says where lines end. */
export function overlapsItself(delimiter: string): boolean {
  for (let n = 1; n < delimiter.length; n++) if (delimiter.startsWith(delimiter.slice(-n))) return true;
  return false;
}

/** Collects pieces of a file and gives them out cut behind a delimiter. */
class LineCutter {
  over = false;
  private readonly delimiter: Buffer;
  private readonly unit: number;
  private readonly end: number;
  private kept: Buffer[] = [];
  private keptBytes = 0;
  private offset: number;
  private begun: boolean;

  constructor(delimiter: Buffer, encoding: LineFormat["encoding"], start: number, end: number) {
    this.delimiter = delimiter;
    this.unit = encoding === "utf16le" ? 2 : 1;
    this.end = end;
    this.offset = start;
    this.begun = start === 0;
    this.over = end <= start;
  }

  /** The whole lines that this piece completes. */
  push(piece: Uint8Array): TextPiece | undefined {
    if (this.over) return undefined;
    if (this.begun && this.keptBytes > 0 && this.isInsideLine(piece)) {
      this.kept.push(Buffer.from(piece));
      this.keptBytes += piece.length;
      return undefined;
    }
    const bytes = this.joined(piece);
    let from = 0;
    if (!this.begun) {
      const first = this.find(bytes, 0);
      if (first < 0) return this.keepTail(bytes);
      from = first + this.delimiter.length;
      this.begun = true;
      if (this.offset + first >= this.end) {
        // The block's first line begins behind its end: it belongs to the next.
        this.over = true;
        return undefined;
      }
    }
    return this.take(bytes, from);
  }

  /** What is left at the end of the file. */
  finish(): TextPiece | undefined {
    if (this.over || !this.begun || this.keptBytes === 0) return undefined;
    return { bytes: Buffer.concat(this.kept), offset: this.offset };
  }

  private take(bytes: Buffer, from: number): TextPiece | undefined {
    const endsAt = this.end - this.offset;
    let to = -1;
    if (endsAt <= bytes.length) {
      const last = this.find(bytes, Math.max(0, endsAt));
      this.over = last >= 0;
      to = this.over ? last + this.delimiter.length : -1;
    }
    if (to < 0) {
      const last = this.findLast(bytes);
      to = last < 0 ? 0 : last + this.delimiter.length;
    }
    if (to <= from) {
      this.keep(bytes.subarray(from), this.offset + from);
      return undefined;
    }
    const cut = { bytes: bytes.subarray(from, to), offset: this.offset + from };
    this.keep(bytes.subarray(to), this.offset + to);
    return cut;
  }

  /** True for a piece that ends no line for sure: a very long line is then joined once, not once a piece. */
  private isInsideLine(piece: Uint8Array): boolean {
    return this.delimiter.length === 1 && !piece.includes(this.delimiter[0] as number);
  }

  private joined(piece: Uint8Array): Buffer {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    return this.keptBytes === 0 ? bytes : Buffer.concat([...this.kept, bytes]);
  }

  private keepTail(bytes: Buffer): undefined {
    const kept = Math.min(bytes.length, this.delimiter.length - 1 + (bytes.length % this.unit));
    this.keep(bytes.subarray(bytes.length - kept), this.offset + bytes.length - kept);
  }

  private keep(bytes: Buffer, offset: number): void {
    this.kept = bytes.length === 0 ? [] : [bytes];
    this.keptBytes = bytes.length;
    this.offset = offset;
  }

  private find(bytes: Buffer, from: number): number {
    let at = bytes.indexOf(this.delimiter, from);
    while (at >= 0 && (at + this.offset) % this.unit !== 0) at = bytes.indexOf(this.delimiter, at + 1);
    return at;
  }

  private findLast(bytes: Buffer): number {
    let at = bytes.lastIndexOf(this.delimiter);
    while (at >= 0 && (at + this.offset) % this.unit !== 0)
      at = at === 0 ? -1 : bytes.lastIndexOf(this.delimiter, at - 1);
    return at;
  }
}

const aligned = (offset: number, encoding: LineFormat["encoding"]): number =>
  encoding === "utf16le" && Number.isFinite(offset) ? offset + (offset % 2) : offset;

/** The text of a piece. @throws ShoalError DECODE naming file and byte for bytes that are no text */
export function pieceText({ bytes, offset }: TextPiece, path: string, format: LineFormat): string {
  const text =
    format.encoding === "utf8" ? utf8Text(bytes, offset, path, format) : otherText(bytes, offset, path, format);
  return offset === 0 && text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

function utf8Text(bytes: Buffer, offset: number, path: string, format: LineFormat): string {
  if (isAscii(bytes)) return bytes.toString("latin1");
  if (format.errors === "replace" || isUtf8(bytes)) return bytes.toString("utf8");
  if (format.errors === "ignore") return withoutInvalid(bytes);
  throw undecodable(path, offset + firstInvalid(bytes), "utf8");
}

function otherText(bytes: Buffer, offset: number, path: string, format: LineFormat): string {
  if (format.encoding === "utf16le") return bytes.toString("utf16le");
  if (isSingleByte(format.encoding)) return singleByteText(bytes, offset, path, format);
  if (format.encoding === "latin1" || isAscii(bytes)) return bytes.toString("latin1");
  if (format.errors === "strict") {
    throw undecodable(path, offset + bytes.findIndex((byte) => byte > 127), "ascii");
  }
  return bytes.toString("latin1").replace(/[\x80-\xff]/g, format.errors === "replace" ? "\ufffd" : "");
}

function singleByteText(bytes: Buffer, offset: number, path: string, format: LineFormat): string {
  const text = decoded(bytes, format.encoding as SingleByteEncoding);
  if (format.errors === "replace" || !text.includes("\ufffd")) return text;
  if (format.errors === "ignore") return text.replaceAll("\ufffd", "");
  // A byte is a character, so that the place in the text is the place in the bytes.
  throw undecodable(path, offset + text.indexOf("\ufffd"), format.encoding);
}

/** Node 20 takes windows-1252 for latin1, which differs in these. */
const WINDOWS_1252 = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";

const decoded = (bytes: Buffer, encoding: SingleByteEncoding): string =>
  encoding === "windows-1252"
    ? bytes.toString("latin1").replace(/[\x80-\x9f]/g, (c) => WINDOWS_1252[c.charCodeAt(0) - 0x80] as string)
    : new TextDecoder(encoding).decode(bytes);

/** The first byte that begins no character, by halving: what stands before it is good text. */
export function firstInvalid(bytes: Buffer): number {
  let good = 0;
  let bad = bytes.length;
  while (bad - good > 1) {
    let middle = (good + bad) >>> 1;
    const limit = middle;
    while (middle > good && ((bytes[middle] as number) & 0xc0) === 0x80 && limit - middle < 4) middle -= 1;
    if (middle <= good) {
      if (bad - good <= 4) break;
      middle = limit;
    }
    if (isUtf8(bytes.subarray(good, middle))) good = middle;
    else bad = middle;
  }
  return good;
}

function withoutInvalid(bytes: Buffer): string {
  let text = "";
  let rest = bytes;
  while (!isUtf8(rest)) {
    const at = firstInvalid(rest);
    text += rest.toString("utf8", 0, at);
    rest = rest.subarray(at + 1);
  }
  return text + rest.toString("utf8");
}

const undecodable = (path: string, offset: number, encoding: string): ShoalError =>
  new ShoalError(
    `${path}: byte ${offset} is no ${encoding} text; give the right encoding, or errors: "replace" or "ignore"`,
    { code: "DECODE", details: { path, offset, encoding } },
  );
