/** Bits of the digest; with 512 rows in it, about one row in 25 is thought to be there and is not. */
const BITS = 4096;
const ROWS_MAX = 1024;
const ODD = 0x9e3779b1;

/** Which rows lie somewhere, in 512 bytes: it may say yes to one that does not, never no to one that does. */
export class HeldDigest {
  private readonly words: Uint32Array;
  private readonly isOpen: boolean;

  private constructor(words: Uint32Array) {
    this.words = words;
    this.isOpen = words.length * 32 === BITS;
  }

  /** Of rows; empty if there are too many for it to tell them apart. */
  static of(rows: Iterable<number>): string {
    const words = new Uint32Array(BITS / 32);
    let count = 0;
    for (const row of rows) {
      if (++count > ROWS_MAX) return "";
      for (const bit of bitsOf(row)) words[bit >>> 5] = (words[bit >>> 5] as number) | (1 << (bit & 31));
    }
    return count === 0 ? "" : Buffer.from(words.buffer).toString("base64");
  }

  static read(text: string): HeldDigest {
    const bytes = Uint8Array.from(Buffer.from(text, "base64"));
    return new HeldDigest(new Uint32Array(bytes.buffer, 0, bytes.length >>> 2));
  }

  mayHold(row: number): boolean {
    return this.isOpen && bitsOf(row).every((bit) => ((this.words[bit >>> 5] as number) & (1 << (bit & 31))) !== 0);
  }
}

/** Three places for a row. */
function bitsOf(row: number): readonly [number, number, number] {
  const first = Math.imul(row ^ (row >>> 15), ODD) >>> 0;
  const second = Math.imul(first ^ (first >>> 13), 0x85ebca6b) >>> 0;
  return [first % BITS, second % BITS, (first ^ (second >>> 7)) % BITS];
}
