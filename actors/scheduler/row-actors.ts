import type { ActorSpec } from "../../runtime/actor/actor.ts";
import { virtualActors } from "../../runtime/actor/virtual-actors.ts";
import { ShoalError } from "../../runtime/base/errors.ts";
import { type ClusterSubjects, keyOfToken } from "../../runtime/bus/subject.ts";
import { parseChunkQuestion, parseTaskQuestion } from "../task/task-question.ts";
import { findRow, findRowOfToken } from "./find-row.ts";
import type { SchedulerBrain } from "./scheduler-brain.ts";
import { taskReport } from "./task-report.ts";

/** Rows of tasks as actors: one subscription for all, found when somebody speaks to them. `endTurn` lets changes take effect. */
export function taskActors(subjects: ClusterSubjects, brain: SchedulerBrain, endTurn: () => void): ActorSpec {
  return virtualActors<number>({
    pattern: subjects.every.task,
    resolve: (token) => rowOfToken(brain, token),
    receive: (row, { message, question }) => {
      const asked = parseTaskQuestion(message);
      const answer = brain.askTask(row, asked);
      const events =
        asked.type === "watch" ? { events: subjects.events("task", brain.state.slabOf(row).keyOf(row)) } : {};
      question?.answer({ ...answer, ...events });
      endTurn();
    },
  });
}

/** Results as actors: the scheduler knows where they lie, their holder answers for the bytes. */
export function chunkActors(subjects: ClusterSubjects, brain: SchedulerBrain, endTurn: () => void): ActorSpec {
  return virtualActors<number>({
    pattern: subjects.every.chunk,
    resolve: (token) => rowOfToken(brain, token),
    receive: (row, { message, question }) => {
      const { state } = brain;
      const asked = parseChunkQuestion(message);
      const report = taskReport(state, row);
      if (report.state !== "memory")
        throw new ShoalError(`The chunk of ${report.key} is not in memory: its task is ${report.state}`, {
          code: "UNKNOWN_KEY",
          retryable: true,
        });
      if (asked.type === "meta") {
        const { key, bytes, holders, attempt } = report;
        question?.answer({ key, bytes, holders, attempt });
      } else if (asked.type === "get") {
        const [holder] = report.holders;
        question?.forward(subjects.worker(holder as string), {
          type: "chunk",
          key: report.key,
          row,
          attempt: report.attempt,
          range: asked.range,
        });
      } else {
        question?.answer({ dropped: brain.dropFirstCopy(row) });
        endTurn();
      }
    },
  });
}

function rowOfToken(brain: SchedulerBrain, token: string): number | undefined {
  const key = keyOfToken(token);
  const row = key === undefined ? findRowOfToken(brain.state, token) : findRow(brain.state, key);
  return row < 0 ? undefined : row;
}
