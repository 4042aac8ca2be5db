import { ShoalError } from "../base/errors.ts";
import { uniqueToken } from "../base/random.ts";
import { type AnyFunction, type FunctionSpec, kernel, liveFunction } from "../wire/function-spec.ts";
import type { Arg } from "./call.ts";
import { type TaskEdges, topologicalOrder } from "./dependencies.ts";
import { type ComputeOptions, currentExecutor } from "./executor.ts";
import type { Want } from "./graph.ts";
import { identity } from "./identity.ts";
import { SELF, type TaskLayer } from "./layer.ts";
import { orderedRows } from "./order.ts";
import { tokenize } from "./tokenize.ts";

/**
 * A graph written by hand: values, lists and {@link task}s by key. Text that is a key means that key's value, wherever
 * it stands; {@link quote} keeps text as it is.
 * @see https://docs.dask.org/en/stable/custom-graphs.html
 */
export type DictGraph = Readonly<Record<string, unknown>>;

/** A function and its arguments in a {@link DictGraph}. */
export class TaskNode {
  readonly fn: AnyFunction;
  readonly args: readonly unknown[];
  constructor(fn: AnyFunction, args: readonly unknown[]) {
    this.fn = fn;
    this.args = args;
  }
}

/** Text that is no key. */
export class Quoted {
  readonly value: unknown;
  constructor(value: unknown) {
    this.value = value;
  }
}

/**
 * A task of a graph written by hand.
 * @example
 * await get({ x: 1, y: call((a, b) => a + b, "x", 10) }, "y"); // 11
 */
export const call = (fn: AnyFunction, ...args: readonly unknown[]): TaskNode => new TaskNode(fn, args);

/** A value in which no text is a key. */
export const quote = (value: unknown): Quoted => new Quoted(value);

/** Keys, or lists of keys, as deep as they come. */
export type KeyTree = string | readonly KeyTree[];

/**
 * Computes keys of a graph on the innermost open client, else in this process.
 * @returns one value, or lists of values shaped like `keys`
 * @throws ShoalError UNKNOWN_KEY or CYCLE before anything runs; TaskError
 * @see https://docs.dask.org/en/stable/scheduler-overview.html#the-get-function
 */
export async function get(graph: DictGraph, keys: KeyTree, options?: ComputeOptions): Promise<unknown> {
  const names = Object.keys(graph);
  const rows = new Map(names.map((name, row) => [name, row]));
  const wanted = flatKeys(keys).map((key) => rowOf(rows, key));
  topologicalOrder(edgesOf(graph), (row) => names[row] as string);
  const layer = layerOf(graph);
  const want: Want = { layer, indices: Uint32Array.from(wanted) };
  const [values] = wanted.length === 0 ? [[]] : await currentExecutor().compute([want], options);
  let at = 0;
  const shaped = (tree: KeyTree): unknown =>
    typeof tree === "string" ? (values as unknown[])[at++] : tree.map(shaped);
  return shaped(keys);
}

/** The keys each key reads directly. */
export function dependencies(graph: DictGraph): Record<string, Set<string>> {
  return Object.fromEntries(Object.entries(graph).map(([key, value]) => [key, keysIn(value, graph)]));
}

/** The keys that read each key directly. */
export function dependents(graph: DictGraph): Record<string, Set<string>> {
  const found: Record<string, Set<string>> = Object.fromEntries(
    Object.keys(graph).map((key) => [key, new Set<string>()]),
  );
  for (const [key, reads] of Object.entries(dependencies(graph))) for (const one of reads) found[one]?.add(key);
  return found;
}

/**
 * Keys in an order in which each comes after those it reads.
 * @throws ShoalError CYCLE, naming the keys of a circle
 */
export function toposort(graph: DictGraph): string[] {
  const names = Object.keys(graph);
  return [...topologicalOrder(edgesOf(graph), (row) => names[row] as string)].map((row) => names[row] as string);
}

/**
 * Whether no circle is reached from the keys (default: from any).
 * @throws ShoalError UNKNOWN_KEY
 */
