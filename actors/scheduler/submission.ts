import { keyPrefix } from "../../runtime/graph/key.ts";
import type { Layer } from "../../runtime/graph/layer.ts";
import { expandGraph, layerOfRow, type TaskTable } from "../../runtime/graph/task-table.ts";
import type { SubmitMessage, WireWant } from "../../runtime/protocol/client-scheduler.ts";
import type { WireLayer } from "../../runtime/protocol/wire-layer.ts";
import { malformedLayers } from "./check-layers.ts";
import type { ClientRecord } from "./client-record.ts";
import { malformedError, nameTakenError, type SchedulerFailure, unknownHandleError } from "./failures.ts";
import { need } from "./needs.ts";
import { type Constraint, ReadyQueue } from "./ready-queue.ts";
import { S, type SchedulerState, type TaskFailure } from "./scheduler-state.ts";
import { Slab, type SlabLayer } from "./slab.ts";
import { rankTable } from "./static-order.ts";

/** Rows of a submitted layer: neighbours from a base on, or one by one. */
type LayerRows = number | Uint32Array;

/** A graph arrives: rows for what is new, wants for the client, and the needed part is set going. */
export function submit(state: SchedulerState, client: ClientRecord, message: SubmitMessage): void {
  const out = state.out.toClient(client.number);
  if (message.request <= client.requestMax) {
    out.say({ type: "accepted", request: message.request, tasks: 0 });
    return;
  }
  const problem = checkSubmission(state, client, message) ?? checkHeldReads(message);
  if (problem !== undefined) {
    client.requestMax = message.request;
    out.say({ type: "declined", request: message.request, error: problem });
    state.log.note({ atMs: state.nowMs, level: "warn", about: "submission", name: client.id, text: problem.message });
    return;
  }
  const slabId = state.nextSlab++;
  const { rows, slab } = insertLayers(state, client, message, slabId);
  client.requestMax = message.request;
  out.say({ type: "accepted", request: message.request, tasks: slab?.count ?? 0 });
  for (const want of message.wants) addWants(state, client, want, rows[want.layer] as LayerRows, message.layers);
  if (slab !== undefined && slab.active === 0) state.idleSlabs.push(slab.id);
}

function checkSubmission(
  state: SchedulerState,
  client: ClientRecord,
  message: SubmitMessage,
): SchedulerFailure | undefined {
  const malformed = malformedLayers(message.layers);
  if (malformed !== undefined) return malformedError(malformed);
  for (const layer of message.layers) {
    const count = sizeOf(layer);
    const known = state.layers.get(layer.name);
    if (layer.kind !== "held" && known !== undefined && known.count !== count)
      return nameTakenError(layer.name, known.count, count);
    if (layer.kind === "held")
      for (const handle of layer.handles)
        if (handle !== NOT_HELD && client.rowOf(handle) < 0) return unknownHandleError(handle);
  }
  for (const want of message.wants) {
    const layer = message.layers[want.layer];
    if (layer === undefined) return malformedError(`layer ${want.layer} is wanted and not there`);
    if (want.indices?.some((index) => index >= sizeOf(layer)) === true)
      return malformedError(`a block of ${layer.name} is wanted that it does not have`);
    if (client.knowsAny(want.handleBase, want.indices?.length ?? sizeOf(layer)))
      return malformedError(`handles from ${want.handleBase} on are in use`);
  }
  return undefined;
}

/** Blocks that the client does not hold cannot be read; only a layer that is held in part can have them. */
function checkHeldReads(message: SubmitMessage): SchedulerFailure | undefined {
  if (!message.layers.some((layer) => layer.kind === "held" && layer.handles.includes(NOT_HELD))) return undefined;
  const table = expandGraph({ layers: layersOfWire(message.layers), wants: [] });
  for (const row of table.inputs) {
    const at = layerOfRow(table, row);
    const layer = message.layers[at] as WireLayer;
    if (layer.kind === "held" && layer.handles[row - (table.bases[at] as number)] === NOT_HELD)
      return malformedError(`block ${row - (table.bases[at] as number)} of ${layer.name} is read and was never held`);
  }
  return undefined;
}

