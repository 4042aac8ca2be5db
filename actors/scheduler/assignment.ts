import { LOCAL } from "../../runtime/protocol/scheduler-worker.ts";
import type { LayerDefinition } from "../../runtime/protocol/wire-layer.ts";
import { countOn } from "./occupancy.ts";
import type { ReadyQueue } from "./ready-queue.ts";
import { E, type SchedulerState } from "./scheduler-state.ts";
import type { Slab, SlabLayer } from "./slab.ts";
import type { WorkerRecord } from "./worker-record.ts";

/** Sends a row to a worker with a new attempt. */
export function assign(state: SchedulerState, row: number, worker: WorkerRecord, event: number): void {
  occupy(state, row, worker, event);
  const attempt = state.nextAttempt();
  state.tasks.attempt[row] = attempt;
  writeCompute(state, worker, row, attempt);
}

/** Sends a row that a worker runs already to a second one, with an attempt of its own. */
export function assignCopy(state: SchedulerState, row: number, worker: WorkerRecord): void {
  state.move(row, E["copy"] as number);
  countOn(state, row, worker);
  // Neither this attempt nor the one that is left of both is copied again.
  state.races.sentMs.delete(row);
  const attempt = state.nextAttempt();
  state.races.copies.set(row, { worker: worker.number, attempt });
  writeCompute(state, worker, row, attempt);
}

/** A row is a worker's from now on. */
export function occupy(state: SchedulerState, row: number, worker: WorkerRecord, event: number): void {
  state.move(row, event);
  state.tasks.worker[row] = worker.number;
  countOn(state, row, worker);
  const frontier = state.lookahead.get(worker.number);
  if (frontier !== undefined) frontier.push(row);
  else state.lookahead.set(worker.number, [row]);
}

function writeCompute(state: SchedulerState, worker: WorkerRecord, row: number, attempt: number): void {
  const { tasks } = state;
  const slab = state.slabOf(row);
  const at = slab.layerAt(row);
  const entry = slab.layers[at] as SlabLayer;
  const out = state.out.toWorker(worker.number);
  if (!worker.knownLayers.has(entry.id)) {
    worker.knownLayers.add(entry.id);
    out.define(layerDefinition(state, slab, entry));
  }
  const builder = out.builder(entry.id, entry.layer);
  const priority = slab.generation * GENERATION_STEP + slab.rankOf(row) - queuePriority(slab, at) * PRIORITY_STEP;
  const index = row - slab.base - (slab.bases[at] as number);
  builder.addTask(row, attempt, index, priority, tasks.wants[row] !== 0);
  const local = row - slab.base;
  for (let e = slab.inputOffsets[local] as number; e < (slab.inputOffsets[local + 1] as number); e++) {
    const input = slab.inputs[e] as number;
    const inputAttempt = tasks.attempt[input] as number;
    const isHere =
      tasks.worker[input] === worker.number || state.moreHolders.get(input)?.includes(worker.number) === true;
    builder.addInput(input, inputAttempt, isHere ? LOCAL : out.holder(holderName(state, input)));
  }
}

/** Ranks stay below this, so that priorities sort by user priority, then age, then static order. */
const GENERATION_STEP = 2 ** 26;
const PRIORITY_STEP = 2 ** 46;

const queuePriority = (slab: Slab, layerAt: number): number =>
  (slab.queues[slab.queueOfLayer[layerAt] as number] as ReadyQueue).priority;

function holderName(state: SchedulerState, row: number): string {
  const holders = state.holdersOf(row);
  return state.worker(holders[row % holders.length] as number).id;
}

/** What a worker needs to know of a layer. */
export function layerDefinition(state: SchedulerState, slab: Slab, entry: SlabLayer): LayerDefinition {
  const { layer } = entry;
  return {
    id: entry.id,
    since: slab.since,
    kind: layer.kind === "held" ? "data" : layer.kind,
    name: layer.name,
    prefix: state.estimates.names[entry.prefix],
    kinds: layer.kind === "tasks" ? layer.kinds : undefined,
    trace: state.traces.get(slab.id),
    grid: layer.grid,
    annotations: layer.annotations,
    calls: layer.kind === "blockwise" || layer.kind === "tasks" ? layer.calls : [],
    inputs:
      layer.kind === "blockwise"
        ? layer.inputs.map((one, i) => ({ axes: one.axes, grid: entry.sourceGrids[i] as readonly number[] }))
        : [],
  };
}
