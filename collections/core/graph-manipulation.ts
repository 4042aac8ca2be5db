import { uniqueToken } from "../../runtime/base/random.ts";
import { input } from "../../runtime/graph/call.ts";
import { graphOf } from "../../runtime/graph/graph.ts";
import type { Annotations, AxisPick, BlockwiseLayer, DataLayer, Layer, TaskLayer } from "../../runtime/graph/layer.ts";
import { sourcesOf, taskKey } from "../../runtime/graph/layer.ts";
import { tokenize } from "../../runtime/graph/tokenize.ts";
import { kernel } from "../../runtime/wire/function-spec.ts";
import { type Collection, isCollection } from "./collection.ts";
import { wantsOf } from "./compute.ts";
import { firstOf } from "./kernels/barrier.ts";
import { checkpointLayer } from "./wait-on.ts";

/** What of a graph is made anew. */
export interface CloneOptions {
  /** What these are made of stays shared. */
  readonly omit?: Collection<unknown> | readonly Collection<unknown>[];
  /** The same seed gives the same names; default a fresh one each time. */
  readonly seed?: string | number;
}

/**
 * Equivalent collections whose work shares nothing with the originals': computing both does everything twice.
 * @throws TypeError if an argument is no collection
 * @see https://docs.dask.org/en/stable/graph_manipulation.html#dask.graph_manipulation.clone
 * @example
 * const [again] = clone([measured]);
 */
export function clone<const A extends readonly Collection<unknown>[]>(collections: A, options: CloneOptions = {}): A {
  return remade(collections, "clone", undefined, options);
}

/**
 * Clones of `children` whose first tasks wait until all of `parents` is done, though they read nothing of it: for work with effects that
 * the graph does not show.
 * @throws TypeError if an argument is no collection
 * @see https://docs.dask.org/en/stable/graph_manipulation.html#dask.graph_manipulation.bind
 * @example
 * const report = bind(readReport, written); // reads after everything was written
 */
export function bind<C extends Collection<unknown>>(
  children: C,
  parents: Collection<unknown> | readonly Collection<unknown>[],
  options?: CloneOptions,
): C;
export function bind<const A extends readonly Collection<unknown>[]>(
  children: A,
  parents: Collection<unknown> | readonly Collection<unknown>[],
  options?: CloneOptions,
): A;
export function bind(
  children: Collection<unknown> | readonly Collection<unknown>[],
  parents: Collection<unknown> | readonly Collection<unknown>[],
  options: CloneOptions = {},
): unknown {
  const barrier = checkpointLayer(...listed(parents, "parents of bind"));
  const bound = remade(listed(children, "children of bind"), "bound", barrier, options);
  return isCollection(children) ? bound[0] : bound;
}

/**
 * The same work with hints for all its tasks: priority, retries, workers, resources. What `omit` names keeps its own. Steps put on top
 * afterwards have none, but a reduction's rounds have those of what they reduce.
 * @see https://docs.dask.org/en/stable/api.html#dask.annotate
 * @example
 * const urgent = annotate(total, { priority: 10, retries: 2 });
 */
export function annotate<C extends Collection<unknown>>(
  collection: C,
  annotations: Annotations,
  options: Pick<CloneOptions, "omit"> = {},
): C {
  const seed = tokenize(annotations);
  return remade([collection], "hinted", undefined, { ...options, seed }, annotations)[0] as C;
}

function listed(
  given: Collection<unknown> | readonly Collection<unknown>[],
  what: string,
): readonly Collection<unknown>[] {
  const list = isCollection(given) ? [given] : given;
  const stranger = list.findIndex((one) => !isCollection(one));
  if (stranger >= 0) throw new TypeError(`Item ${stranger} of the ${what} is no collection`);
  return list;
}

function remade<A extends readonly Collection<unknown>[]>(
  collections: A,
  prefix: string,
  barrier: Layer | undefined,
  { omit = [], seed = uniqueToken() }: CloneOptions,
  annotations?: Annotations,
): A {
  listed(collections, "collections");
  const kept = new Set(graphOf(wantsOf(listed(omit, "omitted"))).layers.map((layer) => layer.name));
  const made = new Map<string, Layer>();
  for (const layer of graphOf(wantsOf(collections)).layers) {
    if (kept.has(layer.name) || layer.kind === "held") made.set(layer.name, layer);
    else {
      const twin = renamed(layer, `${prefix}-${tokenize(layer, seed, barrier)}`, made, barrier);
      const hints = { ...layer.annotations, ...annotations };
      made.set(layer.name, annotations === undefined ? twin : { ...twin, annotations: hints });
    }
  }
  return collections.map((one) => one.rebuild(made.get(one.wants().layer.name) as Layer)) as unknown as A;
}

/** The layer under another name, over what its sources have become; what reads nothing waits for the barrier. */
function renamed(layer: Layer, name: string, made: ReadonlyMap<string, Layer>, barrier: Layer | undefined): Layer {
  const sourceOf = (source: Layer): Layer => made.get(source.name) as Layer;
  switch (layer.kind) {
    case "held":
      return layer;
    case "data":
      return barrier === undefined ? { ...layer, name, ...renamedKeys(layer, name) } : waiting(layer, name, barrier);
    case "blockwise": {
      const inputs = layer.inputs.map((one) => ({ ...one, source: sourceOf(one.source) }));
      const waits = barrier !== undefined && sourcesOf(layer).length === 0;
      return { ...layer, name, inputs: waits ? [...inputs, { source: barrier, axes: [] }] : inputs };
    }
    case "tasks": {
      const own = { ...layer, name, sources: layer.sources.map(sourceOf), ...renamedKeys(layer, name) };
      return barrier === undefined ? own : firstTasksWait(own, barrier);
    }
  }
}

function renamedKeys(layer: TaskLayer | DataLayer, name: string): { keys?: string[] } {
  return layer.keys === undefined ? {} : { keys: layer.keys.map((_, at) => `${taskKey(layer, at)}-${name}`) };
}

/** Values at hand, given out when the barrier is reached. */
function waiting(layer: DataLayer, name: string, barrier: Layer): BlockwiseLayer {
  const axes = layer.grid.map((_, axis): AxisPick => ({ kind: "axis", axis }));
  return {
    kind: "blockwise",
    name,
    grid: layer.grid,
    inputs: [
      { source: layer, axes },
      { source: barrier, axes: [] },
    ],
    call: { fn: kernel("shoal:collections/core/kernels/barrier", "firstOf", firstOf), args: [input(0), input(1)] },
  };
}

/** Tasks that read nothing read the barrier, behind all that their calls name. */
function firstTasksWait(layer: TaskLayer, barrier: Layer): TaskLayer {
  const count = layer.inputOffsets.length - 1;
  const offsets = new Uint32Array(count + 1);
  const source: number[] = [];
  const index: number[] = [];
  for (let task = 0; task < count; task++) {
    const from = layer.inputOffsets[task] as number;
    const to = layer.inputOffsets[task + 1] as number;
    for (let e = from; e < to; e++) {
      source.push(layer.inputSource?.[e] ?? 0);
      index.push(layer.inputIndex[e] as number);
    }
    if (from === to) {
      source.push(layer.sources.length);
      index.push(0);
    }
    offsets[task + 1] = index.length;
  }
  return {
    ...layer,
    sources: [...layer.sources, barrier],
    inputOffsets: offsets,
    inputSource: Uint16Array.from(source),
    inputIndex: Uint32Array.from(index),
  };
}