/** A block of a held layer that the client does not hold; nothing may read it. */
const NOT_HELD = 0;
const NO_ROW = 0xffffffff;

const sizeOf = (layer: WireLayer): number => layer.grid.reduce((product, n) => product * n, 1);

function insertLayers(
  state: SchedulerState,
  client: ClientRecord,
  message: SubmitMessage,
  slabId: number,
): { rows: LayerRows[]; slab: Slab | undefined } {
  const layers = layersOfWire(message.layers);
  const table = expandGraph({ layers, wants: [] });
  const isNew = message.layers.map((layer) => layer.kind !== "held" && !state.layers.has(layer.name));
  const count = isNew.reduce((sum, fresh, at) => sum + (fresh ? sizeOf(message.layers[at] as WireLayer) : 0), 0);
  const base = count === 0 ? 0 : state.tasks.allocate(count);
  let next = base;
  const reads = new Set<number>();
  const rows = message.layers.map((layer, at): LayerRows => {
    if (isNew[at]) {
      const first = next;
      next += sizeOf(layer);
      return hasKeys(layer) ? keyedRows(state, layer.keys, first, reads) : first;
    }
    if (layer.kind === "held")
      return Uint32Array.from(layer.handles, (handle) =>
        handle === NOT_HELD ? NO_ROW : noteRead(state, client.rowOf(handle), reads),
      );
    const known = state.layers.get(layer.name) as { slab: number; base: number };
    reads.add(known.slab);
    return known.base;
  });
  if (count === 0) return { rows, slab: undefined };
  const slab = makeSlab(state, message, { table, rows, isNew, base, slabId, reads: [...reads] });
  state.tasks.slab.fill(slabId, base, base + count);
  return { rows, slab };
}

const hasKeys = (layer: WireLayer): layer is WireLayer & { keys: readonly string[] } =>
  (layer.kind === "tasks" || layer.kind === "data") && layer.keys !== undefined;

/** Rows of tasks with keys of the user's: a key that is known already keeps its row. */
function keyedRows(state: SchedulerState, keys: readonly string[], first: number, reads: Set<number>): LayerRows {
  let rows: Uint32Array | undefined;
  keys.forEach((key, i) => {
    const known = state.keyRows.get(key);
    if (known === undefined) state.keyRows.set(key, first + i);
    else {
      rows ??= Uint32Array.from(keys, (_, at) => first + at);
      rows[i] = known;
      if (known < first || known >= first + keys.length) noteRead(state, known, reads);
    }
  });
  return rows ?? first;
}

function noteRead(state: SchedulerState, row: number, reads: Set<number>): number {
  reads.add(state.tasks.slab[row] as number);
  return row;
}

interface SlabParts {
  readonly table: TaskTable;
  readonly rows: readonly LayerRows[];
  readonly isNew: readonly boolean[];
  readonly base: number;
  readonly slabId: number;
  readonly reads: readonly number[];
}

