import type { SchedulerBrain } from "../../actors/scheduler/scheduler-brain.ts";
import { S } from "../../actors/scheduler/scheduler-state.ts";
import { hasRecipe } from "./recipes.ts";

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
      if (row >= 0 && state.tasks.state[row] === S.erred && hasRecipe(state, row))
        fail(new Error(`row ${row} was to be tried again, and is not`));
    }
  };
}
