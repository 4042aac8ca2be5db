import { ShoalError } from "../../runtime/base/errors.ts";
import { findRow } from "./find-row.ts";
import { isLeaving } from "./membership.ts";
import { rebalance, replicate } from "./replicas.ts";
import { retire } from "./retirement.ts";
import { S, type SchedulerState } from "./scheduler-state.ts";

/**
 * What clients ask of where results lie. Each is a wish that is said again until nothing is missing: so it outlives a scheduler, a
 * broken link and its own repetition. `missing` counts what is still to be done.
 */
export type ReplicaQuestion =
  | {
      readonly type: "replicate";
      readonly keys: readonly string[];
      readonly copies: number;
      readonly workers?: readonly string[];
    }
  | { readonly type: "rebalance"; readonly keys?: readonly string[]; readonly workers?: readonly string[] }
  | { readonly type: "retire"; readonly workers: readonly string[] };

export interface ReplicaAnswer {
  readonly missing: number;
  /** Workers that were to leave and stay, with the reason. */
  readonly stays: Readonly<Record<string, string>>;
}

const NO_ANSWER: ReplicaAnswer = { missing: 0, stays: {} };

/** @throws ShoalError UNKNOWN_KEY naming a key that no task in memory has */
export function answerReplicaQuestion(state: SchedulerState, question: ReplicaQuestion): ReplicaAnswer {
  // Nothing is known yet of what workers have.
  if (state.phase === "recovering") return { ...NO_ANSWER, missing: 1 };
  const { workers } = question;
  switch (question.type) {
    case "replicate": {
      const copies = Math.min(Math.floor(question.copies), state.workers.length);
      return { ...NO_ANSWER, missing: replicate(state, rowsOf(state, question.keys), copies, workers) };
    }
    case "rebalance": {
      const rows = question.keys === undefined ? undefined : rowsOf(state, question.keys);
      return { ...NO_ANSWER, missing: rebalance(state, rows, workers) };
    }
    case "retire":
      return askToLeave(state, question.workers);
  }
}

/** One that could not leave is not asked again: why, is the answer. */
function askToLeave(state: SchedulerState, names: readonly string[]): ReplicaAnswer {
  const { stays } = state.replicas;
  const refused = names.filter((id) => stays.has(id));
  const answer = {
    missing: names.filter((id) => state.workerByName.has(id)).length - refused.length,
    stays: Object.fromEntries(refused.map((id) => [id, stays.get(id) as string])),
  };
  for (const id of refused) stays.delete(id);
  if (refused.length === 0)
    retire(
      state,
      names.filter((id) => !isLeavingByName(state, id)),
    );
  return answer;
}

const isLeavingByName = (state: SchedulerState, id: string): boolean => {
  const worker = state.workerByName.get(id);
  return worker !== undefined && isLeaving(worker);
};

function rowsOf(state: SchedulerState, keys: readonly string[]): number[] {
  return keys.map((key) => {
    const row = findRow(state, key);
    const now = row < 0 ? S.erred : state.tasks.state[row];
    if (now === S.erred || now === S.released)
      throw new ShoalError(`No task ${key} has a result here`, { code: "UNKNOWN_KEY", details: { key } });
    return row;
  });
}
