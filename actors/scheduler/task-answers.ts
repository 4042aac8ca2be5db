import type { TaskQuestion } from "../task/task-question.ts";
import { isCached, uncache } from "./cache-hold.ts";
import { cancelledError } from "./failures.ts";
import { releaseIfUnneeded } from "./needs.ts";
import { ReadyQueue } from "./ready-queue.ts";
import { FLAG, S, type SchedulerState } from "./scheduler-state.ts";
import { cancelRow, retryRow } from "./sessions.ts";
import { taskReport } from "./task-report.ts";
import { taskStory } from "./task-story.ts";

/** Answers a task's question. Changes take effect in this turn. */
export function answerTask(
  state: SchedulerState,
  row: number,
  question: TaskQuestion,
): Readonly<Record<string, unknown>> {
  switch (question.type) {
    case "state":
      return { ...taskReport(state, row) };
    case "story":
      return { ...taskStory(state, row) };
    case "notes":
      return { ...state.notes.of(state.slabOf(row).keyOf(row)) };
    case "watch":
      state.tasks.flags[row] = (state.tasks.flags[row] as number) | FLAG.watched;
      return { ...taskReport(state, row) };
    case "cancel":
      return { cancelled: cancelRow(state, row, question.reason), ...taskReport(state, row) };
    case "retry":
      return { retried: retryRow(state, row), ...taskReport(state, row) };
    case "priority":
      return { changed: changePriority(state, row, question.value), ...taskReport(state, row) };
    case "release":
      return { released: releaseForAll(state, row) };
  }
}

/** A task that has not been placed moves to a queue of that priority; true if it did. */
function changePriority(state: SchedulerState, row: number, priority: number): boolean {
  const { tasks } = state;
  const now = tasks.state[row];
  if (now !== S.waiting && now !== S.ready && now !== S.released) return false;
  const queue = new ReadyQueue(state.queues, state.slabOf(row), priority, state.queueOf(row).constraint);
  if (now === S.ready && tasks.kills[row] === 0) {
    state.queueOf(row).remove(row);
    queue.add(row);
  }
  state.movedQueues.set(row, queue);
  return true;
}

/** Nobody gets the result any more: futures that wait for it are told. */
function releaseForAll(state: SchedulerState, row: number): boolean {
  const { tasks } = state;
  const head = tasks.wants[row] as number;
  if (head === 0 && !isCached(state, row)) return false;
  uncache(state, row);
  const error = cancelledError(state.slabOf(row).keyOf(row), "released at its address");
  const wants: [number, number][] = [];
  state.wants.each(head, (client, handle) => wants.push([client, handle]));
  for (const [client, handle] of wants) {
    state.out.toClient(client).erred(handle, error);
    state.clientByNumber[client]?.take(handle);
    tasks.wants[row] = state.wants.remove(tasks.wants[row] as number, client, handle);
  }
  releaseIfUnneeded(state, row);
  return true;
}
