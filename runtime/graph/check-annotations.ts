import { refuseUnknownOptions, shown } from "../base/known-options.ts";
import type { Annotations } from "./layer.ts";

interface Rule {
  readonly expects: string;
  allows(value: unknown): boolean;
}

const isCount = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 0;
const isAmount = (value: unknown): boolean => typeof value === "number" && value >= 0;
const isFlag = (value: unknown): boolean => typeof value === "boolean";
const isNames = (value: unknown): boolean => Array.isArray(value) && value.every((one) => typeof one === "string");
const isAmounts = (value: unknown): boolean =>
  typeof value === "object" && value !== null && !Array.isArray(value) && Object.values(value).every(isAmount);

const RULES: Readonly<Record<keyof Annotations, Rule>> = {
  priority: { expects: "a number", allows: Number.isFinite },
  retries: { expects: "a whole number from 0 on", allows: isCount },
  retryDelayMs: { expects: "milliseconds, 0 or more", allows: isAmount },
  workers: { expects: "a list of names of workers", allows: isNames },
  allowOtherWorkers: { expects: "true or false", allows: isFlag },
  resources: { expects: "amounts by name, such as { gpu: 1 }", allows: isAmounts },
  timeoutMs: { expects: "milliseconds, 0 or more", allows: isAmount },
  effectful: { expects: 'true, false or "once"', allows: (value) => isFlag(value) || value === "once" },
  speculate: { expects: "true or false", allows: isFlag },
  span: { expects: "a text that is not empty", allows: (value) => typeof value === "string" && value !== "" },
  fuse: { expects: "true or false", allows: isFlag },
  cache: { expects: "true or false", allows: isFlag },
};

/** Names of all hints there are. */
export const ANNOTATION_NAMES: readonly string[] = Object.keys(RULES);

/**
 * Refuses hints that nobody reads and values that mean nothing, where the user says them: the scheduler would hear of them much later.
 * @param of whose hints they are, as the message says it: "annotate()"
 * @throws TypeError for an unknown name or the wrong kind of value; RangeError for the wrong amount
 */
export function checkAnnotations(annotations: unknown, of: string): asserts annotations is Annotations {
  refuseUnknownOptions(annotations, ANNOTATION_NAMES, of);
  checkHints(annotations as Annotations, of);
}

/** {@link checkAnnotations} of the values alone. */
export function checkHints(annotations: Annotations, of: string): void {
  for (const [name, value] of Object.entries(annotations)) {
    const rule = RULES[name as keyof Annotations];
    if (value === undefined || rule === undefined || rule.allows(value)) continue;
    const message = `${name} of ${of} is ${rule.expects}, not ${shown(value)}`;
    throw typeof value === "number" && !Number.isNaN(value) ? new RangeError(message) : new TypeError(message);
  }
  if (annotations.speculate === true && annotations.effectful)
    throw new TypeError(
      `speculate of ${of} is for tasks that may run twice, and this one is effectful: leave one of them out`,
    );
}
