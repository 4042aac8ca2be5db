import { ShoalError } from "../../runtime/base/errors.ts";
import { type Arg, type Call, functionArg, input, inputsFrom, literal, nested } from "../../runtime/graph/call.ts";
import { wantCount } from "../../runtime/graph/graph.ts";
import { type AnyFunction, kernel } from "../../runtime/wire/function-spec.ts";
import { type Collection, isCollection } from "./collection.ts";
import { mapOf, setOf } from "./kernels/containers.ts";
import { specOf } from "./spec-of.ts";

/** The children of a container that may hold lazy values, or null for anything else: class instances are leaves. */
export function childrenOf(value: unknown): readonly unknown[] | null {
  if (typeof value !== "object" || value === null) return null;
  if (Array.isArray(value)) return value;
  if (value instanceof Map) return [...value.keys(), ...value.values()];
  if (value instanceof Set) return [...value];
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null ? Object.values(value) : null;
}

/** Every collection inside a value, in order, each once; containers that hold themselves are walked once. */
export function collectionsIn(value: unknown): Collection<unknown>[] {
  const found = new Set<Collection<unknown>>();
  const seen = new Set<unknown>();
  const visit = (one: unknown): void => {
    if (isCollection(one)) found.add(one);
    else if (typeof one === "object" && one !== null && !seen.has(one)) {
      seen.add(one);
      for (const child of childrenOf(one) ?? []) visit(child);
    }
  };
  visit(value);
  return [...found];
}

/** Whether a value goes to a task as it is: no collection is anywhere inside it, and no function, which travels in its own way. */
export function isPlainData(value: unknown): boolean {
  if (value === null || (typeof value !== "object" && typeof value !== "function")) return true;
  const seen = new Set<unknown>();
  const isPlain = (one: unknown): boolean => {
    if (typeof one === "function" || isCollection(one)) return false;
    if (typeof one !== "object" || one === null || seen.has(one)) return true;
    seen.add(one);
    return childrenOf(one)?.every(isPlain) ?? true;
  };
  return isPlain(value);
}

/** Builds a container again with every child replaced; other values pass as they are. */
export function mapChildren(value: unknown, replace: (child: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(replace);
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [replace(key), replace(item)]));
  if (value instanceof Set) return new Set([...value].map(replace));
  return Object.fromEntries(Object.entries(value as object).map(([name, item]) => [name, replace(item)]));
}

/** Where the blocks of found collections come in as inputs of a task, in order. */
export interface InputSlots {
  /** Gives the first input of the collection's blocks, which follow each other. */
  place(collection: Collection<unknown>): number;
  /** The input of a collection that is one block and not to be asked for its layer yet; undefined for others. */
  single?(collection: Collection<unknown>): number | undefined;
}

/**
 * Writes a value as an argument of a task: collections inside it become inputs, finished on the worker, functions travel;
 * a value without any is one literal.
 * @throws ShoalError NOT_SUPPORTED if a collection of several blocks has no `finishCall`
 */
export function unpack(value: unknown, slots: InputSlots): Arg {
  if (isCollection(value)) return collectionArg(value, slots);
  if (typeof value === "function") return functionArg(specOf(value as AnyFunction));
  if (isPlainData(value)) return literal(value);
  const inside = (child: unknown): Arg => unpack(child, slots);
  if (value instanceof Map)
    return nested({
      fn: kernel("shoal:collections/core/kernels/containers", "mapOf", mapOf),
      args: [
        { kind: "list", items: [...value.keys()].map(inside) },
        { kind: "list", items: [...value.values()].map(inside) },
      ],
    });
  if (value instanceof Set)
    return nested({
      fn: kernel("shoal:collections/core/kernels/containers", "setOf", setOf),
      args: [{ kind: "list", items: [...value].map(inside) }],
    });
  if (Array.isArray(value)) return { kind: "list", items: value.map(inside) };
  const record = value as Record<string, unknown>;
  return { kind: "record", names: Object.keys(record), items: Object.values(record).map(inside) };
}

function collectionArg(collection: Collection<unknown>, slots: InputSlots): Arg {
  const single = slots.single?.(collection);
  if (single !== undefined) return input(single);
  const at = slots.place(collection);
  const count = wantCount(collection.wants());
  const finish: Call | undefined = collection.finishCall(inputsFrom(at, count));
  if (finish !== undefined) return nested(finish);
  if (count === 1) return input(at);
  throw new ShoalError(
    `A ${collection.constructor.name} of ${count} blocks cannot be an argument of other work; pass its blocks (toDelayed()) instead`,
    { code: "NOT_SUPPORTED", details: { layer: collection.layer.name } },
  );
}
