import { keyPrefix } from "../../runtime/graph/key.ts";
import type { Layer } from "../../runtime/graph/layer.ts";
import { expandGraph, type TaskTable } from "../../runtime/graph/task-table.ts";
import type { WireLayer } from "../../runtime/protocol/wire-layer.ts";
import type { LayerRows, SlabPlace } from "./ledger-record.ts";
import { type Constraint, ReadyQueue } from "./ready-queue.ts";
import type { SchedulerState } from "./scheduler-state.ts";
import { Slab } from "./slab.ts";
import { rankTable } from "./static-order.ts";
import { RETRIES_MAX } from "./task-columns.ts";

/** A submission whose rows and layers have their numbers. */
export interface SlabParts {
  readonly layers: readonly WireLayer[];
  readonly priority: number;
  readonly retries: number;
  readonly isNew: readonly boolean[];
  readonly rows: readonly LayerRows[];
  readonly place: SlabPlace;
}

/** A slab for what is new in a submission; undefined if nothing is. */
export function makeSlab(state: SchedulerState, parts: SlabParts): Slab | undefined {
  const { layers, rows, isNew, place } = parts;
  state.nextSlab = Math.max(state.nextSlab, place.slab + 1);
  if (place.count === 0) return undefined;
  const table = expandGraph({ layers: layersOfWire(layers), wants: [] });
  const fresh = layers.flatMap((_, at) => (isNew[at] ? [at] : []));
  const bases = basesOf(fresh.map((at) => layers[at] as WireLayer));
  const allNew = isNew.every(Boolean) && rows.every((one) => typeof one === "number");
  const edges = allNew ? shiftedEdges(table, place.base) : mappedEdges(table, fresh, rows, bases);
  const sourceGrids = fresh.map((at) => sourceGridsOf(layers, layers[at] as WireLayer));
  const own = fresh.map((at) => withRetries(layers[at] as WireLayer, parts.retries));
  const slab = insertSlab(state, { place, layers: own, sourceGrids, priority: parts.priority, ...edges });
  own.forEach(({ annotations }, at) => {
    const retries = Math.min(RETRIES_MAX, annotations?.retries ?? parts.retries);
    if (retries > 0)
      state.tasks.retriesLeft.fill(retries, place.base + (bases[at] as number), place.base + (bases[at + 1] as number));
  });
  return slab;
}

/** A delay doubles with each failure, which are counted from how many retries there were: with a delay, a layer says so itself. */
function withRetries(layer: WireLayer, retries: number): WireLayer {
  const { annotations } = layer;
  if (annotations?.retryDelayMs === undefined || annotations.retries !== undefined || retries === 0) return layer;
  return { ...layer, annotations: { ...annotations, retries } };
}

/** What a slab is made of when its edges are written out. */
export interface SlabContent {
  readonly place: SlabPlace;
  readonly layers: readonly WireLayer[];
  /** For each layer, the grids of what it reads. */
  readonly sourceGrids: readonly (readonly (readonly number[])[])[];
  readonly priority: number;
  readonly inputOffsets: Uint32Array;
  readonly inputs: Uint32Array;
}

/** Puts a slab in its place: its rows are allocated, everything that refers to it is set. */
export function insertSlab(state: SchedulerState, content: SlabContent): Slab {
  const { place, layers, sourceGrids, priority, inputOffsets, inputs } = content;
  const { base, count } = place;
  const slab = new Slab({
    id: place.slab,
    base,
    generation: place.generation,
    since: place.since,
    layers: layers.map((layer, at) => ({
      id: place.firstLayer + at,
      layer,
      prefix: state.estimates.prefix(prefixOf(layer)),
      kinds: layer.kind === "tasks" ? layer.kinds?.map((name) => state.estimates.prefix(name)) : undefined,
      sourceGrids: sourceGrids[at] as readonly (readonly number[])[],
    })),
    bases: basesOf(layers),
    inputOffsets,
    inputs,
    ranks: rankTable({ base, count, inputOffsets, inputs }),
    reads: place.reads,
    priority,
  });
  state.nextSlab = Math.max(state.nextSlab, place.slab + 1);
  state.nextLayer = Math.max(state.nextLayer, place.firstLayer + layers.length);
  state.generations = Math.max(state.generations, place.generation + 1);
  state.slabs.set(slab.id, slab);
  state.tasks.slab.fill(slab.id, base, base + count);
  for (const one of place.reads) {
    const source = state.slabs.get(one);
    if (source !== undefined) source.readers += 1;
  }
  makeQueues(state, slab);
  registerNames(state, slab);
  noteLaterDependents(state, slab);
  return slab;
}

export const sizeOf = (layer: WireLayer): number => layer.grid.reduce((product, n) => product * n, 1);

export const hasKeys = (layer: WireLayer): layer is WireLayer & { keys: readonly string[] } =>
  (layer.kind === "tasks" || layer.kind === "data") && layer.keys !== undefined;

const prefixOf = (layer: WireLayer): string =>
  keyPrefix(hasKeys(layer) && layer.keys.length > 0 ? (layer.keys[0] as string) : layer.name);

