import { describe } from "./flow.ts";

/** What stands for an item where items are told apart by value: usable as a key of a Map, equal for equal items. */
export type ItemKey = string | number | bigint | boolean | null | undefined;

/**
 * The key of an item: primitives are their own, arrays, plain objects, dates, Maps and Sets count by content.
 * @throws TypeError for functions, symbols and instances of classes, which have no value to compare by
 */
export function keyOf(item: unknown): ItemKey {
  if (typeof item === "string") return item.charCodeAt(0) === 0 ? `\0s${item}` : item;
  if (typeof item === "object" && item !== null) return `\0${written(item)}`;
  if (typeof item === "function" || typeof item === "symbol") throw incomparable(item);
  return item as ItemKey;
}

function written(item: unknown): string {
  if (typeof item === "string") return JSON.stringify(item);
  if (typeof item === "bigint") return `${item}n`;
  if (typeof item === "number") return Object.is(item, -0) ? "0" : String(item);
  if (item === null || item === undefined || typeof item === "boolean") return String(item);
  if (typeof item !== "object") throw incomparable(item);
  if (Array.isArray(item)) return `[${item.map(written).join()}]`;
  if (item instanceof Date) return `D${item.getTime()}`;
  if (item instanceof Set) return `E{${[...item].map(written).sort().join()}}`;
  if (item instanceof Map) return `M{${entries([...item])}}`;
  if (ArrayBuffer.isView(item)) return `${item.constructor.name}[${[...(item as Uint8Array)].join()}]`;
  const prototype: unknown = Object.getPrototypeOf(item);
  if (prototype !== Object.prototype && prototype !== null) throw incomparable(item);
  return `{${entries(Object.entries(item))}}`;
}

const entries = (pairs: readonly (readonly [unknown, unknown])[]): string =>
  pairs
    .map(([name, value]) => `${written(name)}:${written(value)}`)
    .sort()
    .join();

const incomparable = (item: unknown): TypeError =>
  new TypeError(`Items are told apart by value, and ${describe(item)} has none; give a key function that makes one`);

/** A 32-bit hash of an item's key, the same in every process. */
export function hashOfKey(key: ItemKey): number {
  const text = typeof key === "string" ? key : `\0${typeof key}${String(key)}`;
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  hash ^= hash >>> 12;
  return hash >>> 0;
}

/**
 * Orders two items: numbers (bigints and booleans among them) by size, text by code unit, dates by time, arrays by their parts.
 * @throws TypeError for items of different kinds, or of a kind without an order
 */
export function compareItems(a: unknown, b: unknown): number {
  if (typeof a === "number" && typeof b === "number") return a < b ? -1 : a > b ? 1 : 0;
  if (typeof a === "string" && typeof b === "string") return a < b ? -1 : a > b ? 1 : 0;
  if (isNumeric(a) && isNumeric(b)) return a < b ? -1 : a > b ? 1 : 0;
  if (a instanceof Date && b instanceof Date) return a.getTime() - b.getTime();
  if (Array.isArray(a) && Array.isArray(b)) {
    for (let i = 0; i < a.length && i < b.length; i++) {
      const order = compareItems(a[i], b[i]);
      if (order !== 0) return order;
    }
    return a.length - b.length;
  }
  throw new TypeError(
    `${describe(a)} and ${describe(b)} have no order; give a key function that makes comparable values`,
  );
}

const isNumeric = (item: unknown): item is number | bigint | boolean =>
  typeof item === "number" || typeof item === "bigint" || typeof item === "boolean";
