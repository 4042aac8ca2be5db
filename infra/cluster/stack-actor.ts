import type { WhatRuns } from "../../actors/worker/what-runs.ts";
import type { ActorSpec } from "../../runtime/actor/actor.ts";
import { ShoalError } from "../../runtime/base/errors.ts";
import { clusterSubjects } from "../../runtime/bus/subject.ts";

/** Tells what a worker's thread is doing, from outside of that thread: it answers however busy the worker is. */
export function stackActor(cluster: string, worker: string, ask: () => Promise<WhatRuns | undefined>): ActorSpec {
  const silent: WhatRuns = { worker, tasks: [], stack: ["(native code, or stopped: the thread does not answer)"] };
  return {
    address: clusterSubjects(cluster).workerStack(worker),
    make: () => ({
      receive: (batch) => {
        for (const { question } of batch)
          ask().then(
            (told) => question?.answer(told ?? silent),
            (error: unknown) =>
              question?.fail(
                new ShoalError(`Worker ${worker} cannot be looked at: ${String(error)}`, { code: "NOT_SUPPORTED" }),
              ),
          );
      },
    }),
  };
}
