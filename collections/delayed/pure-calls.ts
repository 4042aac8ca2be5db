import { tokenize } from "../../runtime/graph/tokenize.ts";
import type { FunctionSpec } from "../../runtime/wire/function-spec.ts";
import { isCollection } from "../core/collection.ts";
import { nodeOf } from "./lower-args.ts";
import type { DelayedNode } from "./node.ts";

/** Pure calls that are still in use, by key: an equal call gets the same node, so it is one task wherever it is read. */
const nodes = new Map<string, WeakRef<DelayedNode>>();
const forgotten = new FinalizationRegistry<string>((key) => {
  if (nodes.get(key)?.deref() === undefined) nodes.delete(key);
});

/** A key that equal calls share. */
export function pureKey(fn: FunctionSpec, args: readonly unknown[], nout: number | undefined): string {
  return `${fn.name}-${tokenize(fn, args, nout)}`;
}

/** The node of a pure call: the one that is there, else a new one. */
export function sharedNode(key: string, make: () => DelayedNode): DelayedNode {
  const known = nodes.get(key)?.deref();
  if (known !== undefined) return known;
  const made = make();
  nodes.set(key, new WeakRef(made));
  forgotten.register(made, key);
  return made;
}

export const PURE = { pure: true } as const;

/** Whether an argument lets a built-in operation be pure: a lazy value whose key is known, or a plain value. */
export const isKeyed = (arg: unknown): boolean =>
  isCollection(arg) ? nodeOf(arg)?.key !== undefined : typeof arg !== "object" || arg === null;
