import type { ComputeBatch } from "../../runtime/protocol/scheduler-worker.ts";
import type { LayerDefinition } from "../../runtime/protocol/wire-layer.ts";
import { layerDefinition } from "./assignment.ts";
import { ComputeBuilder } from "./compute-builder.ts";
import type { SchedulerState } from "./scheduler-state.ts";
import type { SlabLayer } from "./slab.ts";

/** All it takes to run a task once more, elsewhere: what a worker is sent, and the keys of its inputs in order. */
export interface TaskRecipe {
  readonly definition: LayerDefinition;
  /** Of one task. */
  readonly batch: ComputeBatch;
  readonly inputs: readonly string[];
}

export function taskRecipe(state: SchedulerState, row: number): TaskRecipe {
  const slab = state.slabOf(row);
  const at = slab.layerAt(row);
  const entry = slab.layers[at] as SlabLayer;
  const builder = new ComputeBuilder(entry.id, entry.layer);
  builder.addTask(row, state.tasks.attempt[row] as number, row - slab.base - (slab.bases[at] as number), 0, false);
  const local = row - slab.base;
  const inputs: string[] = [];
  for (let e = slab.inputOffsets[local] as number; e < (slab.inputOffsets[local + 1] as number); e++) {
    const input = slab.inputs[e] as number;
    builder.addInput(input, 0);
    inputs.push(state.slabOf(input).keyOf(input));
  }
  return { definition: layerDefinition(state, slab, entry), batch: builder.build(), inputs };
}