function makeSlab(state: SchedulerState, message: SubmitMessage, parts: SlabParts): Slab {
  const { table, rows, isNew, base, slabId, reads } = parts;
  const fresh = message.layers.flatMap((_, at) => (isNew[at] ? [at] : []));
  const bases = new Uint32Array(fresh.length + 1);
  fresh.forEach((at, i) => {
    bases[i + 1] = (bases[i] as number) + sizeOf(message.layers[at] as WireLayer);
  });
  const allNew = isNew.every(Boolean) && rows.every((one) => typeof one === "number");
  const edges = allNew ? shiftedEdges(table, base) : mappedEdges(table, fresh, rows, bases);
  const slab = new Slab({
    id: slabId,
    base,
    generation: state.generations++,
    since: state.attempts,
    layers: fresh.map((at) => slabLayer(state, message.layers, at)),
    bases,
    ...edges,
    ranks: rankTable({ base, count: bases[fresh.length] as number, ...edges }),
    reads,
  });
  state.slabs.set(slabId, slab);
  for (const one of reads) (state.slabs.get(one) as Slab).readers += 1;
  register(state, slab, message);
  noteLaterDependents(state, slab);
  return slab;
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

function slabLayer(state: SchedulerState, layers: readonly WireLayer[], at: number): SlabLayer {
  const layer = layers[at] as WireLayer;
  const prefix = hasKeys(layer) && layer.keys.length > 0 ? keyPrefix(layer.keys[0] as string) : keyPrefix(layer.name);
  const sourceGrids =
    layer.kind === "blockwise" ? layer.inputs.map((one) => (layers[one.source] as WireLayer).grid) : [];
  return { id: state.nextLayer++, layer, prefix: state.estimates.prefix(prefix), sourceGrids };
}

/** Queues by priority and constraint, names for later submissions, retries. */
function register(state: SchedulerState, slab: Slab, message: SubmitMessage): void {
  const queues = new Map<string, number>();
  const made: ReadyQueue[] = [];
  slab.queueOfLayer = new Uint16Array(slab.layers.length);
  slab.layers.forEach(({ layer }, at) => {
    const notes = layer.annotations;
    const priority = message.priority + (notes?.priority ?? 0);
    const constraint: Constraint | null =
      notes?.workers === undefined && notes?.resources === undefined
        ? null
        : { workers: notes.workers, allowOtherWorkers: notes.allowOtherWorkers ?? false, resources: notes.resources };
    const name = JSON.stringify([priority, constraint]);
    if (!queues.has(name)) queues.set(name, made.push(new ReadyQueue(state.queues, slab, priority, constraint)) - 1);
    slab.queueOfLayer[at] = queues.get(name) as number;
    const first = slab.base + (slab.bases[at] as number);
    const count = (slab.bases[at + 1] as number) - (slab.bases[at] as number);
    if (!hasKeys(layer)) state.layers.set(layer.name, { slab: slab.id, base: first, count });
    const retries = Math.min(255, notes?.retries ?? message.retries);
    if (retries > 0) state.tasks.retriesLeft.fill(retries, first, first + count);
  });
  slab.queues = made;
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

function addWants(
  state: SchedulerState,
  client: ClientRecord,
  want: WireWant,
  rows: LayerRows,
  layers: readonly WireLayer[],
): void {
  const { tasks } = state;
  const { indices } = want;
  const count = indices?.length ?? sizeOf(layers[want.layer] as WireLayer);
  const rowAt = (i: number): number => {
    const at = indices === null ? i : (indices[i] as number);
    return typeof rows === "number" ? rows + at : (rows[at] as number);
  };
  const isRun = indices === null && typeof rows === "number";
  client.give(want.handleBase, count, isRun ? rows : Uint32Array.from({ length: count }, (_, i) => rowAt(i)));
  for (let i = 0; i < count; i++) {
    const row = rowAt(i);
    const handle = want.handleBase + i;
    tasks.wants[row] = state.wants.add(tasks.wants[row] as number, client.number, handle);
    const now = tasks.state[row] as number;
    if (now === S.released) need(state, row);
    else if (now === S.memory) tellOne(state, client, handle, row);
    else if (now === S.erred)
      state.out.toClient(client.number).erred(handle, (state.failures.get(row) as TaskFailure).error);
  }
}

/** Tells one client where a result lies that was there before it asked. */
export function tellOne(state: SchedulerState, client: ClientRecord, handle: number, row: number): void {
  const { tasks } = state;
  const holder = state.worker(tasks.worker[row] as number).id;
  state.out
    .toClient(client.number)
    .inMemory(handle, row, tasks.attempt[row] as number, tasks.bytes[row] as number, holder, undefined);
}

/** Wire layers as the graph floor knows them; calls stay unread. */
function layersOfWire(wire: readonly WireLayer[]): Layer[] {
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
