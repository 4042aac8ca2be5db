import type { SchedulerBrain } from "../../actors/scheduler/scheduler-brain.ts";
import { FLAG, S, type SchedulerState } from "../../actors/scheduler/scheduler-state.ts";
import { hasRecipe } from "./recipes.ts";

/**
 * Who is let go takes nothing with it that somebody needs: all of it lies elsewhere too, unless it can lie in one place only, and be made again.
 * @param fail told of what is lost
 */
export function watchLeaving(brain: SchedulerBrain, fail: (error: Error) => void): void {
  const { state } = brain;
  const dismiss = brain["dismiss"].bind(brain);
  brain["dismiss"] = (worker) => {
    for (const { base, count } of state.slabs.values())
      for (let row = base; row < base + count; row++)
        if (state.tasks.worker[row] === worker.number && isLostWithIt(state, row))
          fail(new Error(`row ${row} goes with ${worker.id}, which is let go`));
    dismiss(worker);
  };
}

/** Whether somebody will miss a row that goes with the first of its holders. */
function isLostWithIt(state: SchedulerState, row: number): boolean {
  const { state: states, needers, wants, flags } = state.tasks;
  if (states[row] !== S.memory || (needers[row] === 0 && wants[row] === 0)) return false;
  const isLocated = ((flags[row] as number) & FLAG.located) !== 0;
  return isLocated ? !hasRecipe(state, row) : state.holdersOf(row).length === 1;
}
