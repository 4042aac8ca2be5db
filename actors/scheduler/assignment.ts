import { LOCAL } from "../../runtime/protocol/scheduler-worker.ts";
import type { LayerDefinition } from "../../runtime/protocol/wire-layer.ts";
import type { ReadyQueue } from "./ready-queue.ts";
import type { SchedulerState } from "./scheduler-state.ts";
import type { Slab, SlabLayer } from "./slab.ts";
import type { WorkerRecord } from "./worker-record.ts";

/** Sends a row to a worker with a new attempt. */
export function assign(state: SchedulerState, row: number, worker: WorkerRecord, event: number): void {
  occupy(state, row, worker, event);
  state.tasks.attempt[row] = state.nextAttempt();
  const slab = state.slabOf(row);
  const at = slab.layerAt(row);
  writeCompute(state, worker, slab, row, at, slab.layers[at] as SlabLayer);
}

/** A row counts against a worker from now on. */
export function occupy(state: SchedulerState, row: number, worker: WorkerRecord, event: number): void {
  const { tasks } = state;
  const slab = state.slabOf(row);
  const at = slab.layerAt(row);
  const entry = slab.layers[at] as SlabLayer;
  const prefix = slab.prefixOf(row, at);
  state.move(row, event);
  tasks.worker[row] = worker.number;
  worker.processing += 1;
  worker.byPrefix.set(prefix, (worker.byPrefix.get(prefix) ?? 0) + 1);
  worker.queueUs += state.estimates.durationUs(prefix);
  if ((tasks.kills[row] as number) > 0) worker.quarantined += 1;
  const { resources } = entry.layer.annotations ?? {};
  if (resources !== undefined)
    for (const [name, amount] of Object.entries(resources))
      worker.resourcesFree[name] = (worker.resourcesFree[name] ?? 0) - amount;
  state.loads.sent(worker.number);
  const owner = state.clientByNumber[slab.owner];
  if (owner !== undefined) {
    owner.inFlight += 1;
    owner.servedUs += state.estimates.chargeUs(prefix) / owner.weight;
  }
  const frontier = state.lookahead.get(worker.number);
  if (frontier !== undefined) frontier.push(row);
  else state.lookahead.set(worker.number, [row]);
}

function writeCompute(
  state: SchedulerState,
  worker: WorkerRecord,
  slab: Slab,
  row: number,
  at: number,
  entry: SlabLayer,
): void {
  const { tasks } = state;
  const out = state.out.toWorker(worker.number);
  if (!worker.knownLayers.has(entry.id)) {
    worker.knownLayers.add(entry.id);
    out.define(layerDefinition(state, slab, entry));
  }
  const builder = out.builder(entry.id, entry.layer);
  const priority = slab.generation * GENERATION_STEP + slab.rankOf(row) - queuePriority(slab, at) * PRIORITY_STEP;
  const index = row - slab.base - (slab.bases[at] as number);
  builder.addTask(row, tasks.attempt[row] as number, index, priority, tasks.wants[row] !== 0);
  const local = row - slab.base;
  for (let e = slab.inputOffsets[local] as number; e < (slab.inputOffsets[local + 1] as number); e++) {
    const input = slab.inputs[e] as number;
    const attempt = tasks.attempt[input] as number;
    const isHere =
      tasks.worker[input] === worker.number || state.moreHolders.get(input)?.includes(worker.number) === true;
    builder.addInput(input, attempt, isHere ? LOCAL : out.holder(holderName(state, input)));
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
