import type { Random } from "../../runtime/base/random.ts";
import { input, inputsFrom, literal, location, nested, own } from "../../runtime/graph/call.ts";
import type { Graph } from "../../runtime/graph/graph.ts";
import type { Annotations, BlockwiseLayer, HeldLayer, Layer, TaskLayer, Values } from "../../runtime/graph/layer.ts";
import { SELF } from "../../runtime/graph/layer.ts";
import { digestOf, partDigest, simCutSpec, simShardsSpec, simTaskSpec, taskValue } from "./tasks.ts";

/** How tasks of a layer behave; listed tasks differ. */
export interface LayerBehaviour {
  readonly durationMs: number;
  readonly bytes: number;
  readonly heedsAbort: boolean;
  /** Indices that always throw. */
  readonly broken: readonly number[];
  /** Indices that throw at their first runs: [index, runs]. */
  readonly flaky: readonly (readonly [number, number])[];
  /** Indices that end their worker. */
  readonly poison: readonly number[];
}

/** A layer of the workload: its edges said out, so that the right answers do not depend on the code under test. */
export interface SimLayer {
  readonly name: string;
  /** "exchange": every block of the source is cut, a part for each of these tasks, which read from where it lies. */
  readonly kind: "tasks" | "elementwise" | "group" | "all" | "exchange" | "data" | "scatter";
  readonly count: number;
  /** Names of the layers it reads. */
  readonly sources: readonly string[];
  /** For "tasks": [source name, index] of each input, by task. */
  readonly edges: readonly (readonly (readonly [string, number])[])[];
  readonly behaviour: LayerBehaviour;
  readonly annotations: Annotations;
}

/** Layers in the order of their making; a submission is a list of names with all that they read. */
export type Workload = ReadonlyMap<string, SimLayer>;

/** How many neighbours a "group" step joins. */
const GROUP = 3;

/** [layer, index] of every input of a task, in order. */
export function inputsOf(layer: SimLayer, index: number, workload: Workload): (readonly [string, number])[] {
  if (layer.kind === "data" || layer.kind === "scatter") return [];
  if (layer.kind === "tasks") return [...(layer.edges[index] ?? [])];
  const source = layer.sources[0] as string;
  const count = workload.get(source)?.count ?? 0;
  if (layer.kind === "elementwise") return layer.sources.map((name) => [name, index] as const);
  const range =
    layer.kind === "all" || layer.kind === "exchange"
      ? [0, count]
      : [index * GROUP, Math.min(count, (index + 1) * GROUP)];
  return Array.from(
    { length: (range[1] as number) - (range[0] as number) },
    (_, i) => [source, (range[0] as number) + i] as const,
  );
}

/** The right answers, worked out one by one. */
export class Oracle {
  private readonly workload: Workload;
  private readonly digests = new Map<string, number>();

  constructor(workload: Workload) {
    this.workload = workload;
  }

  digest(name: string, index: number): number {
    const task = `${name}:${index}`;
    const known = this.digests.get(task);
    if (known !== undefined) return known;
    const layer = this.workload.get(name) as SimLayer;
    const digest =
      layer.kind === "data" || layer.kind === "scatter"
        ? dataValue(name, index)
        : digestOf(
            taskValue(
              task,
              inputsOf(layer, index, this.workload).map(([source, at]) =>
                layer.kind === "exchange" ? partDigest(this.digest(source, at), index) : this.digest(source, at),
              ),
              8,
            ),
          );
    this.digests.set(task, digest);
    return digest;
  }

  /** The tasks that a task needs, itself included. */
  ancestry(name: string, index: number): Set<string> {
    const found = new Set<string>();
    const visit = (layerName: string, at: number): void => {
      const task = `${layerName}:${at}`;
      if (found.has(task)) return;
      found.add(task);
      const layer = this.workload.get(layerName) as SimLayer;
      for (const [source, input] of inputsOf(layer, at, this.workload)) visit(source, input);
    };
    visit(name, index);
    return found;
  }
}

/** What a layer brings along, or what of it is scattered. */
export const dataValue = (name: string, index: number): number => digestOf(taskValue(`data ${name}:${index}`, [], 8));

/**
 * The graph of layers by name, sources first, as collections would say it.
 * @param heldOf layers that are held already, and read as such
 */
export function graphFor(
  names: readonly string[],
  wants: readonly (readonly [string, readonly number[]])[],
  workload: Workload,
  heldOf: (layer: SimLayer) => HeldLayer | undefined,
): Graph {
  const made = new Map<string, Layer>();
  for (const name of names) {
    const layer = workload.get(name) as SimLayer;
    const held = heldOf(layer);
    if (layer.kind === "exchange" && held === undefined) made.set(cutOf(name), cutLayer(layer, made));
    made.set(name, held ?? graphLayer(layer, made, workload));
  }
  // Behind a held layer nothing is submitted.
  const reached = new Set<string>();
  const reach = (name: string): void => {
    if (reached.has(name)) return;
    reached.add(name);
    if (made.get(name)?.kind !== "held") for (const source of (workload.get(name) as SimLayer).sources) reach(source);
  };
  for (const [name] of wants) reach(name);
  return {
    layers: names
      .filter((name) => reached.has(name))
      .flatMap((name) => [made.get(cutOf(name)) ?? [], made.get(name) as Layer].flat()),
    wants: wants.map(([name, indices]) => ({ layer: made.get(name) as Layer, indices: Uint32Array.from(indices) })),
  };
}

