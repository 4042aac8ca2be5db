import type { Question } from "../../runtime/actor/actor.ts";
import { ShoalError } from "../../runtime/base/errors.ts";
import { clusterSubjects } from "../../runtime/bus/subject.ts";
import type { SchedulerBrain } from "./scheduler-brain.ts";
import { S } from "./scheduler-state.ts";
import { workerSummaries } from "./sessions.ts";
import { snapshot } from "./snapshot.ts";

/** What anyone may ask the scheduler's own address, in JSON or in a frame. */
export function answerQuestion(
  brain: SchedulerBrain,
  question: Question,
  message: { readonly type?: unknown },
  about: { readonly version: string; readonly epoch: number; readonly cluster: string },
): void {
  const { version, epoch, cluster } = about;
  switch (message.type) {
    case "whoAreYou":
      return question.answer({ cluster, version, epoch });
    case "status":
      return question.answer({ cluster, version, epoch, ...snapshot(brain.state) });
    case "workers":
      return question.answer({ workers: workerSummaries(brain.state) });
    case "actors":
      return question.answer(listActors(brain, cluster));
    default:
      question.fail(
        new ShoalError(
          `The scheduler does not answer "${String(message.type)}"; ask whoAreYou, status, workers or actors`,
          {
            code: "NOT_SUPPORTED",
          },
        ),
      );
  }
}

const LISTED_MAX = 1000;

/** Addresses of the cluster's actors; of tasks and chunks the first thousand that are not released. */
function listActors(brain: SchedulerBrain, cluster: string): Readonly<Record<string, unknown>> {
  const { state } = brain;
  const subjects = clusterSubjects(cluster);
  const tasks: { address: string; key: string; state: string }[] = [];
  const chunks: string[] = [];
  for (const slab of state.slabs.values())
    for (let row = slab.base; row < slab.base + slab.count && tasks.length < LISTED_MAX; row++) {
      const now = state.tasks.state[row] as number;
      if (now === S.released) continue;
      const key = slab.keyOf(row);
      tasks.push({ address: subjects.task(key), key, state: state.chart.chart.states[now] as string });
      if (now === S.memory) chunks.push(subjects.chunk(key));
    }
  return {
    scheduler: subjects.scheduler,
    workers: [...state.workerByName.keys()].map((id) => subjects.worker(id)),
    clients: [...state.clients.keys()].map((id) => subjects.client(id)),
    tasks,
    chunks,
  };
}
