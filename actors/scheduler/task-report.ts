import type { TaskReport } from "../task/task-question.ts";
import { eachDependent } from "./needs.ts";
import { S, type SchedulerState } from "./scheduler-state.ts";
import { lackOf } from "./unrunnable.ts";

/** How a task stands. */
export function taskReport(state: SchedulerState, row: number): TaskReport {
  const { tasks } = state;
  let wants = 0;
  state.wants.each(tasks.wants[row] as number, () => {
    wants += 1;
  });
  let dependents = 0;
  eachDependent(state, row, () => {
    dependents += 1;
  });
  return {
    key: state.slabOf(row).keyOf(row),
    state: state.chart.chart.states[tasks.state[row] as number] as string,
    worker: state.workers[tasks.worker[row] as number]?.id ?? null,
    holders: state.holdersOf(row).map((holder) => state.worker(holder).id),
    attempt: tasks.attempt[row] as number,
    bytes: tasks.bytes[row] as number,
    waitingFor:
      tasks.state[row] === S.waiting || tasks.state[row] === S.assigned ? (tasks.waitCount[row] as number) : 0,
    dependents,
    wants,
    retriesLeft: tasks.retriesLeft[row] as number,
    kills: tasks.kills[row] as number,
    lacks: lackOf(state, row),
    error: errorText(state.failures.get(row)?.error),
  };
}

function errorText(error: unknown): string | null {
  if (error === undefined) return null;
  const { message, key, thrown } = error as { message?: unknown; key?: unknown; thrown?: { thrown?: unknown } };
  if (typeof message === "string") return message;
  const live = thrown?.thrown;
  return live instanceof Error
    ? `${live.name}: ${live.message}`
    : `task ${String(key)} threw; its future has the error, and the answer of the scheduler to "failures"`;
}
