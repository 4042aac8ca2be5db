import { findValueTypeOfClass, type ValueType } from "../base/value-type.ts";
import { escapeName, isWellFormed, utf16Bytes } from "./plain-tree.ts";
import { arrowTableBytes, isArrowTable } from "./value-arrow.ts";
import { lowerBuiltin } from "./value-builtin.ts";
import { lowerError } from "./value-error.ts";
import { MemoryWriter } from "./value-memory.ts";
import { type Lowering, special, Unencodable, valueTag } from "./value-tag.ts";

const VALUE_DEPTH_MAX = 250;
const NUMBERS_MIN = 64;

/**
 * Turns one value into what msgpack can hold, plus memory. Objects are numbered in the order they are met, so that the
 * second meeting of one becomes a reference and cycles end. What needs no change is passed on, not copied.
 */
export class ValueLowering implements Lowering {
  readonly memory: MemoryWriter;
  /** Whether the reader can take the tree as it is. */
  plain = true;
  private readonly numbers = new Map<object, number>();
  private readonly met: object[] = [];
  /** Instances that are being taken apart: a way back to one could not be closed by their `decode`. */
  private readonly open = new Set<object>();
  private depth = 0;

  constructor(shareMemory: boolean) {
    this.memory = new MemoryWriter(shareMemory);
  }

  lower(value: unknown): unknown {
    switch (typeof value) {
      case "number":
        return value === 0 && Object.is(value, -0) ? this.special(valueTag.minusZero, 0) : value;
      case "string":
        return isWellFormed(value)
          ? value
          : this.special(valueTag.utf16, this.memory.view(ownBytes(utf16Bytes(value))));
      case "bigint":
        return BigInt.asIntN(64, value) === value ? value : this.special(valueTag.bigInteger, value.toString(16));
      case "boolean":
      case "undefined":
        return value;
      case "object":
        return value === null ? null : this.lowerObject(value);
      case "function":
        throw new Unencodable(
          `is the function ${value.name === "" ? "(anonymous)" : value.name}, which is no data; pass functions to tasks as functions, or keep what it returns`,
        );
      default:
        throw new Unencodable(symbolRefusal(value as symbol));
    }
  }

  special(tag: number, content: unknown): unknown {
    this.plain = false;
    return special(tag, content);
  }

  /** Runs `lower` for an error's field; where that fails, the field is described in text and nothing of it remains. */
  lowerOrDescribe(value: unknown): unknown {
    const mark = this.met.length;
    const depth = this.depth;
    try {
      return this.lower(value);
    } catch (error) {
      if (!(error instanceof Unencodable)) throw error;
      for (const object of this.met.splice(mark)) {
        this.numbers.delete(object);
        this.open.delete(object);
      }
      this.depth = depth;
      return `[${typeof value === "object" && value !== null ? (value.constructor?.name ?? "object") : typeof value}]`;
    }
  }

  lowerRecord(record: object): Record<string, unknown> {
    const fields = record as Record<string, unknown>;
    const names = Object.keys(record);
    let out: Record<string, unknown> | undefined;
    let at = 0;
    try {
      for (; at < names.length; at++) {
        const name = names[at] as string;
        const item = fields[name];
        const skipped = typeof item === "function" && name === "live" && isTravellingSpec(fields);
        const lowered = skipped ? undefined : this.lower(item);
        const wireName = escapeName(name, "The value");
        if (wireName !== name) this.plain = false;
        if (out === undefined && (lowered !== item || wireName !== name || skipped)) {
          out = {};
          for (let k = 0; k < at; k++) out[names[k] as string] = fields[names[k] as string];
        }
        if (out !== undefined && !skipped) out[wireName] = lowered;
      }
    } catch (error) {
      if (error instanceof Unencodable) error.path.unshift(`.${names[at]}`);
      throw error;
    }
    return out ?? fields;
  }

  escapeFields(lowered: Record<string, unknown>): Record<string, unknown> {
    return Object.fromEntries(Object.entries(lowered).map(([name, item]) => [escapeName(name, "The error"), item]));
  }

  lowerList(items: readonly unknown[]): readonly unknown[] {
    let out: unknown[] | undefined;
    let at = 0;
    try {
      for (; at < items.length; at++) {
        const item = items[at];
        const lowered = this.lower(item);
        if (lowered !== item && out === undefined && !Number.isNaN(item)) out = items.slice(0, at);
        out?.push(lowered);
      }
    } catch (error) {
      if (error instanceof Unencodable) error.path.unshift(`[${at}]`);
      throw error;
    }
    return out ?? items;
  }

