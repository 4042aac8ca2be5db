import { AssertionError } from "node:assert";
import type { TaskStep, TaskStory } from "../../actors/task/task-question.ts";
import { shown } from "./value-difference.ts";

/** A step that a story has to tell; what is left out may be anything. */
export type ExpectedStep = Partial<Pick<TaskStep, "from" | "event" | "to">> & { readonly worker?: string | null };

export interface StoryOptions {
  /** Whether the story has these steps and no others; default false: others may lie between them. */
  readonly strict?: boolean;
}

/**
 * Fails unless a story tells these steps, in this order. Steps are noted while somebody watches the cluster: `testCluster({ stories:
 * true })`. States and events are those of the scheduler's task chart, docs/charts.md.
 * @throws AssertionError naming the step that is missing
 * @see https://distributed.dask.org/en/stable/scheduling-state.html
 * @example
 * const told = await testCluster({ mode: "inline", stories: true });
 * const seen = told.client.submit(inc, 1);
 * await seen.result();
 * assertStory(await told.client.story(seen), [{ to: "processing" }, { from: "processing", to: "memory" }]);
 * seen.release();
 * await told.close();
 */
export function assertStory(
  story: Pick<TaskStory, "key" | "steps">,
  expected: readonly ExpectedStep[],
  options: StoryOptions = {},
): void {
  const { key, steps } = story;
  assertValidStory(story);
  const told = steps.map(
    ({ from, event, to, worker }) => `${from} –${event}→ ${to}${worker === null ? "" : ` (${worker})`}`,
  );
  const fail = (message: string): never => {
    throw new AssertionError({
      message: `${message}; the story of ${key} is: ${told.join(", ") || "empty (steps are noted with { stories: true })"}`,
      actual: steps,
      expected,
      operator: "assertStory",
    });
  };
  if (options.strict === true && steps.length !== expected.length)
    fail(`There are ${steps.length} steps, and not ${expected.length}`);
  let at = 0;
  for (const [number, step] of expected.entries()) {
    const found = steps.findIndex((one, i) => i >= at && isLike(one, step));
    if (found < 0 || (options.strict === true && found !== number))
      fail(`Step ${number} (${shown(step)}) is not told${at > 0 ? ` after ${at} others` : ""}`);
    at = found + 1;
  }
}

/**
 * Fails unless each step of a story begins where the one before ended, and none lies in the future of the next.
 * @throws AssertionError naming the step
 * @example
 * assertValidStory(await client.story(future));
 */
export function assertValidStory({ key, steps }: Pick<TaskStory, "key" | "steps">): void {
  for (const [at, step] of steps.entries()) {
    const before = steps[at - 1];
    if (before === undefined || (before.to === step.from && before.agoMs >= step.agoMs)) continue;
    throw new AssertionError({
      message: `Step ${at} of the story of ${key} begins at ${step.from}, ${step.agoMs} ms ago; the one before ended at ${before.to}, ${before.agoMs} ms ago`,
      actual: steps,
      operator: "assertValidStory",
    });
  }
}

const isLike = (step: TaskStep, expected: ExpectedStep): boolean =>
  (["from", "event", "to", "worker"] as const).every(
    (part) => expected[part] === undefined || expected[part] === step[part],
  );