const sourceGridsOf = (layers: readonly WireLayer[], layer: WireLayer): (readonly number[])[] =>
  layer.kind === "blockwise" ? layer.inputs.map((one) => (layers[one.source] as WireLayer).grid) : [];

function basesOf(layers: readonly WireLayer[]): Uint32Array {
  const bases = new Uint32Array(layers.length + 1);
  layers.forEach((layer, at) => {
    bases[at + 1] = (bases[at] as number) + sizeOf(layer);
  });
  return bases;
}

function shiftedEdges(table: TaskTable, base: number): { inputOffsets: Uint32Array; inputs: Uint32Array } {
  const { inputs } = table;
  if (base !== 0) for (let e = 0; e < inputs.length; e++) inputs[e] = (inputs[e] as number) + base;
  return { inputOffsets: table.inputOffsets, inputs };
}

function mappedEdges(
  table: TaskTable,
  fresh: readonly number[],
  rows: readonly LayerRows[],
  bases: Uint32Array,
): { inputOffsets: Uint32Array; inputs: Uint32Array } {
  const globalRow = new Uint32Array(table.count);
  rows.forEach((one, at) => {
    const first = table.bases[at] as number;
    for (let row = first; row < (table.bases[at + 1] as number); row++)
      globalRow[row] = typeof one === "number" ? one + row - first : (one[row - first] as number);
  });
  const inputOffsets = new Uint32Array((bases[fresh.length] as number) + 1);
  const inputs: number[] = [];
  let i = 0;
  for (const at of fresh)
    for (let row = table.bases[at] as number; row < (table.bases[at + 1] as number); row++) {
      for (let e = table.inputOffsets[row] as number; e < (table.inputOffsets[row + 1] as number); e++)
        inputs.push(globalRow[table.inputs[e] as number] as number);
      inputOffsets[++i] = inputs.length;
    }
  return { inputOffsets, inputs: Uint32Array.from(inputs) };
}

/** What slabs of one layer share: submissions of a call each are many. */
const ONLY_QUEUE = new Uint16Array(1);

/** Queues by priority and constraint. */
function makeQueues(state: SchedulerState, slab: Slab): void {
  const queues = new Map<string, number>();
  const made: ReadyQueue[] = [];
  slab.queueOfLayer = slab.layers.length === 1 ? ONLY_QUEUE : new Uint16Array(slab.layers.length);
  slab.layers.forEach(({ layer }, at) => {
    const notes = layer.annotations;
    const priority = slab.priority + (notes?.priority ?? 0);
    const constraint: Constraint | null =
      notes?.workers === undefined && notes?.resources === undefined
        ? null
        : { workers: notes.workers, allowOtherWorkers: notes.allowOtherWorkers ?? false, resources: notes.resources };
    const name = JSON.stringify([priority, constraint]);
    if (!queues.has(name)) queues.set(name, made.push(new ReadyQueue(state.queues, slab, priority, constraint)) - 1);
    slab.queueOfLayer[at] = queues.get(name) as number;
  });
  slab.queues = made;
}

/** Layers and keys that later submissions may name; a key that was known before keeps its row. */
function registerNames(state: SchedulerState, slab: Slab): void {
  slab.layers.forEach(({ layer }, at) => {
    const base = slab.base + (slab.bases[at] as number);
    const count = (slab.bases[at + 1] as number) - (slab.bases[at] as number);
    if (!hasKeys(layer)) state.layers.set(layer.name, { slab: slab.id, base, count });
    else
      layer.keys.forEach((key, i) => {
        if (!state.keyRows.has(key)) state.keyRows.set(key, base + i);
      });
  });
}

function noteLaterDependents(state: SchedulerState, slab: Slab): void {
  for (let i = 0; i < slab.count; i++)
    for (let e = slab.inputOffsets[i] as number; e < (slab.inputOffsets[i + 1] as number); e++) {
      const input = slab.inputs[e] as number;
      if (input >= slab.base && input < slab.base + slab.count) continue;
      const list = state.laterDependents.get(input);
      if (list === undefined) state.laterDependents.set(input, [slab.base + i]);
      else list.push(slab.base + i);
    }
}

/** Wire layers as the graph floor knows them; calls stay unread. */
export function layersOfWire(wire: readonly WireLayer[]): Layer[] {
  const layers: Layer[] = [];
  for (const one of wire) {
    const { name, grid } = one;
    if (one.kind === "blockwise") {
      const inputs = one.inputs.map(({ source, axes }) => ({ source: layers[source] as Layer, axes }));
      layers.push({ kind: "blockwise", name, grid, inputs, call: UNREAD_CALL });
    } else if (one.kind === "tasks") {
      const sources = one.sources.map((source) => layers[source] as Layer);
      const { inputOffsets, inputIndex, inputSource } = one;
      layers.push({
        kind: "tasks",
        name,
        grid,
        calls: [],
        sources,
        inputOffsets,
        inputIndex,
        ...(inputSource === undefined ? {} : { inputSource }),
      });
    } else layers.push({ kind: "held", name, grid, keys: undefined, lease: undefined });
  }
  return layers;
}

const UNREAD_CALL = { fn: { kind: "named", name: "", module: "", exportName: "" }, args: [] } as const;