/** A layer's name with all it reads, sources first. */
export function closureOf(name: string, workload: Workload): string[] {
  const found: string[] = [];
  const visit = (one: string): void => {
    if (found.includes(one)) return;
    for (const source of (workload.get(one) as SimLayer).sources) visit(source);
    found.push(one);
  };
  visit(name);
  return found;
}

const cutOf = (name: string): string => `${name}-cut`;

function cutLayer(layer: SimLayer, made: ReadonlyMap<string, Layer>): BlockwiseLayer {
  const source = made.get(layer.sources[0] as string) as Layer;
  return {
    kind: "blockwise",
    name: cutOf(layer.name),
    grid: source.grid,
    annotations: layer.annotations,
    inputs: [{ source, axes: [{ kind: "axis", axis: 0 }] }],
    call: { fn: simCutSpec, args: [input(0), literal(layer.count)] },
  };
}

function graphLayer(layer: SimLayer, made: ReadonlyMap<string, Layer>, workload: Workload): Layer {
  const { name, count, annotations } = layer;
  const shared = { name, grid: [count], annotations };
  const numbers = (of: (i: number) => number) =>
    ({ kind: "numbers", data: Float64Array.from({ length: count }, (_, i) => of(i)) }) as const;
  if (layer.kind === "data") return { ...shared, kind: "data", values: numbers((i) => dataValue(name, i)) };
  if (layer.kind === "exchange") return exchangeReaders(layer, made.get(cutOf(name)) as Layer, numbers);
  const call = { fn: simTaskSpec, args: [literal(name), own(0), inputsFrom(0)] };
  const sources = layer.sources.map((source) => made.get(source) as Layer);
  if (layer.kind === "tasks") {
    const kinds = { calls: [call, call], callOf: Uint32Array.from({ length: count }, (_, i) => i % 2) };
    const names = [`${name}-even`, `${name}-odd`];
    return { ...shared, ...edgeColumns(layer, sources, workload), ...kinds, kinds: names, own: numbers((i) => i) };
  }
  const axis =
    layer.kind === "elementwise"
      ? ({ kind: "axis", axis: 0 } as const)
      : layer.kind === "group"
        ? ({ kind: "group", axis: 0, size: GROUP } as const)
        : ({ kind: "all" } as const);
  const inputs = sources.map((source) => ({ source, axes: [axis] }));
  return { ...shared, kind: "blockwise", call, inputs, own: numbers((i) => i) };
}

function exchangeReaders(
  { name, count, annotations }: SimLayer,
  cut: Layer,
  numbers: (of: (i: number) => number) => Values,
): BlockwiseLayer {
  const parts = nested({ fn: simShardsSpec, args: [input(0), location([[[1, count]]])] });
  return {
    kind: "blockwise",
    name,
    grid: [count],
    annotations,
    inputs: [{ source: cut, axes: [{ kind: "all" }] }],
    call: { fn: simTaskSpec, args: [literal(name), own(0), parts] },
    own: numbers((i) => i),
  };
}

function edgeColumns(
  layer: SimLayer,
  sources: readonly Layer[],
  workload: Workload,
): Pick<TaskLayer, "kind" | "sources" | "inputOffsets" | "inputSource" | "inputIndex"> {
  const edges = Array.from({ length: layer.count }, (_, i) => inputsOf(layer, i, workload));
  const offsets = [0];
  for (const one of edges) offsets.push((offsets.at(-1) as number) + one.length);
  return {
    kind: "tasks",
    sources,
    inputOffsets: Uint32Array.from(offsets),
    inputSource: Uint16Array.from(edges.flat(), ([source]) =>
      source === layer.name ? SELF : layer.sources.indexOf(source),
    ),
    inputIndex: Uint32Array.from(edges.flat(), ([, at]) => at),
  };
}

export interface WorkloadOptions {
  readonly layers: number;
  readonly tasksPerLayerMax: number;
  readonly durationMs: number;
  readonly bigChunks: boolean;
  /** The share of layers whose functions stop when they are told to. */
  readonly heedsAbort: number;
  readonly broken: number;
  readonly flaky: number;
  readonly poison: boolean;
  readonly priorities: boolean;
  readonly resources: boolean;
  readonly restrictions: readonly string[];
  /** Where most of what reads other layers has to run. */
  readonly readersOn: string | undefined;
}

