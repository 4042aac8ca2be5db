import type { TaskQuestion } from "../task/task-question.ts";
import type { LedgerRecord } from "./ledger-record.ts";
import type { ReplicaQuestion } from "./replica-questions.ts";
import type { CacheQuestion } from "./result-cache.ts";
import type { SchedulerInput } from "./scheduler-input.ts";
import type { SchedulerOptions } from "./scheduler-state.ts";

/** What is asked of results that are kept on behalf of no client. */
export type HoldsCall =
  | { readonly op: "hold" | "keepUntilDone" | "letGo"; readonly key: string }
  | { readonly op: "give"; readonly client: string; readonly keys: readonly string[]; readonly firstHandle: number }
  | { readonly op: "reviewKept" };

/**
 * Everything that ever happens to a scheduler's brain, in order: the same stimuli lead to the same states, in any process. `now` is its
 * clock's.
 */
export type Stimulus =
  | {
      readonly kind: "begin";
      readonly now: number;
      readonly epoch: number;
      readonly version: string;
      readonly options: SchedulerOptions;
      /** What its predecessor wrote down; null where it has none. */
      readonly past: readonly LedgerRecord[] | null;
    }
  | { readonly kind: "step"; readonly now: number; readonly input: SchedulerInput }
  | { readonly kind: "task"; readonly now: number; readonly row: number; readonly question: TaskQuestion }
  | { readonly kind: "dropCopy"; readonly now: number; readonly row: number }
  | { readonly kind: "replicas"; readonly now: number; readonly question: ReplicaQuestion }
  | { readonly kind: "holds"; readonly now: number; readonly call: HoldsCall }
  | { readonly kind: "cache"; readonly now: number; readonly question: CacheQuestion }
  | { readonly kind: "end"; readonly now: number }
  /** What the state is by now, to compare with. */
  | { readonly kind: "digest"; readonly now: number; readonly digest: string };

/** Where stimuli are written down. */
export interface StimulusSink {
  write(stimulus: Stimulus): void;
}

/** The options of a scheduler that its brain reads, as plain data. */
export function brainOptions(options: SchedulerOptions): SchedulerOptions {
  const { allowedFailures, prefillUs, clientLeaseMs, workerLeaseMs } = options;
  const { tasksPerClientMax, noWorkersTimeoutMs, intakeRows, speculate, cache } = options;
  return {
    allowedFailures,
    prefillUs,
    clientLeaseMs,
    workerLeaseMs,
    ...(tasksPerClientMax === undefined ? {} : { tasksPerClientMax }),
    ...(noWorkersTimeoutMs === undefined ? {} : { noWorkersTimeoutMs }),
    ...(intakeRows === undefined ? {} : { intakeRows }),
    ...(speculate === undefined ? {} : { speculate }),
    ...(cache === undefined ? {} : { cache }),
  };
}
