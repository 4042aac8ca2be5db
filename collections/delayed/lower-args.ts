import { type Arg, functionArg, input, inputsFrom, own } from "../../runtime/graph/call.ts";
import { wantCount } from "../../runtime/graph/graph.ts";
import { tokenize, tokenSymbol } from "../../runtime/graph/tokenize.ts";
import type { AnyFunction, FunctionSpec } from "../../runtime/wire/function-spec.ts";
import { type Collection, isCollection } from "../core/collection.ts";
import { specOf } from "../core/spec-of.ts";
import { isPlainData, unpack } from "../core/unpack.ts";
import { type DelayedNode, type NodeInput, nextNodeId } from "./node.ts";

/** Reached on every lazy value, hidden from its attributes. */
export const nodeSymbol: unique symbol = Symbol("shoal.delayed.node") as never;

/** The arguments of a lazy call, taken apart. */
export interface LoweredArgs {
  readonly args: readonly Arg[];
  readonly shape: string;
  readonly inputs: readonly NodeInput[];
  readonly own: readonly unknown[];
}

/**
 * Takes arguments apart at the time of the call: lazy values become inputs, other values the task's own. Equal shapes
 * mean equal `args`, so that thousands of calls share one.
 * @param traverse false looks for lazy values among the arguments only
 */
export function lowerArgs(values: readonly unknown[], traverse: boolean): LoweredArgs {
  if (values.every(isPlain)) {
    const { args, shape } = ownCall(values.length);
    return { args, shape, inputs: NONE, own: values };
  }
  const inputs: NodeInput[] = [];
  const owned: unknown[] = [];
  const args: Arg[] = [];
  let shape = "";
  for (const value of values) {
    if (isCollection(value)) {
      const node = nodeOf(value);
      if (node === undefined) {
        args.push(unpack(value, slotsIn(inputs)));
        shape += `u${nextNodeId()}`;
      } else {
        args.push(input(flatCount(inputs)));
        shape += `i${flatCount(inputs)}`;
        inputs.push(node);
      }
    } else if (typeof value === "function") {
      args.push(functionArg(specOf(value as AnyFunction)));
      shape += `f${specNumber(specOf(value as AnyFunction))}`;
    } else if (traverse && typeof value === "object" && value !== null && !isPlainData(value)) {
      const list = lazyList(value, inputs);
      args.push(list?.arg ?? unpack(value, slotsIn(inputs)));
      shape += list?.shape ?? `u${nextNodeId()}`;
    } else {
      args.push(own(owned.length));
      shape += "o";
      owned.push(value);
    }
  }
  return { args, shape, inputs, own: owned };
}

const NONE: readonly NodeInput[] = [];
const isPlain = (value: unknown): boolean =>
  value === null || (typeof value !== "object" && typeof value !== "function");

/** What calls with nothing but their own plain values share, by how many these are. */
const ownCalls: { readonly args: readonly Arg[]; readonly shape: string }[] = [];

function ownCall(count: number): { readonly args: readonly Arg[]; readonly shape: string } {
  let made = ownCalls[count];
  if (made === undefined) {
    made = { args: Array.from({ length: count }, (_, at) => own(at)), shape: "o".repeat(count) };
    ownCalls[count] = made;
  }
  return made;
}

/** The node of a lazy value; other collections have none. */
export const nodeOf = (value: Collection<unknown>): DelayedNode | undefined =>
  (value as { [nodeSymbol]?: DelayedNode })[nodeSymbol];

/** A token of a call's content, for pure calls. */
export function callToken(fn: FunctionSpec, values: readonly unknown[], nout: number | undefined): string {
  return tokenize(fn, values, nout);
}

/** Lazy values count by key in tokens. */
export const tokenOfNode = (key: string): { [tokenSymbol]: () => string } => ({ [tokenSymbol]: () => key });

/** A list of nothing but lazy values: one range of inputs, however long. */
function lazyList(value: object, inputs: NodeInput[]): { arg: Arg; shape: string } | undefined {
  if (!Array.isArray(value)) return undefined;
  const nodes: DelayedNode[] = [];
  for (const item of value) {
    const node = isCollection(item) ? nodeOf(item) : undefined;
    if (node === undefined) return undefined;
    nodes.push(node);
  }
  const from = flatCount(inputs);
  // One by one: as arguments of one call, some hundred thousand would not fit the stack.
  for (const node of nodes) inputs.push(node);
  return { arg: inputsFrom(from, nodes.length), shape: `r${from}+${nodes.length};` };
}

/** Inputs of other collections come block by block, so what follows them is counted on. */
function slotsIn(inputs: NodeInput[]): { place(collection: Collection<unknown>): number } {
  return {
    place(collection) {
      const at = flatCount(inputs);
      inputs.push(nodeOf(collection) ?? collection);
      return at;
    },
  };
}

function flatCount(inputs: readonly NodeInput[]): number {
  let count = 0;
  for (const one of inputs) count += isCollection(one) ? wantCount(one.wants()) : 1;
  return count;
}

const specNumbers = new WeakMap<FunctionSpec, number>();

function specNumber(spec: FunctionSpec): number {
  let at = specNumbers.get(spec);
  if (at === undefined) specNumbers.set(spec, (at = nextNodeId()));
  return at;
}
