import { ShoalError } from "../base/errors.ts";
import type { AnyFunction } from "../wire/function-spec.ts";
import {
  type DictGraph,
  dependencies,
  dependents,
  flatKeys,
  type KeyTree,
  Quoted,
  TaskNode,
  toposort,
} from "./dict-graph.ts";

/**
 * What keys need of a graph, and what each of those reads directly.
 * @throws ShoalError UNKNOWN_KEY
 * @see https://docs.dask.org/en/stable/optimize.html#dask.optimization.cull
 */
export function cull(graph: DictGraph, keys: KeyTree): [graph: DictGraph, dependencies: Record<string, Set<string>>] {
  const reads = dependencies(graph);
  const kept: Record<string, unknown> = {};
  const keptReads: Record<string, Set<string>> = {};
  const stack = [...flatKeys(keys)].reverse();
  for (let key = stack.pop(); key !== undefined; key = stack.pop()) {
    if (Object.hasOwn(kept, key)) continue;
    if (!Object.hasOwn(graph, key))
      throw new ShoalError(`The graph has no key "${key}"`, { code: "UNKNOWN_KEY", details: { key } });
    kept[key] = graph[key];
    keptReads[key] = reads[key] as Set<string>;
    stack.push(...(reads[key] as Set<string>));
  }
  return [kept, keptReads];
}

/**
 * Joins linear chains: a task that one other task reads, and whose reader reads nothing else, moves into it.
 * @param keys stay keys of the graph; without them, whatever nothing reads does
 * @see https://docs.dask.org/en/stable/optimize.html#dask.optimization.fuse
 */
export function fuse(graph: DictGraph, keys: KeyTree = []): DictGraph {
  const reads = dependencies(graph);
  const readers = dependents(graph);
  const stay = new Set(flatKeys(keys));
  const moved = Object.keys(graph).filter((key) => {
    const [reader, ...others] = [...(readers[key] as Set<string>)];
    return (
      reader !== undefined &&
      others.length === 0 &&
      !stay.has(key) &&
      reads[reader]?.size === 1 &&
      isTask(graph[reader])
    );
  });
  return without(inline(graph, { keys: moved, inlineConstants: false }), moved);
}

/** What is to be inlined. */
export interface InlineOptions {
  readonly keys?: readonly string[];
  /** Put values that are no tasks into what reads them, too; default true. */
  readonly inlineConstants?: boolean;
}

/**
 * Puts the definitions of keys in place of their names; they are computed again wherever they are read.
 * @see https://docs.dask.org/en/stable/optimize.html#dask.optimization.inline
 */
export function inline(graph: DictGraph, options: InlineOptions = {}): DictGraph {
  const wanted = new Set(options.keys ?? []);
  if (options.inlineConstants !== false)
    for (const [key, value] of Object.entries(graph)) if (isConstant(value, graph)) wanted.add(key);
  const made: Record<string, unknown> = {};
  for (const key of toposort(graph))
    made[key] = replaceKeys(graph[key], (name) => (wanted.has(name) ? asDefined(made[name], graph) : undefined));
  return Object.fromEntries(Object.keys(graph).map((key) => [key, made[key]]));
}

/** Which functions are cheap enough to run again. */
export interface InlineFunctionsOptions {
  readonly fastFunctions: readonly AnyFunction[];
}

/**
 * Inlines tasks that call cheap functions only, and drops them unless they are among `output`.
 * @see https://docs.dask.org/en/stable/optimize.html#dask.optimization.inline_functions
 */
export function inlineFunctions(graph: DictGraph, output: KeyTree, options: InlineFunctionsOptions): DictGraph {
  const fast = new Set(options.fastFunctions);
  const stay = new Set(flatKeys(output));
  const readers = dependents(graph);
  const keys = Object.keys(graph).filter(
    (key) =>
      !stay.has(key) &&
      (readers[key] as Set<string>).size > 0 &&
      isTask(graph[key]) &&
      functionsIn(graph[key]).every((fn) => fast.has(fn)),
  );
  return keys.length === 0 ? graph : without(inline(graph, { keys, inlineConstants: false }), keys);
}

const isTask = (value: unknown): value is TaskNode => value instanceof TaskNode;
const isConstant = (value: unknown, graph: DictGraph): boolean =>
  !isTask(value) && !Array.isArray(value) && !(typeof value === "string" && Object.hasOwn(graph, value));

function functionsIn(value: unknown): AnyFunction[] {
  if (Array.isArray(value)) return value.flatMap(functionsIn);
  return isTask(value) ? [value.fn, ...value.args.flatMap(functionsIn)] : [];
}

/** A definition as it stands in another: its text is quoted, so that it is not read as a key again, unless it is the name of one. */
const asDefined = (made: unknown, graph: DictGraph): unknown =>
  typeof made === "string" && !Object.hasOwn(graph, made) ? new Quoted(made) : made;

/** The value with names of keys replaced. */
function replaceKeys(value: unknown, definition: (name: string) => unknown): unknown {
  if (typeof value === "string") {
    return definition(value) ?? value;
  }
  if (isTask(value))
    return new TaskNode(
      value.fn,
      value.args.map((arg) => replaceKeys(arg, definition)),
    );
  return Array.isArray(value) ? value.map((item) => replaceKeys(item, definition)) : value;
}

function without(graph: DictGraph, keys: readonly string[]): DictGraph {
  const dropped = new Set(keys);
  return Object.fromEntries(Object.entries(graph).filter(([key]) => !dropped.has(key)));
}