/** A random workload: maps, trees, reductions, shuffles, chains and random graphs on each other. */
export function makeWorkload(options: WorkloadOptions, random: Random): Map<string, SimLayer> {
  const workload = new Map<string, SimLayer>();
  let poisonLeft = options.poison ? 1 : 0;
  for (let i = 0; i < options.layers; i++) {
    const known = [...workload.values()];
    const source = known.length > 0 && random.chance(0.8) ? random.pick(known) : undefined;
    const kind =
      source === undefined
        ? random.pick(["tasks", "tasks", "data", "scatter"] as const)
        : random.pick(["tasks", "elementwise", "elementwise", "group", "all", "exchange"] as const);
    const count = countOf(kind, source, options, random);
    const name = `${kind}-${i}`;
    const isRun = kind !== "data" && kind !== "scatter";
    const second = kind === "elementwise" ? known.find((one) => one !== source && one.count === count) : undefined;
    const sources = [source, random.chance(0.5) ? second : undefined].flatMap((one) =>
      one === undefined ? [] : [one.name],
    );
    const indices = (rate: number): number[] =>
      Array.from({ length: count }, (_, at) => at).filter(() => random.chance(rate));
    const poison = isRun && poisonLeft > 0 && random.chance(0.5) ? [random.below(count)] : [];
    poisonLeft -= poison.length;
    workload.set(name, {
      name,
      kind,
      count,
      sources,
      edges: kind === "tasks" ? edgesOf(name, count, source, random) : [],
      behaviour: {
        durationMs: random.chance(0.2) ? 0 : options.durationMs * (0.2 + random.next() * 1.6),
        bytes: options.bigChunks && random.chance(0.3) ? 8 * (1 + random.below(4000)) : 8,
        heedsAbort: random.chance(options.heedsAbort),
        broken: isRun ? indices(options.broken) : [],
        flaky: isRun ? indices(options.flaky).map((at) => [at, 1 + random.below(2)] as const) : [],
        poison,
      },
      annotations: annotationsOf(options, random, source !== undefined),
    });
  }
  return workload;
}

function countOf(
  kind: SimLayer["kind"],
  source: SimLayer | undefined,
  options: WorkloadOptions,
  random: Random,
): number {
  if (kind === "elementwise") return (source as SimLayer).count;
  if (kind === "group") return Math.ceil((source as SimLayer).count / GROUP);
  if (kind === "all") return 1 + random.below(3);
  return 1 + random.below(options.tasksPerLayerMax);
}

type Edges = [string, number][];

/** Edges of a layer, by family, to the layer before and to earlier tasks of its own. */
function edgesOf(name: string, count: number, source: SimLayer | undefined, random: Random): Edges[] {
  const family = random.pick(source === undefined ? OWN_FAMILIES : FAMILIES);
  const before = (at: number): Edges =>
    source === undefined || at < 0 || at >= source.count ? [] : [[source.name, at]];
  return Array.from({ length: count }, (_, i): Edges => {
    switch (family) {
      case "none":
        return [];
      case "chain":
        return i > 0 ? [[name, i - 1]] : before(0);
      case "tree":
        return i > 0 ? [[name, (i - 1) >> 1]] : before(0);
      case "stencil":
        return [...before(i - 1), ...before(i), ...before(i + 1)];
      case "pairs":
        return [...before(2 * i), ...before(2 * i + 1)];
      case "shuffle":
        // Every fourth of the source goes to every task: a fan-out and a fan-in at once.
        return Array.from({ length: Math.min(16, source?.count ?? 0) }, (_, k) => before((i % 4) + 4 * k)).flat();
      default:
        return randomEdges(name, i, source, random);
    }
  });
}

const OWN_FAMILIES = ["none", "chain", "tree", "random"] as const;
const FAMILIES = ["chain", "tree", "stencil", "pairs", "shuffle", "random", "random"] as const;

function randomEdges(name: string, i: number, source: SimLayer | undefined, random: Random): Edges {
  const inputs: Edges = [];
  for (let n = random.below(4); n > 0; n--) {
    if (source !== undefined && random.chance(0.6)) inputs.push([source.name, random.below(source.count)]);
    else if (i > 0) inputs.push([name, random.below(i)]);
  }
  // Now and then a task reads the same input twice.
  if (random.chance(0.9))
    return inputs.filter(([layer, at], j) => inputs.findIndex(([l, a]) => l === layer && a === at) === j);
  return inputs;
}

function annotationsOf(options: WorkloadOptions, random: Random, isReader: boolean): Annotations {
  const retries = options.flaky > 0 ? random.below(4) : 0;
  return {
    ...(options.flaky > 0 ? { retries } : {}),
    // Long enough, at times, that inputs are lost and former runs are heard of while it rests.
    ...(retries % 2 === 1 ? { retryDelayMs: random.pick([40, 3000]) } : {}),
    ...(options.priorities && random.chance(0.5) ? { priority: random.below(5) - 2 } : {}),
    ...(options.resources && random.chance(0.4) ? { resources: { gpu: 1 } } : {}),
    ...(options.readersOn !== undefined && isReader && random.chance(0.7) ? { workers: [options.readersOn] } : {}),
    ...(options.readersOn === undefined && options.restrictions.length > 0 && random.chance(0.3)
      ? { workers: [random.pick(options.restrictions)], allowOtherWorkers: random.chance(0.5) }
      : {}),
  };
}
