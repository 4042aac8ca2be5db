import { undecodable } from "./sections.ts";
import { isTypedArray, type TypedArray, typedArrayNumber, typedArrayOver } from "./typed-array.ts";

/** What a tree field of a message may hold: data without classes, cycles or holes. */
export type Tree =
  | null
  | undefined
  | boolean
  | number
  | bigint
  | string
  | TypedArray
  | readonly Tree[]
  | { readonly [name: string]: Tree };

/** Deeper trees are refused on both sides; a cycle is found by it. */
export const TREE_DEPTH_MAX = 128;

/**
 * The key of the one-entry map that stands for a value msgpack cannot hold. Keys of the tree's own that begin with a
 * zero character, and `__proto__`, get one more zero character in front, so nothing is ambiguous.
 */
export const SPECIAL = "\0";
const TYPED_ARRAY = 0;
const MINUS_ZERO = 1;
const BIG_INTEGER = 2;
const UTF16 = 3;

/** Replaces what msgpack cannot hold. Gives the very same tree where nothing was to replace. */
export function lowerTree(value: unknown, sections: ArrayBufferView[], path: string, depth = 0): unknown {
  switch (typeof value) {
    case "number":
      return value === 0 && Object.is(value, -0) ? special(MINUS_ZERO, 0) : value;
    case "string":
      return isWellFormed(value) ? value : special(UTF16, sections.push(utf16Bytes(value)) - 1);
    case "bigint":
      return BigInt.asIntN(64, value) === value ? value : special(BIG_INTEGER, value.toString(16));
    case "boolean":
    case "undefined":
      return value;
    case "object":
      break;
    default:
      throw new TypeError(`${path} is a ${typeof value}, which a message cannot carry`);
  }
  if (value === null) return null;
  if (depth >= TREE_DEPTH_MAX)
    throw new RangeError(`${path} is nested deeper than ${TREE_DEPTH_MAX} levels, or a cycle`);
  if (Array.isArray(value)) return lowerArray(value, sections, path, depth);
  if (isTypedArray(value)) return special(TYPED_ARRAY, [typedArrayNumber(value), sections.push(value) - 1]);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return lowerRecord(value, sections, path, depth);
  throw new TypeError(`${path} is a ${value.constructor?.name ?? "class instance"}, which a message cannot carry`);
}

function lowerArray(items: readonly unknown[], sections: ArrayBufferView[], path: string, depth: number): unknown {
  let out: unknown[] | undefined;
  for (let i = 0; i < items.length; i++) {
    const item = items[i];
    const lowered = lowerTree(item, sections, path, depth + 1);
    if (lowered !== item && out === undefined) out = items.slice(0, i);
    out?.push(lowered);
  }
  return out ?? items;
}

function lowerRecord(record: object, sections: ArrayBufferView[], path: string, depth: number): unknown {
  let out: Record<string, unknown> | undefined;
  const entries = record as Record<string, unknown>;
  const names = Object.keys(record);
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as string;
    const item = entries[name];
    const lowered = lowerTree(item, sections, path, depth + 1);
    const wireName = escapeName(name, path);
    if (out === undefined && (lowered !== item || wireName !== name)) {
      out = {};
      for (let k = 0; k < i; k++) out[names[k] as string] = entries[names[k] as string];
    }
    if (out !== undefined) out[wireName] = lowered;
  }
  return out ?? record;
}

/** Puts back what {@link lowerTree} replaced, in place. */
export function raiseTree(value: unknown, sections: readonly Uint8Array[]): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) value[i] = raiseTree(value[i], sections);
    return value;
  }
  const record = value as Record<string, unknown>;
  if (SPECIAL in record) return raiseSpecial(record[SPECIAL], sections);
  const names = Object.keys(record);
  if (!names.some((name) => name.charCodeAt(0) === 0)) {
    for (const name of names) record[name] = raiseTree(record[name], sections);
    return record;
  }
  // Unescaped names may collide with escaped ones that are still to come, so they go into an object of their own.
  const raised = {};
  for (const name of names) setOwn(raised, unescapeName(name), raiseTree(record[name], sections));
  return raised;
}

/** The kind and the section of a column, if the value that stands for something is one. */
export function columnIn(body: unknown): { readonly type: number; readonly section: unknown } | undefined {
  const [tag, content] = Array.isArray(body) ? body : [];
  return tag === TYPED_ARRAY && Array.isArray(content)
    ? { type: content[0] as number, section: content[1] }
    : undefined;
}

function raiseSpecial(body: unknown, sections: readonly Uint8Array[]): unknown {
  const [tag, content] = Array.isArray(body) ? body : [];
  if (tag === TYPED_ARRAY && Array.isArray(content))
    return typedArrayOver(content[0] as number, sectionAt(sections, content[1]));
  if (tag === MINUS_ZERO) return -0;
  if (tag === BIG_INTEGER) return parseHexBigInt(content);
  if (tag === UTF16) return utf16Text(sectionAt(sections, content));
  throw undecodable("A tree holds a special value of no known kind");
}

const special = (tag: number, content: unknown): Record<string, unknown> => ({ [SPECIAL]: [tag, content] });

/** The section with a number that came over the wire. */
export function sectionAt(sections: readonly Uint8Array[], at: unknown): Uint8Array {
  const section = typeof at === "number" ? sections[at] : undefined;
  if (section === undefined) throw undecodable(`Section ${String(at)} is not there, of ${sections.length}`);
  return section;
}

/** The name under which an own property is written in a map of the wire. */
export function escapeName(name: string, path: string): string {
  if (!isWellFormed(name)) throw new TypeError(`${path} has a property name that is not well-formed Unicode`);
  return name.charCodeAt(0) === 0 || name === "__proto__" ? `\0${name}` : name;
}

/** The reverse of {@link escapeName}. */
export const unescapeName = (name: string): string => (name.charCodeAt(0) === 0 ? name.slice(1) : name);

/** Sets an own property of any name: an assignment to `__proto__` would set the prototype instead. */
export function setOwn(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true });
}

/** Whether text survives UTF-8: it does unless it holds half a surrogate pair. */
export const isWellFormed = (text: string): boolean => (text as string & { isWellFormed(): boolean }).isWellFormed();

export const utf16Bytes = (text: string): Uint8Array => Buffer.from(text, "utf16le");
export const utf16Text = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf16le");

export function parseHexBigInt(text: unknown): bigint {
  if (typeof text !== "string" || !/^-?[0-9a-f]+$/.test(text)) throw undecodable("A big integer is not hexadecimal");
  return text.startsWith("-") ? -BigInt(`0x${text.slice(1)}`) : BigInt(`0x${text}`);
}
