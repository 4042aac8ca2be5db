import { changeCache } from "../../actors/scheduler/cached-results.ts";
import { checkScheduler } from "../../actors/scheduler/invariants.ts";
import { KeyHolds } from "../../actors/scheduler/key-holds.ts";
import { SchedulerBrain } from "../../actors/scheduler/scheduler-brain.ts";
import { stateDigest } from "../../actors/scheduler/state-digest.ts";
import type { Stimulus } from "../../actors/scheduler/stimuli.ts";
import { workerChartFacts } from "../../actors/worker/worker-states.ts";
import { Doubts } from "../../runtime/actor/doubts.ts";
import { ShoalError } from "../../runtime/base/errors.ts";

export interface ReplayOptions {
  /** Stops after so many stimuli. */
  readonly until?: number;
  /** Checks after every turn all that must hold of the state. O(tasks) each. */
  readonly checks?: boolean;
}

/** What became of a recording. */
export interface Replayed {
  readonly brain: SchedulerBrain;
  readonly stimuli: number;
  readonly turns: number;
  /** Digests that were compared; all were equal up to `differsAt`. */
  readonly digests: number;
  /** The first stimulus by which the state was another than recorded. */
  readonly differsAt: number | undefined;
}

/**
 * Steps a brain through what a real one went through. It says nothing to anyone; the same version leads to the same states.
 * @throws ShoalError DECODE for a recording without a beginning; InvariantError where the state is broken
 */
export function replayRun(stimuli: Iterable<Stimulus>, options: ReplayOptions = {}): Replayed {
  const { until = Number.POSITIVE_INFINITY, checks = false } = options;
  let made: { readonly brain: SchedulerBrain; readonly holds: KeyHolds } | undefined;
  const count = { stimuli: 0, turns: 0, digests: 0 };
  let differsAt: number | undefined;
  for (const stimulus of stimuli) {
    if (count.stimuli >= until) break;
    count.stimuli += 1;
    if (stimulus.kind === "begin") {
      made = begin(stimulus);
      continue;
    }
    if (made === undefined)
      throw new ShoalError("The recording does not begin at the scheduler's beginning", { code: "DECODE" });
    const { brain } = made;
    if (stimulus.kind === "digest") {
      count.digests += 1;
      if (stateDigest(brain.state) !== stimulus.digest) differsAt ??= count.stimuli;
      continue;
    }
    apply(brain, made.holds, stimulus);
    if (stimulus.kind !== "end") continue;
    count.turns += 1;
    if (checks) checkScheduler(brain.state);
  }
  if (made === undefined) throw new ShoalError("The recording is empty", { code: "DECODE" });
  return { brain: made.brain, ...count, differsAt };
}

function begin({ epoch, version, options, past, now }: Stimulus & { kind: "begin" }): {
  brain: SchedulerBrain;
  holds: KeyHolds;
} {
  const brain = new SchedulerBrain(epoch, version, options, workerChartFacts, { bind: new Doubts().bind });
  if (past !== null) brain.takeOver(past, now, { coordination: () => {} });
  return { brain, holds: new KeyHolds(brain) };
}

const SILENT = {
  worker: () => {},
  client: () => {},
  watched: () => {},
  expelled: () => {},
};

function apply(
  brain: SchedulerBrain,
  holds: KeyHolds,
  stimulus: Exclude<Stimulus, { kind: "begin" | "digest" }>,
): void {
  const { now } = stimulus;
  switch (stimulus.kind) {
    case "step":
      return brain.step(stimulus.input, now);
    case "end":
      brain.state.nowMs = now;
      return brain.endTurn(SILENT);
    case "task":
      brain.state.nowMs = now;
      return void brain.askTask(stimulus.row, stimulus.question);
    case "dropCopy":
      brain.state.nowMs = now;
      return void brain.dropFirstCopy(stimulus.row);
    case "replicas":
      brain.state.nowMs = now;
      return asked(() => brain.askReplicas(stimulus.question));
    case "cache":
      brain.state.nowMs = now;
      return changeCache(brain.state, stimulus.question);
    case "holds":
      brain.state.nowMs = now;
      return void holds.apply(stimulus.call);
  }
}

/** What was refused then is refused now. */
function asked(ask: () => unknown): void {
  try {
    ask();
  } catch (error) {
    if (!(error instanceof ShoalError)) throw error;
  }
}
