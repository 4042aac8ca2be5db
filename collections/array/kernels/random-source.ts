/**
 * A stream of random bits: Chris Doty-Humphrey's small fast counter generator (sfc32), 128 bits of state. Each block of
 * an array has its own, started from the seed and the block's place, so that order of execution changes nothing.
 */
export class RandomSource {
  private a = 0;
  private b = 0;
  private c = 0;
  private counter = 1;

  constructor(words: readonly number[]) {
    [this.a, this.b, this.c] = mixed(words);
    for (let i = 0; i < 15; i++) this.bits();
  }

  /** 32 random bits, as an unsigned integer. */
  bits(): number {
    const sum = (((this.a + this.b) | 0) + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = ((this.c << 21) | (this.c >>> 11)) + sum;
    this.c |= 0;
    return sum >>> 0;
  }

  /** A double in [0, 1) with 53 random bits. */
  next(): number {
    return ((this.bits() >>> 5) * 67108864 + (this.bits() >>> 6)) / 9007199254740992;
  }

  /** A double in (0, 1], for logarithms. */
  positive(): number {
    return 1 - this.next();
  }

  /** A whole number in [0, bound), each equally likely; bound up to 2 ** 53. */
  below(bound: number): number {
    if (bound <= 4294967296) {
      const limit = 4294967296 - (4294967296 % bound);
      let x = this.bits();
      while (x >= limit) x = this.bits();
      return x % bound;
    }
    return Math.floor(this.next() * bound);
  }

  /** A draw of the standard normal distribution, by the ziggurat of Marsaglia and Tsang (2000), 128 layers. */
  normal(): number {
    for (;;) {
      const bits = this.bits();
      const layer = bits & 127;
      const sign = bits & 128 ? -1 : 1;
      const u = ((bits >>> 8) * 536870912 + (this.bits() >>> 3)) / 9007199254740992;
      const x = u * (EDGES[layer] as number);
      if (x < (EDGES[layer + 1] as number)) return sign * x;
      if (layer === 0) return sign * this.tail();
      const [low, high] = [HEIGHTS[layer] as number, HEIGHTS[layer + 1] as number];
      if (low + this.next() * (high - low) < Math.exp(-0.5 * x * x)) return sign * x;
    }
  }

  private tail(): number {
    for (;;) {
      const x = -Math.log(this.positive()) / TAIL;
      const y = -Math.log(this.positive());
      if (2 * y > x * x) return TAIL + x;
    }
  }
}

const TAIL = 3.442619855899;
const AREA = 9.91256303526217e-3;

/** Right edges of the layers, widest first; the first stands for the base with its tail. */
const EDGES = new Float64Array(129);
const HEIGHTS = new Float64Array(129);
{
  const density = (x: number): number => Math.exp(-0.5 * x * x);
  EDGES[0] = AREA / density(TAIL);
  EDGES[1] = TAIL;
  HEIGHTS[0] = 0;
  HEIGHTS[1] = density(TAIL);
  for (let i = 2; i < 128; i++) {
    const height = (HEIGHTS[i - 1] as number) + AREA / (EDGES[i - 1] as number);
    HEIGHTS[i] = height;
    EDGES[i] = Math.sqrt(-2 * Math.log(height));
  }
  EDGES[128] = 0;
  HEIGHTS[128] = 1;
}

/** Three well mixed words of any number of words (MurmurHash3's finish after each). */
export function mixed(words: readonly number[]): [number, number, number] {
  const state = [0x9e3779b9, 0x243f6a88, 0xb7e15162];
  words.forEach((word, i) => {
    for (let k = 0; k < 3; k++) {
      let h = (state[k] as number) ^ Math.imul(word | 0, 0x85ebca6b + 2 * k) ^ Math.imul(i + 1, 0xc2b2ae35);
      h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
      h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
      state[k] = (h ^ (h >>> 16) ^ (state[(k + 2) % 3] as number)) | 0;
    }
  });
  return state as [number, number, number];
}