export function isDag(graph: DictGraph, keys: KeyTree = Object.keys(graph)): boolean {
  const reads = dependencies(graph);
  const state = new Map<string, "open" | "done">();
  const stack: string[] = [...flatKeys(keys)];
  const rows = new Map(Object.keys(graph).map((name, row) => [name, row]));
  for (const key of stack) rowOf(rows, key);
  for (let key = stack.at(-1); key !== undefined; key = stack.at(-1)) {
    if (state.get(key) !== undefined) {
      state.set(key, "done");
      stack.pop();
      continue;
    }
    state.set(key, "open");
    for (const one of reads[key] as Set<string>) {
      if (state.get(one) === "open") return false;
      if (state.get(one) === undefined) stack.push(one);
    }
  }
  return true;
}

/**
 * Each key's place in the static order: which to run first so that few results are held at once.
 * @throws ShoalError CYCLE
 * @see https://docs.dask.org/en/stable/order.html
 */
export function order(graph: DictGraph): Record<string, number> {
  const names = Object.keys(graph);
  const rows = orderedRows(edgesOf(graph), (row) => names[row] as string);
  const ranks: Record<string, number> = Object.fromEntries(names.map((name) => [name, 0]));
  rows.forEach((row, rank) => {
    ranks[names[row] as string] = rank;
  });
  return ranks;
}

/** All keys of a tree of keys, in order. */
export const flatKeys = (keys: KeyTree): string[] => (typeof keys === "string" ? [keys] : keys.flatMap(flatKeys));

/** The keys that a value of a graph names, in order. */
export function keysIn(value: unknown, graph: DictGraph): Set<string> {
  const found = new Set<string>();
  const visit = (one: unknown): void => {
    if (typeof one === "string") {
      if (Object.hasOwn(graph, one)) found.add(one);
    } else if (one instanceof TaskNode) one.args.forEach(visit);
    else if (Array.isArray(one)) one.forEach(visit);
  };
  visit(value);
  return found;
}

function rowOf(rows: ReadonlyMap<string, number>, key: string): number {
  const row = rows.get(key);
  if (row === undefined)
    throw new ShoalError(`The graph has no key "${key}"`, { code: "UNKNOWN_KEY", details: { key } });
  return row;
}

function edgesOf(graph: DictGraph): TaskEdges {
  const names = Object.keys(graph);
  const rows = new Map(names.map((name, row) => [name, row]));
  const inputOffsets = new Uint32Array(names.length + 1);
  const inputs: number[] = [];
  names.forEach((name, row) => {
    for (const one of keysIn(graph[name], graph)) inputs.push(rows.get(one) as number);
    inputOffsets[row + 1] = inputs.length;
  });
  return { count: names.length, inputOffsets, inputs: Uint32Array.from(inputs) };
}

const IDENTITY = kernel("shoal:runtime/graph/identity", "identity", identity);

/** The graph as one layer, so that any executor runs it; tasks are named by layer and place, as keys are this graph's own. */
function layerOf(graph: DictGraph): TaskLayer {
  const edges = edgesOf(graph);
  const names = Object.keys(graph);
  const specs = new Map<AnyFunction, FunctionSpec>();
  const specOf = (fn: AnyFunction): FunctionSpec => {
    const spec = specs.get(fn) ?? liveFunction(fn);
    specs.set(fn, spec);
    return spec;
  };
  const calls = names.map((name) => {
    const slots = new Map([...keysIn(graph[name], graph)].map((key, at) => [key, at]));
    const argOf = (value: unknown): Arg => {
      const slot = typeof value === "string" ? slots.get(value) : undefined;
      if (slot !== undefined) return { kind: "input", at: slot };
      if (value instanceof TaskNode)
        return { kind: "call", call: { fn: specOf(value.fn), args: value.args.map(argOf) } };
      if (value instanceof Quoted) return { kind: "literal", value: value.value };
      if (typeof value === "function") return { kind: "function", spec: specOf(value as AnyFunction) };
      return Array.isArray(value) ? { kind: "list", items: value.map(argOf) } : { kind: "literal", value };
    };
    const value = graph[name];
    return value instanceof TaskNode
      ? { fn: specOf(value.fn), args: value.args.map(argOf) }
      : { fn: IDENTITY, args: [argOf(value)] };
  });
  return {
    kind: "tasks",
    name: `graph-${tokenize(uniqueToken())}`,
    grid: [names.length],
    calls,
    callOf: Uint32Array.from(names, (_, row) => row),
    sources: [],
    inputOffsets: edges.inputOffsets,
    inputSource: new Uint16Array(edges.inputs.length).fill(SELF),
    inputIndex: edges.inputs,
  };
}
