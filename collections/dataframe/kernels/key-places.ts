/** No such key. */
export const NOWHERE = 0xffff_ffff;

/** Whole numbers that a 64-bit fraction tells apart from all others. */
const EXACT_BELOW = 2 ** 53;
/** A range of numbers that has at most so many times as many members as there are keys, and at most so many, is a plain list of places. */
const SPARSE_MAX = 64;
const RANGE_MAX = 2 ** 23;
/** However many they are, so sparse a list is no larger than a table of hashes. */
const DENSE_MAX = 8;
const FREE = -1;

/**
 * Where in a table each of its keys stands: keys are whole numbers, and no two alike. Made once for a table that many others are joined
 * to; a place is found in a few nanoseconds, by the key itself where the keys lie close together, else by its hash.
 */
export class KeyPlaces {
  private readonly low: number;
  private readonly places: Int32Array;
  /** The key of each slot; undefined where a slot is a key less the lowest. */
  private readonly slotKeys: Float64Array | undefined;

  private constructor(low: number, places: Int32Array, slotKeys: Float64Array | undefined) {
    this.low = low;
    this.places = places;
    this.slotKeys = slotKeys;
  }

  /** Undefined where two keys are alike, or one is no exact whole number. O(keys). */
  static of(keys: Float64Array): KeyPlaces | undefined {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const key of keys) {
      if (!Number.isInteger(key) || key >= EXACT_BELOW || key <= -EXACT_BELOW) return undefined;
      if (key < low) low = key;
      if (key > high) high = key;
    }
    if (keys.length === 0) return new KeyPlaces(0, new Int32Array(0), undefined);
    const range = high - low + 1;
    const isNear = range <= keys.length * (range <= RANGE_MAX ? SPARSE_MAX : DENSE_MAX);
    return isNear ? KeyPlaces.near(keys, low, range) : KeyPlaces.far(keys);
  }

  private static near(keys: Float64Array, low: number, range: number): KeyPlaces | undefined {
    const places = new Int32Array(range).fill(FREE);
    for (let row = 0; row < keys.length; row++) {
      const at = (keys[row] as number) - low;
      if (places[at] !== FREE) return undefined;
      places[at] = row;
    }
    return new KeyPlaces(low, places, undefined);
  }

  private static far(keys: Float64Array): KeyPlaces | undefined {
    const slots = 2 ** Math.ceil(Math.log2(keys.length * 2));
    const places = new Int32Array(slots).fill(FREE);
    const slotKeys = new Float64Array(slots);
    for (let row = 0; row < keys.length; row++) {
      const key = keys[row] as number;
      let at = slotOf(key, slots);
      while (places[at] !== FREE) {
        if (slotKeys[at] === key) return undefined;
        at = (at + 1) & (slots - 1);
      }
      places[at] = row;
      slotKeys[at] = key;
    }
    return new KeyPlaces(0, places, slotKeys);
  }

  /**
   * Writes each key's place, {@link NOWHERE} for keys that are not there (NaN never is), and gives how many were found. O(keys).
   */
  find(keys: Float64Array, into: Uint32Array): number {
    return this.slotKeys === undefined ? this.findNear(keys, into) : this.findFar(keys, into, this.slotKeys);
  }

  private findNear(keys: Float64Array, into: Uint32Array): number {
    const { low, places } = this;
    const range = places.length;
    let found = 0;
    for (let row = 0; row < keys.length; row++) {
      const at = (keys[row] as number) - low;
      const place = at >= 0 && at < range ? (places[at] as number) : FREE;
      // FREE is NOWHERE, seen without its sign.
      into[row] = place;
      if (place !== FREE) found++;
    }
    return found;
  }

  private findFar(keys: Float64Array, into: Uint32Array, slotKeys: Float64Array): number {
    const { places } = this;
    const last = places.length - 1;
    let found = 0;
    for (let row = 0; row < keys.length; row++) {
      const key = keys[row] as number;
      let at = slotOf(key, places.length);
      while (places[at] !== FREE && slotKeys[at] !== key) at = (at + 1) & last;
      const place = places[at] as number;
      into[row] = place;
      if (place !== FREE) found++;
    }
    return found;
  }
}

/** A slot below `slots`, a power of two, from all bits of a key. */
function slotOf(key: number, slots: number): number {
  let hash = Math.imul(key | 0, 0x85eb_ca6b) ^ Math.imul((key / 2 ** 32) | 0, 0xc2b2_ae35);
  hash = Math.imul(hash ^ (hash >>> 15), 0x27d4_eb2f);
  return (hash ^ (hash >>> 13)) & (slots - 1);
}
