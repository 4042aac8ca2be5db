import type { SchedulerBrain } from "../../actors/scheduler/scheduler-brain.ts";
import { FLAG, S, type SchedulerState } from "../../actors/scheduler/scheduler-state.ts";

/**
 * What is to be tried again has failed no more, unless it needs what can never be made again.
 * @param fail told of a word that did nothing
 */
export function watchRetries(brain: SchedulerBrain, fail: (error: Error) => void): void {
  const { state } = brain;
  const serve = brain["serve"].bind(brain);
  brain["serve"] = (client, message) => {
    serve(client, message);
    if (message.type !== "retry") return;
    for (const handle of message.handles) {
      const row = client.rowOf(handle);
      if (row >= 0 && state.tasks.state[row] === S.erred && mayBeMade(state, row))
        fail(new Error(`row ${row} was to be tried again, and is not`));
    }
  };
}

/** Whether everything that a row lacks has a recipe. */
function mayBeMade(state: SchedulerState, row: number, seen = new Set<number>()): boolean {
  const { tasks } = state;
  if (seen.has(row) || (tasks.state[row] !== S.erred && tasks.state[row] !== S.released)) return true;
  seen.add(row);
  if (((tasks.flags[row] as number) & FLAG.pure) !== 0) return false;
  const { base, inputOffsets, inputs } = state.slabOf(row);
  const own = inputs.subarray(inputOffsets[row - base], inputOffsets[row - base + 1]);
  return own.every((input) => mayBeMade(state, input, seen));
}
