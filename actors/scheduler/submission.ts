import { expandGraph, layerOfRow } from "../../runtime/graph/task-table.ts";
import type { SubmitMessage } from "../../runtime/protocol/client-scheduler.ts";
import type { WireLayer } from "../../runtime/protocol/wire-layer.ts";
import { emptyCache } from "./cached-results.ts";
import { malformedLayers } from "./check-layers.ts";
import type { ClientRecord, Refusal } from "./client-record.ts";
import { malformedError, nameTakenError, overloadedError, type SchedulerFailure } from "./failures.ts";
import { giveHandles, takeIn } from "./intake.ts";
import type { GraphRecord, LayerRows, SlabPlace } from "./ledger-record.ts";
import type { SchedulerState } from "./scheduler-state.ts";
import { hasKeys, layersOfWire, makeSlab, type SlabParts, sizeOf } from "./slab-making.ts";
import { dropIdleSlabs } from "./slab-release.ts";

/** A graph arrives: rows for what is new, wants for the client, and the needed part is set going. */
export function submit(state: SchedulerState, client: ClientRecord, message: SubmitMessage): void {
  const out = state.out.toClient(client.number);
  if (message.request <= client.requestMax) {
    const refusal = client.refusalOf(message.request);
    if (refusal === undefined) out.say({ type: "accepted", request: message.request, tasks: 0 });
    else out.say({ type: "declined", request: message.request, error: refusal });
    return;
  }
  const problem =
    checkSubmission(state, client, message) ?? checkHeldReads(message) ?? checkSize(state, client, message);
  if (problem !== undefined) {
    client.requestMax = message.request;
    client.noteRefusal({ request: message.request, problem, handles: wantedHandles(message, problem) });
    out.say({ type: "declined", request: message.request, error: problem });
    state.log.note({ atMs: state.nowMs, level: "warn", about: "submission", name: client.id, text: problem.message });
    return;
  }
  const placed = placeLayers(state, client, message);
  const { rows } = placed;
  const slab = makeSlab(state, { ...message, ...placed });
  if (slab !== undefined && typeof message.trace === "string") state.traces.set(slab.id, message.trace);
  client.requestMax = message.request;
  if (slab !== undefined) {
    client.own(slab);
    // Who had nothing to do does not save it up.
    if (client.inFlight === 0) client.servedUs = Math.max(client.servedUs, state.servedUs);
  }
  state.ledger.submitted(() => graphRecord(client, message, placed));
  out.say({ type: "accepted", request: message.request, tasks: slab?.count ?? 0 });
  message.layers.forEach((layer, at) => {
    const span = placed.isNew[at] === true ? layer.annotations?.span : undefined;
    if (span !== undefined) state.spans.submitted(span, sizeOf(layer), state.nowMs);
  });
  state.happenings?.events.push({ kind: "updateGraph", client: client.id, tasks: slab?.count ?? 0 });
  const wants = message.wants.map((want) => giveHandles(client, want, rows[want.layer] as LayerRows, message.layers));
  takeIn(state, client, wants, slab === undefined ? [...placed.place.reads] : [slab.id, ...placed.place.reads]);
  if (slab !== undefined && slab.active === 0) state.idleSlabs.push(slab.id);
}

/** What a submission that is not taken wanted; of one that makes no sense nothing. It may want of layers that are not there. */
function wantedHandles({ wants, layers }: SubmitMessage, { code }: SchedulerFailure): Refusal["handles"] {
  if (code === "DECODE") return [];
  return wants.map(({ indices, handleBase, layer: at }) => {
    const layer = layers[at];
    return [handleBase, indices?.length ?? (layer === undefined ? 0 : sizeOf(layer))];
  });
}

function graphRecord(
  client: ClientRecord,
  message: SubmitMessage,
  { rows, isNew, place }: Pick<SlabParts, "rows" | "isNew" | "place">,
): GraphRecord {
  const { request, layers, wants, priority, retries } = message;
  const fresh = Uint8Array.from(isNew, Number);
  return { kind: "graph", client: client.id, request, layers, wants, priority, retries, rows, isNew: fresh, place };
}

function checkSubmission(
  state: SchedulerState,
  client: ClientRecord,
  message: SubmitMessage,
): SchedulerFailure | undefined {
  const malformed = malformedLayers(message.layers);
  if (malformed !== undefined) return malformedError(malformed);
  if (message.wants.some((want) => typeof want !== "object" || want === null))
    return malformedError("what is wanted is no list of blocks");
  for (const layer of message.layers) {
    const count = sizeOf(layer);
    const known = state.layers.get(layer.name);
    if (layer.kind !== "held" && known !== undefined && known.count !== count)
      return nameTakenError(layer.name, known.count, count);
    if (layer.kind === "held")
      for (const handle of layer.handles)
        if (handle !== NOT_HELD && client.rowOf(handle) < 0) return client.whyUnknown(handle);
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

/** A client may have so many tasks known at once, whether they wait, run, or lie here as results it holds. */
function checkSize(state: SchedulerState, client: ClientRecord, message: SubmitMessage): SchedulerFailure | undefined {
  const { tasksPerClientMax } = state.options;
  if (tasksPerClientMax === undefined) return undefined;
  const count = message.layers.reduce((sum, layer) => {
    const isNew = layer.kind !== "held" && !state.layers.has(layer.name);
    return sum + (isNew ? sizeOf(layer) : 0);
  }, 0);
  // What is there for the sake of the cache alone is in nobody's way.
  if (client.rows + count > tasksPerClientMax) forgetIdle(state);
  if (client.rows + count <= tasksPerClientMax) return undefined;
  return overloadedError(client.rows, count, tasksPerClientMax);
}

function forgetIdle(state: SchedulerState): void {
  emptyCache(state);
  dropIdleSlabs(state);
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

/** Decides where a submission's rows and layers go. */
function placeLayers(
  state: SchedulerState,
  client: ClientRecord,
  { layers }: SubmitMessage,
): Pick<SlabParts, "rows" | "isNew" | "place"> {
  const isNew = layers.map((layer) => layer.kind !== "held" && !state.layers.has(layer.name));
  const count = isNew.reduce((sum, fresh, at) => sum + (fresh ? sizeOf(layers[at] as WireLayer) : 0), 0);
  const base = count === 0 ? 0 : state.tasks.allocate(count);
  let next = base;
  const reads = new Set<number>();
  const rows = layers.map((layer, at): LayerRows => {
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
  const place: SlabPlace = {
    slab: state.nextSlab,
    base,
    count,
    generation: state.generations,
    since: state.attempts,
    firstLayer: state.nextLayer,
    reads: [...reads],
  };
  return { rows, isNew, place };
}

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
