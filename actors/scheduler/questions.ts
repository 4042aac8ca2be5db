import type { Question } from "../../runtime/actor/actor.ts";
import { ShoalError } from "../../runtime/base/errors.ts";
import type { SchedulerBrain } from "./scheduler-brain.ts";
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
    default:
      question.fail(
        new ShoalError(`The scheduler does not answer "${String(message.type)}"; ask whoAreYou, status or workers`, {
          code: "NOT_SUPPORTED",
        }),
      );
  }
}