  private lowerObject(value: object): unknown {
    const known = this.numbers.get(value);
    if (known !== undefined) {
      if (this.open.has(value))
        throw new Unencodable(
          `leads back to the ${className(value)} it is part of; registered values may not be cyclic`,
        );
      return this.special(valueTag.reference, known);
    }
    this.numbers.set(value, this.met.push(value) - 1);
    if (++this.depth > VALUE_DEPTH_MAX)
      throw new Unencodable(`is nested deeper than ${VALUE_DEPTH_MAX} levels; keep long chains as arrays`);
    const lowered = this.lowerNew(value);
    this.depth -= 1;
    return lowered;
  }

  private lowerNew(value: object): unknown {
    if (Array.isArray(value)) return this.lowerArray(value);
    const prototype: object | null = Object.getPrototypeOf(value);
    if (prototype === Object.prototype) return this.lowerRecord(value);
    if (prototype === null) return this.special(valueTag.nullPrototype, this.lowerRecord(value));
    const type = findValueTypeOfClass(prototype.constructor);
    if (type !== undefined) return this.lowerRegistered(type, value);
    if (ArrayBuffer.isView(value)) return this.special(valueTag.view, this.memory.view(value));
    if (value instanceof ArrayBuffer || value instanceof SharedArrayBuffer)
      return this.special(valueTag.buffer, this.memory.whole(value));
    if (value instanceof Error) return this.special(valueTag.error, lowerError(value, this));
    const builtin = lowerBuiltin(value, prototype, this);
    if (builtin !== undefined) return builtin;
    if (isArrowTable(value)) return this.special(valueTag.arrowTable, this.memory.view(arrowTableBytes(value)));
    if (isForeignPlain(prototype)) return this.lowerRecord(value);
    throw new Unencodable(refusal(value));
  }

  private lowerArray(items: readonly unknown[]): unknown {
    if (items.length >= NUMBERS_MIN && items.every((item) => typeof item === "number") && !hasHoles(items))
      return this.special(valueTag.numbers, this.memory.view(Float64Array.from(items as number[])));
    const names = Object.keys(items);
    const dense = names.length === items.length && (items.length === 0 || names.at(-1) === String(items.length - 1));
    return dense
      ? this.lowerList(items)
      : this.special(valueTag.sparseArray, [items.length, this.lowerRecord(Object.assign({}, items))]);
  }

  private lowerRegistered(type: ValueType, value: object): unknown {
    this.open.add(value);
    const body = this.lower(type.encode(value));
    this.open.delete(value);
    return this.special(valueTag.registered, [type.name, type.module ?? null, body]);
  }
}

/** `every` passes over holes, so the count of what it saw is checked. */
const hasHoles = (items: readonly unknown[]): boolean => items.reduce((seen: number) => seen + 1, 0) !== items.length;

/** Own memory for bytes that may lie in Node's pool. */
const ownBytes = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes);

/** Functions that travel by name or as source drop the function object itself. */
const isTravellingSpec = (fields: Record<string, unknown>): boolean =>
  fields["kind"] === "named" || fields["kind"] === "source";

/** A plain object of another realm, such as a vm context. */
const isForeignPlain = (prototype: object): boolean =>
  Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, "isPrototypeOf");

const className = (value: object): string => value.constructor?.name || "object without a class name";

const hints: Readonly<Record<string, string>> = {
  Promise: "await it first",
  WeakMap: "use a Map",
  WeakSet: "use a Set",
  WeakRef: "pass what it refers to",
  Generator: "collect it with [...it]",
  AsyncGenerator: "collect it first",
  ReadableStream: "read it first",
};

const symbolRefusal = (symbol: symbol): string =>
  `is the symbol ${String(symbol)}, which has no meaning in another process; use a string`;

function refusal(value: object): string {
  // What the inspector hands over of a captured symbol is an object around it.
  if (value instanceof Symbol) return symbolRefusal(value.valueOf());
  const name = className(value);
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  const hint = hints[tag];
  if (hint !== undefined) return `is a ${tag}, which cannot leave its process; ${hint}`;
  return `is an instance of ${name}, which is not registered; call registerValue({ name: "…", class: ${name}, encode, decode }) where the class is defined, or pass plain data`;
}
