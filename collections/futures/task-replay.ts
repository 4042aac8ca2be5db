import type { TaskRecipe } from "../../actors/scheduler/task-recipe.ts";
import { TaskRunner } from "../../actors/worker/task-runner.ts";
import { ShoalError, TaskError } from "../../runtime/base/errors.ts";
import { clusterSubjects } from "../../runtime/bus/subject.ts";
import type { ClientReach } from "./client-reach.ts";
import type { Future } from "./future.ts";
import { futuresByKey } from "./shared-value.ts";

const ASK_TIMEOUT_MS = 10_000;

/**
 * Runs the task of a key in this process, with its real inputs, which are fetched from the workers (or made again). It throws what
 * the task throws, so that a debugger stops where it does.
 */
export async function replayTask(reach: ClientReach, key: string): Promise<unknown> {
  const { system, name } = reach.cluster;
  const limits = { timeoutMs: ASK_TIMEOUT_MS, form: "frame" as const };
  const recipe = (await system.ask(clusterSubjects(name).scheduler, { type: "recipe", key }, limits)) as TaskRecipe;
  const inputs = await futuresByKey(reach, recipe.inputs);
  try {
    const lost = inputs.indexOf(undefined);
    if (lost >= 0)
      throw new ShoalError(`Task ${key} cannot run again: its input ${recipe.inputs[lost]} is forgotten`, {
        code: "UNKNOWN_KEY",
        details: { key, input: recipe.inputs[lost] },
      });
    const values = await Promise.all((inputs as Future<unknown>[]).map((one) => one.result()));
    const { functions } = reach.executor.session.options;
    return await new TaskRunner({ functions }).run(recipe.definition, recipe.batch, 0, values);
  } finally {
    for (const one of inputs) one?.release();
  }
}

/** The key of the task whose error a future has: its own, or that of one it depends on. @throws TypeError if it did not fail */
export async function failedKey(future: Future<unknown>): Promise<string> {
  const error = await future.exception();
  if (error === undefined) throw new TypeError(`Future ${future.key} did not fail: there is no error to recreate`);
  if (!(error instanceof TaskError)) throw error;
  return String(error.details["key"] ?? future.key);
}
