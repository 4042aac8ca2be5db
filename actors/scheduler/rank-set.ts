/**
 * A set of small integers with a cheap least member: a bitset with two levels of summary above it. Inserting,
 * removing and finding the least touch three words each; no tombstones, no comparisons.
 */
export class RankSet {
  size = 0;
  private readonly words: Uint32Array;
  private readonly middle: Uint32Array;
  private readonly top: Uint32Array;

  /** @param bound members lie in [0, bound) */
  constructor(bound: number) {
    this.words = new Uint32Array((bound + 31) >>> 5);
    this.middle = new Uint32Array((this.words.length + 31) >>> 5);
    this.top = new Uint32Array((this.middle.length + 31) >>> 5);
  }

  add(rank: number): void {
    const word = rank >>> 5;
    const bit = 1 << (rank & 31);
    if (((this.words[word] as number) & bit) !== 0) return;
    this.size += 1;
    this.words[word] = (this.words[word] as number) | bit;
    this.middle[word >>> 5] = (this.middle[word >>> 5] as number) | (1 << (word & 31));
    this.top[word >>> 10] = (this.top[word >>> 10] as number) | (1 << ((word >>> 5) & 31));
  }

  remove(rank: number): void {
    const word = rank >>> 5;
    const bit = 1 << (rank & 31);
    if (((this.words[word] as number) & bit) === 0) return;
    this.size -= 1;
    if ((this.words[word] = (this.words[word] as number) & ~bit) !== 0) return;
    if ((this.middle[word >>> 5] = (this.middle[word >>> 5] as number) & ~(1 << (word & 31))) !== 0) return;
    this.top[word >>> 10] = (this.top[word >>> 10] as number) & ~(1 << ((word >>> 5) & 31));
  }

  has(rank: number): boolean {
    return ((this.words[rank >>> 5] as number) & (1 << (rank & 31))) !== 0;
  }

  /** The least member, or -1 if there is none. */
  least(): number {
    if (this.size === 0) return -1;
    for (let t = 0; t < this.top.length; t++) {
      if (this.top[t] === 0) continue;
      const m = (t << 5) + lowestBit(this.top[t] as number);
      const w = (m << 5) + lowestBit(this.middle[m] as number);
      return (w << 5) + lowestBit(this.words[w] as number);
    }
    return -1;
  }

  /** The least member above a rank, or -1 if there is none. */
  above(rank: number): number {
    let word = (rank + 1) >>> 5;
    let bits = (this.words[word] ?? 0) & (-1 << ((rank + 1) & 31));
    while (bits === 0) {
      word += 1;
      // Of words that are empty together, one look at what sums them up is enough.
      if ((word & 31) === 0) while (word < this.words.length && this.middle[word >>> 5] === 0) word += 32;
      if (word >= this.words.length) return -1;
      bits = this.words[word] as number;
    }
    return (word << 5) + lowestBit(bits);
  }
}

const lowestBit = (word: number): number => 31 - Math.clz32(word & -word);
