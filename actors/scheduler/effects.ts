import { FLAG, type SchedulerState } from "./scheduler-state.ts";

/**
 * A task that may have its effect on the world once (`effectful: "once"`) has had it. It is not had again: should the result be lost, the task fails with LOST_DATA
 * instead of running once more. Before this, a task may be begun again, each time under a greater attempt, its fencing token.
 */
export function noteEffect(state: SchedulerState, row: number): void {
  if (!actsOnce(state, row)) return;
  state.tasks.flags[row] = (state.tasks.flags[row] as number) | FLAG.pure;
  state.ledger.done(row, state.tasks.attempt[row] as number);
}

/** Whether a task may have its effect on the world once. */
export function actsOnce(state: SchedulerState, row: number): boolean {
  const slab = state.slabOf(row);
  return slab.layers[slab.layerAt(row)]?.layer.annotations?.effectful === "once";
}

/** Whether it is known to have had it. */
export const isEffectHad = ({ tasks }: SchedulerState, row: number): boolean =>
  ((tasks.flags[row] as number) & FLAG.pure) !== 0;
