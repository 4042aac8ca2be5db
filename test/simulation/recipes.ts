import { FLAG, S, type SchedulerState } from "../../actors/scheduler/scheduler-state.ts";

/**
 * Whether everything that a row lacks has a recipe, and its own may run: what was scattered has none, what acts once has acted. The scheduler
 * asks the like of itself; here it is asked again, or its mistake would be the measure of it.
 */
export function hasRecipe(state: SchedulerState, row: number, seen = new Set<number>()): boolean {
  const { tasks } = state;
  if (seen.has(row)) return true;
  seen.add(row);
  if (((tasks.flags[row] as number) & FLAG.pure) !== 0) return false;
  const { base, inputOffsets, inputs } = state.slabOf(row);
  const own = inputs.subarray(inputOffsets[row - base], inputOffsets[row - base + 1]);
  return own.every((input) => !isMissing(state, input) || hasRecipe(state, input, seen));
}

const isMissing = ({ tasks }: SchedulerState, row: number): boolean =>
  tasks.state[row] === S.erred || tasks.state[row] === S.released;
