import type { Hash128 } from "../base/hash.ts";

const INITIAL_BYTES = 4096;
const KEPT_BYTES_MAX = 1 << 20;
const spare: Buffer[] = [];

/**
 * Bytes that stand for a value, unambiguous because every item carries its kind and its length. Its buffers are used
 * again: a token is taken for every layer and every pure call.
 */
export class TokenWriter {
  private buffer: Buffer;
  private length = 0;

  constructor() {
    this.buffer = spare.pop() ?? Buffer.allocUnsafeSlow(INITIAL_BYTES);
  }

  /** What was written; valid until {@link free}. */
  bytes(): Uint8Array {
    return this.buffer.subarray(0, this.length);
  }

  /** Gives the buffer back. */
  free(): void {
    if (this.buffer.length <= KEPT_BYTES_MAX && spare.length < 8) spare.push(this.buffer);
  }

  tag(kind: string): void {
    this.reserve(1);
    this.buffer[this.length++] = kind.charCodeAt(0);
  }

  count(kind: string, count: number): void {
    this.reserve(9);
    this.tag(kind);
    this.buffer.writeDoubleLE(count, this.length);
    this.length += 8;
  }

  /** All NaNs are one number; -0 and 0 are two. */
  number(value: number): void {
    this.count("n", Number.isNaN(value) ? Number.NaN : value);
  }

  /** UTF-16, so that lone surrogates stay apart. */
  text(kind: string, text: string): void {
    this.count(kind, text.length);
    this.reserve(text.length * 2);
    if (text.length < 48) {
      for (let i = 0; i < text.length; i++) {
        const unit = text.charCodeAt(i);
        this.buffer[this.length++] = unit & 255;
        this.buffer[this.length++] = unit >>> 8;
      }
    } else this.length += this.buffer.write(text, this.length, "utf16le");
  }

  hash(hash: Hash128): void {
    this.reserve(16);
    for (const word of [hash.a, hash.b, hash.c, hash.d]) this.length = this.buffer.writeUInt32LE(word, this.length);
  }

  private reserve(bytes: number): void {
    if (this.length + bytes <= this.buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(this.buffer.length * 2, this.length + bytes));
    this.buffer.copy(grown, 0, 0, this.length);
    this.buffer = grown;
  }
}
