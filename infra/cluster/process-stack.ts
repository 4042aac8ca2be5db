import type { Duplex } from "node:stream";
import { Worker } from "node:worker_threads";
import { WHAT_RUNS, type WhatRuns } from "../../actors/worker/what-runs.ts";
import { systemClock } from "../../runtime/base/clock.ts";
import { evaluatedOf } from "./thread-stack.ts";

/** Where a child process finds the pipe that it is asked by. */
export const STACK_FD = 4;

const ANSWER_MS = 2000;
const ASK = Uint8Array.of(1);

/** In the child: answers at the pipe whatever this thread is doing. */
export function answerStackAsks(): void {
  const watch = new Worker(new URL("./stack-watch.mjs", import.meta.url), {
    workerData: { fd: STACK_FD, expression: WHAT_RUNS },
    name: "stack-watch",
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 1 },
  });
  watch.unref();
}

/** In the parent: what a child's worker is doing. */
export class ProcessStack {
  private readonly pipe: Duplex;
  private readonly waiting: ((told: WhatRuns | undefined) => void)[] = [];
  private text = "";

  /** @param pipe the other end of the child's {@link STACK_FD} */
  constructor(pipe: Duplex) {
    this.pipe = pipe;
    pipe.on("data", (part: Buffer) => this.take(part.toString()));
    pipe.on("error", () => {});
    pipe.on("close", () => {
      for (const settle of this.waiting.splice(0)) settle(undefined);
    });
  }

  /** @returns undefined if it does not answer: it is in native code, stopped, or gone */
  ask(): Promise<WhatRuns | undefined> {
    if (this.pipe.destroyed) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const timer = systemClock.setTimer(ANSWER_MS, () => resolve(undefined));
      // Answers come in the order of the questions, so that one that is late is not taken for the next.
      this.waiting.push((told) => {
        systemClock.clearTimer(timer);
        resolve(told);
      });
      this.pipe.write(ASK);
    });
  }

  private take(part: string): void {
    const lines = (this.text + part).split("\n");
    this.text = lines.pop() as string;
    for (const line of lines) this.waiting.shift()?.(evaluatedOf(JSON.parse(line)));
  }
}
