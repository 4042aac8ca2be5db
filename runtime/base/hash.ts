/**
 * 128 bits of content, for names and deduplication: MurmurHash3's x86 variant, which stays in 32-bit integers and so
 * runs at memory speed in plain JavaScript. Not for secrets: whoever chooses the bytes can make two of them meet.
 */
export interface Hash128 {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
}

const C1 = 0x239b961b;
const C2 = 0xab0e9789;
const C3 = 0x38b34ae5;
const C4 = 0xa1e38b93;

/** Hashes bytes. The same bytes give the same hash in every process on a little-endian machine. O(bytes). */
export function hash128(bytes: Uint8Array, seed = 0): Hash128 {
  const words = wordsOf(bytes);
  const whole = words.length & ~3;
  let h1 = seed;
  let h2 = seed;
  let h3 = seed;
  let h4 = seed;
  for (let i = 0; i < whole; i += 4) {
    h1 ^= scramble(words[i] as number, C1, 15, C2);
    h1 = (Math.imul(((h1 << 19) | (h1 >>> 13)) + h2, 5) + 0x561ccd1b) | 0;
    h2 ^= scramble(words[i + 1] as number, C2, 16, C3);
    h2 = (Math.imul(((h2 << 17) | (h2 >>> 15)) + h3, 5) + 0x0bcaa747) | 0;
    h3 ^= scramble(words[i + 2] as number, C3, 17, C4);
    h3 = (Math.imul(((h3 << 15) | (h3 >>> 17)) + h4, 5) + 0x96cd1c35) | 0;
    h4 ^= scramble(words[i + 3] as number, C4, 18, C1);
    h4 = (Math.imul(((h4 << 13) | (h4 >>> 19)) + h1, 5) + 0x32ac3b17) | 0;
  }
  const rest = tailWords(bytes, whole * 4);
  h1 ^= scramble(rest[0] as number, C1, 15, C2);
  h2 ^= scramble(rest[1] as number, C2, 16, C3);
  h3 ^= scramble(rest[2] as number, C3, 17, C4);
  h4 ^= scramble(rest[3] as number, C4, 18, C1);
  return finished(h1, h2, h3, h4, bytes.length);
}

/** 28 characters of 0-9a-z, seven for each 32 bits: fit for keys, subjects and file names. */
export function hashText(hash: Hash128): string {
  return digits(hash.a) + digits(hash.b) + digits(hash.c) + digits(hash.d);
}

const digits = (word: number): string => word.toString(36).padStart(7, "0");

/** The hash of bytes or of text (its UTF-16 units, so that no two texts are one), as {@link hashText} writes it. */
export function hashOf(content: Uint8Array | string): string {
  return hashText(hash128(typeof content === "string" ? Buffer.from(content, "utf16le") : content));
}

function scramble(word: number, first: number, turn: number, second: number): number {
  const k = Math.imul(word, first);
  return Math.imul((k << turn) | (k >>> (32 - turn)), second);
}

/** The bytes as 32-bit words, without a copy where they are aligned. */
function wordsOf(bytes: Uint8Array): Uint32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length >>> 2);
}

function tailWords(bytes: Uint8Array, from: number): number[] {
  const words = [0, 0, 0, 0];
  for (let i = from; i < bytes.length; i++) {
    const at = (i - from) >> 2;
    words[at] = (words[at] as number) | ((bytes[i] as number) << (((i - from) & 3) * 8));
  }
  return words;
}

function finished(h1: number, h2: number, h3: number, h4: number, length: number): Hash128 {
  h1 ^= length;
  h2 ^= length;
  h3 ^= length;
  h4 ^= length;
  h1 = (h1 + h2 + h3 + h4) | 0;
  h2 = (h2 + h1) | 0;
  h3 = (h3 + h1) | 0;
  h4 = (h4 + h1) | 0;
  h1 = mixed(h1);
  h2 = mixed(h2);
  h3 = mixed(h3);
  h4 = mixed(h4);
  h1 = (h1 + h2 + h3 + h4) | 0;
  return { a: h1 >>> 0, b: (h2 + h1) >>> 0, c: (h3 + h1) >>> 0, d: (h4 + h1) >>> 0 };
}

function mixed(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
