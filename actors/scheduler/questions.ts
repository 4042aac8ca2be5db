import type { Question } from "../../runtime/actor/actor.ts";
import type { ActivityFigures } from "../../runtime/base/activity-meter.ts";
import { ShoalError } from "../../runtime/base/errors.ts";
import { actorAddresses } from "./actor-addresses.ts";
import { askCache } from "./cache-question.ts";
import { demandOf } from "./demand.ts";
import { stateFigures } from "./figures.ts";
import { findRow } from "./find-row.ts";
import { graphFigures } from "./graph-figures.ts";
import { heldKeys } from "./held-keys.ts";
import type { SchedulerBrain } from "./scheduler-brain.ts";
import { parseSchedulerQuestion, type SchedulerQuestion } from "./scheduler-question.ts";
import type { SchedulerState } from "./scheduler-state.ts";
import { workerSummaries } from "./sessions.ts";
import { snapshot } from "./snapshot.ts";
import { type TaskRecipe, taskRecipe } from "./task-recipe.ts";
import { toldFailures } from "./told-failures.ts";
import { workerDetail } from "./worker-detail.ts";

/** What anyone may ask the scheduler's own address; what cannot be answered fails the question. */
export function answerQuestion(brain: SchedulerBrain, question: Question, message: unknown, about: Identity): void {
  try {
    question.answer(answerTo(brain, parseSchedulerQuestion(message), about));
  } catch (error) {
    question.fail(error);
  }
}

/** Who answers. */
interface Identity {
  readonly version: string;
  readonly epoch: number;
  readonly cluster: string;
}

function answerTo(brain: SchedulerBrain, asked: SchedulerQuestion, { cluster, version, epoch }: Identity): unknown {
  switch (asked.type) {
    case "whoAreYou":
      return { cluster, version, epoch };
    case "status":
      return { cluster, version, epoch, ...snapshot(brain.state) };
    case "workers":
      return { workers: workerSummaries(brain.state) };
    case "actors":
      return actorAddresses(brain.state, cluster);
    case "figures":
      return stateFigures(brain.state, version);
    case "graph":
      return graphFigures(brain.state, asked.by);
    case "failures":
      return { failures: toldFailures(brain.state) };
    case "spans":
      return { spans: brain.state.spans.told(brain.state.nowMs) };
    case "activities":
      return { activities: activityFigures(brain.state) };
    case "log":
      return { entries: toldLog(brain.state, asked.after) };
    case "worker":
      return workerDetail(brain.state, asked.worker);
    case "holds":
      return { holds: heldKeys(brain.state, asked.mostEach) };
    case "replicate":
    case "rebalance":
    case "retire":
      return brain.askReplicas(asked);
    case "cache":
      return askCache(brain, asked);
    case "restart":
      brain.restart(asked.workers);
      return { restarted: asked.workers };
    case "demand":
      return demandOf(brain.state, asked.targetUs);
    case "recipe":
      return recipeOf(brain.state, asked.key);
    case "keyOf":
      return { key: keyOf(brain.state, asked.row, asked.attempt) };
  }
}

/** Where the time of workers went, by worker. */
const activityFigures = ({ activities, workerByName }: SchedulerState): ActivityFigures[] =>
  activities.figures((worker) => workerByName.get(worker)?.incarnation);

/** Log entries after a number, with how long ago they were. */
function toldLog(state: SchedulerState, after: number): readonly Readonly<Record<string, unknown>>[] {
  return state.log.since(after).map(({ atMs, ...entry }) => ({ agoMs: state.nowMs - atMs, ...entry }));
}

/** Asked for in a frame, as it holds calls and values. */
function recipeOf(state: SchedulerState, key: string): TaskRecipe {
  const row = findRow(state, key);
  if (row >= 0) return taskRecipe(state, row);
  throw new ShoalError(`The scheduler knows no task ${key}`, { code: "UNKNOWN_KEY", details: { key } });
}

/** While the row is still that task's. */
function keyOf(state: SchedulerState, row: number, attempt: number): string {
  const slab = state.slabs.get(state.tasks.slab[row] ?? -1);
  const isSame = slab !== undefined && row < slab.base + slab.count && state.tasks.attempt[row] === attempt;
  if (isSame) return slab.keyOf(row);
  throw new ShoalError("That task is forgotten: nobody needs it any more", { code: "UNKNOWN_KEY" });
}
