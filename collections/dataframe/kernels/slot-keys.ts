import { EXACT_BELOW, rangeOf } from "./number-column.ts";

/** One key of a part: whole numbers, or codes that are below `size`. */
export type KeyColumn =
  | { readonly kind: "numbers"; readonly values: Float64Array; readonly range?: readonly [number, number] }
  | { readonly kind: "codes"; readonly codes: Uint32Array; readonly size: number };

/** The keys of one part of a table. */
export type KeyPart = readonly KeyColumn[];

/**
 * Groups as slots, numbers from 0: what belongs to a group is in lists of numbers, at its slot. Where keys lie close together a slot is the
 * key itself less the lowest (several keys count like digits), else keys get slots as they come up.
 */
export interface SlotKeys {
  readonly slots: number;
  /** Whether slots rise with their keys. */
  readonly isSorted: boolean;
  /** The slot of each row of a part. */
  place(part: KeyPart): Uint32Array;
  /** The at-th key of each of these slots. */
  keysOf(slots: Uint32Array, at: number): Float64Array;
}

/** A range that has at most so many members, or so many times as many as there are rows, is a plain list. */
const NEAR_SLOTS = 65_536;
const SPARSE_MAX = 2;

/** Undefined where no slots can be had: keys beyond 2^53, or several that lie far apart. No key may be missing. O(rows). */
export function slotKeys(parts: readonly KeyPart[]): SlotKeys | undefined {
  const keys = parts[0]?.length ?? 0;
  let [rows, total] = [0, 1];
  for (const part of parts) rows += lengthOf(part[0] as KeyColumn);
  if (rows === 0) return undefined;
  const digits: Digit[] = [];
  for (let at = 0; at < keys; at++) {
    const ranges = parts.map((part) => rangeOfKey(part[at] as KeyColumn));
    const [low, high] = [Math.min(...ranges.map(([least]) => least)), Math.max(...ranges.map(([, most]) => most))];
    if (Math.max(-low, high) >= EXACT_BELOW) return undefined;
    digits.push({ low, size: high - low + 1 });
    total *= high - low + 1;
  }
  if (total <= Math.max(NEAR_SLOTS, SPARSE_MAX * rows)) return nearSlots(digits, total);
  return keys === 1 ? farSlots(parts) : undefined;
}

interface Digit {
  readonly low: number;
  readonly size: number;
}

const lengthOf = (key: KeyColumn): number => (key.kind === "codes" ? key.codes : key.values).length;
const rangeOfKey = (key: KeyColumn): readonly [number, number] =>
  key.kind === "codes" ? [0, key.size - 1] : (key.range ?? rangeOf(key.values));

function nearSlots(digits: readonly Digit[], slots: number): SlotKeys {
  return {
    slots,
    isSorted: true,
    place: (part) => {
      const [first, ...rest] = part as readonly [KeyColumn, ...KeyColumn[]];
      if (first.kind === "codes" && rest.length === 0) return first.codes;
      const placed = new Uint32Array(lengthOf(first));
      part.forEach((key, at) => {
        const { low, size } = digits[at] as Digit;
        if (key.kind === "codes") addDigit(placed, size, key.codes);
        else addKey(placed, size, key.values, low);
      });
      return placed;
    },
    keysOf: (of, at) => {
      const { low, size } = digits[at] as Digit;
      const below = digits.slice(at + 1).reduce((product, digit) => product * digit.size, 1);
      const keys = new Float64Array(of.length);
      for (let i = 0; i < keys.length; i++) keys[i] = low + (Math.floor((of[i] as number) / below) % size);
      return keys;
    },
  };
}

function addDigit(placed: Uint32Array, size: number, codes: Uint32Array): void {
  for (let row = 0; row < placed.length; row++) placed[row] = (placed[row] as number) * size + (codes[row] as number);
}

function addKey(placed: Uint32Array, size: number, values: Float64Array, low: number): void {
  for (let row = 0; row < placed.length; row++)
    placed[row] = (placed[row] as number) * size + ((values[row] as number) - low);
}

const FREE = -1;
const ROOM_MIN = 1_024;

/** Slots in the order in which keys come up, found by their hashes. */
function farSlots(parts: readonly KeyPart[]): SlotKeys {
  const placed = new Map<KeyPart, Uint32Array>();
  const table = new KeyTable();
  for (const part of parts) placed.set(part, table.place((part[0] as Extract<KeyColumn, { kind: "numbers" }>).values));
  return {
    slots: table.count,
    isSorted: false,
    place: (part) => placed.get(part) as Uint32Array,
    keysOf: (of) => {
      const keys = new Float64Array(of.length);
      for (let i = 0; i < keys.length; i++) keys[i] = table.keys[of[i] as number] as number;
      return keys;
    },
  };
}

class KeyTable {
  keys = new Float64Array(ROOM_MIN);
  count = 0;
  private slots = new Int32Array(2 * ROOM_MIN).fill(FREE);

  place(keys: Float64Array): Uint32Array {
    const placed = new Uint32Array(keys.length);
    for (let row = 0; row < keys.length; row++) {
      // -0 is 0.
      const key = (keys[row] as number) + 0;
      const at = this.find(key);
      const slot = this.slots[at] as number;
      placed[row] = slot === FREE ? this.enter(key, at) : slot;
    }
    return placed;
  }

  /** Where a key is, or where it is to be entered. */
  private find(key: number): number {
    const { slots, keys } = this;
    const last = slots.length - 1;
    let at = hashOf(key) & last;
    while (slots[at] !== FREE && keys[slots[at] as number] !== key) at = (at + 1) & last;
    return at;
  }

  private enter(key: number, at: number): number {
    const slot = this.count++;
    this.slots[at] = slot;
    this.keys[slot] = key;
    if (this.count === this.keys.length) this.grow();
    return slot;
  }

  private grow(): void {
    const { keys } = this;
    this.keys = new Float64Array(keys.length * 2);
    this.keys.set(keys);
    this.slots = new Int32Array(keys.length * 4).fill(FREE);
    for (let slot = 0; slot < keys.length; slot++) this.slots[this.find(keys[slot] as number)] = slot;
  }
}

/** From all bits of a whole number. */
function hashOf(key: number): number {
  let hash = Math.imul(key | 0, 0x85eb_ca6b) ^ Math.imul((key / 2 ** 32) | 0, 0xc2b2_ae35);
  hash = Math.imul(hash ^ (hash >>> 15), 0x27d4_eb2f);
  return hash ^ (hash >>> 13);
}
