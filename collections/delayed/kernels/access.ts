import { isDeepStrictEqual } from "node:util";
import { ShoalError } from "../../../runtime/base/errors.ts";

/** The value itself: how a value becomes a task. */
export const identity = (value: unknown): unknown => value;

/** Calls a function that is itself the result of a task. */
export function callValue(fn: unknown, ...args: readonly unknown[]): unknown {
  if (typeof fn !== "function") throw new TypeError(`A lazy ${typeof fn} was called, but is not a function`);
  return fn(...args);
}

/** Calls a method of a value. */
export function callMethod(of: unknown, name: string, ...args: readonly unknown[]): unknown {
  const method = attribute(of, name);
  if (typeof method !== "function") throw new TypeError(`${name} of ${describe(of)} is no method`);
  return method.apply(of, args);
}

/**
 * An attribute of a value.
 * @throws TypeError if the value has none of that name
 */
export function attribute(of: unknown, name: string): unknown {
  if (of === null || of === undefined || !(name in Object(of)))
    throw new TypeError(`${describe(of)} has no attribute "${name}"`);
  return (of as Record<string, unknown>)[name];
}

/**
 * One item: by position in arrays, typed arrays and text (negative from the end), by key in Maps and plain objects.
 * @throws RangeError if the position lies outside; ShoalError UNKNOWN_KEY if there is no such key
 */
export function item(of: unknown, key: unknown): unknown {
  if (of instanceof Map) return of.has(key) ? of.get(key) : entryOf(of, key);
  if (typeof of === "string" || Array.isArray(of) || (ArrayBuffer.isView(of) && !(of instanceof DataView))) {
    const items = of as ArrayLike<unknown>;
    if (typeof key !== "number" || !Number.isInteger(key))
      throw new TypeError(`A position in ${describe(of)} is a whole number, got ${String(key)}`);
    const at = key < 0 ? items.length + key : key;
    if (at < 0 || at >= items.length) throw new RangeError(`Position ${key} lies outside ${items.length} items`);
    return items[at];
  }
  if (typeof of === "object" && of !== null) {
    const own = of as { item?: unknown };
    if (typeof key === "string" && Object.hasOwn(of, key)) return (of as Record<string, unknown>)[key];
    return typeof own.item === "function" ? own.item(key) : unknownKey(of, key);
  }
  throw new TypeError(`${describe(of)} has no items`);
}

/** Items from `from` up to `to` in steps, as a list (or text of text), with negative positions counted from the end. */
export function sliced(of: unknown, from: number | null, to: number | null, step: number | null): unknown {
  if (typeof of !== "string" && !Array.isArray(of)) throw new TypeError(`${describe(of)} cannot be sliced`);
  const stride = step ?? 1;
  if (!Number.isInteger(stride) || stride === 0)
    throw new RangeError(`A slice's step is a whole number but 0, got ${stride}`);
  const n = of.length;
  const clamp = (at: number): number => {
    const from0 = at < 0 ? at + n : at;
    return stride > 0 ? Math.min(Math.max(from0, 0), n) : Math.min(Math.max(from0, -1), n - 1);
  };
  const first = from === null ? (stride > 0 ? 0 : n - 1) : clamp(from);
  const end = to === null ? (stride > 0 ? n : -1) : clamp(to);
  const picked: unknown[] = [];
  for (let at = first; stride > 0 ? at < end : at > end; at += stride) picked.push(of[at]);
  return typeof of === "string" ? picked.join("") : picked;
}

/** What stands under a list or object that is equal to the key: keys that travelled are never the same object. */
function entryOf(of: ReadonlyMap<unknown, unknown>, key: unknown): unknown {
  if (typeof key === "object" && key !== null)
    for (const [known, value] of of) if (isDeepStrictEqual(known, key)) return value;
  return unknownKey(of, key);
}

function unknownKey(of: object, key: unknown): never {
  throw new ShoalError(`${describe(of)} has no key ${JSON.stringify(key) ?? String(key)}`, {
    code: "UNKNOWN_KEY",
    details: { key },
  });
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return typeof value === "object" ? `A value of class ${value.constructor?.name ?? "Object"}` : `A ${typeof value}`;
}
