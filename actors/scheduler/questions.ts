import type { Question } from "../../runtime/actor/actor.ts";
import { ShoalError } from "../../runtime/base/errors.ts";
import { clusterSubjects } from "../../runtime/bus/subject.ts";
import { demandOf } from "./demand.ts";
import { stateFigures } from "./figures.ts";
import { findRow } from "./find-row.ts";
import { graphFigures } from "./graph-figures.ts";
import { heldKeys } from "./held-keys.ts";
import type { ReplicaQuestion } from "./replica-questions.ts";
import type { SchedulerBrain } from "./scheduler-brain.ts";
import { S, type SchedulerState } from "./scheduler-state.ts";
import { workerSummaries } from "./sessions.ts";
import { snapshot } from "./snapshot.ts";
import { taskRecipe } from "./task-recipe.ts";
import { toldFailures } from "./told-failures.ts";
import { workerDetail } from "./worker-detail.ts";

/** What anyone may ask the scheduler's own address, in JSON or in a frame. */
export function answerQuestion(
  brain: SchedulerBrain,
  question: Question,
  message: Readonly<Record<string, unknown>>,
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
    case "figures":
      return question.answer(stateFigures(brain.state, version));
    case "graph":
      return question.answer(graphFigures(brain.state));
    case "failures":
      return question.answer({ failures: toldFailures(brain.state) });
    case "log":
      return question.answer({ entries: toldLog(brain.state, Number(message.after ?? 0)) });
    case "worker":
      return answerWorker(brain.state, question, String(message.worker));
    case "holds":
      return question.answer({ holds: heldKeys(brain.state, Number(message.mostEach ?? LISTED_MAX)) });
    case "replicate":
    case "rebalance":
    case "retire":
      return answerReplicas(brain, question, message as unknown as ReplicaQuestion);
    case "restart":
      return answerRestart(brain, question, message.workers as readonly string[]);
    case "demand":
      return question.answer(demandOf(brain.state, Number(message.targetUs)));
    case "recipe":
      return answerRecipe(brain.state, question, String(message.key));
    case "keyOf":
      return answerKey(brain.state, question, Number(message.row), Number(message.attempt));
    default:
      question.fail(
        new ShoalError(`The scheduler does not answer "${String(message.type)}"; ask ${ANSWERED.join(", ")}`, {
          code: "NOT_SUPPORTED",
        }),
      );
  }
}

const ANSWERED = [
  "whoAreYou",
  "status",
  "workers",
  "actors",
  "figures",
  "graph",
  "failures",
  "log",
  "worker",
  "holds",
  "replicate",
  "rebalance",
  "retire",
  "restart",
  "demand",
  "recipe",
  "keyOf",
];

/** Log entries after a number, with how long ago they were. */
function toldLog(state: SchedulerState, after: number): readonly Readonly<Record<string, unknown>>[] {
  return state.log.since(after).map(({ atMs, ...entry }) => ({ agoMs: state.nowMs - atMs, ...entry }));
}

function answerWorker(state: SchedulerState, question: Question, id: string): void {
  try {
    question.answer(workerDetail(state, id));
  } catch (error) {
    question.fail(error);
  }
}

function answerRestart(brain: SchedulerBrain, question: Question, workers: readonly string[]): void {
  try {
    brain.restart(workers);
    question.answer({ restarted: workers });
  } catch (error) {
    question.fail(error);
  }
}

function answerReplicas(brain: SchedulerBrain, question: Question, asked: ReplicaQuestion): void {
  try {
    question.answer(brain.askReplicas(asked));
  } catch (error) {
    question.fail(error);
  }
}

/** All it takes to run a task elsewhere; asked for in a frame, as it holds calls and values. */
function answerRecipe(state: SchedulerState, question: Question, key: string): void {
  const row = findRow(state, key);
  if (row >= 0) question.answer(taskRecipe(state, row));
  else question.fail(new ShoalError(`The scheduler knows no task ${key}`, { code: "UNKNOWN_KEY", details: { key } }));
}

/** The key of a row that an event speaks of, while the row is still that task's. */
function answerKey(state: SchedulerState, question: Question, row: number, attempt: number): void {
  const slab = state.slabs.get(state.tasks.slab[row] ?? -1);
  const isSame = slab !== undefined && row < slab.base + slab.count && state.tasks.attempt[row] === attempt;
  if (isSame) question.answer({ key: slab.keyOf(row) });
  else question.fail(new ShoalError("That task is forgotten: nobody needs it any more", { code: "UNKNOWN_KEY" }));
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
