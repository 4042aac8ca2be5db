import { Session } from "node:inspector";
import { WHAT_RUNS, type WhatRuns } from "../../actors/worker/what-runs.ts";
import { systemClock } from "../../runtime/base/clock.ts";

/** A thread that is in JavaScript answers within milliseconds. */
const ANSWER_MS = 2000;

/**
 * What a worker in a thread of this process is doing, told by the thread itself in the midst of it.
 * @returns undefined if it does not answer: it is in native code
 */
export function whatThreadRuns(worker: string): Promise<WhatRuns | undefined> {
  const session = new Session();
  return new Promise<WhatRuns | undefined>((resolve, reject) => {
    const timer = systemClock.setTimer(ANSWER_MS, () => resolve(undefined));
    const end = (outcome: () => void): void => {
      systemClock.clearTimer(timer);
      outcome();
    };
    session.connect();
    const message = JSON.stringify({
      id: 1,
      method: "Runtime.evaluate",
      params: { expression: WHAT_RUNS, returnByValue: true },
    });
    session.on("NodeWorker.attachedToWorker", ({ params: { sessionId } }) =>
      session.post("NodeWorker.sendMessageToWorker", { sessionId, message }),
    );
    session.on("NodeWorker.receivedMessageFromWorker", ({ params }) => {
      const told = evaluatedOf(JSON.parse(params.message));
      // Other threads of this process answer too.
      if (told?.worker === worker) end(() => resolve(told));
    });
    session.post("NodeWorker.enable", { waitForDebuggerOnStart: false }, (error) => {
      if (error !== null) end(() => reject(error));
    });
  }).finally(() => session.disconnect());
}

/** What an inspector's answer says; undefined where no worker has the thread. */
export const evaluatedOf = (answer: unknown): WhatRuns | undefined =>
  (answer as { result?: { result?: { value?: WhatRuns } } }).result?.result?.value;
