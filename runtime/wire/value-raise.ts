import { ShoalError } from "../base/errors.ts";
import { findValueTypeByName } from "../base/value-type.ts";
import { parseHexBigInt, SPECIAL, setOwn, unescapeName, utf16Text } from "./plain-tree.ts";
import { undecodable } from "./sections.ts";
import { arrowTableFrom } from "./value-arrow.ts";
import { raiseBuiltin } from "./value-builtin.ts";
import { raiseError } from "./value-error.ts";
import type { MemoryReader } from "./value-memory.ts";
import { type Raising, valueTag } from "./value-tag.ts";

const SPARSE_LENGTH_MAX = 2 ** 32 - 1;

/** Puts a value together again. Objects are numbered in the order in which they were taken apart. */
export class ValueRaising implements Raising {
  private readonly objects: unknown[] = [];
  /** The number of the object whose `begin` is due. */
  private pending = -1;
  private readonly memory: MemoryReader;

  constructor(memory: MemoryReader) {
    this.memory = memory;
  }

  raise(wire: unknown): unknown {
    if (typeof wire !== "object" || wire === null) return wire;
    if (Array.isArray(wire)) {
      this.objects.push(wire);
      for (let i = 0; i < wire.length; i++) wire[i] = this.raise(wire[i]);
      return wire;
    }
    if (SPECIAL in wire) return this.raiseSpecial(wire[SPECIAL]);
    const target = {};
    this.objects.push(target);
    this.raiseFields(wire, target);
    return target;
  }

  begin<T extends object>(object: T): T {
    if (this.pending >= 0) this.objects[this.pending] = object;
    this.pending = -1;
    return object;
  }

  raiseFields(wire: unknown, target: object): void {
    if (typeof wire !== "object" || wire === null || Array.isArray(wire)) throw undecodable("Fields are no record");
    const fields = wire as Record<string, unknown>;
    for (const name of Object.keys(fields)) {
      const value = this.raise(fields[name]);
      if (name.charCodeAt(0) === 0) setOwn(target, unescapeName(name), value);
      else (target as Record<string, unknown>)[name] = value;
    }
  }

  raiseList(wire: unknown): unknown[] {
    if (!Array.isArray(wire)) throw undecodable("A list is no list");
    return wire.map((item) => this.raise(item));
  }

  private raiseSpecial(body: unknown): unknown {
    const [tag, content] = Array.isArray(body) ? (body as unknown[]) : [];
    switch (tag) {
      case valueTag.minusZero:
        return -0;
      case valueTag.bigInteger:
        return parseHexBigInt(content);
      case valueTag.utf16:
        return utf16Text(this.memory.view(content) as Uint8Array);
      case valueTag.reference:
        return this.referred(content);
      default: {
        const number = this.objects.push(undefined) - 1;
        this.pending = number;
        const object = this.raiseObject(tag as number, content);
        this.objects[number] = object;
        return object;
      }
    }
  }

  private referred(content: unknown): unknown {
    const object = typeof content === "number" ? this.objects[content] : undefined;
    if (object === undefined) throw undecodable("A value refers to a part that does not stand yet");
    return object;
  }

  private raiseObject(tag: number, content: unknown): unknown {
    switch (tag) {
      case valueTag.view:
        return this.memory.view(content);
      case valueTag.buffer:
        return this.memory.whole(content);
      case valueTag.numbers:
        return Array.from(this.memory.view(content) as Float64Array);
      case valueTag.sparseArray:
        return this.raiseSparse(content);
      case valueTag.nullPrototype: {
        const target = this.begin(Object.create(null));
        this.raiseFields(content, target);
        return target;
      }
      case valueTag.error:
        return raiseError(content, this);
      case valueTag.registered:
        return this.raiseRegistered(content);
      case valueTag.arrowTable:
        return arrowTableFrom(this.memory.view(content) as Uint8Array);
      default: {
        const builtin = raiseBuiltin(tag, content, this);
        if (builtin === undefined) throw undecodable(`Value tag ${String(tag)} is not known here`);
        return builtin;
      }
    }
  }

  private raiseSparse(content: unknown): unknown[] {
    const [length, fields] = Array.isArray(content) ? (content as unknown[]) : [];
    if (typeof length !== "number" || !(length >= 0 && length <= SPARSE_LENGTH_MAX))
      throw undecodable("A sparse array has no length");
    const items: unknown[] = this.begin([]);
    items.length = length;
    this.raiseFields(fields, items);
    return items;
  }

  private raiseRegistered(content: unknown): unknown {
    const [name, module, body] = Array.isArray(content) ? (content as unknown[]) : [];
    if (typeof name !== "string") throw undecodable("A registered value has no name");
    const type = findValueTypeByName(name);
    if (type === undefined)
      throw new ShoalError(
        `The value type ${name} is not registered in this process; import the module that calls registerValue for it`,
        { code: "MISSING_MODULE", retryable: typeof module === "string", details: { name, module } },
      );
    this.pending = -1;
    return type.decode(this.raise(body));
  }
}
